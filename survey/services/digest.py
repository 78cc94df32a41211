"""What an officer's weekly digest counts: only cases that he may see, nothing of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from survey.models import EntryKind, FeedbackCase, FeedbackEntry, NoticeChoice, NoticeKind, Officer
from survey.reports.notice import Week
from survey.services.feedback import OPEN
from survey.services.inbox import visible
from survey.services.notice_people import sight_of

_WEEK = timedelta(days=7)


def week_of(
    session: Session, officer: Officer, chosen: Mapping[NoticeKind, NoticeChoice], *, monday: date, today: date
) -> Week:
    """Count the week before `monday` and what waits `today`; what the officer does not wish to hear of is None."""
    mine = (visible(sight_of(session, officer)), ~FeedbackCase.trial)
    is_open = (FeedbackCase.state.in_(OPEN), FeedbackCase.merged_into.is_(None))

    def counted(kind: NoticeKind | None, *conditions: ColumnElement[bool]) -> int | None:
        if kind is not None and chosen[kind] is NoticeChoice.OFF:
            return None
        query = select(func.count()).select_from(FeedbackCase).where(*mine, *conditions)
        return session.scalar(query) or 0

    last_week = FeedbackCase.received_on.between(monday - _WEEK, monday - timedelta(days=1))
    this_week = FeedbackCase.due_on.between(today, monday + _WEEK - timedelta(days=1))
    in_time = or_(FeedbackCase.due_on.is_(None), FeedbackEntry.on_date <= FeedbackCase.due_on)
    return Week(
        monday=monday,
        new=counted(NoticeKind.NEW, last_week),
        transferred=counted(
            NoticeKind.TRANSFERRED,
            _noted(EntryKind.TRANSFERRED, monday, FeedbackEntry.unit_id == FeedbackCase.reader_unit_id),
        ),
        reopened=counted(NoticeKind.REOPENED, _noted(EntryKind.REOPENED, monday)),
        in_progress=counted(None, *is_open) or 0,
        assigned=counted(NoticeKind.ASSIGNED, *is_open, FeedbackCase.assignee_id == officer.id),
        due=counted(NoticeKind.DUE, *is_open, this_week),
        overdue=counted(NoticeKind.OVERDUE, *is_open, FeedbackCase.due_on < today),
        escalated=counted(NoticeKind.ESCALATED, *is_open, FeedbackCase.escalated_on.isnot(None)),
        answered=counted(None, _noted(EntryKind.REPLY, monday)) or 0,
        answered_on_time=counted(None, _noted(EntryKind.REPLY, monday, in_time)) or 0,
    )


def _noted(kind: EntryKind, monday: date, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say which cases have such an entry of the week before `monday`."""
    return (
        select(FeedbackEntry.position)
        .where(
            FeedbackEntry.case_key == FeedbackCase.key,
            FeedbackEntry.kind == kind,
            FeedbackEntry.on_date.between(monday - _WEEK, monday - timedelta(days=1)),
            *conditions,
        )
        .exists()
    )
