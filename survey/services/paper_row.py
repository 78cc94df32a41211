"""The row of keys that a clerk types for one paper form, and what it means.

`F5445x2` or, with the two questions of the second part, `F5445x213`: the letter of the field of procedures if one
is ticked, then one key per question in the order of the form: the place of the ticked box, `x` for the sixth box
of a rating, `-` or a space for none. `0` alone is a sheet that cannot count.

The letters of the fields are consonants: with a Vietnamese keyboard on, a vowel and a digit would become one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.questionnaire import SKIPPED, Kind, Question, Questionnaire
from survey.errors import HailongError
from survey.models import ServiceField, Unit
from survey.services import questionnaire_use

INVALID = "0"
NO_FIELD = "."
LETTERS = "BCFGHJKLMNPQRSTVZ"
_SAME = str.maketrans({" ": SKIPPED, "\u00a0": SKIPPED, "_": SKIPPED, "–": SKIPPED, "X": "x"})


@dataclass(frozen=True)
class Row:
    """A typed sheet: the letter of its field if any, and its answers as they are stored."""

    letter: str
    answers: str
    extra: str

    @property
    def is_valid(self) -> bool:
        """Whether the sheet becomes a response."""
        return bool(self.answers)

    @property
    def canonical(self) -> str:
        """The row in one form whatever was typed, so that two typings can be compared."""
        return f"{self.letter or NO_FIELD}{self.answers}{self.extra}" if self.is_valid else INVALID

    @property
    def keys(self) -> str:
        """The row as it is typed."""
        return f"{self.letter}{self.answers}{self.extra}" if self.is_valid else INVALID


def paper_questionnaire(session: Session, unit: Unit, day: date) -> Questionnaire:
    """Return what citizens of a unit are asked on a day, if it fits on the paper form.

    Raises HailongError `paper_form_too_long` for one with sections or several answers to a question.
    """
    questionnaire = questionnaire_use.for_citizens(session.connection(), unit.id, today=day)
    every = (*questionnaire.questions, *questionnaire.extra_questions)
    if questionnaire.sections or any(question.kind is Kind.SEVERAL for question in every):
        raise HailongError("paper_form_too_long", unit=unit.name, version=questionnaire.id)
    return questionnaire


def field_letters(session: Session) -> dict[str, str]:
    """Map the code of each field to its letter on paper; the same on every form of this installation, for ever."""
    fields = session.scalars(select(ServiceField).order_by(ServiceField.position, ServiceField.code))
    # Also a field that is not asked about keeps its letter, so that no other gets it.
    return {field.code: letter for field, letter in zip(fields, LETTERS, strict=False) if field.asked}


def read_row(questionnaire: Questionnaire, letters: Mapping[str, str], typed: str) -> Row:
    """Read what was typed.

    Raises HailongError `row_empty`, `row_unknown_letter`, `row_wrong_key`, `row_too_short`, `row_too_long` or
    `row_too_few_ratings`; each says what to do.
    """
    text = unicodedata.normalize("NFC", typed.rstrip("\r\n")).translate(_SAME)
    if not text.strip(SKIPPED):
        raise HailongError("row_empty")
    if text.strip(SKIPPED) == INVALID:
        return Row("", "", "")
    first, rest = text[0], text[1:]
    letter = ""
    if first == NO_FIELD:
        text = rest
    elif first.isalpha() and first not in questionnaire.questions[0].values:
        letter, text = first.upper(), rest
        if letter not in letters.values():
            raise HailongError("row_unknown_letter", got=first, letters=", ".join(sorted(letters.values())))
    main, extra = questionnaire.questions, questionnaire.extra_questions
    if len(text) < len(main):
        raise HailongError("row_too_short", got=str(len(text)), wanted=str(len(main)))
    if len(text) > len(main) + len(extra):
        raise HailongError("row_too_long", got=str(len(text)), wanted=str(len(main) + len(extra)))
    answers = _keys(main, text[: len(main)], start=1)
    extras = _keys(extra, text[len(main) :].ljust(len(extra), SKIPPED), start=len(main) + 1)
    if not questionnaire.is_valid(_by_code(main, answers)):
        raise HailongError("row_too_few_ratings", minimum=str(questionnaire.minimum_ratings))
    return Row(letter, answers, extras)


def stored_row(questionnaire: Questionnaire, canonical: str) -> Row:
    """Take a canonical row apart again."""
    if canonical == INVALID:
        return Row("", "", "")
    end = 1 + len(questionnaire.questions)
    return Row(canonical[0].replace(NO_FIELD, ""), canonical[1:end], canonical[end:])


def differences(questionnaire: Questionnaire, first: Row, second: Row) -> list[tuple[str, str, str]]:
    """List where two typings differ: question code (L for the field), key of the first, key of the second."""
    if not (first.is_valid and second.is_valid):
        return [] if first == second else [("", first.keys, second.keys)]
    codes = ["L", *(question.code for question in (*questionnaire.questions, *questionnaire.extra_questions))]
    pairs = zip(codes, first.canonical, second.canonical, strict=True)
    return [(code, one, two) for code, one, two in pairs if one != two]


def _keys(questions: tuple[Question, ...], text: str, *, start: int) -> str:
    for place, (question, key) in enumerate(zip(questions, text, strict=True), start=start):
        if key != SKIPPED and key not in question.values:
            expected = " ".join(sorted(question.values))
            raise HailongError("row_wrong_key", question=question.code, place=str(place), got=key, keys=expected)
    return text


def _by_code(questions: tuple[Question, ...], answers: str) -> dict[str, str]:
    return {q.code: key for q, key in zip(questions, answers, strict=True) if key != SKIPPED}
