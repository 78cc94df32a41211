/* What makes this browser an enrolled tablet: its token, and the screens it was sent. */
"use strict";

(function (kiosk) {
  const TOKEN = "hailong-kiosk:token";
  const DRAWN = "hailong-kiosk:drawn";
  const FORM = "hailong-kiosk:form";
  const PATIENCE = 30000;
  const OURS = ["device_unknown", "device_revoked"];

  /* Ask the server with the tablet's token. Gives the answer's JSON; fails with {error, text} where the server
     has said why, and with anything else where there is no network or no sense in what came. */
  kiosk.ask = async (path, body) => {
    const token = localStorage.getItem(TOKEN);
    const options = { cache: "no-store", credentials: "omit", headers: {} };
    if (token) options.headers.Authorization = "Bearer " + token;
    if (body !== undefined) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const response = await Promise.race([
      fetch("/kiosk/" + path, options),
      new Promise((_, fail) => setTimeout(() => fail(new Error("no answer in time")), PATIENCE)),
    ]);
    const answer = await response.json();
    if (!response.ok) throw answer;
    return answer;
  };

  /* Whether the server has said that it does not know this tablet any more: a portal of the network cannot. */
  kiosk.isRefusal = (problem) => Boolean(problem) && OURS.includes(problem.error);

  kiosk.isEnrolled = () => localStorage.getItem(TOKEN) !== null;

  kiosk.form = () => JSON.parse(localStorage.getItem(FORM) || "null");

  /* Enrol with a one-time code. The token is drawn and kept before it is sent: if the answer is lost, the same
     code and the same token are good once more. */
  kiosk.enrol = async (code) => {
    const drawn = localStorage.getItem(DRAWN) || kiosk.base64(kiosk.randomBytes(32));
    localStorage.setItem(DRAWN, drawn);
    const done = await kiosk.ask("devices", { code: code, token: drawn });
    localStorage.setItem(TOKEN, drawn);
    localStorage.removeItem(DRAWN);
    // Ask the browser not to clear this away when the tablet runs short of space.
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    return done.name;
  };

  kiosk.refresh = async () => {
    const form = await kiosk.ask("form");
    if (form.screens && form.key) localStorage.setItem(FORM, JSON.stringify(form));
  };

  /* Be no enrolled tablet any more; forms that are not sent yet stay. */
  kiosk.forget = () => {
    localStorage.removeItem(TOKEN);
    localStorage.removeItem(FORM);
  };

  /* Keep the page for days without a network: only on an enrolled tablet, never on a citizen's phone. */
  kiosk.keepPage = (onNewVersion) => {
    const workers = navigator.serviceWorker;
    if (!workers) return new Promise(() => {});
    const hadOne = Boolean(workers.controller);
    workers.addEventListener("controllerchange", () => { if (hadOne) onNewVersion(); });
    return workers.register("/kiosk/worker.js", { scope: "/kiosk/" }).then((found) => {
      kiosk.lookForNewVersion = () => found.update().catch(() => {});
      return workers.ready;
    });
  };
  kiosk.lookForNewVersion = () => {};
})(window.kiosk);
