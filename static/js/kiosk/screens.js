/* The tablet's screens: start, form, thanks; every way out of the form wipes it. */
"use strict";

(function (kiosk) {
  const IDLE = 30000;
  const GRACE = 20000;
  const THANKS = 20000;
  const SEND_AGAIN = 60000;
  const REFRESH = 3600000;
  // Nobody reads and answers the form in less; a flag to look at, never a reason to refuse.
  const FASTEST = 8000;
  const VIETNAM = 7 * 3600000;
  const MAIN_LANGUAGE = "vi";

  const page = document.getElementById("page");
  const screen = document.getElementById("screen");
  const switches = Array.from(document.querySelectorAll(".t, .sw[type=checkbox]"));
  const languageLink = document.getElementById("language");
  // `form` is what is on the screen: what is kept for later may be another questionnaire by now.
  const state = { name: "setup", form: null, language: MAIN_LANGUAGE, openedAt: 0, touchedAt: 0, busy: false, stale: false, helped: false, refusal: "" };
  const timers = { idle: 0, count: 0, thanks: 0, refresh: 0, send: 0 };

  /* ---- showing ---- */

  function part(name) { return screen.querySelector("[data-screen=" + name + "]"); }

  function showSetup(problem) {
    state.name = "setup";
    stopTimers();
    screen.textContent = "";
    kiosk.setup.show(problem);
  }

  /* Draw everything anew from what the server sent: whatever was chosen is gone. What it has sent since the start
     was drawn waits for the next start, so that nobody's questions change under their hands. */
  function draw(name) {
    if (name === "start") state.form = kiosk.form();
    const drawn = state.form.screens[state.language];
    stopTimers();
    setBehind(switches, false);
    state.name = name;
    state.busy = false;
    kiosk.setup.hide();
    screen.innerHTML = drawn.html;
    document.documentElement.lang = state.language;
    document.title = drawn.title;
    document.querySelector("[for=to]").textContent = drawn.large;
    document.querySelector("[for=td]").textContent = drawn.dark;
    languageLink.textContent = state.form.screens[nextLanguage()].name;
    languageLink.lang = nextLanguage();
    languageLink.hidden = name === "thanks";
    screen.querySelectorAll("[data-screen]").forEach((one) => { one.hidden = one.dataset.screen !== name; });
    window.scrollTo(0, 0);
    part(name).querySelector("h1").focus({ preventScroll: true });
    tellCounts();
  }

  function nextLanguage() {
    const all = Object.keys(state.form.screens);
    return all[(all.indexOf(state.language) + 1) % all.length];
  }

  function start() {
    if (state.stale) { location.reload(); return; }
    if (state.refusal) kiosk.forget();
    if (!kiosk.isEnrolled() || !kiosk.form()) { showSetup(state.refusal); return; }
    wipe();
  }

  function wipe() {
    state.language = MAIN_LANGUAGE;
    page.reset();
    draw("start");
  }

  function answer(helped) {
    goFullScreen();
    state.helped = helped;
    state.openedAt = Date.now();
    draw("form");
    if (helped) kiosk.veilOwnQuestions(part("form"));
    touched();
  }

  function tellCounts() {
    [["waiting", kiosk.waitingCount()], ["refused", kiosk.refusedCount()]].forEach(([name, count]) => {
      const line = screen.querySelector("[data-" + name + "]");
      if (!line) return;
      line.hidden = count === 0;
      line.querySelector("b").textContent = count;
    });
  }

  /* ---- sending ---- */

  async function finish() {
    const section = part("form");
    if (state.busy || !kiosk.isEnough(section)) return;
    state.busy = true;
    const opened = state.openedAt;
    const id = kiosk.randomBytes(16);
    try {
      const entry = entryOf(section, id);
      const number = await kiosk.number(id);
      kiosk.keep(await kiosk.seal(kiosk.form().key, entry));
      if (state.openedAt === opened && state.name === "form") thank(number);
    } catch (problem) {
      state.busy = false;
      const full = section.querySelector("[data-full]");
      full.hidden = false;
      full.focus();
      return;
    }
    sendAll();
  }

  function entryOf(section, id) {
    return {
      id: kiosk.hex(id),
      device: state.form.device,
      version: state.form.version,
      on: new Date(Date.now() + VIETNAM).toISOString().slice(0, 10),
      fast: Date.now() - state.openedAt < FASTEST,
      field: kiosk.fieldIn(section),
      answers: kiosk.answersIn(section),
    };
  }

  function thank(number) {
    draw("thanks");
    part("thanks").querySelector("[data-number]").textContent = number;
    touched();
  }

  async function sendAll() {
    if (!kiosk.isEnrolled() || kiosk.waitingCount() === 0) return;
    try {
      await kiosk.send();
    } catch (problem) {
      if (kiosk.isRefusal(problem)) refused(problem);
    }
    tellCounts();
  }

  async function refresh() {
    if (!kiosk.isEnrolled()) return;
    kiosk.lookForNewVersion();
    try {
      await kiosk.refresh();
      if (state.name === "start") draw("start");
      await sendAll();
    } catch (problem) {
      if (kiosk.isRefusal(problem)) refused(problem);
    }
  }

  /* Whoever is answering may finish: the form is kept, and sent once the tablet is enrolled again. */
  function refused(problem) {
    state.refusal = problem.text;
    if (state.name === "start") start();
  }

  /* ---- nobody there any more ---- */

  function stopTimers() {
    clearTimeout(timers.idle);
    clearTimeout(timers.thanks);
    clearInterval(timers.count);
  }

  function touched() {
    state.touchedAt = Date.now();
    if (isWarning()) return;
    clearTimeout(timers.idle);
    clearTimeout(timers.thanks);
    if (state.name === "form") timers.idle = setTimeout(warn, IDLE);
    if (state.name === "thanks") timers.thanks = setTimeout(start, THANKS);
    // Another language or large text was somebody's choice; the next person gets a start without it.
    if (state.name === "start") timers.idle = setTimeout(wipe, IDLE + GRACE);
  }

  function isWarning() {
    const dialog = screen.querySelector("[data-idle]");
    return Boolean(dialog) && !dialog.hidden;
  }

  function warn() {
    const dialog = screen.querySelector("[data-idle]");
    const until = Date.now() + GRACE;
    dialog.hidden = false;
    setBehind([part("form")].concat(switches), true);
    dialog.querySelector("button").focus();
    const tell = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      dialog.querySelector("[data-count]").textContent = Math.max(0, left);
      if (left <= 0) start();
    };
    tell();
    timers.count = setInterval(tell, 1000);
  }

  function goOn() {
    clearInterval(timers.count);
    screen.querySelector("[data-idle]").hidden = true;
    setBehind([part("form")].concat(switches), false);
    touched();
  }

  function setBehind(parts, covered) {
    parts.forEach((one) => {
      one.inert = covered;
      if (covered) one.setAttribute("aria-hidden", "true");
      else one.removeAttribute("aria-hidden");
    });
  }

  /* A tablet that slept wakes up with somebody else before it. */
  function awake() {
    const away = document.visibilityState === "visible" && Date.now() - state.touchedAt > IDLE + GRACE;
    if (away && (state.name === "form" || state.name === "thanks")) start();
  }

  function goFullScreen() {
    const installed = window.matchMedia("(display-mode: fullscreen), (display-mode: standalone)").matches;
    if (installed || !document.documentElement.requestFullscreen) return;
    const asked = document.documentElement.requestFullscreen();
    if (asked) asked.catch(() => {});
  }

  /* ---- enrolled ---- */

  function work() {
    kiosk.keepPage(() => { state.stale = true; if (state.name === "start") start(); })
      .then(kiosk.setup.sayKept)
      .catch(() => {});
    clearInterval(timers.refresh);
    clearInterval(timers.send);
    timers.refresh = setInterval(refresh, REFRESH);
    timers.send = setInterval(sendAll, SEND_AGAIN);
    sendAll();
  }

  /* ---- what people do ---- */

  const DO = {
    "answer": () => answer(false),
    "answer-helped": () => answer(true),
    "send": finish,
    "leave": start,
    "finish": start,
    "go-on": goOn,
    "unveil": (question) => kiosk.unveil(question),
    "again": (question) => kiosk.chooseAgain(question),
    "cover": (question) => kiosk.cover(question),
  };

  screen.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) DO[button.dataset.do](button.closest("[data-question]"));
    else if (event.target.closest("[data-idle]")) goOn();
  });
  page.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (!isWarning()) return;
    if (event.key === "Escape") goOn();
    if (event.key === "Tab") event.preventDefault();
  });
  ["pointerdown", "touchstart", "keydown", "input", "wheel", "scroll"].forEach((kind) => {
    document.addEventListener(kind, touched, { capture: true, passive: true });
  });

  languageLink.addEventListener("click", (event) => {
    if (state.name === "setup") return;
    event.preventDefault();
    state.language = nextLanguage();
    if (state.name === "start") { draw("start"); return; }
    changeLanguage();
  });

  /* In the middle of a form: the same answers under other words. */
  function changeLanguage() {
    const chosen = Array.from(part("form").querySelectorAll("input:checked"), (input) => input.name + "=" + input.value);
    draw("form");
    part("form").querySelectorAll("input").forEach((input) => {
      input.checked = chosen.includes(input.name + "=" + input.value);
    });
    if (state.helped) kiosk.veilOwnQuestions(part("form"));
    touched();
  }

  kiosk.setup.listen({
    asked: () => { state.refusal = ""; },
    show: showSetup,
    enrolled: work,
    begin: start,
  });
  /* Leaving the page by Back or Home wipes it; what the browser keeps of it is blank. */
  window.addEventListener("pagehide", () => { if (state.name !== "setup") wipe(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) start(); });
  document.addEventListener("visibilitychange", awake);
  window.addEventListener("online", refresh);
  window.addEventListener("hashchange", () => { if (kiosk.setup.takeCode()) showSetup(""); });

  if (kiosk.setup.takeCode()) showSetup("");
  else if (kiosk.canSeal && kiosk.isEnrolled()) {
    work();
    start();
    refresh();
  } else showSetup("");
})(window.kiosk);
