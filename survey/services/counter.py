"""Import the counters of one-stop shops and the fields they serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from survey.models import Counter, CounterField, ServiceField, Unit
from survey.services import audit
from survey.services.cells import BadCell, text
from survey.services.columns import Column, Progress, Row, duplicates, read_table
from survey.services.importing import (
    ImportSummary,
    Reach,
    Values,
    changes_between,
    import_transaction,
)
from survey.services.reach import check_reach
from survey.services.service_field import ALL_FIELDS, FieldFinder
from survey.services.sheet import Cell
from survey.services.template import Template
from survey.services.unit import code_cell
from survey.services.unit_finder import UnitFinder


def columns(unit: Callable[[Cell], Unit], fields: Callable[[Cell], list[str]]) -> tuple[Column, ...]:
    """The columns of a list of counters."""
    return (
        Column("unit", ("Mã đơn vị", "Đơn vị", "Unit code"), unit, required=True, filled=True),
        Column("code", ("Mã quầy", "Counter code", "Counter"), code_cell, required=True, filled=True),
        Column("name", ("Tên quầy", "Counter name"), text(120), required=True, filled=True),
        Column("fields", ("Lĩnh vực", "Các lĩnh vực", "Field"), fields),
    )


def import_counters(
    session: Session,
    data: bytes,
    *,
    now: datetime,
    actor: str,
    file_name: str,
    dry_run: bool = False,
    reach: Reach | None = None,
    progress: Progress | None = None,
) -> ImportSummary:
    """Create and update counters by unit and code; a blank cell of fields keeps them as they are.

    With a `reach`, counters of units outside it are refused by name.
    Raises ImportRefused with every fault; then nothing is stored.
    """
    units = UnitFinder(session.scalars(select(Unit)))
    fields = FieldFinder(session.scalars(select(ServiceField)))
    table = read_table(data, columns(units.parse, _field_list(fields)), prefilled=("unit",), progress=progress)
    readable = [row for row in table.rows if row["unit"] and row["code"]]
    for row, first in duplicates(readable, _key):
        table.fault(row, "code", "duplicate_row", first=str(first.number))
    check_reach(table, reach)
    table.check()
    with import_transaction(session, dry_run=dry_run):
        summary = _store(session, {_key(row): row for row in readable}, table.blank_rows)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="counters.import",
            subject=file_name[-120:],
            detail={
                "file": file_name,
                "rows": summary.rows,
                "created": summary.created,
                "updated": summary.updated,
                "codes": list(summary.codes),
            },
        )
    return summary


def template(session: Session, reach: Reach | None = None) -> Template:
    """The sheet to fill in: the counters known so far, and a line for every unit that has none."""
    query = select(Unit).order_by(Unit.code).options(selectinload(Unit.counters))
    units = session.scalars(query if reach is None else query.where(Unit.id.in_(reach.unit_ids))).all()
    rows = [
        {"unit": unit.code, "code": counter.code, "name": counter.name, "fields": "; ".join(_codes(counter))}
        for unit in units
        for counter in unit.open_counters
    ]
    rows += [{"unit": unit.code} for unit in units if not unit.open_counters]
    return Template("counters", columns(UnitFinder(units).parse, lambda _cell: []), rows)


def _key(row: Row) -> tuple[int, str]:
    return row["unit"].id, row["code"].casefold()


def _codes(counter: Counter) -> list[str]:
    return [field.code for field in counter.fields]


def _field_list(finder: FieldFinder) -> Callable[[Cell], list[str]]:
    words = text(2000)

    def parse(cell: Cell) -> list[str]:
        codes = [finder.parse(Cell(part.strip())) for part in words(cell).split(";") if part.strip()]
        if ALL_FIELDS in codes:
            raise BadCell("field_not_of_a_counter")
        return list(dict.fromkeys(codes))

    return parse


def _store(session: Session, rows: Mapping[tuple[int, str], Row], blank_rows: int) -> ImportSummary:
    existing = {
        (counter.unit_id, counter.code.casefold()): counter for counter in session.scalars(select(Counter))
    }
    before = _values(existing.values())
    changed = set()
    for key, row in rows.items():
        counter = existing.get(key)
        if counter is None:
            counter = Counter(unit_id=key[0], code=row["code"], name=row["name"])
            session.add(counter)
            session.flush()
        elif counter.name != row["name"]:
            counter.name = row["name"]
            changed.add(key)
        if row["fields"] is not None and row["fields"] != _codes(counter):
            session.execute(delete(CounterField).where(CounterField.counter_id == counter.id))
            session.add_all(CounterField(counter_id=counter.id, field=code) for code in row["fields"])
            if key in existing:
                changed.add(key)
    session.flush()
    session.expire_all()
    after = _values(
        counter
        for counter in session.scalars(select(Counter).options(selectinload(Counter.unit)))
        if (counter.unit_id, counter.code.casefold()) in rows
    )
    created = len(rows.keys() - existing.keys())
    return ImportSummary(
        rows=len(rows),
        created=created,
        updated=len(changed),
        unchanged=len(rows) - created - len(changed),
        blank_rows=blank_rows,
        codes=tuple(sorted({code.split("/")[0] for code in after})),
        changes=changes_between(before, after),
    )


def _values(counters: Iterable[Counter]) -> dict[str, Values]:
    """What a person compares before and after, by the codes of unit and counter."""
    return {
        f"{counter.unit.code}/{counter.code}": {
            "unit": counter.unit.name,
            "name": counter.name,
            "fields": "; ".join(field.name_vi for field in counter.fields),
        }
        for counter in counters
    }
