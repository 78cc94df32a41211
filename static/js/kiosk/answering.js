/* The form on the screen: what is chosen, what is missing, and the questions that staff must not see. */
"use strict";

(function (kiosk) {
  // Time to see that the right one is ticked before it is covered.
  const COVER_AFTER = 4000;

  kiosk.answersIn = (section) => {
    const answers = {};
    section.querySelectorAll("[data-question] input:checked").forEach((input) => {
      // Several answers to one question stand one after the other.
      answers[input.name] = (answers[input.name] || "") + input.value;
    });
    return answers;
  };

  kiosk.fieldIn = (section) => {
    const chosen = section.querySelector("input[name=L]:checked");
    return chosen ? chosen.value : null;
  };

  /* Mark the ratings that lack an answer if there are too few; tell whether there are enough. */
  kiosk.isEnough = (section) => {
    const answers = kiosk.answersIn(section);
    const ratings = Array.from(section.querySelectorAll("[data-rating]"));
    const unanswered = ratings.filter((rating) => !answers[rating.dataset.question]);
    const enough = ratings.length - unanswered.length >= Number(section.dataset.fewest);
    // What is covered is not asked for: whoever reads aloud shall not urge for it.
    const missing = unanswered.filter((rating) => !isCovered(rating));
    const summary = section.querySelector("[data-missing]");
    summary.hidden = enough;
    ratings.forEach((rating) => {
      const lacking = !enough && missing.includes(rating);
      rating.className = lacking ? "e" : "";
      rating.querySelector(".em").hidden = !lacking;
      summary.querySelector("[data-for=" + rating.dataset.question + "]").hidden = !lacking;
    });
    if (!enough) {
      summary.scrollIntoView();
      summary.focus();
    }
    return enough;
  };

  /* With somebody reading aloud, what the citizen alone may answer is covered before and after. */
  kiosk.veilOwnQuestions = (section) => {
    section.querySelector(".helped").hidden = false;
    ownQuestions(section).forEach((question) => {
      cover(question);
      let timer = 0;
      question.addEventListener("change", () => {
        clearTimeout(timer);
        timer = setTimeout(() => cover(question), COVER_AFTER);
      });
    });
    section.addEventListener("pointerdown", (event) => coverOthers(section, event.target));
    section.addEventListener("focusin", (event) => coverOthers(section, event.target));
  };

  kiosk.unveil = (question) => show(question, "choices");

  kiosk.chooseAgain = (question) => {
    question.querySelectorAll("input:checked").forEach((input) => { input.checked = false; });
    show(question, "choices");
  };

  kiosk.cover = cover;

  function cover(question) {
    show(question, question.querySelector("input:checked") ? "done" : "veil");
  }

  function isCovered(question) {
    return Boolean(question.querySelector(".choices").hidden);
  }

  function coverOthers(section, target) {
    ownQuestions(section).forEach((question) => {
      if (!question.contains(target) && !question.querySelector(".choices").hidden) cover(question);
    });
  }

  function ownQuestions(section) {
    return Array.from(section.querySelectorAll("[data-question]")).filter((one) => one.querySelector(".veil"));
  }

  function show(question, part) {
    const hadFocus = question.contains(document.activeElement);
    question.querySelector(".veil:not(.done)").hidden = part !== "veil";
    question.querySelector(".done").hidden = part !== "done";
    question.querySelector(".choices").hidden = part !== "choices";
    question.querySelector(".cover").hidden = part !== "choices";
    const now = question.querySelector(part === "choices" ? ".choices input" : part === "done" ? ".done button" : ".veil button");
    if (hadFocus) now.focus({ preventScroll: true });
  }
})(window.kiosk);
