"""Reading the parts of a questionnaire from its definition; every fault names its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from forms.question import (
    NOT_APPLICABLE,
    RATINGS,
    Choice,
    Factor,
    Kind,
    Question,
    QuestionnaireError,
    Section,
    Text,
)

WHOLE = "the definition"
CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
# The field of procedures has this name on the form.
RESERVED_CODE = "L"


class Definition:
    """A parsed definition. `place` says where an entry stands, for the message of a fault.

    Every language it names must be complete. One under `review` need not be: what it lacks is listed in `missing`
    and stands there in Vietnamese, marked "[vi]". That is for those who translate, never for a citizen.
    """

    def __init__(self, data: Mapping[str, Any], review: str | None = None) -> None:
        self._data = data
        self._review = review
        self.missing: dict[str, str] = {}
        named = [str(language) for language in data.get("languages", ())]
        self.languages = tuple(dict.fromkeys([*named, *([review] if review else [])]))
        if not {"vi", "en"} <= set(self.languages):
            raise QuestionnaireError("languages: expected at least vi and en")

    def value(self, key: str, kind: type) -> Any:
        """An entry of the definition itself, of the type it must have."""
        return _value(self._data, key, kind, WHOLE)

    def day(self, key: str) -> date:
        """A day: a date of TOML, or its text where the definition was stored as JSON."""
        found = self._data.get(key)
        try:
            return date.fromisoformat(found) if isinstance(found, str) else self.value(key, date)
        except ValueError:
            raise QuestionnaireError(f"{WHOLE}: {key} is {found!r}; expected a date like 2026-10-01") from None

    def optional_day(self, key: str) -> date | None:
        """A day that may be left open."""
        return self.day(key) if self._data.get(key) else None

    def text(self, key: str) -> Text:
        """A text of the definition itself."""
        return self._text(self._data.get(key), key)

    def optional_text(self, key: str) -> Text | None:
        """A text that may be missing."""
        return self.text(key) if key in self._data else None

    def sections(self) -> Iterator[Section]:
        """The sections, in order; a short questionnaire has none."""
        for number, entry in enumerate(self._data.get("section", []), start=1):
            place = f"section {entry.get('code', number)}"
            yield Section(
                code=_value(entry, "code", str, place),
                title=self._text(entry.get("title"), f"{place}: title"),
                lead=self._optional(entry, "lead", place),
                note=self._optional(entry, "note", place),
            )

    def questions(self, key: str) -> Iterator[Question]:
        """The questions under `question` or `extra_question`, in order; only the second may be none."""
        scale = self._scale()
        entries = _list(self._data, key, WHOLE) if key == "question" or key in self._data else []
        for number, entry in enumerate(entries, start=1):
            place = f"{key} {entry.get('code', number)}"
            try:
                kind = Kind(entry.get("kind", ""))
            except ValueError:
                raise QuestionnaireError(f"{place}: kind must be one of {', '.join(Kind)}") from None
            choices = scale if kind is Kind.RATING else tuple(self._choices(entry, place))
            yield Question(
                code=_code(entry, place),
                kind=kind,
                text=self._text(entry.get("text"), f"{place}: text"),
                choices=choices,
                rows=_rows(entry, kind, len(choices), place),
                not_applicable=self._not_applicable(entry, place) if kind is Kind.RATING else None,
                online_text=self._optional(entry, "online_text", place),
                section=entry.get("section"),
                provisional=bool(entry.get("provisional", False)),
            )

    def factors(self) -> Iterator[Factor]:
        """The factors, in order; each names its `items`, or its questions name it as their `factor`."""
        for number, entry in enumerate(_list(self._data, "factor", WHOLE), start=1):
            place = f"factor {number}"
            code = _value(entry, "code", str, place)
            named = [q["code"] for q in self._data["question"] if q.get("factor") == code]
            items = tuple(_value(entry, "items", list, place) if "items" in entry else named)
            if not items:
                raise QuestionnaireError(f"factor {code}: no question belongs to it")
            yield Factor(code=code, title=self._text(entry.get("title"), f"{place}: title"), items=items)

    def rating_points(self) -> tuple[Decimal, ...]:
        """What each of the five ratings is worth, worst first; empty where they give no points by themselves."""
        given = self._data.get("rating_points", [])
        points = tuple(Decimal(str(value)) for value in given)
        if points and (len(points) != len(RATINGS) or sorted(set(points)) != list(points)):
            raise QuestionnaireError(f"rating_points: expected {len(RATINGS)} rising numbers; found {given!r}")
        return points

    def _scale(self) -> tuple[Choice, ...]:
        labels = _list(self._data, "scale", WHOLE)
        if len(labels) != len(RATINGS):
            raise QuestionnaireError(f"scale: expected {len(RATINGS)} labels, worst first; found {len(labels)}")
        return tuple(
            Choice(value, self._text(label, f"scale {value}"))
            for value, label in zip(RATINGS, labels, strict=True)
        )

    def _not_applicable(self, entry: Mapping[str, Any], place: str) -> Choice:
        if "not_applicable" in entry:
            return Choice(NOT_APPLICABLE, self._text(entry["not_applicable"], f"{place}: not_applicable"))
        return Choice(NOT_APPLICABLE, self.text("not_applicable"))

    def _choices(self, entry: Mapping[str, Any], place: str) -> Iterator[Choice]:
        for choice in _list(entry, "choices", place):
            value = _value(choice, "value", str, f"{place}: choices")
            if len(value) != 1 or not value.isascii() or not value.isalnum() or value == NOT_APPLICABLE:
                raise QuestionnaireError(
                    f"{place}: {value!r} cannot be stored; use one digit or letter other than x"
                )
            yield Choice(value, self._text(choice, f"{place}: choice {value}"))

    def _optional(self, entry: Mapping[str, Any], key: str, place: str) -> Text | None:
        return self._text(entry[key], f"{place}: {key}") if key in entry else None

    def _text(self, entry: Any, place: str) -> Text:
        texts = dict(entry) if isinstance(entry, dict) else {}
        if self._review and not str(texts.get(self._review, "")).strip() and "vi" in texts:
            self.missing[place] = str(texts["vi"])
            texts[self._review] = f"[vi] {texts['vi']}"
        missing = [language for language in self.languages if not str(texts.get(language, "")).strip()]
        if missing:
            raise QuestionnaireError(f"{place}: no text in {', '.join(missing)}")
        return Text({language: str(texts[language]) for language in self.languages})


def _rows(entry: Mapping[str, Any], kind: Kind, count: int, place: str) -> tuple[int, ...]:
    one_row = (count,)
    one_each = (1,) * count
    rows = tuple(entry.get("rows", one_row if kind is Kind.RATING else one_each))
    if sum(rows) != count or min(rows) < 1:
        raise QuestionnaireError(f"{place}: rows hold {sum(rows)} choices; there are {count}")
    return rows


def _code(entry: Mapping[str, Any], place: str) -> str:
    code: str = _value(entry, "code", str, place)
    if not CODE.fullmatch(code) or code == RESERVED_CODE:
        raise QuestionnaireError(f"{place}: a code is one capital and at most seven capitals or digits, but not L")
    return code


def _list(entry: Mapping[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    found = entry.get(key)
    if not isinstance(found, list) or not found:
        raise QuestionnaireError(f"{place}: {key} is missing or empty")
    return found


def _value(entry: Mapping[str, Any], key: str, kind: type, place: str) -> Any:
    found = entry.get(key)
    if not isinstance(found, kind):
        raise QuestionnaireError(f"{place}: {key} is {found!r}; expected {kind.__name__}")
    return found
