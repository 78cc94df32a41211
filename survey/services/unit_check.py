"""What the lines of a file of units may say beside each other, and of units that are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from survey.models import Unit
from survey.services.columns import Table
from survey.services.importing import Reach
from survey.services.unit_days import has_started, in_force

Drafts = Mapping[str, dict[str, Any]]


def check_links(table: Table, drafts: Drafts, existing: Mapping[str, Unit], key: str) -> None:
    """Every parent or successor exists, and following them never leads back."""
    target: dict[str, str] = {}
    for code, unit in existing.items():
        linked = unit.parent if key == "parent" else unit.successor
        if linked is not None and code not in drafts:
            target[code] = linked.code.casefold()
    target |= {code: draft[key].casefold() for code, draft in drafts.items() if draft.get(key)}
    for code, draft in drafts.items():
        seen = {code}
        at = target.get(code)
        if at is not None and at not in drafts and at not in existing:
            table.fault(draft["row"], key, "unit_not_found", got=draft[key])
        while at is not None and at not in seen:
            seen.add(at)
            at = target.get(at)
        if at == code:
            table.fault(draft["row"], key, "unit_link_circle", got=draft[key])


def check_reach(table: Table, drafts: Drafts, existing: Mapping[str, Unit], reach: Reach | None) -> None:
    """A known unit lies within `reach`; a new or moved one stands under one that does, or is new like it."""
    if reach is None:
        return
    for code, draft in drafts.items():
        unit = existing.get(code)
        if unit is not None and not reach.holds(unit):
            table.fault(draft["row"], "code", "unit_outside_reach", unit=unit.name)
            continue
        parent = (draft.get("parent") or "").casefold()
        known = "" if unit is None or unit.parent is None else unit.parent.code.casefold()
        if unit is not None and parent == known:
            continue
        above = existing.get(parent)
        if not parent and not reach.at_top:
            table.fault(draft["row"], "parent", "unit_needs_parent", unit=draft["name"])
        elif above is not None and not reach.holds(above):
            table.fault(draft["row"], "parent", "unit_outside_reach", unit=above.name)


def check_days(table: Table, drafts: Drafts, existing: Mapping[str, Unit], *, today: date) -> None:
    """Let a file change the days of a known unit only where its page would; new units may have any history."""
    for code, draft in drafts.items():
        unit = existing.get(code)
        if unit is None:
            continue
        if draft.get("start_date") != unit.start_date:
            _check_start(table, draft, unit, today)
        if draft.get("valid_to") != unit.valid_to:
            _check_end(table, draft, unit, today)
            if draft.get("valid_to") is not None:
                _check_below(table, code, drafts, existing)


def _check_start(table: Table, draft: dict[str, Any], unit: Unit, today: date) -> None:
    start = draft.get("start_date")
    if has_started(unit, today):
        table.fault(draft["row"], "start_date", "unit_measures_already", first=f"{unit.start_date:%d/%m/%Y}")
    elif start is not None and start < today:
        table.fault(draft["row"], "start_date", "unit_start_is_past")


def _check_end(table: Table, draft: dict[str, Any], unit: Unit, today: date) -> None:
    end = draft.get("valid_to")
    if not in_force(unit, today):
        table.fault(draft["row"], "valid_to", "unit_end_is_over", last=f"{unit.valid_to:%d/%m/%Y}")
    elif end is not None and end < today:
        table.fault(draft["row"], "valid_to", "unit_end_is_past")


def _check_below(table: Table, code: str, drafts: Drafts, existing: Mapping[str, Unit]) -> None:
    """A unit that ends leaves none below it that goes on, nor is it the successor of one that is still to end."""
    draft = drafts[code]
    end = draft["valid_to"]
    for other in drafts.keys() | existing.keys():
        if other == code:
            continue
        name, parent, successor, last = _as_it_will_be(other, drafts, existing)
        if parent == code and (last is None or last > end):
            table.fault(draft["row"], "valid_to", "unit_end_leaves_below", below=name)
        elif successor == code and last is not None and last + timedelta(days=1) > end:
            table.fault(draft["row"], "valid_to", "unit_end_of_an_heir", other=name)


def _as_it_will_be(
    code: str, drafts: Drafts, existing: Mapping[str, Unit]
) -> tuple[str, str | None, str | None, date | None]:
    """Return a unit's name, its parent's and its successor's code, and its last day, after the import."""
    if (draft := drafts.get(code)) is not None:
        parent, successor = (draft.get(key) for key in ("parent", "successor"))
        name, last = draft.get("name") or code, draft.get("valid_to")
    else:
        unit = existing[code]
        parent, successor = (None if one is None else one.code for one in (unit.parent, unit.successor))
        name, last = unit.name, unit.valid_to
    return name, parent and parent.casefold(), successor and successor.casefold(), last
