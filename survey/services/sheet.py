"""Open the first table of a CSV or XLSX file: its header row and the rows below it, cell by cell.

What cannot be read at all is refused here, with the remedy; what single cells mean is up to `columns`.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_BOOL, TYPE_ERROR, TYPE_FORMULA
from openpyxl.utils import get_column_letter, range_boundaries

from survey.errors import Fault, ImportRefused
from survey.services.spelling import clean

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 400 * 1024 * 1024
# A table may have a title above its header row, but not a long one.
HEADER_WITHIN = 20
DELIMITERS = ",;\t"
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+\d+:[A-Z]+\d+)"')
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_OTHER_FILES = (
    (b"%PDF", "PDF"),
    (b"<", "HTML/XML"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8", "JPEG"),
)
Value = str | Decimal | date | bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands: blank is None, numbers of a workbook are exact decimals.

    `trouble` is a message code when there is no usable value (a formula, an error); `address` is such as "C5" in
    a workbook.
    """

    value: Value
    address: str | None = None
    is_percent: bool = False
    trouble: str | None = None

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.trouble is None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number as a spreadsheet program shows it."""

    number: int
    cells: Sequence[Cell]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the header row and what stands below it."""

    header: SheetRow
    rows: Iterator[SheetRow]
    faults: list[Fault] = field(default_factory=list)


# How many cells of a row are headings that the caller knows.
Recognise = Callable[[Sequence[Cell]], int]


def open_sheet(data: bytes, recognise: Recognise) -> Sheet:
    """Find the header row: the one among the first rows in which most headings are recognised.

    Raises ImportRefused when the file is no spreadsheet, in a wrong encoding, too large, empty or headless.
    """
    if len(data) > LARGEST_FILE:
        raise _refused("file_too_large", limit=_megabytes(LARGEST_FILE))
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise _refused("file_empty")
    if data.startswith(b"PK"):
        rows, merged = _workbook_rows(data)
    else:
        rows, merged = _text_rows(_decoded(data), recognise), []
    return _with_header(rows, merged, recognise)


def _with_header(rows: Iterable[SheetRow], merged: Sequence[str], recognise: Recognise) -> Sheet:
    filled = (row for row in rows if not row.is_blank)
    first = list(islice(filled, HEADER_WITHIN))
    if not first:
        raise _refused("file_empty")
    scores = [recognise(row.cells) for row in first]
    if max(scores) == 0:
        raise _refused("no_header", row=first[0].number)
    at = scores.index(max(scores))
    header = first[at]
    faults = []
    for reference in merged:
        _, top, _, bottom = range_boundaries(reference)
        if bottom is not None and bottom >= header.number:
            faults.append(Fault(top, None, "merged_cells", {"range": reference}, cell=reference.split(":")[0]))
    return Sheet(header, chain(first[at + 1 :], filled), faults)


# --- XLSX


def _workbook_rows(data: bytes) -> tuple[Iterator[SheetRow], list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise _refused("file_too_large", limit=_megabytes(LARGEST_UNPACKED))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            workbook = load_workbook(io.BytesIO(data), read_only=True)
        sheet = workbook.worksheets[0]
        # The stated size of a sheet is often wrong; without it openpyxl reads what is there.
        sheet.reset_dimensions()
        # Merged cells are not offered in read-only mode, and only the first of them carries the value.
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            xml = archive.read(sheet._worksheet_path)  # type: ignore[attr-defined]  # no public name for it
        merged = [found.decode() for found in _MERGE.findall(xml)]
    except ImportRefused:
        raise
    except Exception as error:
        # A damaged workbook makes openpyxl stumble anywhere: bad ZIP, bad XML, unknown attributes, missing parts.
        raise _refused("not_a_spreadsheet", kind="ZIP") from error
    return _cells_of(sheet), merged


def _cells_of(sheet: Any) -> Iterator[SheetRow]:
    try:
        for number, row in enumerate(_quietly(sheet.iter_rows()), start=1):
            yield SheetRow(number, [_workbook_cell(cell, number, at) for at, cell in enumerate(row, start=1)])
    except Exception as error:
        raise _refused("not_a_spreadsheet", kind="XLSX") from error


def _quietly(rows: Iterator[Any]) -> Iterator[Any]:
    """Pass rows on without openpyxl's remarks on formatting that it leaves out, which is no concern of ours."""
    done = object()
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            row = next(rows, done)
        if row is done:
            return
        yield row


def _workbook_cell(cell: Any, row: int, column: int) -> Cell:
    value = cell.value
    if value is None or (isinstance(value, str) and not clean(value)):
        return Cell(None)
    address = f"{get_column_letter(column)}{row}"
    if cell.data_type == TYPE_FORMULA:
        return Cell(None, address, trouble="formula")
    if cell.data_type == TYPE_ERROR:
        return Cell(None, address, trouble="error_value")
    if cell.data_type == TYPE_BOOL:
        return Cell(bool(value), address)
    if isinstance(value, int | float):
        return Cell(Decimal(repr(value)), address, is_percent="%" in (cell.number_format or ""))
    if isinstance(value, datetime):
        return Cell(value.date(), address)
    if isinstance(value, date):
        return Cell(value, address)
    return Cell(clean(str(value)), address)


# --- CSV


def _text_rows(text: str, recognise: Recognise) -> Iterator[SheetRow]:
    """Read by the delimiter under which most headings are recognised; Excel's own `sep=;` line is obeyed."""
    if stated := re.match(r"sep=(.)\r?\n", text):
        return _delimited(text, stated[1], skip=1)

    def recognised(delimiter: str) -> int:
        try:
            return max(
                (recognise(row.cells) for row in islice(_delimited(text, delimiter), HEADER_WITHIN)), default=0
            )
        except ImportRefused:
            return 0

    return _delimited(text, max(DELIMITERS, key=recognised))


def _delimited(text: str, delimiter: str, *, skip: int = 0) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > skip:
                yield SheetRow(number, [Cell(clean(value) or None) for value in row])
    except csv.Error as error:
        raise _refused("broken_quotes", row=number + 1) from error


def _decoded(data: bytes) -> str:
    if data.startswith(_OLD_EXCEL):
        raise _refused("old_excel")
    for start, kind in _OTHER_FILES:
        if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(start):
            raise _refused("not_a_spreadsheet", kind=kind)
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise _refused("wrong_encoding", row=row) from error
    if "\x00" in text:
        raise _refused("not_a_spreadsheet", kind="?")
    return text


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Without a mark, half of the bytes of UTF-16 letters are zero.
    head = data[:400]
    if len(head) > 3 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) > 3 and head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8-sig"


def _refused(code: str, *, row: int | None = None, **params: object) -> ImportRefused:
    return ImportRefused([Fault(row, None, code, params)])


def _megabytes(size: int) -> int:
    return size // (1024 * 1024)
