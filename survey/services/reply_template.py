"""Replies to begin with: each unit has its own, and those of the units above it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.config import TIME_ZONE
from survey.database import write
from survey.models import ReplyTemplate, Unit
from survey.services import audit


def offered(session: Session, unit: Unit) -> list[ReplyTemplate]:
    """List the templates in use at a unit, its own first, then those of the units above it."""
    line = _line(unit)
    query = select(ReplyTemplate).where(ReplyTemplate.unit_id.in_(line), ReplyTemplate.retired_on.is_(None))
    found = session.scalars(query.options(joinedload(ReplyTemplate.unit)))
    return sorted(found, key=lambda template: (line.index(template.unit_id), template.name, template.id))


def listed(session: Session, unit_ids: set[int]) -> list[ReplyTemplate]:
    """List the templates of the units, those in use first."""
    query = select(ReplyTemplate).join(ReplyTemplate.unit).where(ReplyTemplate.unit_id.in_(unit_ids))
    order = (ReplyTemplate.retired_on.isnot(None), Unit.name, ReplyTemplate.name, ReplyTemplate.id)
    return list(session.scalars(query.options(joinedload(ReplyTemplate.unit)).order_by(*order)))


def add(session: Session, *, unit: Unit, name: str, text: str, actor: str, now: datetime) -> ReplyTemplate:
    """Add a template for a unit and all below it."""
    with write(session):
        template = ReplyTemplate(unit_id=unit.id, name=name, text=text, created_by=actor)
        session.add(template)
        session.flush()
        _note(session, "reply_template.add", template, unit, actor=actor, now=now)
    return template


def retire(session: Session, template: ReplyTemplate, *, actor: str, now: datetime) -> None:
    """Offer a template no longer; it is not deleted."""
    with write(session):
        session.refresh(template, with_for_update=True)
        if template.retired_on is None:
            template.retired_on = now.astimezone(TIME_ZONE).date()
            _note(session, "reply_template.retire", template, template.unit, actor=actor, now=now)


def _line(unit: Unit) -> list[int]:
    line: list[int] = []
    above: Unit | None = unit
    while above is not None and above.id not in line:
        line.append(above.id)
        above = above.parent
    return line


def _note(
    session: Session, action: str, template: ReplyTemplate, unit: Unit, *, actor: str, now: datetime
) -> None:
    subject = f"reply template {template.id}"
    audit.record(session, now=now, actor=actor, action=action, subject=subject, detail={"unit": unit.code})
