"""The Vietnamese sentences of the papers: titles and how the figures were made."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from survey.reports.quarter import QuarterReport
from survey.set_aside_messages import set_aside_line

_ROMAN = ("I", "II", "III", "IV")
_FORMULAS = {
    "TOP2": "tỷ lệ mức 4 và 5 (Hài lòng, Rất hài lòng) trên tổng số câu trả lời",
    "MEAN5": "điểm trung bình chia 5",
    "MEAN04": "(điểm trung bình - 1) chia 4",
    "ALLSAT": "tỷ lệ người hài lòng ở mọi câu đã trả lời",
}
_AGGREGATIONS = {
    "factors": "trung bình các yếu tố theo trọng số của quy tắc; yếu tố dưới {minimum} phiếu không tính",
    "pooled": "gộp mọi câu trả lời",
}


def period_title(report: QuarterReport) -> str:
    """Name the period of a report as official papers do."""
    return period_in_full(report.period, report.first, report.last)


def period_in_full(period: str, first: date, last: date) -> str:
    """Name a period with its days: "Quý III năm 2026 (từ 01/07/2026 đến 30/09/2026)"."""
    days = f"từ {_day(first)} đến {_day(last)}"
    year, _, quarter = period.partition("-Q")
    if quarter:
        return f"Quý {_ROMAN[int(quarter) - 1]} năm {year} ({days})"
    return f"Năm {year} ({days})" if ".." not in period else f"Kỳ {days}"


def method_lines(report: QuarterReport) -> list[tuple[str, str]]:
    """Explain the figures line by line: what, how, with which versions."""
    method = report.method
    maximum = plain_number(method.maximum_points)
    reference = " (mẫu tham khảo: cần đối chiếu với quy định của nơi ban hành)" if method.is_reference else ""
    aggregation = _AGGREGATIONS[method.aggregation].format(minimum=method.factor_minimum)
    conversion = f"Điểm = {maximum} × chỉ số" if method.is_linear else f"Theo bảng bậc, tối đa {maximum} điểm"
    low, high, *steps = (plain_number(Decimal(str(bound))) for bound in method.weight_bounds)
    wider = f", khi cần nới đến {steps[-1]}" if steps else ""
    return [
        ("Kỳ báo cáo", period_title(report)),
        ("Trạng thái", f"Đã chốt lúc {report.closed_at:%H:%M %d/%m/%Y}, lần ban hành thứ {report.revision}"),
        *_correction(report),
        ("Quy tắc tính điểm", f"{method.rule_title}{reference}"),
        # What no document prescribes is no basis in law: it has a source.
        ("Nguồn của quy tắc" if method.is_reference else "Căn cứ", method.rule_source),
        ("Công thức", f"Chỉ số: {_FORMULAS[method.formula]}; {aggregation}."),
        ("Quy đổi", f"{conversion}, làm tròn một lần đến 0,01 (nửa lên)."),
        (
            "Gia quyền",
            "Phiếu do người dân tự nguyện gửi, nên được gia quyền theo số hồ sơ của đơn vị theo lĩnh vực, "
            "cách nộp và (khi biết từ mã hồ sơ) kết quả giải quyết. Tỷ số trọng số giới hạn trong "
            f"{low} đến {high}{wider}. Giá trị không gia quyền ghi ở trang “Chất lượng mẫu” của tệp XLSX.",
        ),
        ("Nguồn phiếu", _sentence(ways_in(report))),
        ("Phiếu nghi vấn", _flagged(report)),
        (
            "Khoảng tin cậy",
            f"Mức {plain_number(Decimal(str(method.level * 100)))}%, theo phương sai của ước lượng đã gia "
            "quyền; đúng với điều kiện người không trả lời cũng nghĩ như người trả lời cùng lĩnh vực và "
            "cùng cách nộp.",
        ),
        (
            "Phiếu loại",
            f"{_set_aside(report)}. Một người đề nghị có lý do, một người khác duyệt, trước khi chốt kỳ; phiếu "
            "gốc giữ nguyên. Không có cách nào khác để thay đổi phiếu nào được tính.",
        ),
        (
            "Bảo mật",
            f"Dưới {method.suppress_below} phiếu: không hiện số nào. Dưới {method.mark_below} phiếu: ghi "
            "“chưa đủ mẫu”, không xếp hạng. Người dưới 18 tuổi cũng có thể gửi phiếu.",
        ),
        (
            "Xếp hạng",
            "Trong từng nhóm, theo điểm quy đổi; bằng điểm thì đồng hạng, hạng kế tiếp bỏ trống (1, 2, 2, 4).",
        ),
        ("Phiên bản phiếu", ", ".join(method.questionnaires)),
        ("Mã quy tắc", f"{method.rule}, phiên bản {method.rule_version}, SHA-256 {method.rule_digest}"),
        ("Phiên bản chương trình", method.program_version),
        ("Mã kiểm tra dữ liệu đầu vào", f"SHA-256 {method.tally_digest}"),
    ]


def _correction(report: QuarterReport) -> list[tuple[str, str]]:
    if report.replaces is None:
        return []
    reason = (report.reason or "").rstrip(".")
    return [("Đính chính", f"Thay lần ban hành thứ {report.replaces}. Lý do: {reason}.")]


def _set_aside(report: QuarterReport) -> str:
    """How many responses of the listed units do not count, by reason; zero is printed too."""
    return set_aside_line(sum((Counter(unit.set_aside) for unit in report.units), Counter()))


def collected(report: QuarterReport) -> str:
    """What was collected of the units that have a score, as the published line above them counts it."""
    excluded = sum(unit.excluded or 0 for unit in report.units)
    together = report.together
    if together is None:
        return f"Chưa đơn vị nào có chỉ số trong kỳ; {count_text(excluded)} phiếu không tính."
    missing = ""
    if together.missing_count:
        missing = f"; {count_text(together.missing_count)} đơn vị chưa có điểm không nằm trong các số này"
    return (
        f"Có {count_text(together.responses)} phiếu hợp lệ trong {count_text(together.dossiers)} hồ sơ của "
        f"{count_text(together.unit_count)} đơn vị có điểm, bằng "
        f"{percent_text(together.responses / together.dossiers)} số hồ sơ{missing}. "
        f"{count_text(excluded)} phiếu không tính. Nguồn phiếu: {ways_in(report)}"
    )


def ways_in(report: QuarterReport) -> str:
    """The share of each way in, over the units that have a score."""
    counts = sum((Counter(unit.trust_counts) for unit in report.units if unit.figures is not None), Counter())
    whole = sum(counts.values())
    ways = (
        ("dossier", "mã hồ sơ dùng một lần"),
        ("counter", "mã QR đặt tại quầy và đường dẫn trực tuyến"),
        ("assisted", "phiếu có người hỗ trợ, phiếu giấy"),
    )
    parts = [
        f"{name}: {count_text(counts[key])} phiếu ({percent_text(counts[key] / whole if whole else 0)})"
        for key, name in ways
    ]
    return "; ".join(parts) + "."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _flagged(report: QuarterReport) -> str:
    flagged = sum(unit.flagged or 0 for unit in report.units)
    whole = sum(unit.responses or 0 for unit in report.units)
    share = percent_text(flagged / whole if whole else 0)
    return (
        f"{count_text(flagged)} phiếu ({share}) có dấu hiệu cần xem; phiếu này vẫn được tính cho đến khi hai "
        "người quyết định loại."
    )


def count_text(value: int) -> str:
    """Write a count with points between thousands."""
    return f"{value:,}".replace(",", ".")


def percent_text(share: float) -> str:
    """Write a share as a percentage with two decimals and a comma."""
    # As points are rounded: free of binary noise first, then half-up.
    exact = Decimal(repr(float(share))).quantize(Decimal("1e-10"), ROUND_HALF_UP)
    return f"{(100 * exact).quantize(Decimal('0.01'), ROUND_HALF_UP):f}%".replace(".", ",")


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def plain_number(value: Decimal) -> str:
    """Write a number with a decimal comma and no needless zeros."""
    return f"{value.normalize():f}".replace(".", ",")
