"""What each officer wishes to hear of, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import NoticeChoice, NoticeKind, NoticeSetting, Officer
from survey.permissions import Permission, has_permission
from survey.services import audit

EACH = (NoticeChoice.AT_ONCE, NoticeChoice.DIGEST, NoticeChoice.OFF)
WEEKLY = (NoticeChoice.IF_ANY, NoticeChoice.AT_ONCE, NoticeChoice.OFF)
# What may be chosen for each kind.
CHOICES: dict[NoticeKind, tuple[NoticeChoice, ...]] = {
    kind: WEEKLY if kind is NoticeKind.WEEKLY else EACH for kind in NoticeKind
}
Choices = Mapping[NoticeKind, NoticeChoice]


def choices(session: Session, officer: Officer) -> dict[NoticeKind, NoticeChoice]:
    """Return what an officer hears of; by default who answers hears at once, others in the digest."""
    answers = has_permission(officer, Permission.ANSWER_FEEDBACK)
    default = NoticeChoice.AT_ONCE if answers else NoticeChoice.DIGEST
    found: dict[NoticeKind, NoticeChoice] = dict.fromkeys(NoticeKind, default)
    found[NoticeKind.WEEKLY] = NoticeChoice.IF_ANY
    for setting in session.scalars(select(NoticeSetting).where(NoticeSetting.officer_id == officer.id)):
        found[setting.kind] = setting.choice
    return found


def choose(session: Session, officer: Officer, chosen: Choices, *, now: datetime) -> None:
    """Store what an officer chose for himself; ValueError for what cannot be chosen."""
    for kind, choice in chosen.items():
        if choice not in CHOICES[kind]:
            raise ValueError(f"{choice} for {kind}")
    with write(session):
        for kind, choice in chosen.items():
            session.merge(NoticeSetting(officer_id=officer.id, kind=kind, choice=choice))
        detail = {kind.value: choice.value for kind, choice in chosen.items()}
        audit.record(
            session, now=now, actor=officer.email, action="notice.choose", subject=officer.email, detail=detail
        )
