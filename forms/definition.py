"""Reading the parts of a questionnaire from its definition; every fault names its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms.question import NOT_APPLICABLE, RATINGS, Choice, Factor, Kind, Question, QuestionnaireError, Text

WHOLE = "the definition"


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

    def text(self, key: str) -> Text:
        """A text of the definition itself."""
        return self._text(self._data.get(key), key)

    def questions(self, key: str) -> Iterator[Question]:
        """The questions under `question` or `extra_question`, in order."""
        scale = self._scale()
        for number, entry in enumerate(_list(self._data, key, WHOLE), start=1):
            place = f"{key} {entry.get('code', number)}"
            try:
                kind = Kind(entry.get("kind", ""))
            except ValueError:
                raise QuestionnaireError(f"{place}: kind must be one of {', '.join(Kind)}") from None
            choices = scale if kind is Kind.RATING else tuple(self._choices(entry, place))
            yield Question(
                code=_value(entry, "code", str, place),
                kind=kind,
                text=self._text(entry.get("text"), f"{place}: text"),
                choices=choices,
                rows=_rows(entry, kind, len(choices), place),
                not_applicable=self._not_applicable(entry, place) if kind is Kind.RATING else None,
                online_text=self._text(entry["online_text"], f"{place}: online_text")
                if "online_text" in entry
                else None,
            )

    def factors(self) -> Iterator[Factor]:
        """The factors, in order."""
        for number, entry in enumerate(_list(self._data, "factor", WHOLE), start=1):
            place = f"factor {number}"
            yield Factor(
                code=_value(entry, "code", str, place),
                title=self._text(entry.get("title"), f"{place}: title"),
                items=tuple(_value(entry, "items", list, place)),
            )

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
