"""The parts of a questionnaire: texts, choices, questions, factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RATINGS = ("1", "2", "3", "4", "5")
NOT_APPLICABLE = "x"
SKIPPED = "-"
TICKED, NOT_TICKED = "1", "0"
_LINE_BREAK_HINTS = str.maketrans({"\u00a0": " ", "\u00ad": None})


class QuestionnaireError(ValueError):
    """A definition or an answer does not fit; the message says where and what was expected."""


class Kind(StrEnum):
    """How a question is answered."""

    RATING = "rating"
    CHOICE = "choice"
    SEVERAL = "several"


@dataclass(frozen=True)
class Text:
    """One text in every language of its questionnaire."""

    by_language: Mapping[str, str]

    def __getitem__(self, language: str) -> str:
        """The text for the form, with its hints where a line may or may not break."""
        return self.by_language[language]

    def plain(self, language: str) -> str:
        """The text for tables and files, without line-break hints."""
        return self.by_language[language].translate(_LINE_BREAK_HINTS)


@dataclass(frozen=True)
class Choice:
    """One answer that can be ticked: the character stored for it, and its words."""

    value: str
    label: Text


@dataclass(frozen=True)
class Section:
    """A part of a long questionnaire under a heading of its own.

    `lead` stands before its questions in place of the whole's stem; `note` is small print under the heading.
    """

    code: str
    title: Text
    lead: Text | None = None
    note: Text | None = None


@dataclass(frozen=True)
class Question:
    """One question: a rating or choice is stored as one character, several answers as one yes or no per choice.

    `not_applicable` is the sixth choice of a rating. `online_text` replaces `text` where the dossier was handed
    in online. `rows` lays the choices out: how many stand in each row. `provisional` marks words of ours that
    stand in for an annex which has not been read.
    """

    code: str
    kind: Kind
    text: Text
    choices: tuple[Choice, ...]
    rows: tuple[int, ...]
    not_applicable: Choice | None = None
    online_text: Text | None = None
    section: str | None = None
    provisional: bool = False

    @property
    def values(self) -> frozenset[str]:
        """The value of every choice, the sixth of a rating among them."""
        sixth = () if self.not_applicable is None else (self.not_applicable,)
        return frozenset(choice.value for choice in (*self.choices, *sixth))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the characters stored for it, in order."""
        if self.kind is not Kind.SEVERAL:
            return (self.code,)
        return tuple(f"{self.code}.{choice.value}" for choice in self.choices)

    def wording(self, *, online: bool) -> Text:
        """The text as asked of someone whose dossier was handed in online, or not."""
        return self.online_text if online and self.online_text else self.text

    def encode(self, value: str) -> str:
        """Write an answer as its characters; several answers come as their values one after the other.

        Nothing chosen is a question skipped. Raises QuestionnaireError for what was not offered.
        """
        if not value or value == SKIPPED:
            return SKIPPED * len(self.columns)
        several = self.kind is Kind.SEVERAL
        if set(value) - self.values or (len(value) > 1 and not several):
            expected = ", ".join(sorted(self.values))
            raise QuestionnaireError(f"{self.code}: {value!r} is not an answer; expected one of {expected}")
        if not several:
            return value
        return "".join(TICKED if choice.value in value else NOT_TICKED for choice in self.choices)


@dataclass(frozen=True)
class Factor:
    """A factor of satisfaction and the rating questions it is the mean of."""

    code: str
    title: Text
    items: tuple[str, ...]
