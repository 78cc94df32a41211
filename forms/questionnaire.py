"""Questionnaires as data: read from `definitions/*.toml`, frozen, and checked when they are read.

The order of the questions is the meaning of every stored answer string, so a released version is never edited;
its digest is kept in the database and compared at every upgrade.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from itertools import accumulate
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
    Section,
    Text,
)

__all__ = [
    "NOT_APPLICABLE",
    "RATINGS",
    "SKIPPED",
    "Choice",
    "Factor",
    "Kind",
    "Purpose",
    "Question",
    "Questionnaire",
    "QuestionnaireError",
    "Section",
    "Text",
    "load_questionnaire",
    "packaged_questionnaires",
    "parse_questionnaire",
    "provide_questionnaires",
    "questionnaire_from",
    "released_questionnaires",
    "review_questionnaire",
]

_FOLDER = files("forms") / "definitions"
# As many characters as a response keeps.
LONGEST_ANSWER = 80
LONGEST_ID = 40
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Ids that only versions of the program bear, so that a later program never brings one that is taken.
PROGRAM_ID = re.compile(r".*-v[0-9]+")


class Purpose(StrEnum):
    """Whom a questionnaire asks: the two never count together."""

    CITIZEN = "citizen"
    LEADER = "leader"


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """One version of a questionnaire, complete in every language it names; equal only to itself.

    `incomplete` says what its legal source asks for and this version lacks. In a leaders' survey `rating_points`
    are what the ratings are worth, `points_from` and `details_from` how many responses a unit's points and the
    means of single questions need.
    """

    id: str
    purpose: Purpose
    name: Text
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
    incomplete: Text | None
    rating_points: tuple[Decimal, ...]
    points_from: int
    details_from: int
    sections: tuple[Section, ...]
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
        """Where the first character of each question stands in the answer string, counted from 0."""
        widths = [len(question.columns) for question in self.questions]
        return dict(
            zip((question.code for question in self.questions), accumulate(widths, initial=0), strict=False)
        )

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Which number each question bears on the form, counted from 1."""
        return {question.code: number for number, question in enumerate(self.questions, start=1)}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the characters of the answer string, in order."""
        return tuple(column for question in self.questions for column in question.columns)

    @property
    def extra_columns(self) -> tuple[str, ...]:
        """Names of the characters given after sending, in order."""
        return tuple(column for question in self.extra_questions for column in question.columns)

    @property
    def parts(self) -> Iterator[tuple[Section | None, tuple[Question, ...]]]:
        """The questions by section; a questionnaire without sections is one part."""
        for section in self.sections or (None,):
            code = section.code if section else None
            yield section, tuple(question for question in self.questions if question.section == code)

    def is_in_force(self, day: date) -> bool:
        """Tell whether it may be asked on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

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


Provider = Callable[[str | None], Mapping[str, Questionnaire]]
_provider: Provider | None = None


def provide_questionnaires(provider: Provider) -> None:
    """Let the program add the versions that were released in it: by id, or all of them for None."""
    global _provider
    _provider = provider


def load_questionnaire(version: str) -> Questionnaire:
    """Read a released version by its id."""
    packaged = {questionnaire.id: questionnaire for questionnaire in packaged_questionnaires()}
    found = packaged.get(version) or _provided(version).get(version)
    if found is None:
        raise QuestionnaireError(f"{version!r}: there is no such questionnaire")
    return found


def released_questionnaires() -> tuple[Questionnaire, ...]:
    """Every released version, in the order of their ids."""
    every = {each.id: each for each in (*_provided(None).values(), *packaged_questionnaires())}
    return tuple(every[version] for version in sorted(every))


@cache
def packaged_questionnaires() -> tuple[Questionnaire, ...]:
    """The versions that come with the program, in the order of their ids."""
    found = []
    for path in sorted(_FOLDER.iterdir(), key=lambda path: path.name):
        if not path.name.endswith(".toml"):
            continue
        questionnaire = parse_questionnaire(path.read_text(encoding="utf-8"))
        if f"{questionnaire.id}.toml" != path.name:
            raise QuestionnaireError(f"{path.name}: its id is {questionnaire.id!r}; name the file after the id")
        found.append(questionnaire)
    return tuple(found)


def _provided(version: str | None) -> Mapping[str, Questionnaire]:
    return {} if _provider is None else _provider(version)


def parse_questionnaire(content: str) -> Questionnaire:
    """Read a definition in TOML; raise QuestionnaireError that names the place of the first fault."""
    return questionnaire_from(_read(content))


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


def questionnaire_from(data: Mapping[str, Any]) -> Questionnaire:
    """Read a definition's data, as TOML or JSON give it; the fault is named as by `parse_questionnaire`."""
    return _assemble(data, Definition(data))


def _assemble(data: Mapping[str, Any], definition: Definition) -> Questionnaire:
    questionnaire = Questionnaire(
        id=definition.value("id", str),
        purpose=_purpose(data),
        name=definition.optional_text("name") or definition.text("title"),
        source=definition.value("source", str),
        reference=definition.value("reference", bool),
        effective_from=definition.day("effective_from"),
        effective_to=definition.optional_day("effective_to"),
        languages=definition.languages,
        minimum_ratings=definition.value("minimum_ratings", int),
        title=definition.text("title"),
        intro=definition.text("intro"),
        confidence=definition.text("confidence"),
        field_question=definition.text("field_question"),
        stem=definition.text("stem"),
        incomplete=definition.optional_text("incomplete"),
        rating_points=definition.rating_points(),
        points_from=data.get("points_from", 0),
        details_from=data.get("details_from", 0),
        sections=tuple(definition.sections()),
        questions=tuple(definition.questions("question")),
        extra_questions=tuple(definition.questions("extra_question")),
        factors=tuple(definition.factors()),
        definition=json.dumps(data, sort_keys=True, ensure_ascii=False, default=str),
    )
    _check(questionnaire)
    return questionnaire


def _purpose(data: Mapping[str, Any]) -> Purpose:
    try:
        return Purpose(data.get("purpose", Purpose.CITIZEN))
    except ValueError:
        raise QuestionnaireError(f"purpose must be one of {', '.join(Purpose)}") from None


def _encode(questions: tuple[Question, ...], answers: Mapping[str, str]) -> str:
    unknown = answers.keys() - {question.code for question in questions}
    if unknown:
        raise QuestionnaireError(f"answers to questions that are not asked: {', '.join(sorted(unknown))}")
    return "".join(question.encode(answers.get(question.code) or SKIPPED) for question in questions)


def _check(questionnaire: Questionnaire) -> None:
    """Refuse what each part allows by itself but the whole does not."""
    if not ID.fullmatch(questionnaire.id) or len(questionnaire.id) > LONGEST_ID:
        raise QuestionnaireError(f"id: at most {LONGEST_ID} small letters, digits and hyphens")
    every = (*questionnaire.questions, *questionnaire.extra_questions)
    codes = [question.code for question in every]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise QuestionnaireError(f"question codes used twice: {', '.join(repeated)}")
    for question in every:
        values = [choice.value for choice in question.choices]
        if len(set(values)) != len(values):
            raise QuestionnaireError(f"question {question.code}: a value stands for two choices")
    for name, columns in (("question", questionnaire.columns), ("extra_question", questionnaire.extra_columns)):
        if len(columns) > LONGEST_ANSWER:
            raise QuestionnaireError(f"{name}: {len(columns)} answers to store; at most {LONGEST_ANSWER} fit")
    _check_sections(questionnaire)
    if questionnaire.purpose is Purpose.LEADER and not questionnaire.rating_points:
        raise QuestionnaireError("rating_points: a leaders' survey needs them")
    if (
        questionnaire.purpose is Purpose.LEADER
        and not 2 <= questionnaire.points_from <= questionnaire.details_from
    ):
        raise QuestionnaireError("points_from: at least 2 leaders, and no more than details_from")
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


def _check_sections(questionnaire: Questionnaire) -> None:
    """Refuse questions that a person would not find under their heading."""
    known: list[str | None] = [section.code for section in questionnaire.sections] or [None]
    if len(set(known)) != len(known):
        raise QuestionnaireError("section codes used twice")
    for question in questionnaire.questions:
        if question.section not in known:
            raise QuestionnaireError(f"question {question.code}: there is no section {question.section!r}")
    places = [known.index(question.section) for question in questionnaire.questions]
    if places != sorted(places):
        raise QuestionnaireError("section: its questions must stand together, in the order of the sections")
    empty = [code for place, code in enumerate(known) if place not in places]
    if empty:
        raise QuestionnaireError(f"section {empty[0]}: it has no question")
