"""Questionnaires as data: read from `definitions/*.toml`, frozen, and checked when they are read.

The order of the questions is the meaning of every stored answer string, so a released version is never edited;
its digest is kept in the database and compared at every upgrade.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from forms.definition import Definition
from forms.question import (
    NOT_APPLICABLE,
    RATINGS,
    SKIPPED,
    Choice,
    Factor,
    Kind,
    Question,
    QuestionnaireError,
    Text,
)

__all__ = [
    "NOT_APPLICABLE",
    "RATINGS",
    "SKIPPED",
    "Choice",
    "Factor",
    "Kind",
    "Question",
    "Questionnaire",
    "QuestionnaireError",
    "Text",
    "load_questionnaire",
    "parse_questionnaire",
    "released_questionnaires",
    "review_questionnaire",
]

_FOLDER = files("forms") / "definitions"


@dataclass(frozen=True)
class Questionnaire:
    """One version of a questionnaire, complete in every language it names."""

    id: str
    source: str
    reference: bool
    effective_from: date
    effective_to: date | None
    languages: tuple[str, ...]
    minimum_ratings: int
    title: Text
    intro: Text
    confidence: Text
    field_question: Text
    stem: Text
    questions: tuple[Question, ...]
    extra_questions: tuple[Question, ...]
    factors: tuple[Factor, ...]
    definition: str

    @cached_property
    def rating_items(self) -> tuple[str, ...]:
        """Codes of the rating questions, in the order they are asked."""
        return tuple(question.code for question in self.questions if question.kind is Kind.RATING)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each question's character stands in the answer string, counted from 0."""
        return {question.code: index for index, question in enumerate(self.questions)}

    def digest(self) -> str:
        """SHA-256 of the definition's content; comments and layout of the file do not count."""
        return hashlib.sha256(self.definition.encode()).hexdigest()

    def encode(self, answers: Mapping[str, str]) -> str:
        """Write answers (question code → value) as the string that is stored; what is missing is skipped.

        >>> load_questionnaire("short-v1").encode({"Q1": "5", "Q4": "x", "Q7": "2"})
        '5--x-2'
        """
        return _encode(self.questions, answers)

    def encode_extra(self, answers: Mapping[str, str]) -> str:
        """Write the answers given after sending, in the same manner."""
        return _encode(self.extra_questions, answers)

    def unanswered_ratings(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        """Codes of the rating questions without an answer; not applicable is an answer."""
        return tuple(code for code in self.rating_items if not answers.get(code))

    def is_valid(self, answers: Mapping[str, str]) -> bool:
        """Tell whether enough ratings are answered for the form to count."""
        return len(self.rating_items) - len(self.unanswered_ratings(answers)) >= self.minimum_ratings


@cache
def load_questionnaire(version: str) -> Questionnaire:
    """Read a released version by its id."""
    path = _FOLDER / f"{version}.toml"
    if not version.replace("-", "").isalnum() or not path.is_file():
        raise QuestionnaireError(f"{version!r}: there is no such questionnaire")
    questionnaire = parse_questionnaire(path.read_text(encoding="utf-8"))
    if questionnaire.id != version:
        raise QuestionnaireError(f"{version}.toml: its id is {questionnaire.id!r}; name the file after the id")
    return questionnaire


@cache
def released_questionnaires() -> tuple[Questionnaire, ...]:
    """Every released version, in the order of their ids."""
    names = sorted(path.name for path in _FOLDER.iterdir() if path.name.endswith(".toml"))
    return tuple(load_questionnaire(name.removesuffix(".toml")) for name in names)


def parse_questionnaire(content: str) -> Questionnaire:
    """Read a definition in TOML; raise QuestionnaireError that names the place of the first fault."""
    data = _read(content)
    return _assemble(data, Definition(data))


def review_questionnaire(content: str, language: str) -> tuple[Questionnaire, Mapping[str, str]]:
    """Read a definition that is being translated into `language`; return also what it lacks (place → Vietnamese).

    What is missing is marked "[vi]" in the questionnaire, which is for translators only.
    """
    data = _read(content)
    definition = Definition(data, review=language)
    return _assemble(data, definition), definition.missing


def _read(content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise QuestionnaireError(f"not valid TOML: {error}") from error


def _assemble(data: dict[str, Any], definition: Definition) -> Questionnaire:
    questionnaire = Questionnaire(
        id=definition.value("id", str),
        source=definition.value("source", str),
        reference=definition.value("reference", bool),
        effective_from=definition.value("effective_from", date),
        effective_to=definition.value("effective_to", date) if "effective_to" in data else None,
        languages=definition.languages,
        minimum_ratings=definition.value("minimum_ratings", int),
        title=definition.text("title"),
        intro=definition.text("intro"),
        confidence=definition.text("confidence"),
        field_question=definition.text("field_question"),
        stem=definition.text("stem"),
        questions=tuple(definition.questions("question")),
        extra_questions=tuple(definition.questions("extra_question")),
        factors=tuple(definition.factors()),
        definition=json.dumps(data, sort_keys=True, ensure_ascii=False, default=str),
    )
    _check(questionnaire)
    return questionnaire


def _encode(questions: tuple[Question, ...], answers: Mapping[str, str]) -> str:
    unknown = answers.keys() - {question.code for question in questions}
    if unknown:
        raise QuestionnaireError(f"answers to questions that are not asked: {', '.join(sorted(unknown))}")
    characters = []
    for question in questions:
        value = answers.get(question.code) or SKIPPED
        if value != SKIPPED and value not in question.values:
            expected = ", ".join(sorted(question.values))
            raise QuestionnaireError(f"{question.code}: {value!r} is not an answer; expected one of {expected}")
        characters.append(value)
    return "".join(characters)


def _check(questionnaire: Questionnaire) -> None:
    """Refuse what each part allows by itself but the whole does not."""
    every = (*questionnaire.questions, *questionnaire.extra_questions)
    codes = [question.code for question in every]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise QuestionnaireError(f"question codes used twice: {', '.join(repeated)}")
    for question in every:
        values = [choice.value for choice in question.choices]
        if len(set(values)) != len(values):
            raise QuestionnaireError(f"question {question.code}: a value stands for two choices")
    items = [item for factor in questionnaire.factors for item in factor.items]
    if sorted(items) != sorted(questionnaire.rating_items):
        raise QuestionnaireError(
            "factors: every rating question must belong to exactly one factor, and nothing else"
        )
    if not 1 <= questionnaire.minimum_ratings <= len(questionnaire.rating_items):
        raise QuestionnaireError("minimum_ratings: expected at least 1 and at most the number of rating questions")
    until = questionnaire.effective_to
    if until is not None and until < questionnaire.effective_from:
        raise QuestionnaireError("effective_to: it lies before effective_from")
