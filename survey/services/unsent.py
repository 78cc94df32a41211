"""Notices that could not be sent: for who keeps the system to see, and to send again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import Job, JobState
from survey.services import audit

# The work of notices that leaves nothing anybody looks for later.
PASSING = ("announce", "deadlines", "digests", "publish_replies")
SENDING = ("mail_notice", "mail_digest", "tell_citizen", "webhook")
MOST_SHOWN = 20
KEPT = timedelta(days=30)


def count(session: Session) -> int:
    """Count what was given up or waits for another try."""
    return session.scalar(select(func.count()).select_from(Job).where(_is_unsent())) or 0


def latest(session: Session) -> list[Job]:
    """List the newest of them."""
    query = select(Job).where(_is_unsent()).order_by(Job.created_at.desc(), Job.id.desc())
    return list(session.scalars(query.limit(MOST_SHOWN)))


def send_again(session: Session, *, now: datetime, actor: str) -> int:
    """Let everything unsent be tried again now; return how much that is."""
    with write(session):
        jobs = session.scalars(select(Job).where(_is_unsent()).with_for_update()).all()
        for job in jobs:
            job.state, job.run_after, job.attempts, job.finished_at = JobState.WAITING, now, 0, None
        audit.record(
            session,
            now=now,
            actor=actor,
            action="notice.send_again",
            subject="unsent",
            detail={"count": len(jobs)},
        )
    return len(jobs)


def forget(session: Session, *, now: datetime) -> None:
    """Delete what was sent, or given up, a month ago: by then nobody asks who was told of what."""
    with write(session):
        session.execute(delete(Job).where(Job.kind.in_(SENDING + PASSING), Job.finished_at < now - KEPT))


def _is_unsent() -> ColumnElement[bool]:
    """Say which jobs failed for good, or at least once."""
    failed = (Job.state == JobState.FAILED) | ((Job.state == JobState.WAITING) & (Job.attempts > 0))
    return Job.kind.in_(SENDING) & failed
