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
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from survey.reports.official_layout import CENTRE, JUSTIFY, columns, line, page, underlined
from survey.reports.stable_zip import stable

BLANK = "……………………"
SHORT_BLANK = "……"


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
    page(document)
    line(document, "DỰ THẢO", bold=True, size=13, align=WD_ALIGN_PARAGRAPH.RIGHT, after=0)
    if letter.is_example:
        line(document, "Dữ liệu ví dụ. Không phải văn bản của cơ quan nào.", size=11, align=CENTRE, italic=True)
    _head(document, letter)
    line(document, f"Kính gửi: Ông/Bà {BLANK}", size=14, align=CENTRE, before=12, after=12)
    for text in _body(letter):
        line(document, text, size=14, align=JUSTIFY, indent=True)
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


def _head(document: Any, letter: Apology) -> None:
    left, right = columns(document, Mm(66), Mm(94))
    if letter.above:
        line(left, letter.above.upper(), size=12, align=CENTRE, after=0)
    underlined(left, letter.issuer.upper(), size=12)
    line(left, f"Số: {SHORT_BLANK}/{SHORT_BLANK}", size=13, align=CENTRE, before=4, after=0)
    line(left, "V/v xin lỗi và hẹn lại ngày trả kết quả", size=12, align=CENTRE, after=0)
    line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12, align=CENTRE, after=0)
    underlined(right, "Độc lập - Tự do - Hạnh phúc", size=13)
    when = f"{SHORT_BLANK}, ngày {SHORT_BLANK} tháng {SHORT_BLANK} năm {SHORT_BLANK}"
    line(right, when, size=13, italic=True, align=CENTRE, before=4, after=0)


def _foot(document: Any) -> None:
    left, right = columns(document, Mm(66), Mm(94))
    line(left, "Nơi nhận:", size=12, bold=True, italic=True, after=0)
    for text in ("- Như trên;", f"- {SHORT_BLANK};", f"- Lưu: VT, {SHORT_BLANK}."):
        line(left, text, size=11, after=0)
    line(right, "QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ", bold=True, size=13, align=CENTRE, after=0)
    line(right, "(Ký, ghi rõ họ tên, đóng dấu)", italic=True, size=13, align=CENTRE, after=48)
    line(right, BLANK, size=14, align=CENTRE)
