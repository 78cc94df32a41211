// A menu closes when one goes elsewhere: with Escape, or by pressing beside it. Without this it closes by its own word.
(function () {
  "use strict";
  function close(but) {
    document.querySelectorAll(".menu[open]").forEach(function (menu) { if (menu !== but) menu.open = false; });
  }
  document.addEventListener("click", function (event) { close(event.target.closest(".menu")); });
  document.addEventListener("keydown", function (event) {
    var open = document.querySelector(".menu[open]");
    if (event.key !== "Escape" || !open) return;
    close(null);
    open.querySelector("summary").focus();
  });
})();
