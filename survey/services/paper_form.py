"""Print the paper form of units: the questionnaire of the phone, with boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from forms.questionnaire import Choice, Kind, Question, Questionnaire, Text
from survey.errors import HailongError
from survey.models import QrCode
from survey.reports.paper import PaperForm, PaperOption, PaperQuestion, PaperText, paper_pdf
from survey.services.destination import offered_fields, resolve
from survey.services.example import EXAMPLE_WORDS, is_example
from survey.services.paper_row import field_letters, paper_questionnaire
from survey.services.poster import Progress, address
from survey.services.qrcode import ensure_codes, newest_codes
from survey.services.unit_tree import unit_by_code, units_in_force


def paper_forms(
    session: Session,
    unit_code: str | None,
    *,
    below: bool,
    size: str,
    english: bool,
    base_url: str,
    today: date,
    now: datetime,
    actor: str,
    progress: Progress = iter,
) -> tuple[bytes, int]:
    """Print one sheet for a unit, and for those `below` it; for all without `unit_code`. Return PDF and sheets.

    The code beside the questions is that of the unit's exit; it is made if it is missing. Raises HailongError
    `unknown_unit`, `no_units` or `paper_form_too_long`.
    """
    top = None if unit_code is None else unit_by_code(session, unit_code)
    codes: list[QrCode] = []
    for unit in progress(units_in_force(session, top, below=below, today=today)):
        ensure_codes(session, unit, today=today, now=now, actor=actor, at_exit=True)
        codes += [code for code in newest_codes(session, unit, today=today) if code.is_exit]
    if not codes:
        raise HailongError("no_units")
    letters = field_letters(session)
    note = EXAMPLE_WORDS if is_example(session) else ""
    forms = [
        _form(session, paper_questionnaire(session, code.unit, today), letters, code, base_url, today, note)
        for code in codes
    ]
    dated = max(code.created_on for code in codes)
    return paper_pdf(forms, size=size, english=english, dated=dated), len(forms)


def _form(
    session: Session,
    questionnaire: Questionnaire,
    letters: Mapping[str, str],
    code: QrCode,
    base_url: str,
    today: date,
    note: str,
) -> PaperForm:
    fields = offered_fields(session.connection(), resolve(session.connection(), code.code, today=today))
    return PaperForm(
        title=_text(questionnaire.title),
        one_stop_name=code.unit.one_stop_name,
        field_question=_text(questionnaire.field_question),
        fields=tuple(
            PaperOption(PaperText(field.name_vi, field.name_en), letters.get(field.code, "")) for field in fields
        ),
        stem=_text(questionnaire.stem),
        scale=tuple(_text(choice.label) for choice in _scale(questionnaire)),
        ratings=tuple(_rating(question) for question in questionnaire.questions if question.kind is Kind.RATING),
        choices=_choices(questionnaire.questions),
        extras=_choices(questionnaire.extra_questions),
        version=questionnaire.id,
        code=code.code,
        address=address(base_url, code.code),
        note=note,
    )


def _scale(questionnaire: Questionnaire) -> Iterable[Choice]:
    return next(question.choices for question in questionnaire.questions if question.kind is Kind.RATING)


def _rating(question: Question) -> PaperQuestion:
    sixth = question.not_applicable
    return PaperQuestion(_text(question.text), () if sixth is None else (PaperOption(_text(sixth.label)),))


def _choices(questions: Iterable[Question]) -> tuple[PaperQuestion, ...]:
    return tuple(
        PaperQuestion(_text(question.text), tuple(PaperOption(_text(choice.label)) for choice in question.choices))
        for question in questions
        if question.kind is not Kind.RATING
    )


def _text(text: Text) -> PaperText:
    return PaperText(text["vi"], text["en"])
