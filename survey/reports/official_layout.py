"""Pieces of a document in the layout of NĐ 30/2020/NĐ-CP: page, type, paragraphs, the rule under a name."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FONT = "Times New Roman"
CENTRE, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


def page(document: Any) -> None:
    """Set A4, the margins and the type."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def columns(document: Any, *widths: Any) -> list[Any]:
    """Make a row of cells without lines; return the cells, each with one empty paragraph to write into."""
    table = document.add_table(rows=1, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
        # LibreOffice goes by the columns, Word by the cells.
        column.width = cell.width = width
    return list(table.rows[0].cells)


def line(
    place: Any,
    text: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    align: Any = None,
    indent: bool = False,
    before: float = 0,
    after: float = 6,
    keep: bool = False,
) -> Any:
    """Write a paragraph into a document or a cell."""
    first = place.paragraphs[0] if place.paragraphs else None
    # A new cell has an empty paragraph, a new document has none.
    paragraph = (
        first if first is not None and len(place.paragraphs) == 1 and not first.text else place.add_paragraph()
    )
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold, run.italic = FONT, Pt(size), bold, italic
    form = paragraph.paragraph_format
    form.alignment, form.space_before, form.space_after, form.line_spacing = align, Pt(before), Pt(after), 1.15
    form.keep_with_next = keep
    if indent:
        form.first_line_indent = Mm(10)
    return paragraph


def underlined(place: Any, text: str, *, size: float) -> None:
    """Write a centred bold line with a rule below it that is shorter than the cell."""
    line(place, text, size=size, bold=True, align=CENTRE, after=0)
    rule = line(place, "", size=4, after=2)
    rule.paragraph_format.left_indent = rule.paragraph_format.right_indent = Mm(20)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    rule._p.get_or_add_pPr().append(borders)
