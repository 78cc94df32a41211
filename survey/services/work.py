"""The worker: do what the queue holds, one piece after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from survey.config import TIME_ZONE, Settings
from survey.database import write
from survey.errors import ElsewhereError, HailongError
from survey.models import Job
from survey.services import job as jobs
from survey.services.job_kinds import KINDS, RECURRING, Outcome, Task

ACTOR = "hailong work"
BETWEEN_NEWS = 0.5  # seconds
LOG = logging.getLogger("hailong.work")
Sessions = sessionmaker[Session]


def plan(session: Session, *, now: datetime) -> None:
    """Ask for the recurring work of this moment that was not asked for yet."""
    with write(session):
        for kind, key_at in RECURRING.items():
            jobs.enqueue(session, kind, actor=ACTOR, now=now, key=key_at(now.astimezone(TIME_ZONE)))


def work_once(
    sessions: Sessions, owner_sessions: Sessions, settings: Settings, *, clock: Callable[[], datetime]
) -> bool:
    """Do the next piece of work that is due; tell whether there was one."""
    with sessions() as session:
        job = jobs.take(session, now=clock())
        if job is None:
            return False
        files = {file.name: file.content for file in job.files}
    with sessions() as session, owner_sessions() as owner_session:
        task = Task(
            session=session,
            owner_session=owner_session,
            settings=settings,
            payload=job.payload,
            files=files,
            actor=job.created_by,
            now=clock(),
            progress=_teller(sessions, job.id, clock),
        )
        _do(sessions, job, task, clock)
    return True


def _do(sessions: Sessions, job: Job, task: Task, clock: Callable[[], datetime]) -> None:
    try:
        outcome = KINDS[job.kind](task)
    except ElsewhereError as error:
        # Only the code: what the other server said may name a person.
        LOG.warning("job %s (%s): %s", job.id, job.kind, error.code)
        with sessions() as session:
            jobs.fail(session, job.id, error, now=clock(), attempts=jobs.MOST_ATTEMPTS_ELSEWHERE)
    except HailongError as error:
        with sessions() as session:
            jobs.fail(session, job.id, error, now=clock())
    except Exception:
        # The worker outlives whatever one job does; the next one must not wait for a person.
        LOG.exception("job %s (%s) failed", job.id, job.kind)
        with sessions() as session:
            jobs.fail(session, job.id, None, now=clock(), attempts=jobs.MOST_ATTEMPTS)
    else:
        with sessions() as session:
            jobs.finish(session, job.id, _result(outcome), now=clock(), files=outcome.files)


def _result(outcome: Outcome) -> dict[str, object]:
    return {"values": outcome.values, "page": outcome.page, "arguments": outcome.arguments}


def _teller(sessions: Sessions, job_id: int, clock: Callable[[], datetime]) -> Callable[[float], None]:
    last = 0.0

    def tell(share: float) -> None:
        nonlocal last
        if time.monotonic() - last < BETWEEN_NEWS:
            return
        last = time.monotonic()
        try:
            with sessions() as session:
                jobs.tell(session, job_id, share, now=clock())
        except OperationalError:
            # On SQLite the work itself may be writing just now; the next news will come through.
            LOG.debug("job %s could not tell how far it is", job_id)

    return tell
