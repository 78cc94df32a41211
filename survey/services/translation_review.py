"""Look at a questionnaire that is being translated, before anybody is shown it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.questionnaire import Question, Questionnaire, QuestionnaireError, review_questionnaire
from survey.errors import HailongError


@dataclass(frozen=True)
class TranslationReview:
    """Every text in the order of the page, missing ones marked "[vi]"; what is missing (place → Vietnamese)."""

    texts: tuple[str, ...]
    missing: Mapping[str, str]
    named: bool


def review_translation(content: str, language: str) -> TranslationReview:
    """Read a definition in `language`, complete or not; raise HailongError if it is no questionnaire.

    `named` tells whether the definition names the language, which is what offers it to citizens.
    """
    try:
        questionnaire, missing = review_questionnaire(content, language)
    except QuestionnaireError as error:
        raise HailongError("questionnaire_unreadable", detail=str(error)) from None
    named = language in _named(content)
    return TranslationReview(tuple(_texts(questionnaire, language)), missing, named)


def _named(content: str) -> tuple[str, ...]:
    try:
        return review_questionnaire(content, "vi")[0].languages
    except QuestionnaireError:
        # It names a language that is not complete, and is refused until it is.
        return ()


def _texts(questionnaire: Questionnaire, language: str) -> Iterator[str]:
    head = (questionnaire.title, questionnaire.intro, questionnaire.confidence, questionnaire.field_question)
    for text in (*head, questionnaire.stem):
        yield text.plain(language)
    for question in (*questionnaire.questions, *questionnaire.extra_questions):
        yield from _question(question, language)


def _question(question: Question, language: str) -> Iterator[str]:
    wordings = (question.text, question.online_text) if question.online_text else (question.text,)
    yield f"{question.code}. " + " / ".join(wording.plain(language) for wording in wordings)
    choices = (*question.choices, *([question.not_applicable] if question.not_applicable else []))
    for choice in choices:
        yield f"   {choice.value}  {choice.label.plain(language)}"
