"""The targets of a year: whose holds for a unit, and setting one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.config import TIME_ZONE
from survey.database import write
from survey.models import ScoreTarget, Unit
from survey.services import audit


def target_of(session: Session, unit: Unit, year: int) -> ScoreTarget | None:
    """Return the unit's own target, else that of the nearest unit above which has one."""
    targets = {
        target.unit_id: target for target in session.scalars(select(ScoreTarget).where(ScoreTarget.year == year))
    }
    above: Unit | None = unit if targets else None
    seen: set[int] = set()
    while above is not None and above.id not in seen:
        if above.id in targets:
            return targets[above.id]
        seen.add(above.id)
        above = above.parent
    return None


def targets_set(session: Session, unit_ids: Collection[int]) -> Sequence[ScoreTarget]:
    """List the targets that were set on some units, newest year first."""
    query = (
        select(ScoreTarget)
        .join(ScoreTarget.unit)
        .where(ScoreTarget.unit_id.in_(unit_ids))
        .options(joinedload(ScoreTarget.unit))
        .order_by(ScoreTarget.year.desc(), Unit.code)
    )
    return session.scalars(query).all()


def set_target(
    session: Session, unit: Unit, year: int, points: Decimal | None, *, now: datetime, actor: str
) -> None:
    """Set a unit's target of a year, or take it away with None."""
    with write(session):
        target = session.get(ScoreTarget, (unit.id, year))
        before = None if target is None else str(target.points)
        if points is None:
            if target is not None:
                session.delete(target)
        else:
            if target is None:
                target = ScoreTarget(unit_id=unit.id, year=year)
                session.add(target)
            target.points, target.set_by = points, actor
            target.set_on = now.astimezone(TIME_ZONE).date()
        audit.record(
            session,
            now=now,
            actor=actor,
            action="target.set",
            subject=unit.code,
            detail={"year": year, "points": None if points is None else str(points), "before": before},
        )
