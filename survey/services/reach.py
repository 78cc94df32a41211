"""Refuse, by name, what a table says of units that whoever imports it may not touch."""

from __future__ import annotations

from survey.models import Unit
from survey.services.columns import Table
from survey.services.importing import Reach


def check_reach(table: Table, reach: Reach | None) -> None:
    """Note a fault for every line whose unit lies outside `reach`; without one everything is allowed."""
    if reach is None:
        return
    for row in table.rows:
        unit: Unit | None = row["unit"]
        if unit is not None and not reach.holds(unit):
            table.fault(row, "unit", "unit_outside_reach", unit=unit.name)
