"""The columns of the tables on a closed period, and the notes under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from survey.messages import status_word
from survey.reports.quarter import FactorFigures, QuarterReport, UnitReport
from survey.reports.quarter_annex import ChangeFigures, added
from survey.reports.wording import plain_number

# 42A is Vietnamese: decimal comma and thousands points wherever the program follows the format.
WHOLE, TWO, SHARE, ONE = "[$-42A]#,##0", "[$-42A]#,##0.00", "[$-42A]0.00%", "[$-42A]#,##0.0"
# Zero is printed as zero.
SIGNED = "[$-42A]+#,##0.00;-#,##0.00;0.00"
WORDS = "@"


@dataclass(frozen=True)
class Total:
    """A cell of the line of totals: `{key}` in the formula is a cell of that line, `[key]` a column above it."""

    formula: str
    value: Callable[[Sequence[Any]], float | None]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading (under a common one where `group` is given), its value for a line.

    With a `formula` the value is what the formula gives; `{key}` is the cell of the line in the column `key`.
    """

    title: str
    width: float
    form: str
    value: Callable[[Any], Any]
    group: str = ""
    is_centred: bool = False
    key: str = ""
    formula: str = ""
    total: Total | None = None


def summed(title: str, width: float, key: str, value: Callable[[Any], Any], group: str = "") -> Column:
    """A column of counts with their sum under it; where no count is stated, the sum is not either."""

    def total(rows: Sequence[Any]) -> float | None:
        return added(value(row) for row in rows)

    return Column(title, width, WHOLE, value, group=group, key=key, total=Total(f"SUM([{key}])", total))


def ratio(
    title: str,
    width: float,
    parts: tuple[str, str],
    top: Callable[[Any], float | None],
    bottom: Callable[[Any], float | None],
    *,
    form: str = SHARE,
    group: str = "",
) -> Column:
    """A column that divides two others, in every line and in the total; blank where there is nothing to divide."""
    formula = f"{{{parts[0]}}}/{{{parts[1]}}}"

    def value(row: Any) -> float | None:
        one, other = top(row), bottom(row)
        return None if one is None or not other else one / other

    def total(rows: Sequence[Any]) -> float | None:
        one, other = added(map(top, rows)), added(map(bottom, rows))
        return None if one is None or not other else one / other

    return Column(title, width, form, value, group=group, formula=formula, total=Total(formula, total))


SUMMARY_NOTES = (
    "KTC 95%: khoảng tin cậy 95%. N: số hồ sơ đã trả trong kỳ (hoặc đã tiếp nhận, nếu chỉ có số đó). Phiếu "
    "loại: phiếu đã loại có lý do và người duyệt. Đơn vị dưới {suppress} phiếu không hiện số nào; dưới "
    "{mark} phiếu ghi “chưa đủ mẫu” và không xếp hạng.",
    "Cỡ mẫu tối thiểu tính theo công thức n = N / (1 + N × e²), e = 5%; công thức này dành cho mẫu ngẫu "
    "nhiên, phiếu qua mã QR là tự nguyện.",
    "Dòng cộng chỉ gồm các đơn vị có số ở trên: không thể lấy nó trừ ra số của đơn vị không hiện. Chỉ số ở dòng "
    "cộng là trung bình chỉ số của các đơn vị theo số hồ sơ. So kỳ trước: “chưa rõ” khi khoảng tin cậy của chênh "
    "lệch chứa 0; để trống khi kỳ trước chưa chốt, không có điểm hoặc tính theo quy tắc khác.",
    "Lưu ý của từng đơn vị, và lý do loại phiếu, ghi ở trang “Lưu ý”.",
)
FACTOR_NOTES = (
    "Tỷ lệ hài lòng: mức 4 và 5 trên tổng số câu trả lời của yếu tố, đã gia quyền theo hồ sơ. Yếu tố dưới "
    "{factor} phiếu không tính vào chỉ số (in nghiêng); dưới {suppress} phiếu không hiện.",
)
QUALITY_NOTES = (
    "Cỡ mẫu hiệu dụng: số phiếu tương đương sau khi gia quyền (Kish). Hồ sơ có đại diện: phần hồ sơ thuộc "
    "các nhóm có từ 5 phiếu trở lên. Điểm TB/5: điểm trung bình chia 5 (MEAN5), ghi bên cạnh để so sánh.",
    "Nguồn phiếu: mã hồ sơ dùng một lần; mã QR đặt tại quầy và đường dẫn trực tuyến; phiếu có người hỗ trợ.",
)


def summary_columns(report: QuarterReport) -> list[Column]:
    """Biểu 1, as official annexes have it."""
    maximum = plain_number(report.method.maximum_points)
    return [
        Column("Đơn vị", 34, WORDS, lambda unit: unit.name),
        Column("Nhóm xếp hạng", 15, WORDS, lambda unit: unit.group),
        summed("Hồ sơ đã trả (N)", 10, "dossiers", lambda unit: unit.dossiers),
        Column("Cỡ mẫu tối thiểu", 9, WHOLE, lambda unit: unit.minimum_sample),
        summed("Phiếu hợp lệ", 9, "responses", lambda unit: unit.responses),
        summed("Phiếu loại", 8, "excluded", lambda unit: unit.excluded),
        ratio(
            "Tỷ lệ phản hồi",
            9,
            ("responses", "dossiers"),
            lambda unit: unit.responses,
            lambda unit: unit.dossiers,
        ),
        Column(
            "Chỉ số hài lòng",
            10,
            SHARE,
            _figure("index_share"),
            key="index",
            total=Total('SUMPRODUCT([dossiers],[index])/SUMIF([index],">=0",[dossiers])', mean_index),
        ),
        Column("từ", 9, SHARE, _figure("lower_share"), group="KTC 95% của chỉ số"),
        Column("đến", 9, SHARE, _figure("upper_share"), group="KTC 95% của chỉ số"),
        Column(f"Điểm quy đổi (/{maximum})", 10, TWO, _figure("points")),
        Column("từ", 8, TWO, _figure("points_lower"), group="KTC 95% của điểm"),
        Column("đến", 8, TWO, _figure("points_upper"), group="KTC 95% của điểm"),
        Column("Xếp hạng", 13, WORDS, _rank, is_centred=True),
        Column("Chênh lệch", 8, SIGNED, lambda unit: change_points(unit.annex.change), group="So kỳ trước (điểm)"),
        Column("Nhận định", 11, WORDS, lambda unit: change_word(unit.annex.change), group="So kỳ trước (điểm)"),
        Column("Ghi chú", 30, WORDS, lambda unit: _remark(report, unit)),
    ]


def mean_index(units: Sequence[UnitReport]) -> float | None:
    """The mean index of the units that have one, by their dossiers."""
    pairs = [(unit.dossiers or 0, unit.figures.index_share) for unit in units if unit.figures is not None]
    whole = sum(number for number, _ in pairs)
    return sum(number * share for number, share in pairs) / whole if whole else None


def change_points(change: ChangeFigures | None) -> Any:
    """The difference to the period before."""
    return None if change is None else change.points


def change_word(change: ChangeFigures | None) -> str:
    """Whether it can be told from chance."""
    return "" if change is None else {"above": "tăng", "below": "giảm", "unclear": "chưa rõ"}[change.verdict]


def factor_columns(report: QuarterReport) -> list[Column]:
    """Every factor with its number of responses, share and interval."""
    titles = {factor.code: factor.title for unit in report.units for factor in unit.factors}
    columns = [Column("Đơn vị", 34, WORDS, lambda unit: unit.name)]
    for code, title in titles.items():
        columns += [
            Column("Số phiếu", 8, WHOLE, _factor(code, "n"), group=title),
            Column("Tỷ lệ hài lòng", 9, SHARE, _factor(code, "share"), group=title),
            Column("từ", 8, SHARE, _factor(code, "lower_share"), group=title),
            Column("đến", 8, SHARE, _factor(code, "upper_share"), group=title),
        ]
    return columns


def quality_columns() -> list[Column]:
    """What the figures rest on: weights, effective numbers, ways in."""
    return [
        Column("Đơn vị", 34, WORDS, lambda unit: unit.name),
        Column("Phiếu hợp lệ", 9, WHOLE, lambda unit: unit.responses),
        Column("Cỡ mẫu hiệu dụng", 10, ONE, _figure("effective_responses")),
        Column("Hồ sơ có đại diện", 10, SHARE, _figure("coverage_share")),
        Column("Chỉ số", 10, SHARE, _figure("unweighted_share"), group="Không gia quyền"),
        Column("Điểm", 9, TWO, _figure("unweighted_points"), group="Không gia quyền"),
        Column("Điểm TB/5", 9, SHARE, _figure("mean5_share")),
        Column("Sai số chuẩn của chỉ số", 10, SHARE, _figure("standard_error")),
        Column("Hệ số thiết kế", 9, TWO, _figure("design_effect")),
        Column("Trọng số lớn nhất", 9, TWO, _figure("highest_weight_ratio")),
        Column("Gia quyền", 16, WORDS, _weighting),
        Column("Mã hồ sơ", 8, WHOLE, lambda unit: unit.trust_counts.get("dossier"), group="Nguồn phiếu"),
        Column("Mã QR", 8, WHOLE, lambda unit: unit.trust_counts.get("counter"), group="Nguồn phiếu"),
        Column("Có hỗ trợ", 8, WHOLE, lambda unit: unit.trust_counts.get("assisted"), group="Nguồn phiếu"),
        Column("Phiếu cần xem", 9, WHOLE, lambda unit: unit.flagged),
    ]


def _figure(name: str) -> Callable[[UnitReport], Any]:
    return lambda unit: None if unit.figures is None else getattr(unit.figures, name)


def _factor(code: str, name: str) -> Callable[[UnitReport], Any]:
    def value(unit: UnitReport) -> Any:
        found = next((factor for factor in unit.factors if factor.code == code), None)
        if found is None:
            return None
        figure = getattr(found, name)
        return Slanted(figure) if _is_left_out(found) else figure

    return value


def _is_left_out(factor: FactorFigures) -> bool:
    return not factor.used and factor.share is not None


@dataclass(frozen=True)
class Slanted:
    """A figure that is shown but does not count."""

    value: Any


def _rank(unit: UnitReport) -> str:
    if unit.rank is None:
        return ""
    return f"{unit.rank:02d}/{unit.group_count or 0:02d}" + (" đồng hạng" if unit.tied else "")


def _weighting(unit: UnitReport) -> str:
    words = {"raked": "theo các biên", "cross": "theo bảng chéo", "base": "không"}
    return "" if unit.figures is None else words[unit.figures.weighting]


def _remark(report: QuarterReport, unit: UnitReport) -> str:
    status = "" if unit.status == "scored" else status_word(unit.status).capitalize()
    remarks = len(report.warnings_of(unit))
    # Of a unit that has no score the status says it all.
    if unit.figures is None or not remarks:
        return status
    return f"{status}; {remarks} lưu ý" if status else f"{remarks} lưu ý"
