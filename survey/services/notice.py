"""What officers wish to hear of, and what waits to be told: asked for in the transaction of what happened."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import FeedbackCase, NoticeChoice, NoticeKind, NoticeSetting, Officer
from survey.permissions import Permission
from survey.services import audit, job
from survey.services.feedback_answer import day_of, reference
from survey.services.notice_people import has, hearers

ACTOR = "hailong notices"
EACH = (NoticeChoice.AT_ONCE, NoticeChoice.DIGEST, NoticeChoice.OFF)
WEEKLY = (NoticeChoice.IF_ANY, NoticeChoice.AT_ONCE, NoticeChoice.OFF)
# What may be chosen for each kind.
CHOICES: dict[NoticeKind, tuple[NoticeChoice, ...]] = {
    kind: WEEKLY if kind is NoticeKind.WEEKLY else EACH for kind in NoticeKind
}
Choices = Mapping[NoticeKind, NoticeChoice]


def choices(session: Session, officer: Officer) -> dict[NoticeKind, NoticeChoice]:
    """Return what an officer hears of; by default who answers hears at once, others in the digest."""
    answers = has(officer, Permission.ANSWER_FEEDBACK)
    default = NoticeChoice.AT_ONCE if answers else NoticeChoice.DIGEST
    found: dict[NoticeKind, NoticeChoice] = dict.fromkeys(NoticeKind, default)
    found[NoticeKind.WEEKLY] = NoticeChoice.IF_ANY
    for setting in session.scalars(select(NoticeSetting).where(NoticeSetting.officer_id == officer.id)):
        found[setting.kind] = setting.choice
    return found


def choose(session: Session, officer: Officer, chosen: Choices, *, now: datetime) -> None:
    """Store what an officer chose for himself; ValueError for what cannot be chosen."""
    for kind, choice in chosen.items():
        if choice not in CHOICES[kind]:
            raise ValueError(f"{choice} for {kind}")
    with write(session):
        for kind, choice in chosen.items():
            session.merge(NoticeSetting(officer_id=officer.id, kind=kind, choice=choice))
        detail = {kind.value: choice.value for kind, choice in chosen.items()}
        audit.record(
            session, now=now, actor=officer.email, action="notice.choose", subject=officer.email, detail=detail
        )


def happened(session: Session, kind: NoticeKind, case: FeedbackCase, *, actor: str, now: datetime) -> None:
    """Ask for the notices of what an officer did, inside the transaction of the act; the actor knows already."""
    session.flush()
    for officer in wishing(session, case, kind, now=now):
        if officer.email != actor:
            mail(session, officer, [(kind, case)], now=now)
    event(session, kind, case, now=now)


def wishing(session: Session, case: FeedbackCase, kind: NoticeKind, *, now: datetime) -> list[Officer]:
    """List who may hear of a case and wishes to hear of it at once."""
    found = hearers(session, case, kind, today=day_of(now))
    return [officer for officer in found if choices(session, officer)[kind] is NoticeChoice.AT_ONCE]


def mail(
    session: Session, officer: Officer, waiting: Iterable[tuple[NoticeKind, FeedbackCase]], *, now: datetime
) -> None:
    """Ask for one mail to an officer about one or more cases; the job holds references only."""
    notices = [{"kind": kind.value, "case": reference(case)} for kind, case in waiting]
    payload = {"officer": officer.id, "notices": notices, "mark": new_mark()}
    job.enqueue(session, "mail_notice", payload, actor=ACTOR, now=now)


def event(session: Session, kind: NoticeKind, case: FeedbackCase, *, now: datetime) -> None:
    """Ask for one event of the webhook; the job holds the reference only."""
    payload = {"event": f"case.{kind.value}", "case": reference(case), "mark": new_mark()}
    job.enqueue(session, "webhook", payload, actor=ACTOR, now=now)


def answered(session: Session, case: FeedbackCase, *, now: datetime) -> None:
    """Ask for telling a citizen that there is an answer, if there is a way; the job holds the reference only."""
    if case.contact is not None:
        payload = {"case": reference(case), "mark": new_mark()}
        job.enqueue(session, "tell_citizen", payload, actor=ACTOR, now=now)


def new_mark() -> str:
    """Make the random name by which a receiver knows a copy."""
    return secrets.token_hex(16)
