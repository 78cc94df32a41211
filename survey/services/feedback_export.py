"""Cases that leave the program as a file: without what points at a person, and without what only a leader sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from survey.database import write
from survey.models import RESTRICTED, EntryKind, FeedbackCase
from survey.reports.case_table import CaseRow, csv_bytes, xlsx_bytes
from survey.services import audit
from survey.services.example import is_example
from survey.services.feedback_answer import reference
from survey.services.inbox import Filter, Sight, conditions
from survey.services.redaction import redact, suggested_names

MOST_ROWS = 5_000
SAID = frozenset({EntryKind.SENT, EntryKind.ADDED, EntryKind.REOPENED})
ANSWERED = frozenset({EntryKind.REPLY, EntryKind.CORRECTION})
# Complaints and denunciations keep their place in the counts, not their words.
WITHHELD = "[không xuất]"
Words = Mapping[str, Mapping[str, object]]


def chosen(session: Session, sight: Sight, wanted: Filter, *, today: date) -> list[FeedbackCase]:
    """List the cases of a filter, the oldest first."""
    query = (
        select(FeedbackCase)
        .where(*conditions(sight, wanted, today=today), FeedbackCase.erased_on.is_(None))
        .options(
            selectinload(FeedbackCase.entries),
            joinedload(FeedbackCase.about_unit),
            joinedload(FeedbackCase.reader_unit),
        )
        .order_by(FeedbackCase.received_on, FeedbackCase.key)
        .limit(MOST_ROWS)
    )
    return list(session.scalars(query))


def names_in(cases: Collection[FeedbackCase]) -> list[str]:
    """Suggest which words of the cases' texts are names."""
    shown = [case for case in cases if case.category not in RESTRICTED]
    return suggested_names(entry.text for case in shown for entry in case.entries if entry.text)


def file_of(
    session: Session,
    cases: Collection[FeedbackCase],
    *,
    kind: str,
    names: Collection[str],
    words: Words,
    actor: str,
    now: datetime,
) -> bytes:
    """Write the cases as "csv" or "xlsx" without numbers, addresses and `names`; note that it was done."""
    rows = [_row(case, names, words) for case in cases]
    example = is_example(session)
    with write(session):
        detail = {"kind": kind, "cases": len(rows)}
        audit.record(session, now=now, actor=actor, action="feedback.export", subject="feedback", detail=detail)
    if kind == "csv":
        return csv_bytes(rows, is_example=example)
    return xlsx_bytes(rows, is_example=example, made_at=now)


def _row(case: FeedbackCase, names: Collection[str], words: Words) -> CaseRow:
    replies = [entry for entry in case.entries if entry.kind is EntryKind.REPLY]
    rated = next((entry.satisfied for entry in reversed(replies) if entry.satisfied is not None), None)
    return CaseRow(
        reference=reference(case)[:8],
        about=case.about_unit.name,
        reader=case.reader_unit.name,
        received_on=case.received_on,
        due_on=case.due_on,
        answered_on=replies[-1].on_date if replies else None,
        topic=str(words["topic"][case.topic]),
        category="" if case.category is None else str(words["category"][case.category]),
        state=str(words["state"][case.state]),
        text=_texts(case, SAID, names),
        answer=_texts(case, ANSWERED, names),
        rating="" if rated is None else str(words["rating"]["1" if rated else "0"]),
    )


def _texts(case: FeedbackCase, kinds: Collection[EntryKind], names: Collection[str]) -> str:
    texts = [entry.text for entry in case.entries if entry.kind in kinds and entry.text]
    if texts and case.category in RESTRICTED:
        return WITHHELD
    return "\n\n".join(redact(text, names) for text in texts)
