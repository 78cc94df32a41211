"""The audit trail of officers and commands, written inside the transaction of the use case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.models import AuditEvent

COMMAND_LINE = "command line"


def record(
    session: Session,
    *,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note that `actor` (an officer's e-mail address, or COMMAND_LINE) did `action` to `subject`."""
    session.add(AuditEvent(at=now, actor=actor, action=action, subject=subject, detail=detail or {}))
