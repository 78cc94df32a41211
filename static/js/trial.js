// A trial response shows by itself within seconds; without this the page has a link that looks again.
(function () {
  "use strict";
  var PAUSE = 2000;
  var waiting = document.querySelector("[data-count]");
  if (!waiting) return;

  function look() {
    fetch(waiting.dataset.state, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (found) {
        // Not a reload of what was posted: the page is opened anew, and says what has come.
        if (found && String(found.count) !== waiting.dataset.count) { location.reload(); return; }
        setTimeout(look, PAUSE);
      })
      .catch(function () { setTimeout(look, 5 * PAUSE); });
  }
  setTimeout(look, PAUSE);
})();
