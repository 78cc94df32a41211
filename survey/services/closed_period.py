"""Which days belong to a period that is frozen."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.models import ScoreSet, ScoreState

_CLOSED = select(ScoreSet.period).where(ScoreSet.state == ScoreState.CLOSED).distinct()


def closed_period(database: Session | Connection, first: date, last: date | None = None) -> str | None:
    """Name a frozen period that the day `first`, or one to `last`, belongs to; None where there is none.

    What is frozen takes no more responses and loses none: ask under `wait_for_closing`.
    """
    last = last or first
    for text in database.scalars(_CLOSED):
        period = parse_period(text)
        if period.first <= last and first <= period.last:
            return text
    return None
