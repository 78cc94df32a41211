"""The XLSX of a closed period: Biểu 1 to 7, factors, quality of the sample, remarks. Plain data in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC

from xlsxwriter import Workbook

from survey.reports.annex import OPTIONS, Annex
from survey.reports.quarter import QuarterReport
from survey.reports.quarter_columns import (
    FACTOR_NOTES,
    QUALITY_NOTES,
    SUMMARY_NOTES,
    factor_columns,
    quality_columns,
    summary_columns,
)
from survey.reports.quarter_tables import (
    ANSWER_NOTES,
    CELL_NOTES,
    FEEDBACK_NOTES,
    FLOW_NOTES,
    RATING_NOTES,
    answer_columns,
    cell_columns,
    cell_rows,
    feedback_columns,
    flow_columns,
    flow_rows,
    rating_columns,
    rating_rows,
)
from survey.reports.wording import method_lines, period_title
from survey.set_aside_messages import set_aside_line

Progress = Callable[[float], None]


def xlsx_bytes(report: QuarterReport, progress: Progress | None = None) -> bytes:
    """Write the workbook; the same report gives the same bytes. `progress` is told how far it is, 0 to 1."""
    buffer = io.BytesIO()
    with Workbook(buffer, OPTIONS) as book:
        created = report.closed_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": f"Biểu 1, {period_title(report)}", "author": "Hài Lòng", "created": created})
        method = report.method
        writer = Annex(
            book,
            period_title(report),
            report.units,
            is_example=report.is_example,
            in_notes={
                "suppress": method.suppress_below,
                "mark": method.mark_below,
                "factor": method.factor_minimum,
            },
            told=_told(report, progress),
        )
        count = "Cộng các đơn vị có số"
        writer.table(
            "Biểu 1", "TỔNG HỢP KẾT QUẢ ĐO LƯỜNG SỰ HÀI LÒNG", summary_columns(report), SUMMARY_NOTES, total=count
        )
        items = rating_rows(report)
        writer.table("Biểu 2", "MỨC ĐỘ HÀI LÒNG THEO TIÊU CHÍ", rating_columns(), RATING_NOTES, items, "Tổng số")
        writer.table("Theo yếu tố", "MỨC ĐỘ HÀI LÒNG THEO YẾU TỐ", factor_columns(report), FACTOR_NOTES)
        writer.table("Biểu 3", "THEO LĨNH VỰC VÀ CÁCH NỘP HỒ SƠ", cell_columns(), CELL_NOTES, cell_rows(report))
        writer.table(
            "Biểu 4",
            "CHI PHÍ NGOÀI QUY ĐỊNH, SỐ LẦN ĐI LẠI, ĐÚNG HẸN",
            answer_columns(),
            ANSWER_NOTES,
            total=count,
        )
        flows = flow_rows(report)
        writer.table("Biểu 5", "TIẾP NHẬN VÀ GIẢI QUYẾT HỒ SƠ", flow_columns(), FLOW_NOTES, flows, "Tổng số")
        writer.table(
            "Biểu 6", "PHẢN ÁNH, KIẾN NGHỊ GỬI QUA HỆ THỐNG", feedback_columns(), FEEDBACK_NOTES, total=count
        )
        writer.pairs("Biểu 7", "PHƯƠNG PHÁP, NGUỒN PHIẾU VÀ PHIÊN BẢN", method_lines(report))
        writer.table("Chất lượng mẫu", "CHẤT LƯỢNG MẪU VÀ TRỌNG SỐ", quality_columns(), QUALITY_NOTES)
        writer.pairs("Lưu ý", "LƯU Ý KHI ĐỌC SỐ LIỆU", _remarks(report))
    return buffer.getvalue()


def _told(report: QuarterReport, progress: Progress | None) -> Callable[[int], None]:
    """Turn the rows written so far into how far the workbook is."""
    whole = max(5 * len(report.units) + len(cell_rows(report)), 1)

    def told(rows: int) -> None:
        if progress is not None:
            # What is left then is putting the sheets into the file.
            progress(0.7 * min(1.0, rows / whole))

    return told


def _remarks(report: QuarterReport) -> list[tuple[str, str]]:
    remarks = [(unit.name, remark) for unit in report.units for remark in report.warnings_of(unit)]
    return remarks + [
        (unit.name, f"Phiếu loại: {set_aside_line(unit.set_aside)}.") for unit in report.units if unit.set_aside
    ]
