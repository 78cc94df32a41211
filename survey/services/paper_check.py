"""The second, blind typing of a random part of a batch, and the end of the batch."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.questionnaire import SKIPPED, Questionnaire, load_questionnaire
from survey.database import wait_for_closing, write
from survey.errors import HailongError
from survey.models import (
    BatchState,
    Channel,
    Officer,
    PaperBatch,
    PaperSheet,
    Response,
    ResponseExtra,
    Source,
    Trust,
)
from survey.services import audit
from survey.services.destination import field_of, fields_of, resolve_place
from survey.services.paper import LONGEST_REASON, locked_batch, open_batch, refuse_closed
from survey.services.paper_row import Row, differences, field_letters, read_row, stored_row
from survey.services.response import number_hash

CHECKED_SHARE = 0.05
NUMBER_BYTES = 10
_RANDOM = SystemRandom()


@dataclass(frozen=True)
class Check:
    """How far the second typing of a batch has come; `sheet` is the next to be typed or settled."""

    needed: int
    typed: int
    sheet: PaperSheet | None
    differs: list[tuple[str, str, str]]

    @property
    def is_done(self) -> bool:
        """Whether the batch may be finished."""
        return self.sheet is None and self.typed >= self.needed


def needed_checks(sheets: int) -> int:
    """Return how many of so many sheets are typed twice: a twentieth, and at least one.

    >>> [needed_checks(sheets) for sheets in (1, 20, 21, 100)]
    [1, 1, 2, 5]
    """
    return max(1, math.ceil(CHECKED_SHARE * sheets))


def progress(batch: PaperBatch) -> Check:
    """Tell which sheet is the next to be typed again, or has a difference to be looked up."""
    questionnaire = load_questionnaire(batch.version)
    chosen = [sheet for sheet in batch.sheets if sheet.chosen]
    waiting = next((sheet for sheet in chosen if _waits(questionnaire, sheet)), None)
    differs = [] if waiting is None else _differences(questionnaire, waiting)
    return Check(
        needed=needed_checks(len(batch.sheets)),
        typed=sum(not _waits(questionnaire, sheet) for sheet in chosen),
        sheet=waiting,
        differs=differs,
    )


def draw(session: Session, batch_id: str) -> Check:
    """Draw as many sheets as are still missing for the second typing, each as likely as any other.

    Raises HailongError `paper_batch_ended` or `paper_no_sheets`.
    """
    with write(session):
        batch = open_batch(session, batch_id)
        if not batch.sheets:
            raise HailongError("paper_no_sheets")
        others = [sheet for sheet in batch.sheets if not sheet.chosen]
        missing = needed_checks(len(batch.sheets)) - (len(batch.sheets) - len(others))
        for sheet in _RANDOM.sample(others, max(0, missing)):
            sheet.chosen = True
            sheet.first = sheet.typed
        return progress(batch)


def type_again(
    session: Session, batch_id: str, number: int, typed: str, *, officer: Officer, now: datetime
) -> Check:
    """Keep the second typing of a drawn sheet or, where the two differ, what a look at the paper has settled.

    Raises HailongError `paper_batch_ended`, `paper_sheet_not_drawn`, or what `read_row` does.
    """
    with write(session):
        batch = open_batch(session, batch_id)
        questionnaire = load_questionnaire(batch.version)
        sheet = next((sheet for sheet in batch.sheets if sheet.number == number and sheet.chosen), None)
        if sheet is None:
            raise HailongError("paper_sheet_not_drawn", number=str(number))
        row = read_row(questionnaire, field_letters(session), typed)
        if not _waits(questionnaire, sheet):
            return progress(batch)  # sent twice
        if sheet.second is None:
            sheet.second = row.canonical
        else:
            sheet.typed, sheet.settled = row.canonical, True
        audit.record(
            session,
            now=now,
            actor=officer.email,
            action="paper.settle" if sheet.settled else "paper.check",
            subject=f"paper batch {batch_id}",
            detail={"sheet": number, "differs": len(_differences(questionnaire, sheet))},
        )
        return progress(batch)


def finish(session: Session, batch_id: str, *, reason: str, officer: Officer, now: datetime) -> PaperBatch:
    """Turn every sheet into a response, all or none; a batch finished already stays as it is.

    Raises HailongError `paper_no_sheets`, `paper_not_checked`, `paper_reason_missing` where sheets found and typed
    differ, `paper_period_closed` or, if it was discarded, `paper_batch_ended`.
    """
    with write(session):
        wait_for_closing(session.connection(), closing=False)
        batch = locked_batch(session, batch_id)
        if batch.state is BatchState.FINISHED:
            return batch
        batch = open_batch(session, batch_id)
        questionnaire = load_questionnaire(batch.version)
        _refuse_unfinished(batch, reason)
        refuse_closed(session, batch.last_day)
        rows = [stored_row(questionnaire, sheet.typed) for sheet in batch.sheets]
        valid = [row for row in rows if row.is_valid]
        compared, agreed = _agreement(questionnaire, batch)
        _store(session, batch, valid)
        batch.state = BatchState.FINISHED
        batch.ended_at = now
        batch.stored_count, batch.invalid_count = len(valid), len(rows) - len(valid)
        batch.compared_count, batch.agreed_count = compared, agreed
        batch.reason = reason.strip()[:LONGEST_REASON] or None
        batch.sheets.clear()
        audit.record(
            session,
            now=now,
            actor=officer.email,
            action="paper.finish",
            subject=f"paper batch {batch_id}",
            detail={
                "found": batch.found_count,
                "stored": len(valid),
                "invalid": batch.invalid_count,
                "compared": compared,
                "agreed": agreed,
                "reason": batch.reason,
            },
        )
    return batch


def _refuse_unfinished(batch: PaperBatch, reason: str) -> None:
    if not batch.sheets:
        raise HailongError("paper_no_sheets")
    if not progress(batch).is_done:
        raise HailongError("paper_not_checked", needed=str(needed_checks(len(batch.sheets))))
    if len(batch.sheets) != batch.found_count and not reason.strip():
        raise HailongError("paper_reason_missing")


def _store(session: Session, batch: PaperBatch, rows: list[Row]) -> None:
    """Add the responses in an order of their own: nobody can count down to a sheet of paper."""
    if not rows:
        return
    # Like every other way in: a unit that has merged since books to the one that carries on.
    place = resolve_place(
        session.connection(), unit_id=batch.unit_id, counter_id=batch.counter_id, today=batch.last_day
    )
    codes = {letter: code for code, letter in field_letters(session).items()}
    known = fields_of(session.connection(), place)
    trial = place.is_trial(batch.last_day)
    responses, extras = [], []
    for row in _RANDOM.sample(rows, len(rows)):
        field, source = field_of(place, codes.get(row.letter), lambda: known)
        key = {"local_date": batch.last_day, "number_hash": number_hash(secrets.token_bytes(NUMBER_BYTES))}
        responses.append(
            key
            | {
                "unit_id": place.unit_id,
                "counter_id": place.counter_id,
                "version": batch.version,
                "trust": Trust.ASSISTED,
                "flags": "",
                "trial": trial,
                "field": field,
                "field_source": source,
                "channel": Channel.DIRECT.value,
                "channel_source": Source.CODE,
                "outcome": None,
                "outcome_source": Source.UNKNOWN,
                "answers": row.answers,
                "batch_id": batch.id,
            }
        )
        if row.extra.strip(SKIPPED):
            extras.append(key | {"version": batch.version, "answers": row.extra})
    session.execute(insert(Response), responses)
    if extras:
        session.execute(insert(ResponseExtra), extras)


def _waits(questionnaire: Questionnaire, sheet: PaperSheet) -> bool:
    return sheet.second is None or (not sheet.settled and bool(_differences(questionnaire, sheet)))


def _differences(questionnaire: Questionnaire, sheet: PaperSheet) -> list[tuple[str, str, str]]:
    if sheet.first is None or sheet.second is None:
        return []
    return differences(
        questionnaire, stored_row(questionnaire, sheet.first), stored_row(questionnaire, sheet.second)
    )


def _agreement(questionnaire: Questionnaire, batch: PaperBatch) -> tuple[int, int]:
    """Count the answers typed twice, and those that were the same both times."""
    answers = 1 + len(questionnaire.questions) + len(questionnaire.extra_questions)
    checked = [sheet for sheet in batch.sheets if sheet.chosen]
    differing = sum(
        answers if found and not found[0][0] else len(found)
        for found in (_differences(questionnaire, sheet) for sheet in checked)
    )
    return answers * len(checked), answers * len(checked) - differing
