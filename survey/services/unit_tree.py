"""The tree of units: a unit with everything below it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey.errors import HailongError
from survey.models import Unit
from survey.services.unit_days import is_in_force


def ids_below(unit_ids: Collection[int]) -> Select[tuple[int]]:
    """Select the ids of `unit_ids` and of all units below them, to stand in a condition or to be run."""
    top = select(Unit.id).where(Unit.id.in_(unit_ids)).cte("below", recursive=True)
    # UNION, not UNION ALL: a faulty tree that bites its own tail must end the query and not hang it.
    below = top.union(select(Unit.id).where(Unit.parent_id == top.c.id))
    return select(below.c.id)


def units_below(session: Session, unit_id: int) -> set[int]:
    """Return the ids of a unit and of all units below it."""
    found: set[int] = set(session.scalars(ids_below([unit_id])))
    return found


def unit_by_code(session: Session, code: str) -> Unit:
    """Find a unit by its code, or raise HailongError `unknown_unit`."""
    unit = session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    if unit is None:
        raise HailongError("unknown_unit", unit=code)
    return unit


def units_in_force(session: Session, unit: Unit | None, *, below: bool, today: date) -> list[Unit]:
    """List `unit`, with the units `below` it if wanted, as far as they exist today, in order of their codes.

    All units without `unit`.
    """
    query = select(Unit).where(is_in_force(today))
    if unit is not None:
        query = query.where(Unit.id.in_(ids_below([unit.id])) if below else Unit.id == unit.id)
    return list(session.scalars(query.order_by(Unit.code)))
