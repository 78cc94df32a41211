"""What the check of a table found, as it is kept beside it: faults, warnings, changes, and the rows to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from survey.errors import Fault, ImportRefused
from survey.services.columns import Column, open_table
from survey.services.importing import Change, ImportSummary
from survey.services.sheet import Cell, SheetRow

FIRST_ROWS = 20
MOST_FAULTY_ROWS = 100
MOST_FAULTS = 400
_DECIMAL = "decimal"


def kept_fault(fault: Fault) -> dict[str, Any]:
    """Turn a fault into what JSON holds."""
    return {
        "row": fault.row,
        "column": fault.column,
        "code": fault.code,
        "params": {name: _plain(value) for name, value in fault.params.items()},
        "cell": fault.cell,
    }


def fault_from(kept: Mapping[str, Any]) -> Fault:
    """Read a kept fault back."""
    params = {name: _restored(value) for name, value in kept["params"].items()}
    return Fault(kept["row"], kept["column"], kept["code"], params, kept["cell"])


def kept_change(change: Change) -> dict[str, Any]:
    """Turn a change into what JSON holds; days as people write them."""
    return {
        "code": change.code,
        "name": change.name,
        "before": None if change.before is None else {key: _shown(value) for key, value in change.before.items()},
        "after": {key: _shown(value) for key, value in change.after.items()},
    }


def of_summary(summary: ImportSummary) -> dict[str, Any]:
    """What is kept of a table without faults."""
    return {
        "faults": [],
        "warnings": [kept_fault(fault) for fault in summary.warnings[:MOST_FAULTS]],
        "changes": [kept_change(change) for change in summary.changes],
        "summary": {
            name: getattr(summary, name)
            for name in ("rows", "created", "updated", "unchanged", "blank_rows", "replaced")
        },
    }


def of_refusal(refused: ImportRefused) -> dict[str, Any]:
    """What is kept of a table with faults."""
    return {
        "faults": [kept_fault(fault) for fault in refused.faults[:MOST_FAULTS]],
        "fault_count": len(refused.faults),
        "warnings": [],
        "changes": [],
        "summary": {},
    }


def rows_to_show(data: bytes, columns: Sequence[Column], faults: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Show the table as it was read: its heading, its first rows, and those with faults.

    Each cell and row has the numbers of its faults beside it; what belongs nowhere is left to be listed above.
    A fault of a CSV file gets the address that a spreadsheet program gives to its cell.
    Nothing at all where the file is no table.
    """
    try:
        sheet = open_table(data, columns)
        faulty = {fault["row"] for fault in faults[:MOST_FAULTS] if fault["row"] is not None}
        shown, total, bad = [], 0, 0
        for row in sheet.rows:
            total += 1
            is_faulty = row.number in faulty
            if total <= FIRST_ROWS or (is_faulty and bad < MOST_FAULTY_ROWS):
                shown.append(row)
            bad += is_faulty
    except ImportRefused:
        return {}
    header = sheet.header
    titles = [_words(cell) for cell in header.cells]
    placed: dict[str, list[int]] = {}
    visible = {header.number, *(row.number for row in shown)}
    letters = [get_column_letter(at + 1) for at in range(len(titles))]
    for number, fault in enumerate(faults):
        if fault["row"] is None:
            continue
        place = _place(fault, titles)
        if place >= 0 and fault["cell"] is None:
            fault["cell"] = f"{letters[place]}{fault['row']}"
        if fault["row"] in visible:
            placed.setdefault(f"{fault['row']}:{place}", []).append(number)
    return {
        "header": _row(header, placed),
        "letters": letters,
        "rows": [_row(row, placed) for row in shown],
        "total": total,
    }


def _row(row: SheetRow, placed: Mapping[str, list[int]]) -> dict[str, Any]:
    return {
        "number": row.number,
        "faults": placed.get(f"{row.number}:-1", []),
        "cells": [
            {"text": _words(cell), "trouble": cell.trouble, "faults": placed.get(f"{row.number}:{at}", [])}
            for at, cell in enumerate(row.cells)
        ],
    }


def _place(fault: Mapping[str, Any], titles: Sequence[str]) -> int:
    """The position of a fault's cell in its row, -1 for the row as a whole."""
    if fault["cell"] is not None:
        return column_index_from_string(fault["cell"].rstrip("0123456789")) - 1
    return titles.index(fault["column"]) if fault["column"] in titles else -1


def _words(cell: Cell) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{100 * value:f}%" if cell.is_percent else f"{value:f}"
    return str(value)


def _shown(value: Any) -> Any:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    return list(value) if isinstance(value, tuple) else value if isinstance(value, int) else str(value)


def _restored(value: Any) -> object:
    if isinstance(value, dict):
        return Decimal(value[_DECIMAL])
    return tuple(value) if isinstance(value, list) else value
