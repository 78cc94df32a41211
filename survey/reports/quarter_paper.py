"""The report on a closed period as a draft in the layout of NĐ 30/2020/NĐ-CP: what it says, whatever its format.

The figures and what they show are written out; what to do about it is left to the officer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from survey.reports.quarter import QuarterReport, UnitReport
from survey.reports.quarter_annex import added as stated
from survey.reports.quarter_annex import answers_together, feedback_together, items_together
from survey.reports.quarter_tables import flow_rows
from survey.reports.wording import collected, method_lines, period_title, plain_number
from survey.reports.wording import count_text as count
from survey.reports.wording import percent_text as percent

MOST_LISTED = 60
MOST_DRAWN = 30
MOST_NAMED = 5
BLANK = "…" * 24


@dataclass(frozen=True)
class Head:
    """Head and foot of the document; the number and the day stay blank for the clerk."""

    superior: str | None
    issuer: str
    place: str
    symbol: str
    signature: tuple[str, ...]
    signer: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """One bar of a chart, all from 0 to 1."""

    label: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Block:
    """A piece of the text: a heading, a paragraph, a table under its caption, or a chart over its caption.

    `alternative` tells what a chart shows to those who do not see it; `widths` are parts of the line.
    """

    kind: Literal["heading", "part", "text", "table", "chart"]
    text: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()
    bars: tuple[Bar, ...] = ()
    alternative: str = ""


@dataclass(frozen=True)
class QuarterPaper:
    """The whole document; the appendix stands behind the signature."""

    head: Head
    title: str
    lead: str
    blocks: tuple[Block, ...]
    appendix: tuple[Block, ...]
    report: QuarterReport


def paper_of(report: QuarterReport, head: Head) -> QuarterPaper:
    """Write the report out."""
    issuer = " ".join(head.issuer.split())
    lead = (
        f"Căn cứ kết quả lấy ý kiến người dân, tổ chức về việc giải quyết thủ tục hành chính, {issuer} báo cáo "
        f"kết quả {period_title(report)} như sau:"
    )
    blocks = (
        Block("heading", "I. KẾT QUẢ"),
        *_collected(report),
        *_index(report),
        *_factors(report),
        *_beside(report),
        Block("heading", "II. TỒN TẠI, NGUYÊN NHÂN"),
        *_weak_points(report),
        *_causes(report),
        Block("heading", "III. GIẢI PHÁP"),
        Block("text", f"(Cơ quan soạn báo cáo ghi) {BLANK}"),
        Block("heading", "IV. ĐỀ XUẤT, KIẾN NGHỊ"),
        Block("text", f"(Cơ quan soạn báo cáo ghi) {BLANK}"),
    )
    appendix = (
        Block("heading", "PHỤ LỤC: PHƯƠNG PHÁP"),
        Block(
            "table",
            "Cách tính và phiên bản",
            ("Nội dung", "Cách làm"),
            tuple(method_lines(report)),
            (1, 4),
        ),
    )
    title = "Kết quả đo lường sự hài lòng của người dân, tổ chức đối với việc giải quyết thủ tục hành chính"
    return QuarterPaper(head, f"{title} {_period_words(report)}", lead, blocks, appendix, report)


def _period_words(report: QuarterReport) -> str:
    name = period_title(report).split(" (")[0]
    return name[0].lower() + name[1:]


def _collected(report: QuarterReport) -> Iterable[Block]:
    yield Block("part", "1. Thu thập phiếu")
    yield Block("text", collected(report))


def _index(report: QuarterReport) -> Iterable[Block]:
    scored = [unit for unit in report.units if unit.figures is not None]
    yield Block("part", "2. Chỉ số hài lòng và điểm quy đổi")
    if report.together is None:
        yield Block("text", "Chưa đơn vị nào có chỉ số trong kỳ.")
        return
    maximum = plain_number(report.method.maximum_points)
    ranked = sorted(scored, key=lambda unit: -_share(unit))
    sure = [unit for unit in ranked if unit.status == "scored"] or ranked
    best, worst = sure[0], sure[-1]
    text = (
        f"Chỉ số hài lòng bình quân theo số hồ sơ của {count(len(scored))} đơn vị có điểm là "
        f"{percent(report.together.index_share)}. "
        f"Cao nhất là {best.name} ({_points(best)}/{maximum} điểm), thấp nhất là {worst.name} "
        f"({_points(worst)}/{maximum} điểm)."
    )
    risen, fallen = _changed(scored, "above"), _changed(scored, "below")
    if any(unit.annex.change for unit in scored):
        text += f" So với kỳ trước, {risen} đơn vị tăng và {fallen} đơn vị giảm có ý nghĩa thống kê."
    yield Block("text", text)
    listed = _ends(ranked, MOST_LISTED)
    rest = "" if len(listed) == len(ranked) else f" ({MOST_LISTED} đơn vị cao nhất và thấp nhất, đủ ở tệp XLSX)"
    yield Block(
        "table",
        f"Bảng 1. Chỉ số và điểm của các đơn vị{rest}. KTC: khoảng tin cậy; *: không xếp hạng",
        ("Đơn vị", "Hồ sơ", "Phiếu", "Chỉ số", "KTC 95%", f"Điểm (/{maximum})", "Hạng"),
        tuple(_index_row(unit) for unit in listed),
        (28, 10, 8, 12, 25, 9, 9),
    )
    drawn = _ends(ranked, MOST_DRAWN)
    yield Block(
        "chart",
        "Hình 1. Chỉ số hài lòng theo đơn vị, vạch ngang là khoảng tin cậy 95%",
        bars=tuple(_bar(unit) for unit in drawn),
        alternative=f"Từ {percent(_share(worst))} ({worst.name}) đến {percent(_share(best))} ({best.name}).",
    )


def _index_row(unit: UnitReport) -> tuple[str, ...]:
    figures = unit.figures
    if figures is None:
        raise ValueError("only units with figures are listed")
    rank = "*" if unit.rank is None else f"{unit.rank}/{unit.group_count}"
    return (
        unit.name,
        count(unit.dossiers or 0),
        count(unit.responses or 0),
        percent(figures.index_share),
        f"{percent(figures.lower_share)} - {percent(figures.upper_share)}",
        _points(unit),
        rank,
    )


def _factors(report: QuarterReport) -> Iterable[Block]:
    means = factor_means(report)
    if not means:
        return
    yield Block("part", "3. Theo yếu tố")
    low, high = means[0], means[-1]
    yield Block(
        "text",
        f"Yếu tố được hài lòng nhiều nhất là “{high.label}” ({percent(high.value)}), ít nhất là “{low.label}” "
        f"({percent(low.value)}); tính bình quân theo số hồ sơ của các đơn vị.",
    )
    yield Block(
        "table",
        "Bảng 2. Số người chọn từng mức (KHL: không hài lòng; BT: bình thường; HL: hài lòng)",
        ("Tiêu chí", "Rất KHL", "KHL", "BT", "HL", "Rất HL", "Không áp dụng"),
        tuple(
            (item.text, *(count(number) for number in item.counts), count(item.not_applicable or 0))
            for item in items_together(unit.annex for unit in report.units)
            if item.counts is not None
        ),
        (40, 10, 10, 10, 10, 10, 12),
    )
    yield Block(
        "chart",
        "Hình 2. Tỷ lệ hài lòng theo yếu tố",
        bars=tuple(reversed(means)),
        alternative="; ".join(f"{bar.label}: {percent(bar.value)}" for bar in reversed(means)) + ".",
    )


def factor_means(report: QuarterReport) -> list[Bar]:
    """The mean share of each factor by dossiers, lowest first."""
    of: dict[str, list[tuple[int, float]]] = {}
    for unit in report.units:
        for factor in unit.factors:
            if factor.share is not None and unit.dossiers:
                of.setdefault(factor.title, []).append((unit.dossiers, factor.share))
    bars = [
        Bar(title, sum(number * share for number, share in own) / sum(number for number, _ in own))
        for title, own in of.items()
    ]
    return sorted(bars, key=lambda bar: (bar.value, bar.label))


def _beside(report: QuarterReport) -> Iterable[Block]:
    annexes = [unit.annex for unit in report.units]
    answers, flows = answers_together(annexes), flow_rows(report)
    yield Block("part", "4. Chi phí ngoài quy định, số lần đi lại, đúng hẹn")
    said = []
    if answers.fees_asked:
        share = percent((answers.fees_yes or 0) / answers.fees_asked)
        said.append(
            f"{count(answers.fees_yes or 0)} trong {count(answers.fees_asked)} người trả lời ({share}) nói có "
            "bị gợi ý hoặc phải đưa thêm tiền, quà ngoài khoản có biên lai."
        )
    if answers.trips_asked:
        mean = f"{(answers.trips_total or 0) / answers.trips_asked:.2f}".replace(".", ",")
        said.append(f"Bình quân {mean} lần đi lại cho một hồ sơ ({count(answers.trips_asked)} người trả lời).")
    if answers.promised_asked:
        share = percent((answers.promised_kept or 0) / answers.promised_asked)
        said.append(
            f"{share} trong {count(answers.promised_asked)} người nói kết quả được trả đúng hoặc trước hẹn."
        )
    settled = stated(flow.settled for flow in flows)
    if settled:
        overdue = stated(flow.settled_overdue for flow in flows) or 0
        said.append(
            f"Theo số liệu đã nhập, {count(settled)} hồ sơ đã giải quyết, {count(overdue)} quá hạn "
            f"({percent(overdue / settled)})."
        )
    yield Block("text", " ".join(said) or "Không đủ câu trả lời để nêu số.")
    yield Block("part", "5. Phản ánh, kiến nghị")
    feedback = feedback_together(annexes)
    if feedback is None:
        yield Block("text", "Kỳ này chốt bằng phiên bản chương trình chưa lưu số phản ánh, kiến nghị.")
        return
    yield Block(
        "text",
        f"Trong kỳ tiếp nhận {count(feedback.received)} phản ánh, kiến nghị gửi qua hệ thống; đã xử lý "
        f"{count(feedback.answered)} (quá hạn {count(feedback.answered_late)}); đang xử lý "
        f"{count(feedback.open)} (quá hạn {count(feedback.open_late)}); không thuộc thẩm quyền "
        f"{count(feedback.unrelated)}.",
    )


def _weak_points(report: QuarterReport) -> Iterable[Block]:
    yield Block("part", "1. Tồn tại")
    said = []
    means = factor_means(report)
    if means:
        said.append(
            "Yếu tố có tỷ lệ hài lòng thấp nhất: "
            + "; ".join(f"{bar.label} ({percent(bar.value)})" for bar in means[:2])
            + "."
        )
    worst = sorted((unit for unit in report.units if unit.status == "scored"), key=_share)[:MOST_NAMED]
    if len(worst) == MOST_NAMED:
        said.append(
            "Các đơn vị có chỉ số thấp nhất: "
            + "; ".join(f"{unit.name} ({percent(_share(unit))})" for unit in worst)
            + "."
        )
    for status, words in (
        ("marked", "đơn vị chưa đủ mẫu để xếp hạng"),
        ("suppressed", "đơn vị có quá ít phiếu nên không hiện số"),
        ("no_responses", "đơn vị không có phiếu nào"),
    ):
        found = [unit.name for unit in report.units if unit.status == status]
        if found:
            named = ", ".join(found[:MOST_NAMED]) + (", …" if len(found) > MOST_NAMED else "")
            said.append(f"{count(len(found))} {words}: {named}.")
    short = sum(
        1 for unit in report.units if unit.responses is not None and unit.responses < (unit.minimum_sample or 0)
    )
    said.append(f"{count(short)} đơn vị có số phiếu dưới cỡ mẫu tối thiểu.")
    yield from (Block("text", f"- {each}") for each in said)


def _causes(report: QuarterReport) -> Iterable[Block]:
    yield Block("part", "2. Nguyên nhân (gợi ý từ số liệu)")
    titles = {factor.code: factor.title for unit in report.units for factor in unit.factors}
    first: dict[str, int] = {}
    judged = 0
    for unit in report.units:
        judged += bool(unit.annex.importance)
        for factor in unit.annex.importance:
            first[factor.code] = first.get(factor.code, 0) + (factor.quadrant == "fix_first")
    ordered = sorted(((number, code) for code, number in first.items() if number), reverse=True)
    if ordered:
        parts = "; ".join(f"{titles.get(code, code)} ở {number} đơn vị" for number, code in ordered)
        yield Block(
            "text",
            f"- Yếu tố vừa có điểm thấp vừa gắn chặt với mức hài lòng chung (xét ở {judged} đơn vị): {parts}. "
            "Đây là mối liên hệ trong câu trả lời, chưa phải quan hệ nhân quả.",
        )
    feedback = feedback_together(unit.annex for unit in report.units)
    if feedback is not None and feedback.received:
        late = feedback.answered_late + feedback.open_late
        yield Block(
            "text",
            f"- Phản ánh, kiến nghị: {count(late)} trong {count(feedback.received)} việc quá hạn trả lời; "
            f"{count(feedback.dissatisfied)} người chưa hài lòng với câu trả lời.",
        )
    yield Block("text", f"- Nguyên nhân khác (cơ quan soạn báo cáo ghi): {BLANK}")


def _bar(unit: UnitReport) -> Bar:
    figures = unit.figures
    return Bar(
        unit.name,
        _share(unit),
        None if figures is None else figures.lower_share,
        None if figures is None else figures.upper_share,
    )


def _share(unit: UnitReport) -> float:
    return 0.0 if unit.figures is None else unit.figures.index_share


def _points(unit: UnitReport) -> str:
    return "" if unit.figures is None else f"{unit.figures.points:.2f}".replace(".", ",")


def _changed(units: Iterable[UnitReport], verdict: str) -> int:
    return sum(unit.annex.change is not None and unit.annex.change.verdict == verdict for unit in units)


def _ends(units: Sequence[UnitReport], most: int) -> Sequence[UnitReport]:
    """The first and the last ones where there are too many to list."""
    return units if len(units) <= most else [*units[: most // 2], *units[-(most // 2) :]]
