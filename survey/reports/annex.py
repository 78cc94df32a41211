"""Tables on sheets in the layout of an official annex: A4 landscape, titles, notes, print area."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from survey.reports.quarter_columns import WHOLE, WORDS, Column, Slanted

# Text stays text, whatever it looks like.
OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
A4 = 9
# Height of a line of text in points.
LINE = 16
# Lines between two news about the progress.
NEWS = 500
EXAMPLE = "Dữ liệu ví dụ. Không phải số liệu của địa phương nào."
_LIKE = {
    "font_name": "Times New Roman",
    "font_size": 12,
    "valign": "vcenter",
}


class Annex:
    """The sheets of one workbook; `units` are the rows of every table that has none of its own."""

    def __init__(
        self,
        book: Workbook,
        subtitle: str,
        units: Sequence[Any],
        *,
        is_example: bool,
        in_notes: Mapping[str, object] | None = None,
        told: Callable[[int], None] | None = None,
    ) -> None:
        book.formats[0].set_font_name(_LIKE["font_name"])
        self._book = book
        self._subtitle = subtitle
        self._units = units
        self._is_example = is_example
        self._in_notes = in_notes or {}
        self._told = told
        self._written = 0
        self._formats: dict[tuple[Any, ...], Any] = {}

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(_LIKE | properties)
        return self._formats[key]

    def _count(self) -> None:
        self._written += 1
        if self._told is not None and self._written % NEWS == 0:
            self._told(self._written)

    def table(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        notes: Sequence[str],
        rows: Sequence[Any] | None = None,
        total: str = "",
    ) -> None:
        """Write one sheet with a line for every unit, or for each of `rows`; `total` names the line under them."""
        sheet = self._book.add_worksheet(name)
        rows = self._units if rows is None else rows
        columns = [Column("STT", 5, WHOLE, lambda _row: None, is_centred=True), *columns]
        last = len(columns) - 1
        top = self._titles(sheet, name, title)
        self._headings(sheet, top, columns)
        first = top + 2
        letters = {column.key: xl_col_to_name(at) for at, column in enumerate(columns) if column.key}
        looks = [self._look(column) for column in columns]
        for offset, row in enumerate(rows):
            places = {key: f"{letter}{first + offset + 1}" for key, letter in letters.items()}
            for at, column in enumerate(columns):
                value = offset + 1 if at == 0 else column.value(row)
                formula = column.formula and column.formula.format(**places)
                self._cell(sheet, first + offset, at, value, column, formula, looks[at])
            sheet.set_row(first + offset, LINE)
            self._count()
        end = first + len(rows) - 1
        sheet.autofilter(top + 1, 0, max(end, top + 1), last)
        if total and rows:
            end += 1
            self._total(sheet, end, first, rows, columns, letters, total)
        for offset, note in enumerate(notes):
            self._wide(sheet, end + 2 + offset, last, note.format(**self._in_notes), columns)
        sheet.freeze_panes(first, 2)
        self._page(sheet, end + 1 + len(notes), last)
        sheet.repeat_rows(top, top + 1)

    def _total(
        self,
        sheet: Any,
        at_row: int,
        first: int,
        rows: Sequence[Any],
        columns: Sequence[Column],
        letters: Mapping[str, str],
        name: str,
    ) -> None:
        """Write the line of totals as formulas with the values that they give."""
        cells = {key: f"{letter}{at_row + 1}" for key, letter in letters.items()}
        ranges = {f"[{key}]": f"{letter}{first + 1}:{letter}{at_row}" for key, letter in letters.items()}
        for at, column in enumerate(columns):
            look = self._format(border=1, bold=True, num_format=column.form, align="right", bg_color="#F3F6FA")
            value = None if column.total is None else column.total.value(rows)
            if at == 1:
                sheet.write_string(at_row, at, name, self._format(border=1, bold=True, bg_color="#F3F6FA"))
            elif column.total is None or value is None:
                sheet.write_blank(at_row, at, None, look)
            else:
                formula = column.total.formula.format(**cells)
                for mark, place in ranges.items():
                    formula = formula.replace(mark, place)
                sheet.write_formula(at_row, at, f"={formula}", look, float(value))
        sheet.set_row(at_row, LINE)

    def pairs(self, name: str, title: str, lines: Sequence[tuple[str, str]]) -> None:
        """Write a sheet of words: what it is about, and what there is to say."""
        sheet = self._book.add_worksheet(name)
        top = self._titles(sheet, name, title)
        for offset, (label, words) in enumerate(lines):
            for at, value in enumerate((label, words)):
                look = self._format(bold=at == 0, text_wrap=True, border=1, valign="top")
                sheet.write_string(top + offset, at, value, look)
            sheet.set_row(top + offset, LINE * max(1 + len(words) // 95, 1 + len(label) // 30))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100)
        sheet.freeze_panes(top, 0)
        self._page(sheet, max(top + len(lines) - 1, top), 1)

    def _titles(self, sheet: Any, name: str, title: str) -> int:
        sheet.write_string(0, 0, name, self._format(bold=True))
        sheet.write_string(1, 0, title, self._format(bold=True, font_size=14))
        sheet.write_string(2, 0, self._subtitle, self._format(italic=True, font_size=13))
        if self._is_example:
            sheet.write_string(3, 0, EXAMPLE, self._format(bold=True))
        return 5

    def _headings(self, sheet: Any, top: int, columns: Sequence[Column]) -> None:
        head = self._format(bold=True, text_wrap=True, align="center", border=1, bg_color="#E7EEF7")
        at = 0
        while at < len(columns):
            column = columns[at]
            sheet.set_column(at, at, column.width)
            if not column.group:
                sheet.merge_range(top, at, top + 1, at, column.title, head)
                at += 1
                continue
            end = at
            while end < len(columns) and columns[end].group == column.group:
                sheet.set_column(end, end, columns[end].width)
                sheet.write_string(top + 1, end, columns[end].title, head)
                end += 1
            sheet.merge_range(top, at, top, end - 1, column.group, head)
            at = end
        sheet.set_row(top, max(32, LINE * _heading_lines(columns)))
        sheet.set_row(top + 1, 50)

    def _look(self, column: Column, *, slanted: bool = False) -> Any:
        align = "center" if column.is_centred else "left" if column.form == WORDS else "right"
        return self._format(border=1, num_format=column.form, italic=slanted, align=align)

    def _cell(self, sheet: Any, row: int, at: int, value: Any, column: Column, formula: str, look: Any) -> None:
        if isinstance(value, Slanted):
            value, look = value.value, self._look(column, slanted=True)
        if value is None or value == "":
            sheet.write_blank(row, at, None, look)
        elif column.form == WORDS:
            sheet.write_string(row, at, str(value), look)
        elif formula:
            sheet.write_formula(row, at, f"={formula}", look, float(value))
        else:
            sheet.write_number(row, at, float(value), look)

    def _wide(self, sheet: Any, row: int, last: int, words: str, columns: Sequence[Column]) -> None:
        letters_a_line = max(40, 1.15 * sum(column.width for column in columns))
        sheet.merge_range(row, 0, row, last, words, self._format(text_wrap=True, font_size=10, valign="top"))
        sheet.set_row(row, LINE * (1 + int(len(words) / letters_a_line)))

    def _page(self, sheet: Any, last_row: int, last_column: int) -> None:
        sheet.set_landscape()
        sheet.set_paper(A4)
        # Margins of NĐ 30/2020/NĐ-CP, in inches; the page number stands in the middle of the top margin.
        sheet.set_margins(left=1.18, right=0.59, top=0.79, bottom=0.79)
        sheet.set_header("&C&P")
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last_row, last_column)


def _heading_lines(columns: Sequence[Column]) -> int:
    """How many lines the longest common heading takes above its columns, in bold letters."""
    widths: dict[str, float] = {}
    for column in columns:
        if column.group:
            widths[column.group] = widths.get(column.group, 0) + column.width
    return max((1 + int(len(group) / (0.9 * width)) for group, width in widths.items()), default=1)
