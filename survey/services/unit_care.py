"""What an officer does with units: add one, change its names, kind, place and start date; and their tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Counter, Unit, UnitKind
from survey.services import audit
from survey.services.spelling import fold
from survey.services.unit import TWO_TIERS_FROM, default_one_stop_name
from survey.services.unit_days import has_started, in_force

_CODE = re.compile(r"\w[\w./-]*")
_OLD_KINDS = (UnitKind.DISTRICT, UnitKind.CITY)


@dataclass(frozen=True)
class UnitFacts:
    """What is entered about a unit; a blank name of the one-stop shop follows from the unit's own."""

    name: str
    kind: UnitKind
    one_stop_name: str = ""
    ranking_group: str = ""
    start_date: date | None = None


@dataclass(frozen=True)
class TreeRow:
    """A unit in the tree: how deep it stands, how many counters it has, and whether it measures yet."""

    unit: Unit
    depth: int
    counter_count: int

    def has_ended(self, today: date) -> bool:
        """Tell whether the unit is of the past."""
        return self.unit.valid_to is not None and self.unit.valid_to < today


def tree(session: Session, unit_ids: Collection[int]) -> list[TreeRow]:
    """List units, each below its parent, names in order; one whose parent is not listed is a root."""
    units = session.scalars(select(Unit).where(Unit.id.in_(unit_ids))).all()
    counted = (
        select(Counter.unit_id, func.count())
        .where(Counter.unit_id.in_(unit_ids), Counter.ended_on.is_(None))
        .group_by(Counter.unit_id)
    )
    counters: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    below: dict[int | None, list[Unit]] = {}
    for unit in sorted(units, key=lambda one: (fold(one.name), one.code)):
        below.setdefault(unit.parent_id if unit.parent_id in unit_ids else None, []).append(unit)
    rows: list[TreeRow] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        rows.append(TreeRow(unit, depth, counters.get(unit.id, 0)))
        waiting += [(child, depth + 1) for child in reversed(below.get(unit.id, []))]
    return rows


def ranking_groups(session: Session) -> Sequence[str]:
    """List the ranking groups in use, to choose the same words again."""
    groups = session.scalars(select(Unit.ranking_group).where(Unit.ranking_group.is_not(None)).distinct())
    return sorted((group for group in groups if group), key=fold)


def add(
    session: Session,
    facts: UnitFacts,
    *,
    code: str,
    parent: Unit | None,
    valid_from: date,
    now: datetime,
    actor: str,
) -> Unit:
    """Make a unit below `parent`, or at the top without one.

    Raises HailongError `unit_code_letters`, `unit_code_taken`, `unit_parent_ended`, or for its days.
    """
    today = now.astimezone(TIME_ZONE).date()
    if not _CODE.fullmatch(code):
        raise HailongError("unit_code_letters", got=code)
    if facts.kind in _OLD_KINDS and valid_from >= TWO_TIERS_FROM:
        raise HailongError("unit_kind_of_the_past")
    if facts.start_date is not None:
        _check_start(facts.start_date, valid_from, None, today)
    with write(session):
        if session.scalar(select(Unit.id).where(func.lower(Unit.code) == code.lower())) is not None:
            raise HailongError("unit_code_taken", got=code)
        if parent is not None and not in_force(parent, today):
            raise HailongError("unit_parent_ended", unit=parent.name)
        unit = Unit(code=code, parent_id=None if parent is None else parent.id, valid_from=valid_from)
        _put(unit, facts)
        session.add(unit)
        session.flush()
        _note(session, "unit.add", unit, now=now, actor=actor)
    return unit


def edit(
    session: Session, unit: Unit, facts: UnitFacts, *, parent: Unit | None, now: datetime, actor: str
) -> dict[str, tuple[object, object]]:
    """Change a unit; return what became different as (before, after). What periods have frozen stays as it is.

    Raises HailongError `unit_circle`, `unit_parent_ended`, `unit_has_started`, or for its days.
    """
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        session.refresh(unit, with_for_update=True)
        if facts.start_date != unit.start_date:
            if has_started(unit, today):
                raise HailongError("unit_has_started", first=f"{unit.start_date:%d/%m/%Y}")
            if facts.start_date is not None:
                _check_start(facts.start_date, unit.valid_from, unit.valid_to, today)
        if facts.kind in _OLD_KINDS and unit.valid_from >= TWO_TIERS_FROM:
            raise HailongError("unit_kind_of_the_past")
        new_parent_id = None if parent is None else parent.id
        if parent is not None and new_parent_id != unit.parent_id:
            _check_parent(unit, parent, today)
        before = _values(unit)
        if facts.one_stop_name == default_one_stop_name(unit.name, unit.kind, unit.valid_to):
            facts = replace(facts, one_stop_name="")  # such a name follows when the unit is renamed
        unit.parent_id = new_parent_id
        _put(unit, facts)
        after = _values(unit)
        changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        if changed:
            _note(session, "unit.edit", unit, now=now, actor=actor, changed=changed)
    return changed


def set_start(session: Session, unit: Unit, start_date: date, *, now: datetime, actor: str) -> None:
    """Say from which day on responses count. Raises HailongError as `edit` does."""
    facts = UnitFacts(unit.name, unit.kind, unit.one_stop_name, unit.ranking_group or "", start_date)
    edit(session, unit, facts, parent=unit.parent, now=now, actor=actor)


def _check_start(start: date, valid_from: date, valid_to: date | None, today: date) -> None:
    if start < today:
        raise HailongError("unit_start_past")
    if start < valid_from or (valid_to is not None and start > valid_to):
        raise HailongError("unit_start_outside")


def _check_parent(unit: Unit, parent: Unit, today: date) -> None:
    if not in_force(parent, today):
        raise HailongError("unit_parent_ended", unit=parent.name)
    above: Unit | None = parent
    seen: set[int] = set()
    while above is not None and above.id not in seen:
        if above.id == unit.id:
            raise HailongError("unit_circle", unit=unit.name, parent=parent.name)
        seen.add(above.id)
        above = above.parent


def _put(unit: Unit, facts: UnitFacts) -> None:
    unit.name, unit.kind = facts.name, facts.kind
    unit.one_stop_name = facts.one_stop_name or default_one_stop_name(facts.name, facts.kind, unit.valid_to)
    unit.ranking_group = facts.ranking_group or None
    unit.start_date = facts.start_date


def _values(unit: Unit) -> dict[str, object]:
    return {
        "name": unit.name,
        "one_stop_name": unit.one_stop_name,
        "kind": unit.kind.value,
        "ranking_group": unit.ranking_group,
        "parent": unit.parent_id,
        "start_date": unit.start_date,
    }


def _note(
    session: Session,
    action: str,
    unit: Unit,
    *,
    now: datetime,
    actor: str,
    changed: dict[str, tuple[object, object]] | None = None,
) -> None:
    values: dict[str, object] = _values(unit) if changed is None else dict(changed)
    plain = {
        key: [str(each) for each in one] if isinstance(one, tuple) else str(one) for key, one in values.items()
    }
    audit.record(session, now=now, actor=actor, action=action, subject=f"unit {unit.code}", detail=plain)
