"""Long or later work of the interface, done by the one process `hailong work`: rows of a table, no broker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime, choice


class JobState(StrEnum):
    """How far a job has come; done and failed are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Model):
    """One piece of work. `kind` names the handler in `survey/services/job_kinds.py`, `payload` is its input.

    `key` keeps the same work from being asked for twice: the weekly digest of a week, say. `result` is what the
    handler returned; `fault` is the code and the values of the sentence that says why it failed.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_key", "key", unique=True),
        Index("ix_job_state_run_after", "state", "run_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[JobState] = mapped_column(choice(JobState))
    payload: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    fault: Mapped[dict[str, Any]]
    progress_share: Mapped[float]
    attempts: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    files: Mapped[list[JobFile]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class JobFile(Model):
    """A file that a job reads or made: the uploaded table, the finished export."""

    __tablename__ = "job_file"

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
