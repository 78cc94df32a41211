"""Part I of the report on a closed period: what was collected, the index, its factors, and what stands beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from survey.reports.quarter import QuarterReport, UnitReport
from survey.reports.quarter_annex import added as stated
from survey.reports.quarter_annex import answers_together, feedback_together, items_together
from survey.reports.quarter_block import Bar, Block, factor_means, index_share
from survey.reports.quarter_tables import feedback_rows, flow_rows
from survey.reports.wording import collected, plain_number
from survey.reports.wording import count_text as count
from survey.reports.wording import percent_text as percent

MOST_LISTED = 60
MOST_DRAWN = 30


def results(report: QuarterReport) -> Iterable[Block]:
    """Write it out with the real numbers."""
    yield from _collected(report)
    yield from _index(report)
    yield from _factors(report)
    yield from _beside(report)


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
    ranked = sorted(scored, key=lambda unit: -index_share(unit))
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
        alternative=f"Từ {percent(index_share(worst))} ({worst.name}) "
        f"đến {percent(index_share(best))} ({best.name}).",
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
    feedback = feedback_together(cases for _, cases in feedback_rows(report))
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


def _bar(unit: UnitReport) -> Bar:
    figures = unit.figures
    return Bar(
        unit.name,
        index_share(unit),
        None if figures is None else figures.lower_share,
        None if figures is None else figures.upper_share,
    )


def _points(unit: UnitReport) -> str:
    return "" if unit.figures is None else f"{unit.figures.points:.2f}".replace(".", ",")


def _changed(units: Iterable[UnitReport], verdict: str) -> int:
    return sum(unit.annex.change is not None and unit.annex.change.verdict == verdict for unit in units)


def _ends(units: Sequence[UnitReport], most: int) -> Sequence[UnitReport]:
    """The first and the last ones where there are too many to list."""
    return units if len(units) <= most else [*units[: most // 2], *units[-(most // 2) :]]
