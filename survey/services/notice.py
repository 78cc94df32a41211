"""Notices that are asked for in the transaction of what happened; the jobs hold references only."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from survey.models import FeedbackCase, NoticeKind, Officer, ScoreDraft
from survey.permissions import Permission, has_permission
from survey.services import job
from survey.services.feedback_answer import day_of, reference
from survey.services.notice_people import Hearing

ACTOR = "hailong notices"
Told = tuple[NoticeKind, FeedbackCase]


def happened(session: Session, kind: NoticeKind, case: FeedbackCase, *, actor: str, now: datetime) -> None:
    """Ask for the notices of what an officer did, inside the transaction of the act; the actor knows already."""
    session.flush()
    hearing = Hearing(session, FeedbackCase.key == case.key, today=day_of(now))
    others = [officer.id for officer in hearing.wishing(case, kind) if officer.email != actor]
    mails(session, {officer_id: [(kind, case)] for officer_id in others}, now=now)
    events(session, [(kind, case)], now=now)


def mails(session: Session, waiting: Mapping[str, Sequence[Told]], *, now: datetime) -> None:
    """Ask for one mail to each officer, by id, about one or more cases."""
    payloads = [
        {
            "officer": officer_id,
            "notices": [{"kind": kind.value, "case": reference(case)} for kind, case in told],
            "mark": new_mark(),
        }
        for officer_id, told in waiting.items()
    ]
    job.enqueue_all(session, "mail_notice", payloads, actor=ACTOR, now=now)


def events(session: Session, told: Iterable[Told], *, now: datetime) -> None:
    """Ask for one event of the webhook for each."""
    payloads = [
        {"event": f"case.{kind.value}", "case": reference(case), "mark": new_mark()} for kind, case in told
    ]
    job.enqueue_all(session, "webhook", payloads, actor=ACTOR, now=now)


def drafted(session: Session, draft: ScoreDraft, *, actor: str, now: datetime) -> None:
    """Ask for telling everyone who may object to a draft that it was sent, inside the transaction of sending it.

    Nobody can do without this mail: the days for objections run from then on.
    """
    others = select(Officer).where(Officer.disabled_at.is_(None), Officer.email != actor)
    officers = session.scalars(others.options(selectinload(Officer.grants))).all()
    payloads = [
        {"officer": officer.id, "draft": draft.score_set_id, "mark": new_mark()}
        for officer in officers
        if has_permission(officer, Permission.OBJECT_TO_SCORES)
    ]
    job.enqueue_all(session, "mail_draft", payloads, actor=ACTOR, now=now)


def answered(session: Session, case: FeedbackCase, *, now: datetime) -> None:
    """Ask for telling a citizen that there is an answer, if there is a way; the job holds the reference only."""
    if case.contact is not None:
        payload = {"case": reference(case), "mark": new_mark()}
        job.enqueue(session, "tell_citizen", payload, actor=ACTOR, now=now)


def new_mark() -> str:
    """Make the random name by which a receiver knows a copy."""
    return secrets.token_hex(16)
