/* Finished forms on their way to the server: sealed, sent as soon as there is a network, then forgotten. */
"use strict";

(function (kiosk) {
  const WAITING = "hailong-kiosk:out:";
  const REFUSED = "hailong-kiosk:refused:";
  const AT_ONCE = 20;
  let sending = null;

  /* Keep a sealed form. The name is random and the order of sending is that of the names: not that of answering.
     Fails where the tablet has no room left. */
  kiosk.keep = (sealed) => localStorage.setItem(WAITING + kiosk.hex(kiosk.randomBytes(12)), sealed);

  kiosk.waitingCount = () => names(WAITING).length;
  kiosk.refusedCount = () => names(REFUSED).length;

  /* Try the forms once more that were refused before this enrolment. */
  kiosk.tryRefusedAgain = () => names(REFUSED).forEach((name) => move(name, REFUSED, WAITING));

  /* Send everything that waits; calls while this runs wait for the same run. What is not acknowledged stays and is
     sent again: the server counts it once. Fails as `kiosk.ask` does. */
  kiosk.send = () => {
    sending = sending || sendAll();
    return sending.then(free, (problem) => { free(); throw problem; });
  };

  function free() { sending = null; }

  async function sendAll() {
    for (let batch = next(); batch.length > 0; batch = next()) {
      const entries = batch.map((name) => localStorage.getItem(name));
      const answer = await kiosk.ask("responses", { entries: entries });
      batch.forEach((name, place) => {
        if (answer.results[place] === "stored") localStorage.removeItem(name);
        else move(name, WAITING, REFUSED);
      });
    }
  }

  function next() { return names(WAITING).sort().slice(0, AT_ONCE); }

  function move(name, from, to) {
    localStorage.setItem(to + name.slice(from.length), localStorage.getItem(name));
    localStorage.removeItem(name);
  }

  function names(prefix) {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  }
})(window.kiosk);
