"""Drafts of new questionnaire versions: begun from a released one, saved as often as wanted, thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import QuestionnaireDraft
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


def save(
    session: Session, draft: QuestionnaireDraft, definition: dict[str, Any], *, now: datetime, actor: str
) -> None:
    """Keep a draft as it stands, with all its faults."""
    with write(session):
        draft.definition = definition
        draft.changed_at = now
        audit.record(session, now=now, actor=actor, action="questionnaire.edit", subject=definition["id"][:120])


def discard(session: Session, draft: QuestionnaireDraft, *, now: datetime, actor: str) -> None:
    """Throw a draft away."""
    with write(session):
        subject = str(draft.definition["id"])[:120]
        session.delete(draft)
        audit.record(session, now=now, actor=actor, action="questionnaire.discard", subject=subject)


def drafts(session: Session) -> Sequence[QuestionnaireDraft]:
    """Every draft, last changed first."""
    return session.scalars(select(QuestionnaireDraft).order_by(QuestionnaireDraft.changed_at.desc())).all()
