"""The report on a closed period as a draft in the layout of NĐ 30/2020/NĐ-CP: what it says, whatever its format.

The figures and what they show are written out; what to do about it is left to the officer.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.reports.quarter import Head, QuarterReport
from survey.reports.quarter_block import BLANK, Block
from survey.reports.quarter_results import results
from survey.reports.quarter_weaknesses import weaknesses
from survey.reports.wording import method_lines, period_title


@dataclass(frozen=True)
class QuarterPaper:
    """The whole document; the appendix stands behind the signature."""

    head: Head
    title: str
    lead: str
    blocks: tuple[Block, ...]
    appendix: tuple[Block, ...]
    report: QuarterReport


def paper_of(report: QuarterReport) -> QuarterPaper:
    """Write the report out."""
    lead = (
        "Căn cứ kết quả lấy ý kiến người dân, tổ chức về việc giải quyết thủ tục hành chính, "
        f"{report.head.called} báo cáo kết quả {_in_a_sentence(period_title(report))} như sau:"
    )
    blocks = (
        Block("heading", "I. KẾT QUẢ"),
        *results(report),
        Block("heading", "II. TỒN TẠI, NGUYÊN NHÂN"),
        *weaknesses(report),
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
    return QuarterPaper(report.head, f"{title} {_period_words(report)}", lead, blocks, appendix, report)


def _period_words(report: QuarterReport) -> str:
    return _in_a_sentence(period_title(report).split(" (")[0])


def _in_a_sentence(name: str) -> str:
    return name[0].lower() + name[1:]
