// While a draft is being typed, the phone beside it follows; saving still works without this.
(function () {
  "use strict";
  var form = document.getElementById("edit");
  var frame = document.querySelector(".phone iframe");
  var WAIT = 400;
  var timer = null;
  var latest = 0;

  function show(html, number) {
    var shown = frame.contentDocument;
    if (number !== latest || !shown || !shown.body) return;
    // Only the body: the frame keeps its place and its style, which this page's own policy would not let in.
    var fresh = new DOMParser().parseFromString(html.slice(html.indexOf("<body")), "text/html");
    var top = frame.contentWindow.pageYOffset;
    shown.body.parentNode.replaceChild(shown.adoptNode(fresh.body), shown.body);
    frame.contentWindow.scrollTo(0, top);
  }

  function refresh() {
    var number = ++latest;
    var root = frame.contentDocument && frame.contentDocument.documentElement;
    var language = root && root.lang;
    var address = new URL(form.dataset.preview, location.href);
    if (language) address.searchParams.set("lang", language);
    fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)) })
      .then(function (answer) { return answer.ok ? answer.text() : null; })
      .then(function (html) { if (html !== null) show(html, number); })
      .catch(function () { /* Without a network the phone keeps what it showed. */ });
  }

  form.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  });
  // Another language, or a first page that came late, shows the draft as it was saved: bring it up to date.
  frame.addEventListener("load", function () { if (latest) refresh(); });
  // Nor must what was typed before this script came be missing.
  if (Array.prototype.some.call(form.elements, function (one) { return "defaultValue" in one && one.value !== one.defaultValue; })) refresh();
})();
