"""The report on a closed period as tagged PDF."""

from __future__ import annotations

from dataclasses import asdict

from survey.reports.pdf import compile_pdf
from survey.reports.quarter_docx import EXAMPLE
from survey.reports.quarter_paper import QuarterPaper


def pdf_bytes(paper: QuarterPaper) -> bytes:
    """Print the draft; the same paper gives the same bytes."""
    data = {
        "head": asdict(paper.head),
        "title": paper.title,
        "lead": paper.lead,
        "blocks": [asdict(block) for block in paper.blocks],
        "appendix": [asdict(block) for block in paper.appendix],
        "example": EXAMPLE if paper.report.is_example else None,
    }
    return compile_pdf("quarter.typ", data, dated=paper.report.closed_at.date())
