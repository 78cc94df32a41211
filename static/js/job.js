// The progress bar moves by itself; without this the page has a link that looks again.
(function () {
  "use strict";
  var PAUSE = 700;
  var section = document.querySelector("[data-state]");
  if (!section) return;
  var bar = section.querySelector("progress");

  function look() {
    fetch(section.dataset.state, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (job) {
        if (!job || job.is_over) { location.reload(); return; }
        bar.value = job.percent;
        setTimeout(look, PAUSE);
      })
      .catch(function () { setTimeout(look, 5 * PAUSE); });
  }
  setTimeout(look, PAUSE);
})();
