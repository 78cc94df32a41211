"""Part II of the report on a closed period: what is weak, and what the figures suggest as causes."""

from __future__ import annotations

from collections.abc import Iterable

from survey.reports.quarter import QuarterReport
from survey.reports.quarter_annex import feedback_together
from survey.reports.quarter_block import BLANK, Block, factor_means, index_share
from survey.reports.quarter_tables import feedback_rows
from survey.reports.wording import count_text as count
from survey.reports.wording import percent_text as percent

MOST_NAMED = 5


def weaknesses(report: QuarterReport) -> Iterable[Block]:
    """Write it out; the officer adds what no figure tells."""
    yield from _weak_points(report)
    yield from _causes(report)


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
    worst = sorted((unit for unit in report.units if unit.status == "scored"), key=index_share)[:MOST_NAMED]
    if len(worst) == MOST_NAMED:
        said.append(
            "Các đơn vị có chỉ số thấp nhất: "
            + "; ".join(f"{unit.name} ({percent(index_share(unit))})" for unit in worst)
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
    feedback = feedback_together(cases for _, cases in feedback_rows(report))
    if feedback is not None and feedback.received:
        late = feedback.answered_late + feedback.open_late
        yield Block(
            "text",
            f"- Phản ánh, kiến nghị: {count(late)} trong {count(feedback.received)} việc quá hạn trả lời; "
            f"{count(feedback.dissatisfied)} người chưa hài lòng với câu trả lời.",
        )
    yield Block("text", f"- Nguyên nhân khác (cơ quan soạn báo cáo ghi): {BLANK}")
