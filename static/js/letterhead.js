// The picture of the page follows what is typed. Without this it shows what was saved.
(function () {
  "use strict";
  var page = document.getElementById("preview");
  if (!page) { return; }

  function lines(text, dash) {
    return text.split("\n").map(function (line) { return line.trim().replace(/^[-–+]\s*/, dash ? "" : "$&"); })
      .filter(Boolean).map(function (line) { return dash + line; }).join("\n");
  }

  Array.prototype.forEach.call(page.querySelectorAll("[data-from]"), function (place) {
    var input = document.getElementById(place.getAttribute("data-from"));
    if (!input) { return; }
    input.addEventListener("input", function () {
      place.textContent = lines(input.value || input.placeholder, place.getAttribute("data-dash") || "");
    });
  });
}());
