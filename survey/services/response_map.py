"""The mapping file of an import of responses: which column answers which question, and in which words.

`docs/imports.md` describes it; whatever a mapping file says that is not described there is a fault.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from forms.questionnaire import (
    Choice,
    Kind,
    Purpose,
    Question,
    Questionnaire,
    QuestionnaireError,
    load_questionnaire,
)
from survey.errors import HailongError
from survey.services.spelling import fold

ORDERS = ("dmy", "mdy", "ymd")
_TOP = {
    "source",
    "version",
    "officer",
    "witness",
    "answers",
    "words",
    "words_of",
    "unit",
    "day",
    "field",
    "channel",
    "only",
}


@dataclass(frozen=True)
class Place:
    """Where a value comes from: a column of the file, or the same for every row; `words` are its spellings."""

    column: str | None = None
    constant: Any = None
    words: Mapping[str, str] | None = None

    @property
    def is_given(self) -> bool:
        return self.column is not None or self.constant is not None


@dataclass(frozen=True)
class ResponseMap:
    """A mapping file that was read: `values` maps each question's folded words to the character that is stored."""

    source: str
    questionnaire: Questionnaire
    officer: str
    witness: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    unit: Place
    day: Place
    order: str
    field: Place
    channel: Place
    only: Place

    @property
    def places(self) -> dict[str, Place]:
        """Everything but the answers, by its name in the file."""
        return {name: getattr(self, name) for name in ("unit", "day", "field", "channel", "only")}

    def answer_words(self, code: str) -> list[tuple[str, str]]:
        """List the stored characters of a question with their words, in the order of the form."""
        question = next(one for one in _questions(self.questionnaire) if one.code == code)
        return [(choice.value, choice.label.plain("vi")) for choice in _choices(question)]


def read_map(content: bytes) -> ResponseMap:
    """Read a mapping file; raises HailongError `map_faulty` that names the place."""
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        _refuse("TOML", str(error))
    for key in data.keys() - _TOP:
        _refuse(key, ", ".join(sorted(_TOP)))
    questionnaire = _questionnaire(_text(data, "version"))
    questions = {question.code: question for question in _questions(questionnaire)}
    columns = _strings(data, "answers")
    for code in columns:
        if code not in questions or questions[code].kind is Kind.SEVERAL:
            known = [one.code for one in questions.values() if one.kind is not Kind.SEVERAL]
            _refuse(f"answers.{code}", ", ".join(known))
    if not set(columns) & set(questionnaire.rating_items):
        _refuse("answers", ", ".join(questionnaire.rating_items))
    order = str(data.get("day", {}).get("order", "dmy"))
    if order not in ORDERS:
        _refuse("day.order", ", ".join(ORDERS))
    return ResponseMap(
        source=_text(data, "source")[:120],
        questionnaire=questionnaire,
        officer=_text(data, "officer").casefold(),
        witness=_text(data, "witness")[:120],
        columns=columns,
        values={code: _values(data, questions[code]) for code in columns},
        unit=_place(data, "unit", "code", str, needed=True),
        day=_place(data, "day", "value", date, needed=True),
        order=order,
        field=_place(data, "field", "code", str),
        channel=_place(data, "channel", "code", str),
        only=_place(data, "only", "values", list),
    )


def _questionnaire(version: str) -> Questionnaire:
    try:
        questionnaire = load_questionnaire(version)
    except QuestionnaireError as error:
        raise HailongError("questionnaire_unknown", version=version) from error
    if questionnaire.purpose is not Purpose.CITIZEN:
        raise HailongError("questionnaire_for_leaders", version=version)
    return questionnaire


def _values(data: Mapping[str, Any], question: Question) -> dict[str, str]:
    """What may stand in the column of a question: the stored character, the words of the form, the map's own."""
    choices = _choices(question)
    known = {fold(choice.value): choice.value for choice in choices}
    known |= {
        fold(choice.label.plain(language)): choice.value
        for choice in choices
        for language in choice.label.by_language
    }
    for place in ("words", f"words_of.{question.code}"):
        own = data.get("words", {}) if place == "words" else data.get("words_of", {}).get(question.code, {})
        for written, value in own.items():
            if str(value) in question.values:
                known[fold(written)] = str(value)
            elif place != "words":
                _refuse(f"{place}.{written}", ", ".join(sorted(question.values)))
    return known


def _questions(questionnaire: Questionnaire) -> tuple[Question, ...]:
    return (*questionnaire.questions, *questionnaire.extra_questions)


def _choices(question: Question) -> tuple[Choice, ...]:
    sixth = () if question.not_applicable is None else (question.not_applicable,)
    return (*question.choices, *sixth)


def _place(data: Mapping[str, Any], name: str, constant: str, kind: type, *, needed: bool = False) -> Place:
    table = data.get(name, {})
    if not isinstance(table, dict) or table.keys() - {"column", constant, "words", "order"}:
        _refuse(name, f"column, {constant}, words")
    place = Place(table.get("column"), table.get(constant), table.get("words"))
    if needed and not place.is_given:
        _refuse(name, f"column = “…” / {constant} = “…”")
    if place.constant is not None and not isinstance(place.constant, kind):
        _refuse(f"{name}.{constant}", "2026-08-14" if kind is date else kind.__name__)
    return place


def _strings(data: Mapping[str, Any], name: str) -> dict[str, str]:
    table = data.get(name, {})
    if not isinstance(table, dict) or not table or not all(isinstance(value, str) for value in table.values()):
        _refuse(name, 'Q1 = "…"')
    return dict(table)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        _refuse(name, f'{name} = "…"')
    return value.strip()


def _refuse(where: str, expected: str) -> NoReturn:
    raise HailongError("map_faulty", where=where, expected=expected)
