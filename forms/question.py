"""The parts of a questionnaire: texts, choices, questions, factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RATINGS = ("1", "2", "3", "4", "5")
NOT_APPLICABLE = "x"
SKIPPED = "-"
_LINE_BREAK_HINTS = str.maketrans({"\u00a0": " ", "\u00ad": None})


class QuestionnaireError(ValueError):
    """A definition or an answer does not fit; the message says where and what was expected."""


class Kind(StrEnum):
    """How a question is answered."""

    RATING = "rating"
    CHOICE = "choice"


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
class Question:
    """One question with exactly one answer, stored as one character.

    `not_applicable` is the sixth choice of a rating. `online_text` replaces `text` where the dossier was handed
    in online. `rows` lays the choices out: how many stand in each row.
    """

    code: str
    kind: Kind
    text: Text
    choices: tuple[Choice, ...]
    rows: tuple[int, ...]
    not_applicable: Choice | None = None
    online_text: Text | None = None

    @property
    def values(self) -> frozenset[str]:
        """Every character that may be stored for an answer, but the one for a skipped question."""
        sixth = () if self.not_applicable is None else (self.not_applicable,)
        return frozenset(choice.value for choice in (*self.choices, *sixth))

    def wording(self, *, online: bool) -> Text:
        """The text as asked of someone whose dossier was handed in online, or not."""
        return self.online_text if online and self.online_text else self.text


@dataclass(frozen=True)
class Factor:
    """A factor of satisfaction and the rating questions it is the mean of."""

    code: str
    title: Text
    items: tuple[str, ...]
