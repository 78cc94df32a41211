// Says at once that a file is too large, instead of after sending it. The server checks it again.
(function () {
  "use strict";
  var form = document.querySelector("form.send");
  if (!form) { return; }
  var input = form.querySelector("input[type=file]");
  var note = document.getElementById("too-large");
  var button = form.querySelector("button");

  function look() {
    var file = input.files && input.files[0];
    var isTooLarge = Boolean(file) && file.size > Number(form.dataset.largest);
    note.hidden = !isTooLarge;
    button.disabled = isTooLarge;
  }
  input.addEventListener("change", look);
  look();
}());
