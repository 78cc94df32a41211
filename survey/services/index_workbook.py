"""The results of a round as a workbook: what its page shows, as plain data."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from analysis.criteria_points import SheetPoints
from analysis.rules import ON_TIME, IndexRules
from survey.config import TIME_ZONE
from survey.reports.index_book import GroupLine, IndexBook, IndexLine, Titled, index_xlsx
from survey.reports.wording import plain_number
from survey.services import index_frozen
from survey.services.example import is_example
from survey.services.index_result import RoundView
from survey.services.index_table import IndexRow

KINDS = {
    "par": "Chỉ số cải cách hành chính",
    "cntt": "Chỉ số ứng dụng công nghệ thông tin, chuyển đổi số",
    "hoat-dong": "Chỉ số chất lượng tổ chức, hoạt động",
}
LEVELS = {"commune": "xã, phường, đặc khu", "province": "sở, cơ quan cấp tỉnh", "district": "cấp huyện"}
SOURCES = {
    "closed": "các quý đã chốt",
    "entered": "điểm nhập",
    "leaders": "phiếu lãnh đạo",
    "sheet": "bảng điểm đã thẩm định",
}
REFERENCE = " (mẫu tham khảo: cần đối chiếu với quy định của nơi ban hành)"


def workbook(session: Session, shown: RoundView) -> bytes:
    """Write what a page shows of a round."""
    table = shown.table
    parts = [Titled(part.code, part.title.vi, part.maximum) for part in table.rules.components]
    fields = () if table.criteria is None else table.criteria.fields
    rows = [row for group in shown.groups.values() for row in group]
    report = IndexBook(
        title=_title(shown),
        subtitle=_subtitle(shown),
        parts=parts,
        fields=[Titled(one.code, f"{one.code}. {one.title.vi}", one.maximum) for one in fields],
        has_sheets=any(row.sums is not None for row in rows),
        has_previous=table.has_previous,
        lines=[_line(row) for row in rows],
        groups=[
            GroupLine(group, mean.unit_count, mean.points, mean.total, mean.percent)
            for group, mean in table.means.items()
            if group in shown.groups
        ],
        method=_method(shown),
        is_example=is_example(session),
        made_at=None if shown.publication is None else shown.publication.published_at,
    )
    return index_xlsx(report)


def file_name(shown: RoundView) -> str:
    """Name the file by its round, and the revision where it is published."""
    found = shown.round
    revision = "tam-tinh" if shown.publication is None else f"ban-{shown.publication.revision}"
    return f"chi-so-{found.name}-{found.kind}-{found.level}-{revision}.xlsx"


def _title(shown: RoundView) -> str:
    found = shown.round
    level = LEVELS.get(found.level)
    return f"{KINDS.get(found.kind, f'Chỉ số {found.kind}')} năm {found.name}{f', {level}' if level else ''}"


def _subtitle(shown: RoundView) -> str:
    published = shown.publication
    if published is None:
        return "Số liệu tạm tính, chưa công bố"
    local = published.published_at.astimezone(TIME_ZONE)
    words = f"Công bố lúc {local:%H:%M ngày %d/%m/%Y}, bản {published.revision}"
    if published.revision == 1:
        return words
    return f"{words}: đính chính, thay bản {published.revision - 1}. Lý do: {published.reason}"


def _line(row: IndexRow) -> IndexLine:
    result, sums = row.result, row.sums
    appraised = None if sums is None else sums.appraised
    return IndexLine(
        name=row.name,
        group=result.group,
        place=None if result.rank is None else result.rank.place,
        of=None if result.rank is None else result.rank.group_count,
        own=None if sums is None else sums.own.whole.points,
        appraised=None if appraised is None else appraised.whole.points,
        parts={part.code: part.points for part in result.components},
        adjustment=result.adjustment,
        total=result.total,
        maximum=result.maximum,
        percent=result.percent,
        grade="" if result.grade is None else result.grade.title.vi,
        change=result.change_points,
        change_rank=result.change_rank,
        remark=_remark(row),
        own_fields={} if sums is None else _fields(sums.own),
        fields={} if appraised is None else _fields(appraised),
    )


def _fields(points: SheetPoints) -> dict[str, Decimal | None]:
    return {code: part.points for code, part in points.fields.items()}


def _remark(row: IndexRow) -> str:
    result = row.result
    remarks = []
    if result.rank is not None and result.rank.tied:
        remarks.append("đồng hạng")
    if any(part.status == "not_applicable" for part in result.components):
        remarks.append("có nội dung không phát sinh")
    if result.total is None:
        remarks.append("chưa đủ các phần điểm nên chưa xếp hạng")
    if result.grade_held_back is not None:
        remarks.append(f"đủ điểm {result.grade_held_back.title.vi} nhưng chưa đạt điều kiện kèm theo")
    return "; ".join(remarks)


def _method(shown: RoundView) -> list[tuple[str, str]]:
    table, rules = shown.table, shown.table.rules
    reference = REFERENCE if rules.head.reference else ""
    parts = "; ".join(f"{part.title.vi}: tối đa {plain_number(part.maximum)} điểm" for part in rules.components)
    used = dict.fromkeys(source for row in table.rows for source in row.sources.values())
    quarters = ", ".join(f"{period} (lần chốt {revision})" for period, revision in sorted(table.quarters.items()))
    lines = [
        ("Đợt", _title(shown)),
        ("Trạng thái", _subtitle(shown)),
        ("Cơ cấu điểm", f"{rules.head.title.vi}{reference}. {parts}"),
        ("Nguồn của quy tắc" if rules.head.reference else "Căn cứ", rules.head.source.vi),
    ]
    if table.criteria is not None:
        criteria = table.criteria
        reference = REFERENCE if criteria.reference else ""
        basis = "Nguồn của bộ tiêu chí" if criteria.reference else "Căn cứ của bộ tiêu chí"
        lines += [
            ("Bộ tiêu chí", f"{criteria.title.vi}, {criteria.id} phiên bản {criteria.version}{reference}"),
            (basis, criteria.source.vi),
        ]
    lines += [
        ("Nguồn điểm", ", ".join(SOURCES[source] for source in used) or "chưa có"),
        ("Điểm hài lòng từ các quý", quarters or "không có quý đã chốt trong năm"),
        ("Xếp hạng", _ties(rules)),
        ("Xếp loại", _bands(rules)),
        ("Làm tròn", "Mỗi điểm làm tròn một lần đến 0,01 (nửa lên); tổng là tổng của các điểm đã làm tròn."),
    ]
    if shown.publication is not None:
        lines += [
            ("Đơn vị không có trong bảng", "; ".join(index_frozen.left_out_of(shown.publication)) or "không"),
            ("Phiên bản chương trình", shown.publication.program_version),
            ("Mã đối chiếu số liệu đầu vào (SHA-256)", shown.publication.input_digest),
        ]
    return lines


def _ties(rules: IndexRules) -> str:
    if not rules.ties:
        return "Theo phần trăm điểm trong từng nhóm. Bằng điểm thì đồng hạng, hạng sau bỏ qua."
    order = ", ".join(_titles(rules)[code] for code in rules.ties)
    return f"Theo phần trăm điểm trong từng nhóm. Bằng điểm thì xét lần lượt: {order}; vẫn bằng thì đồng hạng."


def _bands(rules: IndexRules) -> str:
    titles = _titles(rules)
    bands = []
    for band in rules.bands:
        words = [f"{band.title.vi} từ {plain_number(band.from_percent)}%"]
        words += [f"“{titles[one.component]}” từ {plain_number(one.from_percent)}%" for one in band.conditions]
        bands.append(" và ".join(words))
    return "; ".join(bands) or "không xếp loại"


def _titles(rules: IndexRules) -> dict[str, str]:
    return {part.code: part.title.vi for part in rules.components} | {
        ON_TIME: "tỷ lệ hồ sơ giải quyết đúng hạn trong năm"
    }
