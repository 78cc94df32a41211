"""Feedback cases as a table for further work: CSV and XLSX. Plain data in, bytes out; what points at a person was
taken out before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

from xlsxwriter import Workbook

HEADINGS = (
    "Mã", "Về đơn vị", "Đơn vị xử lý", "Nhận ngày", "Hạn trả lời", "Trả lời ngày", "Người dân chọn", "Phân loại",
    "Trạng thái", "Nội dung (đã che)", "Trả lời (đã che)", "Người dân đánh giá",
)  # fmt: skip
WIDTHS = (10, 22, 22, 12, 12, 12, 22, 22, 16, 60, 60, 16)
EXAMPLE = "Dữ liệu ví dụ. Không phải số liệu của địa phương nào."


@dataclass(frozen=True)
class CaseRow:
    """One case in words; days stay days."""

    reference: str
    about: str
    reader: str
    received_on: date
    due_on: date | None
    answered_on: date | None
    topic: str
    category: str
    state: str
    text: str
    answer: str
    rating: str


def csv_bytes(rows: Sequence[CaseRow], *, is_example: bool) -> bytes:
    """Write a table that spreadsheets open as UTF-8; no text can pass for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if is_example:
        writer.writerow([EXAMPLE])
    writer.writerow(HEADINGS)
    for row in rows:
        writer.writerow(_written(value) for value in astuple(row))
    return buffer.getvalue().encode("utf-8-sig")


def xlsx_bytes(rows: Sequence[CaseRow], *, is_example: bool, made_at: datetime) -> bytes:
    """Write a workbook; the same rows at the same moment give the same bytes."""
    buffer = io.BytesIO()
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with Workbook(buffer, options | {"in_memory": True}) as book:
        book.set_properties(
            {"title": "Góp ý, phản ánh", "author": "Hài Lòng", "created": made_at.replace(tzinfo=None)}
        )
        sheet = book.add_worksheet("Góp ý")
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
        top = 1 if is_example else 0
        if is_example:
            sheet.write_string(0, 0, EXAMPLE)
        for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(top, column, heading, bold)
        for number, row in enumerate(rows, top + 1):
            for column, value in enumerate(astuple(row)):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write_string(number, column, value or "", plain)
        sheet.freeze_panes(top + 1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
    return buffer.getvalue()


def _written(value: object) -> str:
    text = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
