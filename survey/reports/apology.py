"""The draft of a letter that apologises for a late dossier and names a new day, in the layout of NĐ 30/2020/NĐ-CP.

It follows the purpose of Mẫu 04 (Thông tư 03/2025/TT-VPCP), whose wording the clerk compares; what the program
does not know, above all who the citizen and which the dossier is, stays blank.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from survey.reports.stable_zip import stable

FONT = "Times New Roman"
BLANK = "……………………"
SHORT_BLANK = "……"
CENTRE, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


@dataclass(frozen=True)
class Apology:
    """What is known: who writes, above whom they stand, where citizens came, and when they wrote about it."""

    above: str
    issuer: str
    one_stop_name: str
    reference: str
    received_on: date
    is_example: bool


def docx_bytes(letter: Apology) -> bytes:
    """Write the draft; the same letter gives the same bytes."""
    document = Document()
    _page(document)
    _line(document, "DỰ THẢO", bold=True, size=13, align=WD_ALIGN_PARAGRAPH.RIGHT, after=0)
    if letter.is_example:
        _line(document, "Dữ liệu ví dụ. Không phải văn bản của cơ quan nào.", size=11, align=CENTRE, italic=True)
    _head(document, letter)
    _line(document, f"Kính gửi: Ông/Bà {BLANK}", size=14, align=CENTRE, before=12, after=12)
    for text in _body(letter):
        _line(document, text, size=14, align=JUSTIFY, indent=True)
    _foot(document)
    properties = document.core_properties
    properties.title = "Dự thảo văn bản xin lỗi và hẹn lại ngày trả kết quả"
    properties.author = properties.last_modified_by = "Hài Lòng"
    properties.created = properties.modified = datetime.combine(letter.received_on, time(), UTC)
    properties.revision = 1
    properties.comments = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return stable(buffer.getvalue())


def _body(letter: Apology) -> tuple[str, ...]:
    day = f"{letter.received_on:%d/%m/%Y}"
    return (
        f"Ngày {SHORT_BLANK} tháng {SHORT_BLANK} năm {SHORT_BLANK}, {letter.one_stop_name} đã tiếp nhận hồ sơ của "
        "Ông/Bà.",
        f"Mã hồ sơ: {BLANK}{BLANK}",
        f"Đề nghị giải quyết: {BLANK}{BLANK}",
        f"Ngày hẹn trả kết quả ghi trên giấy tiếp nhận: ngày {SHORT_BLANK} tháng {SHORT_BLANK} năm {SHORT_BLANK}. "
        f"Ngày {day}, Ông/Bà đã gửi phản ánh về việc này (mã {letter.reference}).",
        "Đến nay hồ sơ của Ông/Bà chưa giải quyết xong.",
        f"Lý do: {BLANK}{BLANK}{BLANK}",
        f"Chúng tôi xin lỗi Ông/Bà vì sự chậm trễ này và đề nghị gia hạn thời gian trả kết quả. Kết quả sẽ "
        f"được trả vào {SHORT_BLANK} giờ {SHORT_BLANK}, ngày {SHORT_BLANK} tháng {SHORT_BLANK} năm {SHORT_BLANK}.",
        f"Nếu cần trao đổi thêm, xin Ông/Bà liên hệ {BLANK}, số điện thoại {BLANK}.",
        "Rất mong Ông/Bà thông cảm./.",
    )


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def _head(document: Any, letter: Apology) -> None:
    left, right = _columns(document, Mm(66), Mm(94))
    if letter.above:
        _line(left, letter.above.upper(), size=12, align=CENTRE, after=0)
    _underlined(left, letter.issuer.upper(), size=12)
    _line(left, f"Số: {SHORT_BLANK}/{SHORT_BLANK}", size=13, align=CENTRE, before=4, after=0)
    _line(left, "V/v xin lỗi và hẹn lại ngày trả kết quả", size=12, align=CENTRE, after=0)
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12, align=CENTRE, after=0)
    _underlined(right, "Độc lập - Tự do - Hạnh phúc", size=13)
    when = f"{SHORT_BLANK}, ngày {SHORT_BLANK} tháng {SHORT_BLANK} năm {SHORT_BLANK}"
    _line(right, when, size=13, italic=True, align=CENTRE, before=4, after=0)


def _foot(document: Any) -> None:
    left, right = _columns(document, Mm(66), Mm(94))
    _line(left, "Nơi nhận:", size=12, bold=True, italic=True, after=0)
    for text in ("- Như trên;", f"- {SHORT_BLANK};", f"- Lưu: VT, {SHORT_BLANK}."):
        _line(left, text, size=11, after=0)
    _line(right, "QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ", bold=True, size=13, align=CENTRE, after=0)
    _line(right, "(Ký, ghi rõ họ tên, đóng dấu)", italic=True, size=13, align=CENTRE, after=48)
    _line(right, BLANK, size=14, align=CENTRE)


def _columns(document: Any, *widths: Any) -> list[Any]:
    """Make a row of cells without lines; return the cells, each with one empty paragraph to write into."""
    table = document.add_table(rows=1, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = width
    return list(table.rows[0].cells)


def _line(
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
) -> Any:
    first = place.paragraphs[0] if place.paragraphs else None
    # A new cell has an empty paragraph, a new document has none.
    paragraph = (
        first if first is not None and len(place.paragraphs) == 1 and not first.text else place.add_paragraph()
    )
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold, run.italic = FONT, Pt(size), bold, italic
    form = paragraph.paragraph_format
    form.alignment, form.space_before, form.space_after, form.line_spacing = align, Pt(before), Pt(after), 1.15
    if indent:
        form.first_line_indent = Mm(10)
    return paragraph


def _underlined(place: Any, text: str, *, size: float) -> None:
    """Write a centred bold line with a rule below it that is shorter than the cell."""
    _line(place, text, size=size, bold=True, align=CENTRE, after=0)
    rule = _line(place, "", size=4, after=2)
    rule.paragraph_format.left_indent = rule.paragraph_format.right_indent = Mm(20)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    rule._p.get_or_add_pPr().append(borders)
