// Shows, while a sheet is typed, which question each key answers. The page works the same without this.
(function () {
  "use strict";
  var input = document.getElementById("typed");
  var legend = document.getElementById("legend");
  if (!input || !legend) { return; }
  var field = legend.querySelector("tr[data-field]");
  var lines = Array.prototype.slice.call(legend.querySelectorAll("tbody tr:not([data-field])"));
  var skipped = "- _–\u00a0";
  legend.classList.add("live");

  function show(line, key, isNow) {
    var keys = line.getAttribute("data-keys").toLowerCase();
    var lower = key.toLowerCase();
    var isSkip = key !== "" && skipped.indexOf(key) >= 0;
    line.classList.toggle("now", isNow);
    line.classList.toggle("wrong", key !== "" && !isSkip && keys.indexOf(lower) < 0);
    line.querySelector("td.typed-now").textContent = isSkip ? "–" : key;
    Array.prototype.forEach.call(line.querySelectorAll("[data-key]"), function (words) {
      words.classList.toggle("hit", key !== "" && words.getAttribute("data-key").toLowerCase() === lower);
    });
  }

  function update() {
    var text = input.value;
    var hasField = /^(\.|[a-wyz])/i.test(text);
    var rest = hasField ? text.slice(1) : text;
    show(field, hasField && text[0] !== "." ? text[0] : "", text === "");
    lines.forEach(function (line, place) {
      show(line, rest.charAt(place), place === rest.length && text !== "");
    });
  }

  input.addEventListener("input", update);
  update();
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}());
