"""Biểu 2 to 6 of a closed period: their lines, their columns, and the notes under them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from survey.reports.quarter import QuarterReport, UnitReport
from survey.reports.quarter_annex import (
    CellFigures,
    FeedbackFigures,
    FlowFigures,
    ItemFigures,
    flows_together,
    items_together,
)
from survey.reports.quarter_annex import added as stated
from survey.reports.quarter_columns import SHARE, TWO, WHOLE, WORDS, Column, Total, ratio, summed

CHANNEL_WORDS = {"direct": "Trực tiếp", "online": "Trực tuyến", "post": "Bưu chính công ích"}
RATING_NOTES = (
    "KHL: không hài lòng. HL: hài lòng. BT: bình thường. Số phiếu ở từng mức cộng từ các đơn vị có từ {suppress} "
    "người trả lời tiêu chí đó, không gia quyền; vì vậy tỷ lệ ở đây có thể khác chỉ số đã gia quyền ở Biểu 1.",
    "Tỷ lệ HL = (HL + Rất HL) / tổng số câu trả lời có mức. Điểm TB: trung bình các mức từ 1 đến 5.",
)
CELL_NOTES = (
    "Trọng số: trung bình trọng số hiệu chỉnh của phiếu trong ô (1 là bằng nhau). Chỉ số và KTC đã gia quyền. Ô "
    "dưới {suppress} phiếu, và ô có thể suy ra từ phần còn lại, không hiện. Hồ sơ để trống: số liệu nhập không "
    "chia theo lĩnh vực và cách nộp cùng lúc.",
)
ANSWER_NOTES = (
    "Chi phí ngoài quy định: số người nói có bị gợi ý hoặc phải đưa thêm tiền, quà, trên số người trả lời có hoặc "
    "không; không hiện khi dưới {mark} người. Người chọn “không muốn trả lời” đếm riêng.",
    "Số lần đi lại và đúng hẹn (tự khai): hỏi thêm sau khi gửi phiếu, không bắt buộc; không hiện khi dưới "
    "{suppress} người. Từ 4 lần trở lên tính là 4. Đúng hẹn (hệ thống): hồ sơ giải quyết trước hạn và đúng hạn "
    "trên tổng số đã giải quyết, theo số liệu đã nhập.",
)
FLOW_NOTES = (
    "BCCI: bưu chính công ích. Để trống: số liệu nhập không có cột đó, khác với 0. Không gồm hồ sơ của đơn vị "
    "dưới {suppress} phiếu, để số của họ không suy ra được từ tổng.",
)
FEEDBACK_NOTES = (
    "PAKN: phản ánh, kiến nghị gửi qua hệ thống này, tiếp nhận trong kỳ, trạng thái vào lúc chốt kỳ. Việc gửi lên "
    "cấp trên tính cho cấp trên, là cơ quan xử lý. Không gồm góp ý chỉ gửi lãnh đạo, khiếu nại, tố cáo (theo "
    "trình tự riêng). Hài lòng: số người đánh giá hài lòng với nội dung trả lời.",
)


def rating_rows(report: QuarterReport) -> list[ItemFigures]:
    """The questions, each added up over the units."""
    return items_together(unit.annex for unit in report.units)


def rating_columns() -> list[Column]:
    """Biểu 2: how many chose each rating."""
    levels = ("Rất KHL", "KHL", "BT", "HL", "Rất HL")
    group = "Số người chọn"
    return [
        Column("Tiêu chí", 64, WORDS, lambda item: item.text),
        Column("Yếu tố", 30, WORDS, lambda item: item.factor),
        *(summed(name, 9, f"level{number}", _level(number), group) for number, name in enumerate(levels)),
        summed("Không áp dụng", 9, "other", lambda item: item.not_applicable),
        Column(
            "Tỷ lệ HL",
            10,
            SHARE,
            lambda item: _top_share([item]),
            formula=_TOP,
            total=Total(_TOP, _top_share),
        ),
        Column("Điểm TB", 9, TWO, lambda item: _mean([item]), formula=_MEAN, total=Total(_MEAN, _mean)),
    ]


_ALL = "({level0}+{level1}+{level2}+{level3}+{level4})"
_TOP = f"({{level3}}+{{level4}})/{_ALL}"
_MEAN = f"({{level0}}+2*{{level1}}+3*{{level2}}+4*{{level3}}+5*{{level4}})/{_ALL}"


def _level(number: int) -> Callable[[ItemFigures], int | None]:
    return lambda item: None if item.counts is None else item.counts[number]


def _counts(items: Any) -> list[int]:
    return [sum(numbers) for numbers in zip(*(item.counts for item in items if item.counts), strict=True)]


def _top_share(items: Any) -> float | None:
    counts = _counts(items)
    return (counts[3] + counts[4]) / sum(counts) if sum(counts) else None


def _mean(items: Any) -> float | None:
    counts = _counts(items)
    worth = sum(number * rating for rating, number in enumerate(counts, 1))
    return worth / sum(counts) if sum(counts) else None


def cell_rows(report: QuarterReport) -> list[tuple[UnitReport, CellFigures]]:
    """The fields and ways of handing in of every unit."""
    return [(unit, cell) for unit in report.units for cell in unit.annex.cells]


def cell_columns() -> list[Column]:
    """Biểu 3."""
    return [
        Column("Đơn vị", 30, WORDS, lambda row: row[0].name),
        Column("Lĩnh vực", 34, WORDS, lambda row: row[1].field_name),
        Column("Cách nộp", 16, WORDS, lambda row: CHANNEL_WORDS.get(row[1].channel, row[1].channel)),
        Column("Hồ sơ", 10, WHOLE, lambda row: row[1].dossiers),
        Column("Số phiếu", 9, WHOLE, lambda row: row[1].n),
        Column("Trọng số", 9, TWO, lambda row: row[1].weight),
        Column("Chỉ số hài lòng", 10, SHARE, lambda row: row[1].share),
        Column("từ", 9, SHARE, lambda row: row[1].lower_share, group="KTC 95%"),
        Column("đến", 9, SHARE, lambda row: row[1].upper_share, group="KTC 95%"),
    ]


def answer_columns() -> list[Column]:
    """Biểu 4, a line for every unit."""
    fees, trips = "Chi phí ngoài quy định", "Số lần đi lại"
    said, system = "Đúng hẹn (tự khai)", "Đúng hạn (hệ thống)"
    return [
        Column("Đơn vị", 34, WORDS, lambda unit: unit.name),
        summed("Trả lời có/không", 10, "fees", _answer("fees_asked"), fees),
        summed("Nói có", 8, "yes", _answer("fees_yes"), fees),
        ratio("Tỷ lệ", 9, ("yes", "fees"), _answer("fees_yes"), _answer("fees_asked"), group=fees),
        summed("Không muốn trả lời", 10, "declined", _answer("fees_declined"), fees),
        summed("Người trả lời", 9, "trips", _answer("trips_asked"), trips),
        summed("Tổng số lần", 9, "times", _answer("trips_total"), trips),
        ratio(
            "Trung bình",
            9,
            ("times", "trips"),
            _answer("trips_total"),
            _answer("trips_asked"),
            form=TWO,
            group=trips,
        ),
        summed("Từ 3 lần", 8, "many", _answer("trips_many"), trips),
        summed("Người trả lời", 9, "promised", _answer("promised_asked"), said),
        summed("Đúng hẹn", 9, "kept", _answer("promised_kept"), said),
        ratio("Tỷ lệ", 9, ("kept", "promised"), _answer("promised_kept"), _answer("promised_asked"), group=said),
        summed("Đã giải quyết", 10, "settled", _settled, system),
        summed("Đúng hạn", 10, "in_time", _in_time, system),
        ratio("Tỷ lệ", 9, ("in_time", "settled"), _in_time, _settled, group=system),
    ]


def _answer(name: str) -> Callable[[UnitReport], int | None]:
    def value(unit: UnitReport) -> int | None:
        found: int | None = getattr(unit.annex.answers, name)
        return found

    return value


def _settled(unit: UnitReport) -> int | None:
    return stated(flow.settled for flow in unit.annex.flows)


def _in_time(unit: UnitReport) -> int | None:
    settled = _settled(unit)
    if settled is None:
        return None
    return settled - (stated(flow.settled_overdue for flow in unit.annex.flows) or 0)


def flow_rows(report: QuarterReport) -> list[FlowFigures]:
    """The fields, each added up over the units."""
    return flows_together(flow for unit in report.units for flow in unit.annex.flows)


def flow_columns() -> list[Column]:
    """Biểu 5, in the order of the table II.06."""
    came, settled, open_ = "Tiếp nhận", "Đã giải quyết", "Đang giải quyết"
    return [
        Column("Lĩnh vực", 40, WORDS, lambda flow: flow.field_name),
        summed("Tổng số", 10, "came", lambda flow: flow.received_all, came),
        summed("Trực tuyến", 10, "online", lambda flow: flow.received_online, came),
        summed("Trực tiếp, BCCI", 10, "direct", lambda flow: flow.received_direct, came),
        summed("Kỳ trước chuyển sang", 10, "carried", lambda flow: flow.carried_over, came),
        summed("Tổng số", 10, "settled", lambda flow: flow.settled, settled),
        summed("Trước hạn", 10, "early", lambda flow: flow.settled_early, settled),
        summed("Đúng hạn", 10, "on_time", lambda flow: flow.settled_on_time, settled),
        summed("Quá hạn", 10, "overdue", lambda flow: flow.settled_overdue, settled),
        summed("Tổng số", 10, "open", lambda flow: flow.pending, open_),
        summed("Trong hạn", 10, "open_in_time", lambda flow: flow.pending_in_time, open_),
        summed("Quá hạn", 10, "open_late", lambda flow: flow.pending_overdue, open_),
    ]


def feedback_rows(report: QuarterReport) -> list[tuple[str, FeedbackFigures | None]]:
    """Every unit with its cases; units without a score that got some stand at the end."""
    return [
        *((unit.name, unit.annex.feedback) for unit in report.units),
        *((one.name, one.feedback) for one in report.cases_elsewhere),
    ]


def feedback_columns() -> list[Column]:
    """Biểu 6; zero is printed too."""
    done, doing = "Đã xử lý", "Đang xử lý"
    return [
        Column("Đơn vị", 34, WORDS, lambda row: row[0]),
        summed("Tiếp nhận", 10, "received", _case("received")),
        summed("Đúng hạn", 10, "in_time", _case("answered_in_time"), done),
        summed("Quá hạn", 10, "late", _case("answered_late"), done),
        summed("Trong hạn", 10, "open", _case("open_in_time"), doing),
        summed("Quá hạn", 10, "open_late", _case("open_late"), doing),
        summed("Không thuộc thẩm quyền", 12, "unrelated", _case("unrelated")),
        summed("Người dân rút", 10, "withdrawn", _case("withdrawn")),
        summed("Hài lòng", 10, "satisfied", _case("satisfied"), "Đánh giá câu trả lời"),
        summed("Không hài lòng", 10, "dissatisfied", _case("dissatisfied"), "Đánh giá câu trả lời"),
    ]


def _case(name: str) -> Callable[[tuple[str, FeedbackFigures | None]], int | None]:
    def value(row: tuple[str, FeedbackFigures | None]) -> int | None:
        return None if row[1] is None else getattr(row[1], name)

    return value
