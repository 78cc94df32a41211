"""How many feedback cases there are, by topic and month and by state: only those that the reader may open."""

from __future__ import annotations

from collections import Counter as Numbers
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from survey.models import CaseState, FeedbackCase, Reader, Topic
from survey.services.feedback import OPEN

MONTHS = 6


@dataclass(frozen=True)
class FeedbackCounts:
    """Cases received in the last months, by topic and first day of the month; and those still open."""

    months: tuple[date, ...]
    by_topic: dict[Topic, tuple[int, ...]]
    open_count: int
    open_by_state: dict[CaseState, int]
    oldest_open: date | None


def feedback_counts(
    session: Session, *, reader_ids: Collection[int], restricted_ids: Collection[int], today: date
) -> FeedbackCounts:
    """Count the cases that stand with the units `reader_ids`; what is for leaders only with `restricted_ids`.

    Who reads a case decides, never whom it is about: a case sent to the level above stays unseen below.
    """
    visible = _visible(reader_ids, restricted_ids)
    months = _months(today)
    query = (
        select(FeedbackCase.topic, FeedbackCase.received_on, func.count())
        .where(visible, FeedbackCase.received_on >= months[0])
        .group_by(FeedbackCase.topic, FeedbackCase.received_on)
    )
    received: Numbers[tuple[Topic, date]] = Numbers()
    for topic, day, count in session.execute(query):
        received[topic, day.replace(day=1)] += count
    still_open = (
        select(FeedbackCase.state, func.count(), func.min(FeedbackCase.received_on))
        .where(visible, FeedbackCase.state.in_(OPEN))
        .group_by(FeedbackCase.state)
    )
    states = {state: (count, oldest) for state, count, oldest in session.execute(still_open)}
    return FeedbackCounts(
        months=months,
        by_topic={
            topic: tuple(received[topic, month] for month in months)
            for topic in Topic
            if any(received[topic, month] for month in months)
        },
        open_count=sum(count for count, _ in states.values()),
        open_by_state={state: states[state][0] for state in CaseState if state in states},
        oldest_open=min((oldest for _, oldest in states.values()), default=None),
    )


def _visible(reader_ids: Collection[int], restricted_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(
        FeedbackCase.trial.is_(False),
        or_(
            and_(FeedbackCase.reader_unit_id.in_(reader_ids), FeedbackCase.reader != Reader.LEADER),
            FeedbackCase.reader_unit_id.in_(restricted_ids),
        ),
    )


def _months(today: date) -> tuple[date, ...]:
    """Return the first days of the last months, oldest first, this month included."""
    number = today.year * 12 + today.month - 1
    return tuple(date(one // 12, one % 12 + 1, 1) for one in range(number - MONTHS + 1, number + 1))
