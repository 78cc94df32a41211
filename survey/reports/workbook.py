"""The XLSX of a closed period: Biểu 1, factors, quality of the sample, method. Plain data in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from xlsxwriter import Workbook

from survey.reports.quarter import QuarterReport
from survey.reports.quarter_columns import (
    FACTOR_NOTES,
    QUALITY_NOTES,
    SUMMARY_NOTES,
    WHOLE,
    WORDS,
    Column,
    Slanted,
    factor_columns,
    quality_columns,
    summary_columns,
)
from survey.reports.wording import method_lines, period_title
from survey.set_aside_messages import set_aside_line

A4 = 9
# Height of a line of text in points.
LINE = 16
EXAMPLE = "Dữ liệu ví dụ. Không phải số liệu của địa phương nào."
_LIKE = {
    "font_name": "Times New Roman",
    "font_size": 12,
    "valign": "vcenter",
}


def xlsx_bytes(report: QuarterReport) -> bytes:
    """Write the workbook; the same report gives the same bytes."""
    buffer = io.BytesIO()
    # Text stays text, whatever it looks like.
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with Workbook(buffer, options | {"in_memory": True}) as book:
        created = report.closed_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": f"Biểu 1, {period_title(report)}", "author": "Hài Lòng", "created": created})
        book.formats[0].set_font_name(_LIKE["font_name"])
        writer = _Writer(book, report)
        writer.table("Biểu 1", "TỔNG HỢP KẾT QUẢ ĐO LƯỜNG SỰ HÀI LÒNG", summary_columns(report), SUMMARY_NOTES)
        writer.table("Theo yếu tố", "MỨC ĐỘ HÀI LÒNG THEO YẾU TỐ", factor_columns(report), FACTOR_NOTES)
        writer.table("Chất lượng mẫu", "CHẤT LƯỢNG MẪU VÀ TRỌNG SỐ", quality_columns(), QUALITY_NOTES)
        writer.pairs("Lưu ý", "LƯU Ý KHI ĐỌC SỐ LIỆU", _remarks(report))
        writer.pairs("Phương pháp", "PHƯƠNG PHÁP VÀ PHIÊN BẢN", method_lines(report))
    return buffer.getvalue()


def _remarks(report: QuarterReport) -> list[tuple[str, str]]:
    remarks = [(unit.name, remark) for unit in report.units for remark in report.warnings_of(unit)]
    return remarks + [
        (unit.name, f"Phiếu loại: {set_aside_line(unit.set_aside)}.") for unit in report.units if unit.set_aside
    ]


class _Writer:
    """Puts tables on sheets in the layout of an official annex: A4 landscape, titles, notes, print area."""

    def __init__(self, book: Workbook, report: QuarterReport) -> None:
        self._book = book
        self._report = report
        self._formats: dict[tuple[Any, ...], Any] = {}

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(_LIKE | properties)
        return self._formats[key]

    def table(self, name: str, title: str, columns: Sequence[Column], notes: Sequence[str]) -> None:
        """Write one sheet with a line for every unit."""
        sheet = self._book.add_worksheet(name)
        columns = [Column("STT", 5, WHOLE, lambda _unit: None, is_centred=True), *columns]
        last = len(columns) - 1
        top = self._titles(sheet, name, title)
        self._headings(sheet, top, columns)
        first = top + 2
        for offset, unit in enumerate(self._report.units):
            for at, column in enumerate(columns):
                value = offset + 1 if at == 0 else column.value(unit)
                self._cell(sheet, first + offset, at, value, column)
            sheet.set_row(first + offset, LINE)
        end = first + len(self._report.units) - 1
        sheet.autofilter(top + 1, 0, max(end, top + 1), last)
        method = self._report.method
        for offset, note in enumerate(notes):
            words = note.format(
                suppress=method.suppress_below, mark=method.mark_below, factor=method.factor_minimum
            )
            self._wide(sheet, end + 2 + offset, last, words, LINE * (1 + len(words) // 190))
        sheet.freeze_panes(first, 2)
        self._page(sheet, end + 1 + len(notes), last)
        sheet.repeat_rows(top, top + 1)

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
        sheet.write_string(2, 0, period_title(self._report), self._format(italic=True, font_size=13))
        if self._report.is_example:
            sheet.write_string(
                3, 0, "Dữ liệu ví dụ. Không phải số liệu của địa phương nào.", self._format(bold=True)
            )
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
        sheet.set_row(top, 32)
        sheet.set_row(top + 1, 32)

    def _cell(self, sheet: Any, row: int, at: int, value: Any, column: Column) -> None:
        slanted = isinstance(value, Slanted)
        if slanted:
            value = value.value
        align = "center" if column.is_centred else "left" if column.form == WORDS else "right"
        look = self._format(border=1, num_format=column.form, italic=slanted, align=align)
        if value is None or value == "":
            sheet.write_blank(row, at, None, look)
        elif column.form == WORDS:
            sheet.write_string(row, at, str(value), look)
        else:
            sheet.write_number(row, at, float(value), look)

    def _wide(self, sheet: Any, row: int, last: int, words: str, height: float) -> None:
        sheet.merge_range(row, 0, row, last, words, self._format(text_wrap=True, font_size=10, valign="top"))
        sheet.set_row(row, height)

    def _page(self, sheet: Any, last_row: int, last_column: int) -> None:
        sheet.set_landscape()
        sheet.set_paper(A4)
        # Margins of NĐ 30/2020/NĐ-CP, in inches; the page number stands in the middle of the top margin.
        sheet.set_margins(left=1.18, right=0.59, top=0.79, bottom=0.79)
        sheet.set_header("&C&P")
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last_row, last_column)
