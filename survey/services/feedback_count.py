"""How much feedback there is: what is open, as the inbox counts it, and what was received by kind and month."""

from __future__ import annotations

from collections import Counter as Numbers
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import Category, FeedbackCase, Topic
from survey.services import inbox
from survey.services.inbox import Sight, Waiting

MONTHS = 6
# The order in which kinds are listed: what citizens chose, then what only officers find.
KINDS = (*Topic, Category.COMPLAINT, Category.DENUNCIATION, Category.UNRELATED)


@dataclass(frozen=True)
class FeedbackCounts:
    """What waits, and the cases received in the last months by kind and first day of the month.

    `unit_id` is the unit that all of it was narrowed to, as the inbox does; None where it is all that is seen.
    """

    waiting: Waiting
    unit_id: int | None
    months: tuple[date, ...]
    by_kind: dict[Topic | Category, tuple[int, ...]]


def feedback_counts(
    session: Session, sight: Sight, *, unit_id: int, below: Collection[int], today: date
) -> FeedbackCounts:
    """Count the cases that may be seen of a unit; all of them where no unit outside `below` is seen anyway.

    Trials are no feedback that was received, but somebody is to open them: they wait in the inbox and here.
    """
    narrowed = None if sight.unit_ids <= set(below) else unit_id
    months = _months(today)
    query = (
        select(FeedbackCase.category, FeedbackCase.topic, FeedbackCase.received_on, func.count())
        .where(inbox.visible(sight), FeedbackCase.trial.is_(False), FeedbackCase.received_on >= months[0])
        .group_by(FeedbackCase.category, FeedbackCase.topic, FeedbackCase.received_on)
    )
    if narrowed is not None:
        query = query.where(inbox.is_of_unit(narrowed))
    received: Numbers[tuple[Topic | Category, date]] = Numbers()
    for category, topic, day, count in session.execute(query):
        received[_kind(category, topic), day.replace(day=1)] += count
    return FeedbackCounts(
        waiting=inbox.waiting(session, sight, today=today, unit_id=narrowed),
        unit_id=narrowed,
        months=months,
        by_kind={
            kind: counts for kind in KINDS if any(counts := tuple(received[kind, month] for month in months))
        },
    )


def _kind(category: Category | None, topic: Topic) -> Topic | Category:
    """What a case is about: the citizen's topic until an officer has found it to be something else."""
    if category in (Category.PRAISE, Category.SUGGESTION):
        return Topic(category.value)
    if category is Category.PETITION:
        return Topic.REPORT if topic in (Topic.PRAISE, Topic.SUGGESTION) else topic
    return category or topic


def _months(today: date) -> tuple[date, ...]:
    """Return the first days of the last months, oldest first, this month included."""
    number = today.year * 12 + today.month - 1
    return tuple(date(one // 12, one % 12 + 1, 1) for one in range(number - MONTHS + 1, number + 1))
