"""The XLSX of a round of the reform index: ranks, fields, means of groups, method. Plain data in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from xlsxwriter import Workbook

from survey.reports.annex import OPTIONS, Annex
from survey.reports.quarter_columns import SIGNED, TWO, WHOLE, WORDS, Column
from survey.reports.template import EPOCH
from survey.reports.wording import plain_number

PLACE = "00"
Points = Decimal | None


@dataclass(frozen=True)
class Titled:
    """A component or a field: its code, what it is called, and its maximum."""

    code: str
    title: str
    maximum: Decimal


@dataclass(frozen=True)
class IndexLine:
    """One unit; `own` and `appraised` are the sums of its sheet, the mappings hold its fields and components."""

    name: str
    group: str
    place: int | None
    of: int | None
    own: Points
    appraised: Points
    parts: Mapping[str, Points]
    adjustment: Points
    total: Points
    maximum: Points
    percent: Points
    grade: str
    change: Points
    change_rank: int | None
    remark: str
    own_fields: Mapping[str, Points] = field(default_factory=dict)
    fields: Mapping[str, Points] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupLine:
    """The means of one group."""

    group: str
    unit_count: int
    parts: Mapping[str, Decimal]
    total: Decimal
    percent: Decimal


@dataclass(frozen=True)
class IndexBook:
    """A round as its workbook shows it."""

    title: str
    subtitle: str
    parts: Sequence[Titled]
    fields: Sequence[Titled]
    has_sheets: bool
    has_previous: bool
    lines: Sequence[IndexLine]
    groups: Sequence[GroupLine]
    method: Sequence[tuple[str, str]]
    is_example: bool
    made_at: datetime | None


RANK_NOTES = (
    "Hạng tính trong từng nhóm, theo phần trăm điểm tối đa phát sinh; “trong số” là số đơn vị của nhóm có tổng "
    "điểm. Chênh lệch = thẩm định - tự chấm. Ô trống: chưa có số; không bao giờ ghi là 0.",
)
FIELD_NOTES = ("Lĩnh vực không phát sinh tiêu chí nào, hoặc chưa chấm đủ, để trống.",)
MEAN_NOTES = ("Trung bình cộng của các đơn vị có tổng điểm trong nhóm, mỗi số làm tròn một lần.",)


def index_xlsx(report: IndexBook) -> bytes:
    """Write the workbook; the same published round gives the same bytes."""
    buffer = io.BytesIO()
    with Workbook(buffer, OPTIONS) as book:
        made = EPOCH if report.made_at is None else report.made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": report.title, "author": "Hài Lòng", "created": made})
        writer = Annex(book, report.subtitle, report.lines, is_example=report.is_example)
        title = report.title.upper()
        writer.table("Xếp hạng", title, _rank_columns(report), RANK_NOTES)
        if report.fields:
            writer.table("Theo lĩnh vực", f"{title} THEO LĨNH VỰC", _field_columns(report), FIELD_NOTES)
        writer.table("Trung bình nhóm", "TRUNG BÌNH THEO NHÓM", _mean_columns(report), MEAN_NOTES, report.groups)
        writer.pairs("Phương pháp", "CÁCH TÍNH, NGUỒN SỐ LIỆU VÀ PHIÊN BẢN", report.method)
    return buffer.getvalue()


def rank_change(change: int | None) -> str:
    """Write a change of rank as official tables do: tăng 01 bậc."""
    if change is None:
        return ""
    return "giữ hạng" if change == 0 else f"{'tăng' if change > 0 else 'giảm'} {abs(change):02d} bậc"


def _rank_columns(report: IndexBook) -> list[Column]:
    return [
        Column("Đơn vị", 26, WORDS, lambda line: line.name),
        Column("Nhóm", 18, WORDS, lambda line: line.group),
        Column("Hạng", 7, PLACE, lambda line: line.place, is_centred=True),
        Column("Trong số", 7, PLACE, lambda line: line.of, is_centred=True),
        *(_difference_columns("Bảng điểm", _own, _appraised, "") if report.has_sheets else ()),
        *(Column(_with_maximum(part), 13, TWO, _part(part.code)) for part in report.parts),
        Column("Thưởng, phạt", 9, SIGNED, lambda line: line.adjustment),
        Column("Tổng điểm", 10, TWO, lambda line: line.total),
        Column("Điểm tối đa", 9, TWO, lambda line: line.maximum),
        Column("Đạt (%)", 9, TWO, lambda line: line.percent),
        Column("Xếp loại", 13, WORDS, lambda line: line.grade, is_centred=True),
        *(
            (
                Column("So năm trước", 9, SIGNED, lambda line: line.change),
                Column("Đổi hạng", 13, WORDS, lambda line: rank_change(line.change_rank), is_centred=True),
            )
            if report.has_previous
            else ()
        ),
        Column("Ghi chú", 52, WORDS, lambda line: line.remark),
    ]


def _field_columns(report: IndexBook) -> list[Column]:
    columns = [Column("Đơn vị", 26, WORDS, lambda line: line.name)]
    for place, one in enumerate(report.fields):
        columns += _difference_columns(_with_maximum(one), _own_field(one.code), _field(one.code), str(place))
    return columns + _difference_columns("Cả bảng", _own, _appraised, "")


def _mean_columns(report: IndexBook) -> list[Column]:
    return [
        Column("Nhóm", 30, WORDS, lambda line: line.group or "Không chia nhóm"),
        Column("Số đơn vị", 10, WHOLE, lambda line: line.unit_count),
        *(Column(_with_maximum(part), 15, TWO, _part(part.code)) for part in report.parts),
        Column("Tổng điểm", 11, TWO, lambda line: line.total),
        Column("Đạt (%)", 10, TWO, lambda line: line.percent),
    ]


def _difference_columns(
    group: str, own: Callable[[IndexLine], Points], appraised: Callable[[IndexLine], Points], key: str
) -> list[Column]:
    def difference(line: IndexLine) -> Points:
        one, other = own(line), appraised(line)
        return None if one is None or other is None else other - one

    return [
        Column("Tự chấm", 9, TWO, own, group=group, key=f"own{key}"),
        Column("Thẩm định", 9, TWO, appraised, group=group, key=f"appraised{key}"),
        Column("Chênh lệch", 9, SIGNED, difference, group=group, formula=f"{{appraised{key}}}-{{own{key}}}"),
    ]


def _with_maximum(one: Titled) -> str:
    return f"{one.title} (/{plain_number(one.maximum)})"


def _own(line: IndexLine) -> Points:
    return line.own


def _appraised(line: IndexLine) -> Points:
    return line.appraised


def _part(code: str) -> Callable[[IndexLine | GroupLine], Points]:
    return lambda line: line.parts.get(code)


def _own_field(code: str) -> Callable[[IndexLine], Points]:
    return lambda line: line.own_fields.get(code)


def _field(code: str) -> Callable[[IndexLine], Points]:
    return lambda line: line.fields.get(code)
