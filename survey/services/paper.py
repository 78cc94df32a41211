"""Batches of paper forms: begin one, type and correct its sheets, and turn them into responses all at once.

The sheets of an open batch are drafts. Responses cannot be edited, so nothing becomes one before the batch is
finished, and then everything does in one transaction.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import quarter_of
from forms.questionnaire import load_questionnaire
from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import BatchState, Counter, Officer, PaperBatch, PaperSheet, Unit
from survey.services import audit
from survey.services.closed_period import closed_period
from survey.services.paper_row import Row, field_letters, paper_questionnaire, read_row

MOST_SHEETS = 2_000
LONGEST_REASON = 300


@dataclass(frozen=True)
class BoxOpening:
    """What the openers of a box wrote down: the days its sheets were dropped in, when it was opened, by whom."""

    first_day: date
    last_day: date
    opened_on: date
    opener_one: str
    opener_two: str
    found_count: int


def new_batch_id() -> str:
    """Draw the id of a batch. It stands in the form that begins one, so that sending it twice begins only one."""
    return secrets.token_hex(16)


def begin(
    session: Session,
    batch_id: str,
    unit: Unit,
    counter: Counter | None,
    opening: BoxOpening,
    *,
    officer: Officer,
    now: datetime,
) -> PaperBatch:
    """Begin a batch, or return the one that was begun with this id by the same officer.

    Raises HailongError `paper_openers_equal`, `paper_days_wrong`, `paper_two_quarters`, `paper_found_wrong`,
    `paper_period_closed`, `paper_batch_taken` or `paper_form_too_long`.
    """
    _check(opening, today=now.astimezone(TIME_ZONE).date())
    with write(session):
        # Under a lock that both of two clicks at once must take.
        session.refresh(unit, with_for_update=True)
        known = session.get(PaperBatch, batch_id)
        if known is not None:
            if known.officer_id != officer.id or known.unit_id != unit.id:
                raise HailongError("paper_batch_taken")
            return known
        refuse_closed(session, opening.last_day)
        batch = PaperBatch(
            id=batch_id,
            unit_id=unit.id,
            counter_id=None if counter is None else counter.id,
            version=paper_questionnaire(session, unit, opening.first_day).id,
            state=BatchState.OPEN,
            first_day=opening.first_day,
            last_day=opening.last_day,
            opened_on=opening.opened_on,
            opener_one=_name(opening.opener_one),
            opener_two=_name(opening.opener_two),
            found_count=opening.found_count,
            officer_id=officer.id,
            started_at=now,
        )
        session.add(batch)
        audit.record(
            session,
            now=now,
            actor=officer.email,
            action="paper.begin",
            subject=f"paper batch {batch_id}",
            detail={
                "unit": unit.code,
                "box": "exit" if counter is None else counter.code,
                "found": opening.found_count,
                "openers": [batch.opener_one, batch.opener_two],
                "days": [opening.first_day.isoformat(), opening.last_day.isoformat()],
            },
        )
    return batch


def type_sheet(session: Session, batch_id: str, number: int, typed: str) -> Row:
    """Keep the sheet with the next number; the same sheet sent again changes nothing.

    Raises HailongError `paper_batch_ended`, `paper_sheet_typed`, `paper_sheet_number`, or what `read_row` does.
    """
    with write(session):
        batch = open_batch(session, batch_id)
        row = read_row(load_questionnaire(batch.version), field_letters(session), typed)
        known = session.get(PaperSheet, (batch_id, number), populate_existing=True)
        if known is not None:
            if known.typed != row.canonical:
                raise HailongError("paper_sheet_typed", number=str(number))
            return row
        if number != len(batch.sheets) + 1 or number > MOST_SHEETS:
            raise HailongError("paper_sheet_number", number=str(len(batch.sheets) + 1))
        session.add(PaperSheet(batch_id=batch_id, number=number, typed=row.canonical, chosen=False, settled=False))
    return row


def correct_sheet(session: Session, batch_id: str, number: int, typed: str) -> Row:
    """Type a sheet anew; one that was drawn for the second typing stays, for that is what finds its mistakes.

    Raises HailongError `paper_batch_ended`, `paper_sheet_unknown`, `paper_sheet_drawn`, or what `read_row` does.
    """
    with write(session):
        batch = open_batch(session, batch_id)
        sheet = _own_sheet(session, batch, number)
        row = read_row(load_questionnaire(batch.version), field_letters(session), typed)
        sheet.typed = row.canonical
    return row


def remove_last_sheet(session: Session, batch_id: str, number: int) -> None:
    """Take back the newest sheet, such as one typed twice; only the last, so that the numbers on paper stay right.

    Raises HailongError `paper_batch_ended`, `paper_sheet_unknown`, `paper_sheet_drawn` or `paper_sheet_not_last`.
    """
    with write(session):
        batch = open_batch(session, batch_id)
        sheet = _own_sheet(session, batch, number)
        if number != len(batch.sheets):
            raise HailongError("paper_sheet_not_last")
        session.delete(sheet)


def discard(session: Session, batch_id: str, *, reason: str, officer: Officer, now: datetime) -> PaperBatch:
    """Give up an open batch: its sheets go, and that it was given up stays on record.

    Raises HailongError `paper_reason_missing` or, unless it was discarded already, `paper_batch_ended`.
    """
    if not reason.strip():
        raise HailongError("paper_reason_missing")
    with write(session):
        batch = locked_batch(session, batch_id)
        if batch.state is BatchState.DISCARDED:
            return batch
        batch = open_batch(session, batch_id)
        typed = len(batch.sheets)
        batch.sheets.clear()
        batch.state = BatchState.DISCARDED
        batch.ended_at = now
        batch.reason = reason.strip()[:LONGEST_REASON]
        audit.record(
            session,
            now=now,
            actor=officer.email,
            action="paper.discard",
            subject=f"paper batch {batch_id}",
            detail={"typed": typed, "found": batch.found_count, "reason": batch.reason},
        )
    return batch


def batches(session: Session, unit_ids: Collection[int], *, most: int = 50) -> Sequence[PaperBatch]:
    """List the batches of units: open ones first, then the newest."""
    query = (
        select(PaperBatch)
        .where(PaperBatch.unit_id.in_(unit_ids))
        .order_by(PaperBatch.state != BatchState.OPEN, PaperBatch.started_at.desc())
        .limit(most)
    )
    return session.scalars(query).all()


def locked_batch(session: Session, batch_id: str) -> PaperBatch:
    """Read a batch afresh, so that nobody else changes it meanwhile."""
    return session.get_one(PaperBatch, batch_id, with_for_update=True, populate_existing=True)


def open_batch(session: Session, batch_id: str) -> PaperBatch:
    """Read a batch whose sheets may still change; raise HailongError `paper_batch_ended` if they may not."""
    batch = locked_batch(session, batch_id)
    if batch.state is not BatchState.OPEN:
        raise HailongError("paper_batch_ended")
    session.refresh(batch, ["sheets"])
    return batch


def refuse_closed(session: Session, day: date) -> None:
    """Raise HailongError `paper_period_closed` if responses of `day` would come after their period was frozen."""
    closed = closed_period(session, day)
    if closed is not None:
        raise HailongError("paper_period_closed", period=closed, day=f"{day:%d/%m/%Y}")


def _check(opening: BoxOpening, *, today: date) -> None:
    if _key(opening.opener_one) == _key(opening.opener_two):
        raise HailongError("paper_openers_equal")
    if not opening.first_day <= opening.last_day <= opening.opened_on <= today:
        raise HailongError("paper_days_wrong")
    if quarter_of(opening.first_day) != quarter_of(opening.last_day):
        raise HailongError("paper_two_quarters")
    if not 1 <= opening.found_count <= MOST_SHEETS:
        raise HailongError("paper_found_wrong", most=MOST_SHEETS)


def _own_sheet(session: Session, batch: PaperBatch, number: int) -> PaperSheet:
    sheet = next((sheet for sheet in batch.sheets if sheet.number == number), None)
    if sheet is None:
        raise HailongError("paper_sheet_unknown", number=str(number))
    if sheet.chosen:
        raise HailongError("paper_sheet_drawn", number=str(number))
    return sheet


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _key(text: str) -> str:
    return _name(text).casefold()
