"""Drafts of new questionnaire versions: begun from a released one, saved as often as wanted, thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import AuditEvent, QuestionnaireDraft
from survey.services import audit


def begin(
    session: Session, *, base: str, definition: dict[str, Any], now: datetime, actor: str
) -> QuestionnaireDraft:
    """Store a new draft made from the released version `base`."""
    with write(session):
        draft = QuestionnaireDraft(
            id=secrets.token_hex(16), base=base, definition=definition, author=actor, changed_at=now
        )
        session.add(draft)
        audit.record(session, now=now, actor=actor, action="questionnaire.copy", subject=base)
    return draft


def locked(session: Session, draft_id: str) -> QuestionnaireDraft:
    """Read a draft as it is now, for nobody else to change until the transaction ends.

    Raises HailongError `draft_gone`.
    """
    draft = session.get(QuestionnaireDraft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise HailongError("draft_gone")
    return draft


def save(
    session: Session,
    draft_id: str,
    definition: dict[str, Any],
    *,
    before: dict[str, Any],
    now: datetime,
    actor: str,
) -> None:
    """Keep a draft as it stands, with all its faults, where it still is what the change was made to.

    The same sent twice is no conflict. Raises HailongError `draft_gone`, or `draft_changed`.
    """
    with write(session):
        draft = locked(session, draft_id)
        if draft.definition not in (before, definition):
            raise HailongError("draft_changed")
        draft.definition = definition
        draft.changed_at = now
        audit.record(session, now=now, actor=actor, action="questionnaire.edit", subject=definition["id"][:120])


def discard(session: Session, draft_id: str, *, now: datetime, actor: str) -> None:
    """Throw a draft away. Raises HailongError `draft_gone`."""
    with write(session):
        draft = locked(session, draft_id)
        subject = str(draft.definition["id"])[:120]
        session.delete(draft)
        audit.record(session, now=now, actor=actor, action="questionnaire.discard", subject=subject)


def released_as(session: Session, draft_id: str) -> str | None:
    """Name the version that a draft became; None where it was not released."""
    releases = select(AuditEvent).where(AuditEvent.action == "questionnaire.release")
    for event in session.scalars(releases.order_by(AuditEvent.id.desc())):
        if event.detail.get("draft") == draft_id:
            return event.subject
    return None


def drafts(session: Session) -> Sequence[QuestionnaireDraft]:
    """Every draft, last changed first."""
    return session.scalars(select(QuestionnaireDraft).order_by(QuestionnaireDraft.changed_at.desc())).all()
