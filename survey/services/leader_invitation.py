"""Read whom to invite to the leaders' survey; names and addresses are handed back and never stored."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Unit
from survey.services.cells import text
from survey.services.columns import Column, duplicates, read_table
from survey.services.unit_finder import UnitFinder

LONGEST_RECIPIENT = 254


@dataclass(frozen=True)
class Recipient:
    """One leader who is to rate one unit, named as the file names that leader."""

    unit: Unit
    name: str


def read_recipients(session: Session, data: bytes) -> list[Recipient]:
    """Read a CSV or XLSX file with a line for each leader and unit; raise ImportRefused with every fault."""
    units = UnitFinder(session.scalars(select(Unit)))
    columns = (
        Column("unit", ("Mã đơn vị", "Đơn vị", "Unit code"), units.parse, required=True, filled=True),
        Column("name", ("Người nhận", "E-mail", "Recipient"), text(LONGEST_RECIPIENT), required=True, filled=True),
    )
    table = read_table(data, columns)
    readable = [row for row in table.rows if row["unit"] and row["name"]]
    for row, first in duplicates(readable, lambda row: (row["unit"].id, row["name"].casefold())):
        table.fault(row, "name", "duplicate_row", first=str(first.number))
    table.check()
    return [Recipient(row["unit"], row["name"]) for row in readable]
