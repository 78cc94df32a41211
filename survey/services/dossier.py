"""Import the dossiers of a period: the known population that responses are weighted to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, selectinload

from analysis.periods import Period
from analysis.points import percent_of
from survey.config import TIME_ZONE
from survey.database import wait_for_closing
from survey.errors import HailongError
from survey.models import Basis, Counter, DossierCount, DossierPrinted, Outcome, ServiceField, Unit
from survey.services import audit
from survey.services.columns import Column, Progress, Table, read_table
from survey.services.dossier_table import (
    LONG_COLUMNS,
    WIDE_COLUMNS,
    Count,
    key_columns,
    printed_rates,
    read_counts,
)
from survey.services.importing import ImportSummary, Reach, changes_between, import_transaction
from survey.services.period import refuse_overlap
from survey.services.reach import check_reach
from survey.services.score import closed_set
from survey.services.service_field import FieldFinder
from survey.services.sheet import Cell
from survey.services.template import Template
from survey.services.unit_days import is_in_force
from survey.services.unit_finder import UnitFinder

# In which of the totals, that a person compares before and after, each count stands.
TOTALS_OF: dict[Basis, tuple[str, ...]] = {
    Basis.CROSS: ("settled",),
    Basis.RECEIVED: ("received",),
    Basis.CARRIED_OVER: ("received", "carried_over"),
    Basis.SETTLED: ("settled",),
    Basis.PENDING: ("pending",),
    Basis.PENDING_LATE: (),
    Basis.FEEDBACK: ("feedback",),
    Basis.FEEDBACK_ON_TIME: (),
    Basis.FEEDBACK_BAD: (),
    Basis.DOSSIERS_BAD: (),
}


@dataclass(frozen=True)
class DossierSummary(ImportSummary):
    """What was imported.

    `dossiers` are those that responses are weighted to: each unit's settled ones, else its received ones.
    """

    period: str = ""
    units: int = 0
    dossiers: int = 0
    received: int = 0
    carried_over: int = 0
    settled: int = 0
    overdue: int = 0

    @property
    def on_time_percent(self) -> Decimal | None:
        """Settled early or on time, in percent of the settled ones."""
        return percent_of(self.settled - self.overdue, self.settled)


def import_dossiers(
    session: Session,
    data: bytes,
    period: Period,
    *,
    now: datetime,
    actor: str,
    file_name: str,
    dry_run: bool = False,
    correcting: bool = False,
    reach: Reach | None = None,
    progress: Progress | None = None,
) -> DossierSummary:
    """Put the counts of a file in place of those its units had for `period`; other units keep theirs.

    With `correcting` also those of a closed period: its frozen results keep the dossiers they were made with, and
    change only through a corrected revision. With a `reach`, units outside it are refused by name.
    Raises HailongError when the period is closed (not `correcting`), has not begun or overlaps another that has
    dossiers, and ImportRefused with every fault of the file.
    """
    if now.astimezone(TIME_ZONE).date() < period.first:
        raise HailongError("period_not_started", period=period.text, first=f"{period.first:%d/%m/%Y}")
    if not correcting:
        _refuse_closed(session, period)
    refuse_overlap(session, period)
    # Reading a large file takes seconds: it happens before the write transaction, which citizens would wait for.
    units = UnitFinder(session.scalars(select(Unit)))
    fields = FieldFinder(session.scalars(select(ServiceField)))
    table = read_table(data, columns(units.parse, fields.parse), prefilled=("unit", "field"), progress=progress)
    counts = read_counts(table)
    _check_time(table, period, now)
    check_reach(table, reach)
    table.check()
    with import_transaction(session, dry_run=dry_run):
        wait_for_closing(session.connection(), closing=False)
        if not correcting:
            _refuse_closed(session, period)
        summary = _store(session, table, counts, period)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="dossiers.import",
            subject=period.text,
            detail={
                "file": file_name,
                "units": summary.units,
                "dossiers": summary.dossiers,
                "replaced": list(summary.replaced),
                "codes": list(summary.codes),
            }
            | ({"correcting": True} if correcting else {}),
        )
    return summary


def _refuse_closed(session: Session, period: Period) -> None:
    if closed_set(session, period.text) is not None:
        raise HailongError("period_closed", period=period.text)


def template(session: Session, now: datetime, reach: Reach | None = None) -> Template:
    """The II.06 sheet to fill in: a line for every unit of today and each field that its counters serve."""
    today = now.astimezone(TIME_ZONE).date()
    query = select(Unit).where(is_in_force(today))
    if reach is not None:
        query = query.where(Unit.id.in_(reach.unit_ids))
    units = session.scalars(
        query.order_by(Unit.code).options(selectinload(Unit.counters).selectinload(Counter.fields))
    ).all()
    asked = session.scalars(select(ServiceField).where(ServiceField.asked).order_by(ServiceField.position)).all()
    rows = [{"unit": unit.code, "field": field.name_vi} for unit in units for field in (_served(unit) or asked)]
    wide = (*key_columns(UnitFinder(units).parse, FieldFinder(asked).parse), *WIDE_COLUMNS)
    return Template("dossiers", wide, rows)


def _served(unit: Unit) -> list[ServiceField]:
    served = {field.code: field for counter in unit.counters for field in counter.fields}
    return sorted(served.values(), key=lambda field: field.position)


def columns(unit: Callable[[Cell], Any], field: Callable[[Cell], Any]) -> tuple[Column, ...]:
    """Every column of the two forms in which dossiers come."""
    return (*key_columns(unit, field), *LONG_COLUMNS, *WIDE_COLUMNS)


def _check_time(table: Table, period: Period, now: datetime) -> None:
    """Dossiers of a unit that did not exist then are a mistake; of one that does not measure yet, worth a word."""
    if now.astimezone(TIME_ZONE).date() <= period.last:
        table.warn(None, None, "period_still_running", period=period.text, last=f"{period.last:%d/%m/%Y}")
    told = set()
    for row in table.rows:
        unit: Unit | None = row["unit"]
        if unit is None or unit.id in told:
            continue
        told.add(unit.id)
        if unit.valid_from > period.last:
            table.fault(row, "unit", "unit_not_yet", unit=unit.name, since=f"{unit.valid_from:%d/%m/%Y}")
        elif unit.valid_to is not None and unit.valid_to < period.first:
            successor = f"{unit.successor.name} ({unit.successor.code})" if unit.successor else "–"
            until = f"{unit.valid_to:%d/%m/%Y}"
            table.fault(row, "unit", "unit_no_longer", unit=unit.name, until=until, successor=successor)
        elif unit.start_date is None:
            table.warn(row, "unit", "unit_without_start", unit=unit.name)
        elif unit.start_date > period.last:
            table.warn(row, "unit", "unit_starts_later", unit=unit.name, start=f"{unit.start_date:%d/%m/%Y}")


def _store(session: Session, table: Table, counts: Iterable[Count], period: Period) -> DossierSummary:
    listed = list(counts)
    units: dict[int, Unit] = {count.unit.id: count.unit for count in listed}
    of_units = (DossierCount.period == period.text) & DossierCount.unit_id.in_(units)
    stored = session.scalars(select(DossierCount).where(of_units)).all()
    known = {count.unit_id for count in stored}
    before = {code: totals | {"name": name} for (code, name), totals in _totals(stored, units).items()}
    after = {code: totals | {"name": name} for (code, name), totals in _totals(listed, units).items()}
    session.execute(delete(DossierCount).where(of_units))
    if listed:
        session.execute(
            insert(DossierCount),
            [
                {
                    "unit_id": count.unit.id,
                    "period": period.text,
                    "basis": count.basis,
                    "field": count.field,
                    "channel": count.channel,
                    "outcome": count.outcome,
                    "count": count.number,
                }
                for count in listed
            ],
        )
    _store_printed(session, table, period, units)
    return DossierSummary(
        rows=len(table.rows),
        created=len(units.keys() - known),
        updated=len(known),
        replaced=tuple(sorted(units[unit_id].code for unit_id in known)),
        warnings=tuple(table.warnings),
        period=period.text,
        units=len(units),
        dossiers=sum(_population(listed).values()),
        received=_sum(listed, Basis.RECEIVED),
        carried_over=_sum(listed, Basis.CARRIED_OVER),
        settled=_sum(listed, Basis.SETTLED, Basis.CROSS),
        overdue=_sum((c for c in listed if c.outcome == Outcome.OVERDUE), Basis.SETTLED, Basis.CROSS),
        blank_rows=table.blank_rows,
        codes=tuple(sorted(unit.code for unit in units.values())),
        changes=changes_between(before, after),
    )


def _store_printed(session: Session, table: Table, period: Period, units: Collection[int]) -> None:
    of_units = (DossierPrinted.period == period.text) & DossierPrinted.unit_id.in_(units)
    session.execute(delete(DossierPrinted).where(of_units))
    session.add_all(
        DossierPrinted(unit_id=unit.id, period=period.text, field=field, on_time_percent=percent)
        for unit, field, percent in printed_rates(table)
    )


def _totals(
    counts: Iterable[Count] | Iterable[DossierCount], units: dict[int, Unit]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Add up what a person compares before and after, by code and name of the unit."""
    numbers: dict[int, dict[str, int]] = {}
    for count in counts:
        unit_id, number = (
            (count.unit_id, count.count) if isinstance(count, DossierCount) else (count.unit.id, count.number)
        )
        of_unit = numbers.setdefault(unit_id, {})
        for key in TOTALS_OF[count.basis]:
            of_unit[key] = of_unit.get(key, 0) + number
        if count.outcome == Outcome.OVERDUE:
            of_unit["overdue"] = of_unit.get("overdue", 0) + number
    return {
        (units[unit_id].code, units[unit_id].name): dict(of_unit)
        for unit_id, of_unit in sorted(numbers.items(), key=lambda pair: units[pair[0]].code)
    }


def _sum(counts: Iterable[Count], *bases: Basis) -> int:
    return sum(count.number for count in counts if count.basis in bases)


def _population(counts: Iterable[Count]) -> dict[int, int]:
    totals: dict[int, dict[Basis, int]] = {}
    for count in counts:
        of_unit = totals.setdefault(count.unit.id, {})
        of_unit[count.basis] = of_unit.get(count.basis, 0) + count.number
    return {
        unit_id: next((by[basis] for basis in (Basis.CROSS, Basis.SETTLED, Basis.RECEIVED) if basis in by), 0)
        for unit_id, by in totals.items()
    }
