"""Tables that officers have sent in: checked and shown first, imported only when the officer says so."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime, choice
from survey.models.officer import Officer


class UploadKind(StrEnum):
    """What a table is about."""

    DOSSIERS = "dossiers"
    UNITS = "units"
    COUNTERS = "counters"


class UploadState(StrEnum):
    """How far a table has come."""

    RECEIVED = "received"
    FAULTY = "faulty"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"


class Upload(Model):
    """One file. Its content goes when it is imported or given up; who imported what stays in the audit trail.

    `findings` is what the check found: faults, warnings, the rows to show, and what would change.
    """

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[UploadKind] = mapped_column(choice(UploadKind))
    state: Mapped[UploadState] = mapped_column(choice(UploadState))
    period: Mapped[str | None] = mapped_column(String(24))
    file_name: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None]
    findings: Mapped[dict[str, Any]]

    officer: Mapped[Officer] = relationship()
