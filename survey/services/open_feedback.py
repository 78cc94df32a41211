"""Feedback of a period as everybody may know it: received, answered in time, late, open; only numbers of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from analysis.periods import Period
from survey.models import RESTRICTED, CaseState, EntryKind, FeedbackCase, Reader, Unit
from survey.services.deadline import since

ANSWERS = (EntryKind.REPLY,)


@dataclass
class FeedbackAnswered:
    """Cases that came in during a period, as they stood when the result was published; zero is said as zero.

    `late` are those answered after their day and those whose day has passed without an answer.
    """

    received: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0

    def plain(self) -> dict[str, int]:
        return asdict(self)


def feedback_answered(
    session: Session, period: Period, units: Mapping[int, Unit], *, today: date
) -> dict[int, FeedbackAnswered]:
    """Count the cases of every unit, with those below it.

    A case that the unit's people may not see (to its leader only, a complaint or denunciation, or to the level
    above) counts with the level above alone: a number beside the inbox would tell them that it exists.
    """
    found = {unit_id: FeedbackAnswered() for unit_id in units}
    query = (
        select(FeedbackCase)
        .options(selectinload(FeedbackCase.entries))
        .where(
            FeedbackCase.trial.is_(False),
            FeedbackCase.merged_into.is_(None),
            FeedbackCase.state != CaseState.WITHDRAWN,
            FeedbackCase.received_on.between(period.first, period.last),
        )
    )
    for case in session.scalars(query):
        outcome = _outcome(case, today)
        for unit_id in _counted_by(case, units):
            own = found[unit_id]
            own.received += 1
            setattr(own, outcome, getattr(own, outcome) + 1)
    return found


def _counted_by(case: FeedbackCase, units: Mapping[int, Unit]) -> list[int]:
    unit_id: int | None = case.reader_unit_id
    if case.reader is Reader.LEADER or case.category in RESTRICTED:
        unit_id = units[case.reader_unit_id].parent_id
    found: list[int] = []
    while unit_id is not None and unit_id not in found:
        found.append(unit_id)
        unit_id = units[unit_id].parent_id
    return found


def _outcome(case: FeedbackCase, today: date) -> str:
    answered = [entry.on_date for entry in case.entries if entry.kind in ANSWERS and entry.on_date >= since(case)]
    day = answered[0] if answered else case.settled_on
    if day is None:
        return "late" if case.due_on is not None and case.due_on < today else "open"
    return "late" if case.due_on is not None and case.due_on < day else "on_time"
