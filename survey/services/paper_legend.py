"""What the keys of a typed sheet mean: the questions of the form, in order, in one language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.questionnaire import Question, Questionnaire, load_questionnaire
from survey.models import ServiceField
from survey.services.paper_row import field_letters


@dataclass(frozen=True)
class LegendLine:
    """One place of the row: the question's code and words, and each key with its words."""

    code: str
    text: str
    keys: tuple[tuple[str, str], ...]
    required: bool


@dataclass(frozen=True)
class Legend:
    """The places of a row in order; the field of procedures comes first and may be left out."""

    questionnaire: Questionnaire
    field: LegendLine
    lines: tuple[LegendLine, ...]

    @property
    def shortest(self) -> int:
        """How many keys a row has at least."""
        return len(self.questionnaire.questions)

    @property
    def places(self) -> tuple[LegendLine, ...]:
        """Every place of the row, the field's first."""
        return (self.field, *self.lines)

    def name(self, code: str) -> str:
        """Name the question of a code, L being the field."""
        return next((line.text for line in self.places if line.code == code), code)


def legend(session: Session, version: str, language: str) -> Legend:
    """Explain the row of a questionnaire's paper form."""
    questionnaire = load_questionnaire(version)
    letters = field_letters(session)
    fields = session.scalars(select(ServiceField).where(ServiceField.code.in_(letters)))
    named = sorted((letters[field.code], field.name_en if language == "en" else field.name_vi) for field in fields)
    lines = (
        *(_line(question, language, required=True) for question in questionnaire.questions),
        *(_line(question, language, required=False) for question in questionnaire.extra_questions),
    )
    text = questionnaire.field_question.plain(language)
    return Legend(questionnaire, LegendLine("L", text, tuple(named), required=False), lines)


def _line(question: Question, language: str, *, required: bool) -> LegendLine:
    sixth = () if question.not_applicable is None else (question.not_applicable,)
    keys = tuple((choice.value, choice.label.plain(language)) for choice in (*question.choices, *sixth))
    return LegendLine(question.code, question.text.plain(language), keys, required)
