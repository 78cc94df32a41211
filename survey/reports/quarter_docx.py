"""The report on a closed period as DOCX, to be finished by the officer and signed."""

from __future__ import annotations

import io
from datetime import UTC
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from survey.reports.official_layout import CENTRE, JUSTIFY, columns, line, page, underlined
from survey.reports.pdf import draw_chart
from survey.reports.quarter import Head
from survey.reports.quarter_block import Block
from survey.reports.quarter_paper import QuarterPaper
from survey.reports.stable_zip import stable

EXAMPLE = "Dữ liệu ví dụ. Không phải số liệu của địa phương nào."
LINE_WIDTH = 160
SHORT_BLANK = "……"


def docx_bytes(paper: QuarterPaper) -> bytes:
    """Write the draft; the same paper gives the same bytes, all times in it are the closing time."""
    document = Document()
    page(document)
    _page_number(document)
    line(document, "DỰ THẢO", bold=True, size=13, align=WD_ALIGN_PARAGRAPH.RIGHT, after=0)
    if paper.report.is_example:
        line(document, EXAMPLE, size=11, align=CENTRE, italic=True)
    _head(document, paper.head)
    line(document, "BÁO CÁO", size=14, bold=True, align=CENTRE, before=14, after=0)
    underlined(document, paper.title, size=14)
    line(document, paper.lead, size=14, align=JUSTIFY, indent=True, before=8)
    for block in paper.blocks:
        _WRITERS[block.kind](document, block)
    _foot(document, paper.head)
    for block in paper.appendix:
        _WRITERS[block.kind](document, block)
    moment = paper.report.closed_at.astimezone(UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title = paper.title
    properties.author = properties.last_modified_by = "Hài Lòng"
    properties.created = properties.modified = moment
    properties.language = "vi-VN"
    properties.revision = 1
    properties.comments = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return stable(buffer.getvalue())


def _head(document: Any, head: Head) -> None:
    left, right = columns(document, Mm(66), Mm(94))
    if head.superior:
        for text in head.superior.splitlines():
            line(left, text.upper(), size=12, align=CENTRE, after=0)
    *upper, last = head.issuer.splitlines() or [SHORT_BLANK]
    for text in upper:
        line(left, text.upper(), size=12, bold=True, align=CENTRE, after=0)
    underlined(left, last.upper(), size=12)
    line(left, f"Số: {SHORT_BLANK}/{head.symbol}", size=13, align=CENTRE, before=4, after=0)
    line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12, align=CENTRE, after=0)
    underlined(right, "Độc lập - Tự do - Hạnh phúc", size=13)
    when = f"{head.place or SHORT_BLANK}, ngày {SHORT_BLANK} tháng {SHORT_BLANK} năm {SHORT_BLANK}"
    line(right, when, size=13, italic=True, align=CENTRE, before=4, after=0)


def _foot(document: Any, head: Head) -> None:
    line(document, "", size=6)
    left, right = columns(document, Mm(76), Mm(84))
    line(left, "Nơi nhận:", size=12, bold=True, italic=True, after=0)
    for text in head.recipients:
        line(left, f"- {text}", size=11, after=0)
    for text in head.signature:
        line(right, text, bold=True, size=13, align=CENTRE, after=0)
    line(right, "", size=13, after=48)
    line(right, head.signer or SHORT_BLANK, size=14, bold=True, align=CENTRE)


def _heading(document: Any, block: Block) -> None:
    written = line(document, block.text, size=14, bold=True, before=10, keep=True)
    _outline(written, 0)


def _part(document: Any, block: Block) -> None:
    written = line(document, block.text, size=14, bold=True, before=6, keep=True)
    _outline(written, 1)


def _text(document: Any, block: Block) -> None:
    # Words before a line of dots must not be torn apart.
    line(document, block.text, size=14, align=None if block.text.endswith("…") else JUSTIFY, indent=True)


def _table(document: Any, block: Block) -> None:
    line(document, block.text, size=12, bold=True, align=CENTRE, before=6, after=3, keep=True)
    table = document.add_table(rows=0, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    whole = sum(block.widths)
    widths = [Mm(LINE_WIDTH * width / whole) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _narrow_margins(table)
    numeric = len(block.head) > 2
    for number, texts in enumerate((block.head, *block.rows)):
        row = table.add_row()
        _whole_row(row, is_head=number == 0)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[at]
            align = CENTRE if number == 0 else WD_ALIGN_PARAGRAPH.RIGHT if at and numeric else None
            line(cell, text, size=10.5, bold=number == 0, align=align, after=0)
    line(document, "", size=6, after=2)


def _chart(document: Any, block: Block) -> None:
    holder = line(document, "", size=11, align=CENTRE, after=2, keep=True)
    picture = holder.add_run().add_picture(io.BytesIO(draw_chart(block.bars)), width=Mm(LINE_WIDTH))
    for side in ("distT", "distB", "distL", "distR"):
        # Where none is said, LibreOffice leaves room beside a picture and moves it out of the line.
        picture._inline.set(side, "0")
    described = picture._inline.docPr
    described.set("descr", block.alternative)
    described.set("title", block.text)
    line(document, block.text, size=12, italic=True, align=CENTRE)


_WRITERS = {"heading": _heading, "part": _part, "text": _text, "table": _table, "chart": _chart}


def _outline(paragraph: Any, level: int) -> None:
    """Let the paragraph stand in the outline without taking the colours of a heading style."""
    mark = OxmlElement("w:outlineLvl")
    mark.set(qn("w:val"), str(level))
    paragraph._p.get_or_add_pPr().append(mark)


def _narrow_margins(table: Any) -> None:
    """Leave so little beside the words of a cell that numbers keep on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "45")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _whole_row(row: Any, *, is_head: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader") if is_head else ("w:cantSplit",):
        properties.append(OxmlElement(name))


def _page_number(document: Any) -> None:
    """Number the pages in the middle of the top margin, the first one not."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(10)
    paragraph = line(section.header, "", size=13, align=CENTRE, after=0)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
