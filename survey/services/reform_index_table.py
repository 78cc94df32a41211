"""Read a sheet of the reform index: one component a line, or one unit a line with a column per component."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.points import check_printed, percent_of
from analysis.rules import Component, IndexRules
from survey.services.cells import BadCell, decimal_number, percentage, text, yes_no
from survey.services.columns import Column, Row, Table
from survey.services.sheet import Cell
from survey.services.spelling import fold

POINTS = "points:"
PERCENT = "percent:"
_words = text(200)


@dataclass(frozen=True)
class Entry:
    """What one line says about one component of a unit."""

    row: Row
    unit: Any
    component: Component
    points: Decimal | None
    percent: Decimal | None
    not_applicable: bool


def index_columns(rules: IndexRules, unit: Callable[[Cell], Any]) -> tuple[Column, ...]:
    """The columns of both forms under these rules."""
    return (
        Column("unit", ("Mã đơn vị", "Đơn vị", "Unit code"), unit, required=True, filled=True),
        Column(
            "printed", ("Tổng điểm (bản in)", "Tổng điểm đã công bố", "Tổng điểm", "Printed total"), decimal_number
        ),
        Column("component", ("Nội dung", "Thành phần", "Tiêu chí", "Criterion"), component_parser(rules)),
        Column("points", ("Điểm", "Số điểm", "Score"), decimal_number),
        Column("percent", ("Tỷ lệ (%)", "Phần trăm", "Share"), percentage),
        Column("max", ("Điểm tối đa", "Tối đa", "Maximum"), decimal_number),
        Column("not_applicable", ("Không phát sinh", "N/A"), yes_no),
        *(Column(POINTS + part.code, _names(part), decimal_number) for part in rules.components),
        *(
            Column(PERCENT + part.code, tuple(f"Tỷ lệ {name}" for name in _names(part)), percentage)
            for part in rules.components
        ),
    )


def component_parser(rules: IndexRules) -> Callable[[Cell], Component]:
    """Read a component's code or title; some words of it are enough where only one component has them."""
    exact = {fold(name): part for part in rules.components for name in _names(part)}

    def parse(cell: Cell) -> Component:
        written = _words(cell)
        wanted = fold(written)
        if wanted in exact:
            return exact[wanted]
        holding = {part.code: part for name, part in exact.items() if f" {wanted} " in f" {name} "}
        if len(holding) != 1:
            known = ", ".join(f"{part.code} ({part.title.vi})" for part in rules.components)
            raise BadCell("component_not_found", got=written, known=known)
        return next(iter(holding.values()))

    return parse


def read_entries(table: Table, rules: IndexRules) -> tuple[list[Entry], dict[int, Decimal]]:
    """Turn the rows into entries and printed totals by unit; what is wrong with them is noted in the table."""
    is_wide = [key for key in table.titles if key.startswith((POINTS, PERCENT))]
    is_long = [key for key in ("component", "points", "percent", "max", "not_applicable") if table.has(key)]
    if is_wide and is_long:
        table.fault(None, is_long[0], "two_forms_at_once", other=table.title(is_wide[0]))
        return [], {}
    if not is_wide and not (table.has("component") and (table.has("points") or table.has("percent"))):
        table.fault(
            None, None, "no_component_columns", known=", ".join(part.title.vi for part in rules.components)
        )
        return [], {}
    entries = [entry for row in table.rows for entry in (_wide if is_wide else _long)(table, row, rules)]
    _check_repeats(table, entries)
    return entries, _printed_totals(table)


def _names(part: Component) -> tuple[str, ...]:
    titles = (part.title.vi, part.title.en)
    return (part.title.vi, *(title.split(" (")[0] for title in titles), part.title.en, part.code)


def _long(table: Table, row: Row, rules: IndexRules) -> Iterator[Entry]:
    part: Component | None = row["component"]
    if part is None:
        if not row.has_bad("component"):
            table.fault(row, "component", "blank_cell")
        return
    if row["max"] is not None and row["max"] != part.maximum:
        table.fault(row, "max", "maximum_differs", got=row["max"], maximum=part.maximum, rules=rules.id)
    nothing = row["points"] is None and row["percent"] is None
    if row["not_applicable"] and rules.when_not_applicable == "refused":
        table.fault(row, "not_applicable", "not_applicable_refused", rules=rules.id)
    elif row["not_applicable"] and not nothing:
        table.fault(row, "not_applicable", "not_applicable_with_points")
    elif nothing and not row["not_applicable"] and not row.has_bad("points", "percent", "not_applicable"):
        table.fault(row, "points" if table.has("points") else "percent", "blank_cell")
    _check_points(table, row, part, "points", "percent")
    if not row.has_bad():
        yield Entry(row, row["unit"], part, row["points"], row["percent"], bool(row["not_applicable"]))


def _wide(table: Table, row: Row, rules: IndexRules) -> Iterator[Entry]:
    for part in rules.components:
        points, percent = POINTS + part.code, PERCENT + part.code
        _check_points(table, row, part, points, percent)
        if row["unit"] is not None and (row[points] is not None or row[percent] is not None):
            yield Entry(row, row["unit"], part, row[points], row[percent], not_applicable=False)


def _check_points(table: Table, row: Row, part: Component, points_key: str, percent_key: str) -> None:
    points, percent = row[points_key], row[percent_key]
    if points is not None and points > part.maximum:
        table.fault(row, points_key, "points_above_maximum", got=points, maximum=part.maximum, title=part.title.vi)
    elif points is not None and percent is not None:
        computed = percent_of(points, part.maximum)
        if computed is not None and not check_printed(percent, computed).agrees:
            table.warn(row, percent_key, "printed_percent_differs", computed=computed, printed=percent)


def _check_repeats(table: Table, entries: list[Entry]) -> None:
    first: dict[tuple[int, str], Row] = {}
    told = set()
    for entry in entries:
        earlier = first.setdefault((entry.unit.id, entry.component.code), entry.row)
        if earlier is not entry.row and entry.row.number not in told:
            told.add(entry.row.number)
            table.fault(entry.row, None, "duplicate_row", first=str(earlier.number))


def _printed_totals(table: Table) -> dict[int, Decimal]:
    totals: dict[int, Decimal] = {}
    for row in table.rows:
        if row["unit"] is None or row["printed"] is None:
            continue
        known = totals.setdefault(row["unit"].id, row["printed"])
        if known != row["printed"]:
            table.fault(row, "printed", "printed_totals_differ", got=row["printed"], known=known)
    return totals
