"""Chosen columns of any CSV or XLSX file, by the headings that the file itself uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from survey.errors import AnalysisRefused, Fault, ImportRefused
from survey.services.sheet import Cell, Sheet, SheetRow, open_sheet
from survey.services.spelling import clean, fold

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|[+-]?[.,]\d+")
# Digits in groups of three: several groups can only be thousands, a single one may be a fraction too.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})+|[1-9]\d{0,2}(?: \d{3})")
_UNCLEAR = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
# What a message can name without becoming a list of everything.
_MOST_HEADINGS = 30


@dataclass
class DataTable:
    """Columns of text (a blank cell is "") with the row numbers of the file, and what is wrong with them."""

    columns: dict[str, list[str]]
    row_numbers: list[int]
    faults: list[Fault] = field(default_factory=list)

    def labels(self, name: str, *, filled: bool = False) -> NDArray[np.str_]:
        """Return a column as text; with `filled`, blank cells are faults."""
        if filled:
            self._note(name, [row for row, text in enumerate(self.columns[name]) if not text], "blank_cell")
        return np.array(self.columns[name], dtype=np.str_)

    def numbers(self, name: str, *, filled: bool = False, at_least: float = -np.inf) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where blank; `4,5` and `4.5` are the same."""
        texts = self.columns[name]
        value = {text: _number(text) for text in set(texts)}
        numbers = np.array([value[text] for text in texts], np.float64)
        blank = np.array([not text for text in texts], np.bool_)
        self._note(name, np.flatnonzero(np.isnan(numbers) & ~blank).tolist(), "not_a_plain_number")
        self._note(name, np.flatnonzero(numbers < at_least).tolist(), "number_too_small", least=f"{at_least:g}")
        if filled:
            self._note(name, np.flatnonzero(blank).tolist(), "blank_cell")
        return numbers

    def counts(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers of people or units: no blanks, and no guess what `1.500` is."""
        texts = self.columns[name]
        self._note(name, [row for row, text in enumerate(texts) if _UNCLEAR.fullmatch(text)], "unclear_count")
        self.columns[name] = [re.sub("[., ]", "", text) if _GROUPED.fullmatch(text) else text for text in texts]
        return self.numbers(name, filled=True, at_least=0)

    def reject(self, name: str, rows: NDArray[np.bool_], code: str) -> None:
        """Note a fault in these cells of a column."""
        self._note(name, np.flatnonzero(rows).tolist(), code)

    def check(self) -> None:
        """Raise AnalysisRefused with every fault in the order of the rows, if there is any."""
        if self.faults:
            raise AnalysisRefused(sorted(self.faults, key=lambda fault: fault.row or 0))

    def kept(self, rows: NDArray[np.bool_]) -> DataTable:
        """Return the table with some of its rows."""
        chosen = np.flatnonzero(rows).tolist()
        columns = {name: [texts[row] for row in chosen] for name, texts in self.columns.items()}
        return DataTable(columns, [self.row_numbers[row] for row in chosen], self.faults)

    def _note(self, name: str, rows: Sequence[int], code: str, **params: object) -> None:
        self.faults += [
            Fault(self.row_numbers[row], name, code, {"got": self.columns[name][row], **params}) for row in rows
        ]


def read_columns(
    data: bytes, wanted: Sequence[str], *, optional: Collection[str] = (), file: str = ""
) -> DataTable:
    """Read the columns wanted, and those optional ones that the file has.

    A heading is found as written, else regardless of case, marks and punctuation. Raises AnalysisRefused for
    headings that are missing or stand twice.
    """
    names = list(dict.fromkeys([*wanted, *optional]))
    keys = {fold(name) for name in names}

    def recognise(cells: Sequence[Cell]) -> int:
        # where no heading fits, the first line is the header, so that the message can list what is there
        return 1000 * sum(fold(_text(cell)) in keys for cell in cells) + sum(not cell.is_blank for cell in cells)

    try:
        return _columns_of(open_sheet(data, recognise), names, set(wanted), file)
    except ImportRefused as refused:
        raise AnalysisRefused(refused.faults) from refused


def _columns_of(sheet: Sheet, names: Sequence[str], wanted: set[str], file: str) -> DataTable:
    at, faults = _places(sheet.header, names, wanted, file)
    table = DataTable({name: [] for name in at}, [], [*sheet.faults, *faults])
    if not faults:
        for row in sheet.rows:
            _read(table, row, at)
        if not table.row_numbers:
            table.faults.append(Fault(None, None, "no_rows"))
    table.check()
    return table


def _places(
    header: SheetRow, names: Sequence[str], wanted: set[str], file: str
) -> tuple[dict[str, int], list[Fault]]:
    headings = [_text(cell) for cell in header.cells]
    folded = [fold(heading) for heading in headings]
    exact, loose = Counter(headings), Counter(folded)
    places: dict[str, int] = {}
    faults = []
    for name in names:
        own = clean(name)
        if exact[own] == 1:
            places[name] = headings.index(own)
        elif exact[own] == 0 and loose[fold(own)] == 1:
            places[name] = folded.index(fold(own))
        elif exact[own] > 1 or loose[fold(own)] > 1:
            faults.append(Fault(header.number, name, "duplicate_column"))
        elif name in wanted:
            known = ", ".join(list(filter(None, headings))[:_MOST_HEADINGS])
            faults.append(Fault(header.number, name, "no_such_column", {"known": known, "file": file}))
    return places, faults


def _read(table: DataTable, row: SheetRow, at: dict[str, int]) -> None:
    table.row_numbers.append(row.number)
    for name, place in at.items():
        cell = row.cells[place] if place < len(row.cells) else Cell(None)
        if cell.trouble is not None:
            table.faults.append(Fault(row.number, name, cell.trouble, {}, cell.address))
        table.columns[name].append(_text(cell))


def _text(cell: Cell) -> str:
    value = cell.value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        return np.nan
    value = float(text.replace(",", "."))
    return value if np.isfinite(value) else np.nan
