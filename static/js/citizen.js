// What the citizens' pages do better with a script; none of them needs it. ES5 only: the WebView of Android 6 and 7.
// The words come from the page (data-…), in its language. A form that was sent but not yet acknowledged is kept in
// localStorage under its nonce, tried again until the server says 201 or refuses it for good, and then wiped.
// Where nothing can be kept, `store` is a text, which forgets what is put into it.
(function (w, d) {
  var box = d.getElementById("ms"), form = d.forms[0], summary = d.getElementById("es"), voices = w.speechSynthesis;
  if (!box || !box.dataset) return;
  var say = box.dataset, own = "hl." + (form.n && form.n.value), pause = 2e3, busy, timer, store, visit, playing;
  try { store = w.localStorage; visit = w.sessionStorage; store.length } catch (e) { store = visit = "" }

  function tell(text, address) {
    var child = d.createElement(address ? "a" : "span");
    child.textContent = text;
    if (address) child.href = address;
    box.textContent = "";
    box.appendChild(child);
  }

  // The thank-you page takes the form's place, so that "Back" leads to what was before the form.
  function leave(address) {
    try { visit[own] = address } catch (e) {}
    w.location.replace(address);
  }

  function send(key, address, body) {
    var request = new XMLHttpRequest();
    busy = key;
    clearTimeout(timer);
    request.open("POST", address + "&x=1");
    request.timeout = 3e4;
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onloadend = function () {
      // Only 201 counts: a gateway that answers 200 to everything has stored nothing.
      var code = request.status, thanks = code == 201 && request.getResponseHeader("Location");
      busy = 0;
      if (!thanks && store[key] && (code < 400 || code == 429 || code > 499)) {
        tell(say.kept);
        timer = setTimeout(retry, pause *= 2);
        return;
      }
      delete store[key];
      if (key != own) {
        tell(thanks ? say.sent : say.lost, thanks);
        retry();
      } else if (thanks) leave(thanks);
      // What is missing, or a phone that keeps nothing: the browser's own way of sending shows it.
      else form.submit();
    };
    request.send(body);
  }

  function retry() {
    var key = say.kept && Object.keys(store).filter(function (name) { return !name.indexOf("hl.") })[0];
    if (key && !busy) send.apply(0, [key].concat(store[key].split(" ")));
  }

  form.addEventListener("submit", function (event) {
    var body = [].map.call(form.elements, function (one) {
      return one.name && (one.checked || !/radio|check/.test(one.type)) ? one.name + "=" + encodeURIComponent(one.value) : "";
    }).join("&");
    event.preventDefault();
    if (busy == own) return;
    tell(say.busy);
    try { if (say.kept) store[own] = form.action + " " + body } catch (e) {}
    send(own, form.action, body);
  });

  w.addEventListener("online", retry);
  // A page that comes back as it was left, with every tick: it has been sent, so its thank-you page takes over.
  w.addEventListener("pageshow", function () { if (form.n && visit[own]) leave(visit[own]) });

  // "Read the question aloud", only where the phone has a voice for the language of the page.
  function offer() {
    var voice = voices.getVoices().filter(function (one) { return !one.lang.toLowerCase().indexOf(d.documentElement.lang) })[0];
    if (!voice || !say.read || d.querySelector(".ls")) return;
    d.querySelectorAll("fieldset").forEach(function (question) {
      var button = d.createElement("button");
      function rest() { if (playing == button) playing = 0; button.textContent = say.read }
      button.type = "button";
      button.className = "ls";
      button.onclick = function () {
        var mine = playing == button, text = question.querySelector(".r") ? (d.querySelector("p.stem") || box).textContent : "";
        voices.cancel();
        if (playing) playing.textContent = say.read;
        playing = 0;
        if (mine) return;
        question.querySelectorAll("legend,label").forEach(function (part) { text += " " + part.textContent + "." });
        text = new SpeechSynthesisUtterance(text);
        text.voice = voice;
        text.onend = rest;
        playing = button;
        button.textContent = say.stop;
        voices.speak(text);
      };
      rest();
      question.insertBefore(button, question.children[1]);
    });
  }
  if (voices) {
    offer();
    voices.onvoiceschanged = offer;
    w.addEventListener("pagehide", function () { voices.cancel() });
  }
  if (summary) summary.focus();
  retry();
})(window, document);
