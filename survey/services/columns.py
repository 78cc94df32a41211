"""Say what columns a table must have, read its rows by them, and collect every fault on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from survey.errors import Fault, ImportRefused
from survey.services.cells import BadCell, Parse
from survey.services.sheet import Cell, Sheet, SheetRow, open_sheet
from survey.services.spelling import fold

# How many rows are read so far.
Progress = Callable[[int], None]
BETWEEN_NEWS = 200
# Officers number their rows and write remarks beside them; neither is data.
IGNORED = frozenset({"stt", "tt", "so thu tu", "no", "ghi chu", "remark", "remarks", "note", "notes"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import: `headers[0]` is what templates and messages call it, the others are also understood.

    `required`: the table must have the column. `filled`: no cell of it may be blank.
    """

    key: str
    headers: tuple[str, ...]
    parse: Parse
    required: bool = False
    filled: bool = False

    @property
    def title(self) -> str:
        return self.headers[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A row's values by column key; a blank cell is None. `bad` names the columns whose cells have a fault."""

    number: int
    values: Mapping[str, Any]
    addresses: Mapping[str, str]
    bad: frozenset[str]

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    def has_bad(self, *keys: str) -> bool:
        """Tell whether one of these cells, or any cell if none is named, could not be read."""
        return bool(self.bad & set(keys)) if keys else bool(self.bad)


@dataclass
class Table:
    """A table that was read, with the faults and warnings found so far."""

    columns: Mapping[str, Column]
    titles: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    blank_rows: int = 0

    def has(self, key: str) -> bool:
        """Tell whether the table has this column."""
        return key in self.titles

    def title(self, key: str) -> str:
        """The column's heading as the file writes it."""
        return self.titles.get(key, self.columns[key].title)

    def fault(self, row: Row | None, key: str | None, code: str, **params: object) -> None:
        """Note what is wrong, in a cell, a row, or the whole file."""
        self.faults.append(self._place(row, key, code, params))

    def warn(self, row: Row | None, key: str | None, code: str, **params: object) -> None:
        """Note what a person should look at although the import goes on."""
        self.warnings.append(self._place(row, key, code, params))

    def check(self) -> None:
        """Raise ImportRefused with every fault in the order of the rows, if there is any."""
        if self.faults:
            raise ImportRefused(sorted(self.faults, key=lambda fault: fault.row or 0))

    def _place(self, row: Row | None, key: str | None, code: str, params: dict[str, object]) -> Fault:
        return Fault(
            None if row is None else row.number,
            None if key is None else self.title(key),
            code,
            params,
            cell=row.addresses.get(key) if row is not None and key is not None else None,
        )


def open_table(data: bytes, columns: Sequence[Column]) -> Sheet:
    """Open a CSV or XLSX file at the header row with most of these columns; raises ImportRefused."""
    by_heading = _by_heading(columns)
    return open_sheet(data, lambda cells: sum(_heading(cell) in by_heading for cell in cells))


def read_table(
    data: bytes,
    columns: Sequence[Column],
    *,
    prefilled: Collection[str] = (),
    others: bool = False,
    progress: Progress | None = None,
) -> Table:
    """Read a CSV or XLSX file by its columns; faults are collected in the table, to be raised by `check`.

    Rows that say nothing beyond the `prefilled` columns of a template are counted and left out. `others`: the file
    may have columns that are not asked for. `progress` is told the rows read so far.
    Raises ImportRefused at once when the columns themselves are wrong, because then no row can be read.
    """
    sheet = open_table(data, columns)
    at, faults = _assign(sheet.header, _by_heading(columns), columns, others=others)
    if faults:
        raise ImportRefused(faults)
    titles = {column.key: str(sheet.header.cells[position].value) for position, column in at.items()}
    table = Table({column.key: column for column in columns}, titles, faults=sheet.faults)
    width = len(sheet.header.cells)
    is_workbook = any(cell.address for cell in sheet.header.cells)
    to_fill = [position for position, column in at.items() if column.key not in prefilled]
    for read, row in enumerate(sheet.rows, start=1):
        if progress is not None and read % BETWEEN_NEWS == 0:
            progress(read)
        if any(not cell.is_blank for cell in row.cells[width:]):
            table.faults.append(
                Fault(row.number, None, "too_many_cells", {"cells": len(row.cells), "width": width})
            )
        elif (
            prefilled
            and to_fill
            and all(row.cells[position].is_blank for position in to_fill if position < len(row.cells))
        ):
            table.blank_rows += 1
        else:
            table.rows.append(_row(table, row, at, is_workbook=is_workbook))
    if not table.rows and not table.faults:
        table.fault(None, None, "template_not_filled" if table.blank_rows else "no_rows")
    return table


def _heading(cell: Cell) -> str:
    return fold(cell.value) if isinstance(cell.value, str) else ""


def _by_heading(columns: Sequence[Column]) -> dict[str, Column]:
    return {fold(name): column for column in columns for name in (column.key, *column.headers)}


def _assign(
    header: SheetRow, by_heading: Mapping[str, Column], columns: Sequence[Column], *, others: bool = False
) -> tuple[dict[int, Column], list[Fault]]:
    """Find which position holds which column."""
    at: dict[int, Column] = {}
    faults = []
    for position, cell in enumerate(header.cells):
        heading = _heading(cell)
        column = by_heading.get(heading)
        if column is not None and column in at.values():
            faults.append(Fault(header.number, str(cell.value), "duplicate_column", {}, cell.address))
        elif column is not None:
            at[position] = column
        elif cell.value is not None and heading not in IGNORED and not others:
            known = ", ".join(column.title for column in columns)
            faults.append(Fault(header.number, str(cell.value), "unknown_column", {"known": known}, cell.address))
    faults += [
        Fault(header.number, column.title, "missing_column", {"known": " / ".join(column.headers)})
        for column in columns
        if column.required and column not in at.values()
    ]
    return at, faults


def _row(table: Table, row: SheetRow, at: Mapping[int, Column], *, is_workbook: bool) -> Row:
    values: dict[str, Any] = {}
    addresses = {}
    bad = {}
    for position, column in at.items():
        cell = row.cells[position] if position < len(row.cells) else Cell(None)
        if is_workbook:
            # A blank cell has an address too: that is where something is missing.
            addresses[column.key] = f"{get_column_letter(position + 1)}{row.number}"
        try:
            values[column.key] = _value(column, cell)
        except BadCell as problem:
            bad[column.key] = problem
    read = Row(row.number, values, addresses, frozenset(bad))
    for key, reason in bad.items():
        table.fault(read, key, reason.code, **reason.params)
    return read


def _value(column: Column, cell: Cell) -> Any:
    if cell.trouble is not None:
        raise BadCell(cell.trouble)
    if cell.value is not None:
        return column.parse(cell)
    if column.filled:
        raise BadCell("blank_cell")
    return None


def duplicates(rows: Iterable[Row], key: Callable[[Row], Any]) -> Iterator[tuple[Row, Row]]:
    """Find rows that say the same thing again: pairs of the later and the first one."""
    first: dict[Any, Row] = {}
    for row in rows:
        seen = first.setdefault(key(row), row)
        if seen is not row:
            yield row, seen
