"""How many feedback cases there are, by topic and month and by state: only those that the reader may open."""

from __future__ import annotations

from collections import Counter as Numbers
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from survey.models import CaseState, FeedbackCase, Topic
from survey.services import inbox
from survey.services.inbox import Sight

MONTHS = 6


@dataclass(frozen=True)
class FeedbackCounts:
    """Cases received in the last months, by topic and first day of the month; and those still open."""

    months: tuple[date, ...]
    by_topic: dict[Topic, tuple[int, ...]]
    open_count: int
    open_by_state: dict[CaseState, int]
    oldest_open: date | None


def feedback_counts(session: Session, sight: Sight, *, unit_ids: Collection[int], today: date) -> FeedbackCounts:
    """Count the cases that stand with the units `unit_ids`, no other than the inbox shows."""
    visible = and_(inbox.visible(sight), FeedbackCase.reader_unit_id.in_(unit_ids), FeedbackCase.trial.is_(False))
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
        .where(visible, inbox.is_waiting())
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


def _months(today: date) -> tuple[date, ...]:
    """Return the first days of the last months, oldest first, this month included."""
    number = today.year * 12 + today.month - 1
    return tuple(date(one // 12, one % 12 + 1, 1) for one in range(number - MONTHS + 1, number + 1))
