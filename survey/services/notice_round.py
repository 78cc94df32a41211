"""What is told at fixed times.

Each hour what citizens did, each working day what is due or overdue, each Monday the digests.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import FeedbackCase, FeedbackNotice, NoticeChoice, NoticeKind, Officer
from survey.permissions import Permission, has_permission
from survey.services import audit, job, notice, unsent
from survey.services.feedback import OPEN
from survey.services.feedback_answer import day_of, reference
from survey.services.notice_choice import choices
from survey.services.notice_people import Hearing
from survey.services.working_days import Calendar

FIRST_HOUR, LAST_HOUR = 7, 18
DEADLINES_AT = timedelta(hours=7)
DIGESTS_AT = timedelta(hours=7, minutes=30)
LATEST_DIGEST = timedelta(days=1)


def round_key(now: datetime) -> str:
    """Name the round that is due: hourly from 7 to 18 o'clock.

    What citizens did is told by the hour only: the minute in an officer's mailbox says who was at the counter.
    """
    if now.hour < FIRST_HOUR:
        return f"announce {now.date() - timedelta(days=1)} {LAST_HOUR}"
    return f"announce {now.date()} {min(now.hour, LAST_HOUR):02d}"


def deadlines_key(now: datetime) -> str:
    """Name the look at the deadlines that is due: daily at 7 o'clock."""
    return f"deadlines {(now - DEADLINES_AT).date()}"


def digests_key(now: datetime) -> str:
    """Name the digests that are due: Mondays at 7:30."""
    return f"digests {monday_of((now - DIGESTS_AT).date())}"


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def announce(session: Session, *, now: datetime) -> int:
    """Ask for the notices of what citizens did since the last round; return how many acts there were."""
    with write(session):
        acts = session.scalars(select(FeedbackNotice).with_for_update()).all()
        told = [(act.kind, session.get_one(FeedbackCase, act.case_key)) for act in acts]
        open_now = [(kind, case) for kind, case in told if case.state in OPEN and case.erased_on is None]
        _tell(session, open_now, now=now)
        for act in acts:
            session.delete(act)
    return len(acts)


def deadlines(session: Session, calendar: Calendar, *, now: datetime) -> int:
    """Ask for the notices of what is due the next working day or overdue, and escalate what is overdue, once.

    Nothing happens on days on which nobody works, but that old jobs go. Returns how many cases were escalated.
    """
    unsent.forget(session, now=now)
    today = day_of(now)
    if not calendar.is_working(today):
        return 0
    with write(session):
        due = _due(session, calendar.add(today, 1))
        soon = [case for case in due if case.due_on is not None and case.due_on > today]
        late = [
            case for case in due if case.due_on is not None and case.due_on < today and case.escalated_on is None
        ]
        told = [(kind, case) for case in late for kind in (NoticeKind.OVERDUE, NoticeKind.ESCALATED)]
        _tell(session, told + [(NoticeKind.DUE, case) for case in soon], now=now)
        for case in late:
            case.escalated_on = today
            audit.record(session, now=now, actor=notice.ACTOR, action="feedback.escalate", subject=reference(case))
    return len(late)


def digests(session: Session, *, now: datetime) -> int:
    """Ask for a digest for everyone who wishes one; return how many. After Tuesday it is too late for it."""
    today = day_of(now)
    monday = monday_of(today)
    asked = 0
    if today - monday > LATEST_DIGEST:
        return asked
    with write(session):
        for officer in session.scalars(select(Officer).where(Officer.disabled_at.is_(None))):
            chosen = choices(session, officer)[NoticeKind.WEEKLY]
            if has_permission(officer, Permission.READ_FEEDBACK) and chosen is not NoticeChoice.OFF:
                payload = {"officer": officer.id, "monday": monday.isoformat(), "mark": notice.new_mark()}
                job.enqueue(session, "mail_digest", payload, actor=notice.ACTOR, now=now)
                asked += 1
    return asked


def _due(session: Session, until: date) -> list[FeedbackCase]:
    query = select(FeedbackCase).where(
        FeedbackCase.due_on <= until,
        FeedbackCase.state.in_(OPEN),
        FeedbackCase.merged_into.is_(None),
        FeedbackCase.erased_on.is_(None),
        ~FeedbackCase.trial,
    )
    return list(session.scalars(query.order_by(FeedbackCase.due_on, FeedbackCase.key).with_for_update()))


def _tell(session: Session, told: Sequence[notice.Told], *, now: datetime) -> None:
    """Ask for one mail to each who is to hear of any of it, each case once, and for the events of the webhook."""
    hearing = Hearing(session, FeedbackCase.state.in_(OPEN), today=day_of(now))
    waiting: dict[str, dict[bytes, notice.Told]] = {}
    for kind, case in told:
        for officer in hearing.wishing(case, kind):
            waiting.setdefault(officer.id, {}).setdefault(case.key, (kind, case))
    notice.mails(session, {who: list(cases.values()) for who, cases in waiting.items()}, now=now)
    notice.events(session, told, now=now)
