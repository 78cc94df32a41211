"""Draft the letter of apology for a late dossier from a case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from survey.database import write
from survey.models import FeedbackCase, Unit, UnitKind
from survey.reports.apology import Apology, docx_bytes
from survey.services import audit
from survey.services.example import is_example
from survey.services.feedback_answer import reference

_PEOPLES_COMMITTEE = "Ủy ban nhân dân"
_WITH_COMMITTEE = frozenset({UnitKind.WARD, UnitKind.COMMUNE, UnitKind.SPECIAL_ZONE, UnitKind.PROVINCE})


def draft(session: Session, case: FeedbackCase, *, actor: str, now: datetime) -> bytes:
    """Write the draft for the unit that handles a case, and note who asked for it."""
    unit = case.reader_unit
    letter = Apology(
        above=_above(unit),
        issuer=unit.name,
        one_stop_name=unit.one_stop_name,
        reference=reference(case)[:8],
        received_on=case.received_on,
        is_example=is_example(session),
    )
    with write(session):
        audit.record(session, now=now, actor=actor, action="feedback.apology", subject=reference(case))
    return docx_bytes(letter)


def _above(unit: Unit) -> str:
    """A people's committee is one with its place; a department stands below the committee of its province."""
    if unit.kind in _WITH_COMMITTEE:
        return _PEOPLES_COMMITTEE
    return "" if unit.parent is None else f"{_PEOPLES_COMMITTEE} {unit.parent.name}"
