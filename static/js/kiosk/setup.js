/* The screen for officers: enrol this tablet, install the page, and what to know when it is refused. */
"use strict";

(function (kiosk) {
  const setup = document.getElementById("setup");
  const field = document.getElementById("code");
  const enrolButton = document.getElementById("enrol");
  const install = document.getElementById("install");

  kiosk.setup = {
    /* Show the screen with what went wrong, and how many forms wait to be sent. */
    show: (problem) => {
      setup.hidden = false;
      part("enrolling").hidden = !kiosk.canSeal;
      part("insecure").hidden = kiosk.canSeal;
      part("ready").hidden = true;
      part("fault").hidden = !problem;
      part("fault").querySelector("p").textContent = problem || "";
      const unsent = kiosk.canSeal ? kiosk.waitingCount() + kiosk.refusedCount() : 0;
      part("unsent").hidden = unsent === 0;
      part("unsent").querySelector("b").textContent = unsent;
    },

    hide: () => { setup.hidden = true; },

    /* Say that the page is on the tablet now and needs no network. */
    sayKept: () => {
      part("offline").hidden = true;
      part("offline-ready").hidden = false;
    },

    /* A scanned enrolment link brings its code after the "#": no server and no history keeps it. */
    takeCode: () => {
      const code = location.hash.slice(1);
      if (!code) return false;
      history.replaceState(null, "", location.pathname + location.search);
      field.value = code;
      return true;
    },

    listen: (to) => {
      enrolButton.addEventListener("click", () => enrol(to));
      part("begin").addEventListener("click", to.begin);
    },
  };

  async function enrol(to) {
    to.asked();
    try {
      part("ready").querySelector("span").textContent = await kiosk.enrol(field.value);
      field.value = "";
      kiosk.tryRefusedAgain();
      await kiosk.refresh();
    } catch (problem) {
      to.show(problem.text || enrolButton.dataset.offline);
      return;
    }
    to.show("");
    part("enrolling").hidden = true;
    part("ready").hidden = false;
    part("ready").querySelector("h2").focus();
    to.enrolled();
  }

  function part(id) { return document.getElementById(id); }

  window.addEventListener("beforeinstallprompt", (event) => {
    install.hidden = false;
    install.onclick = () => { install.hidden = true; event.prompt(); };
  });
})(window.kiosk);
