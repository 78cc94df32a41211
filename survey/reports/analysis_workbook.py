"""The XLSX of `hailong analyse`: figures on one sheet, weights and remarks on another; data in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from xlsxwriter import Workbook

# Files must not differ by the clock: the same figures give the same bytes.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001  XLSX knows no time zones


def analysis_workbook(
    heads: Sequence[str],
    rows: Sequence[Sequence[str | float | None]],
    weights: Sequence[tuple[str, str]],
    remarks: Sequence[str],
) -> bytes:
    """Write the workbook; numbers stay numbers in full precision, a missing one is a blank cell."""
    buffer = io.BytesIO()
    # Text stays text, whatever it looks like.
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with Workbook(buffer, options | {"in_memory": True}) as book:
        book.set_properties({"title": "Hài Lòng: thống kê", "author": "Hài Lòng", "created": _CREATED})
        bold = book.add_format({"bold": True})
        figures = book.add_worksheet("Kết quả")
        figures.write_row(0, 0, heads, bold)
        for place, row in enumerate(rows, start=1):
            figures.write_row(place, 0, ["" if value is None else value for value in row])
        figures.freeze_panes(1, 1)
        figures.autofit()
        about = book.add_worksheet("Quyền số và lưu ý")
        for place, pair in enumerate(weights):
            about.write_row(place, 0, pair)
        for place, remark in enumerate(remarks, start=len(weights) + 1):
            about.write_string(place, 0, remark)
        about.set_column(0, 1, 24)
    return buffer.getvalue()
