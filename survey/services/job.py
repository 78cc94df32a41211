"""The queue of long or later work: ask for it, take the next piece, tell how far it is, end it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import Job, JobFile, JobState
from survey.services import audit

MOST_ATTEMPTS = 3
# After 5 and 25 minutes, 2 and 10 hours: a mail server that is down for a night gets what waited for it.
MOST_ATTEMPTS_ELSEWHERE = 5
# A worker that has not been heard of for so long was ended in the middle of its work.
SILENCE = timedelta(minutes=10)
# Kinds of work whose files are noted in the audit log each time they are fetched.
NOTED = frozenset({"export_package"})
# Kinds of work whose files are for those only who may still export.
EXPORTS = NOTED | {"export_file"}


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    actor: str,
    now: datetime,
    key: str | None = None,
    run_after: datetime | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Job:
    """Ask for work inside the transaction of a use case, so that it exists exactly when the use case happened.

    With a `key` the same work is asked for once: the job that has it already is returned instead.
    """
    if key is not None:
        known = session.scalar(select(Job).where(Job.key == key))
        if known is not None:
            return known
    job = _waiting(kind, payload or {}, actor=actor, now=now)
    job.key, job.run_after = key, run_after or now
    job.files = [JobFile(name=name, content=content) for name, content in (files or {}).items()]
    session.add(job)
    session.flush()
    return job


def enqueue_all(
    session: Session, kind: str, payloads: Iterable[dict[str, Any]], *, actor: str, now: datetime
) -> None:
    """Ask for many pieces of one kind at once, inside the transaction of a use case."""
    session.add_all(_waiting(kind, payload, actor=actor, now=now) for payload in payloads)
    session.flush()


def ask(
    session: Session,
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    actor: str,
    now: datetime,
    files: Mapping[str, bytes] | None = None,
) -> Job:
    """Ask for work as a use case of its own, as a page does for what takes longer than a request may."""
    with write(session):
        return enqueue(session, kind, payload, actor=actor, now=now, files=files)


def take(session: Session, *, now: datetime) -> Job | None:
    """Take the next piece of work that is due, or None; what a lost worker left is taken up again first."""
    with write(session):
        _take_up_again(session, now)
        job = session.scalar(
            select(Job)
            .where(Job.state == JobState.WAITING, Job.run_after <= now)
            .order_by(Job.run_after, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.state, job.started_at, job.alive_at = JobState.RUNNING, now, now
        job.attempts += 1
        job.progress_share = 0.0
        return job


def tell(session: Session, job_id: int, share: float, *, now: datetime) -> None:
    """Store how far a running job is, from 0 to 1, and that its worker lives."""
    with write(session):
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == JobState.RUNNING)
            .values(progress_share=min(1.0, max(0.0, share)), alive_at=now)
        )


def finish(
    session: Session,
    job_id: int,
    result: dict[str, Any],
    *,
    now: datetime,
    files: Mapping[str, bytes] | None = None,
) -> None:
    """End a job well; its input files go, what it made stays."""
    with write(session):
        job = session.get_one(Job, job_id)
        job.files = [JobFile(name=name, content=content) for name, content in (files or {}).items()]
        job.state, job.result, job.progress_share, job.finished_at = JobState.DONE, result, 1.0, now
        job.fault = {}


def fail(session: Session, job_id: int, error: HailongError | None, *, now: datetime, attempts: int = 1) -> None:
    """End a job that could not be done, or let it wait and try again if it was tried less than `attempts` times.

    `error` is what the page will say; None stands for a fault of the program, which the log of the worker tells.
    """
    with write(session):
        job = session.get_one(Job, job_id)
        code = "job_failed" if error is None else error.code
        params = {} if error is None else {name: str(value) for name, value in error.params.items()}
        job.fault = {"code": code, "params": params}
        if job.attempts < attempts:
            job.state, job.run_after = JobState.WAITING, now + timedelta(minutes=5**job.attempts)
        else:
            job.state, job.finished_at = JobState.FAILED, now


def _waiting(kind: str, payload: dict[str, Any], *, actor: str, now: datetime) -> Job:
    return Job(
        kind=kind,
        state=JobState.WAITING,
        payload=payload,
        result={},
        fault={},
        progress_share=0.0,
        attempts=0,
        created_by=actor,
        created_at=now,
        run_after=now,
    )


def note_download(session: Session, found: JobFile, *, actor: str, now: datetime) -> None:
    """Note that a file was fetched, where who has what must be known."""
    job = session.get_one(Job, found.job_id)
    if job.kind in NOTED:
        with write(session):
            detail = {"file": found.name, "sha256": hashlib.sha256(found.content).hexdigest()}
            subject = str(job.payload.get("period", job.id))
            audit.record(session, now=now, actor=actor, action="export.download", subject=subject, detail=detail)


def _take_up_again(session: Session, now: datetime) -> None:
    lost = session.scalars(
        select(Job).where(Job.state == JobState.RUNNING, Job.alive_at < now - SILENCE).with_for_update()
    )
    for job in lost:
        if job.attempts < MOST_ATTEMPTS:
            job.state = JobState.WAITING
        else:
            job.state, job.finished_at = JobState.FAILED, now
            job.fault = {"code": "job_failed", "params": {}}
