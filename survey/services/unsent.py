"""Notices that could not be sent: for who keeps the system to see, and to send again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import Job, JobState
from survey.services import audit

# The work of notices that leaves nothing anybody looks for later.
PASSING = ("announce", "deadlines", "digests", "publish_replies")
SENDING = ("mail_notice", "mail_digest", "mail_draft", "tell_citizen", "webhook")
MOST_READ = 2_000
# Longer than a week, so that this week's digests are known to be done.
KEPT_WHEN_DONE, KEPT_WHEN_FAILED = timedelta(days=8), timedelta(days=30)


@dataclass(frozen=True)
class Unsent:
    """Notices of one kind that one reason holds up; `next_at` is None where it was given up."""

    kind: str
    fault: dict[str, Any]
    count: int
    since: datetime
    next_at: datetime | None


def count(session: Session) -> int:
    """Count what was given up or waits for another try."""
    return session.scalar(select(func.count()).select_from(Job).where(_is_unsent())) or 0


def groups(session: Session) -> list[Unsent]:
    """Sum up what did not go out, the newest trouble first: a server that is away stops many for one reason."""
    found: dict[tuple[str, str, bool], Unsent] = {}
    query = select(Job).where(_is_unsent()).order_by(Job.created_at.desc(), Job.id.desc()).limit(MOST_READ)
    for job in session.scalars(query):
        is_over = job.state == JobState.FAILED
        key = (job.kind, json.dumps(job.fault, sort_keys=True), is_over)
        known = found.get(key)
        next_at = None if is_over else job.run_after
        if known is None:
            found[key] = Unsent(job.kind, job.fault, 1, job.created_at, next_at)
        else:
            soonest = min((at for at in (known.next_at, next_at) if at is not None), default=None)
            found[key] = Unsent(job.kind, job.fault, known.count + 1, job.created_at, soonest)
    return list(found.values())


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
    """Delete what was sent a week ago or given up a month ago: by then nobody asks who was told of what."""
    with write(session):
        done = (Job.state == JobState.DONE) & (Job.finished_at < now - KEPT_WHEN_DONE)
        failed = (Job.state == JobState.FAILED) & (Job.finished_at < now - KEPT_WHEN_FAILED)
        session.execute(delete(Job).where(Job.kind.in_(SENDING + PASSING), done | failed))


def _is_unsent() -> ColumnElement[bool]:
    """Say which jobs failed for good, or at least once."""
    failed = (Job.state == JobState.FAILED) | ((Job.state == JobState.WAITING) & (Job.attempts > 0))
    return Job.kind.in_(SENDING) & failed
