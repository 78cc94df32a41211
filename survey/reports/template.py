"""The empty sheets of the imports as XLSX: headings, known rows, and a second sheet that explains each column."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook

# Documents carry no other time, so that the same sheet is the same file.
EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001  a document's own property has no time zone
GUIDE: Mapping[str, Mapping[str, str]] = {
    "units": {
        "code": "Chữ, số, dấu chấm, gạch; mỗi đơn vị một mã, không đổi.",
        "name": "Tên đầy đủ, ví dụ: Phường Tân Hoà.",
        "one_stop_name": "Bỏ trống thì lấy “Trung tâm Phục vụ hành chính công …” hoặc “Bộ phận Một cửa …”.",
        "kind": "Tỉnh, Sở, Phường, Xã, Đặc khu…; bỏ trống thì suy từ tên.",
        "group": "Các đơn vị cùng nhóm được xếp hạng với nhau.",
        "parent": "Mã của đơn vị cấp trên.",
        "start_date": "Ngày/tháng/năm. Phiếu trước ngày này là phiếu thử, không tính.",
        "valid_from": "Ngày/tháng/năm thành lập; bỏ trống là 01/07/2025.",
        "valid_to": "Ngày cuối cùng còn hoạt động; bỏ trống là đang hoạt động.",
        "successor": "Mã đơn vị kế thừa sau sáp nhập.",
    },
    "counters": {
        "unit": "Mã đơn vị.",
        "code": "Mã quầy, không trùng trong một đơn vị.",
        "name": "Tên in trên tờ mã QR.",
        "fields": "Mã hoặc tên các lĩnh vực, cách nhau bằng dấu chấm phẩy.",
    },
    "dossiers": {
        "unit": "Mã đơn vị tiếp nhận.",
        "field": "Mã hoặc tên lĩnh vực; “Tổng số” nếu đơn vị chỉ có một dòng.",
        "received_total": "Tiếp nhận = trực tuyến + trực tiếp, bưu chính + kỳ trước chuyển qua.",
        "settled_total": "Đã giải quyết = trước hạn + đúng hạn + quá hạn.",
        "settled_early": "Bỏ trống nếu không tách; khi đó cột đúng hạn gồm cả trước hạn.",
        "pending_total": "Đang giải quyết = trong hạn + quá hạn.",
        "feedback": "Phản ánh, kiến nghị (PAKN) của đơn vị trong kỳ; ghi ở một dòng bất kỳ của đơn vị.",
        "feedback_on_time": "Trong đó xử lý trước hạn hoặc đúng hạn.",
        "feedback_bad": "Trong đó người gửi không hài lòng, hoặc xử lý quá hạn.",
        "dossiers_bad": "Hồ sơ bị đánh giá không hài lòng, có PAKN hoặc quá hạn (QĐ 766/QĐ-TTg).",
        "on_time_rate": "Nếu bản in có ghi; chương trình tính lại và báo nếu khác quá 0,01.",
    },
    "receipts": {
        "number": "Như trên giấy tiếp nhận, ví dụ H10.25.3-250701-0001; không được lưu lại. Có thể bỏ trống.",
        "unit": "Mã đơn vị tiếp nhận. Mỗi hồ sơ một dòng.",
        "field": "Mã hoặc tên lĩnh vực.",
        "channel": "Trực tiếp, trực tuyến hoặc bưu chính.",
        "outcome": "Trước hạn, đúng hạn, quá hạn: chỉ ghi khi phát mã cùng kết quả.",
        "appointed": "Ngày/tháng/năm; mã dùng được đến sau ngày này.",
        "expires": "Ngày cuối cùng dùng được mã; bỏ trống thì tính từ ngày hẹn trả.",
    },
    "index": {
        "unit": "Mã đơn vị.",
        "component": "Mã hoặc tên nội dung chấm điểm.",
        "points": "Điểm đạt được; hoặc ghi tỷ lệ % ở cột bên.",
        "percent": "Tỷ lệ phần trăm từ 0 đến 100.",
        "max": "Để đối chiếu với điểm tối đa của quy tắc.",
        "not_applicable": "Ghi x nếu không phát sinh.",
        "printed": "Tổng điểm in trong văn bản, để đối chiếu.",
    },
    "index_sheet": {
        "unit": "Đã ghi sẵn, xin không sửa.",
        "code": "Đã ghi sẵn, xin không sửa.",
        "title": "Đã ghi sẵn, xin không sửa.",
        "max": "Đã ghi sẵn, để đối chiếu.",
        "own": "Điểm đơn vị tự chấm, từ 0 đến điểm tối đa; mọi dòng đều phải ghi.",
        "own_outside": "Ghi x nếu không phát sinh, khi đó bỏ trống điểm.",
        "own_note": "Cách chấm, hoặc số hiệu tài liệu kiểm chứng.",
        "points": "Người thẩm định ghi.",
        "outside": "Người thẩm định ghi x nếu đồng ý là không phát sinh.",
        "note": "Người thẩm định ghi; cần có khi khác điểm tự chấm.",
        "sheet": "Đợt và phiên bản bộ tiêu chí; xin không sửa.",
    },
    "index_structure": {
        "rank": "Bộ tiêu chí: Lĩnh vực, Tiêu chí, Thành phần, Điểm thưởng, Điểm phạt. Cơ cấu điểm: Phần điểm, "
        "Phần hài lòng (lấy từ các quý đã chốt), Bậc xếp loại. Thứ tự dòng là thứ tự hiện ra.",
        "code": "Không trùng. Phần điểm mà bảng tiêu chí điền vào có mã ket-qua; đánh giá của lãnh đạo: lanh-dao.",
        "title": "Như văn bản ban hành.",
        "title_en": "Bỏ trống thì dùng tên tiếng Việt.",
        "max": "Điểm tối đa; các dòng dưới cộng lại phải bằng dòng trên. Bậc xếp loại: từ bao nhiêu phần trăm.",
    },
}
NUMBERS = ("max", "own", "received", "settled", "pending", "on_time", "points", "percent", "feedback", "dossiers")
REST = "Ô trống giữ nguyên giá trị cũ; ghi “-” để xoá."


@dataclass(frozen=True)
class TemplateColumn:
    """A column: its key, the heading to print, other headings understood, and whether it must be there."""

    key: str
    title: str
    aliases: tuple[str, ...]
    required: bool


def template_workbook(name: str, columns: Sequence[TemplateColumn], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the sheet that the import called `name` reads back."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": name, "created": EPOCH})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e7eef7", "border": 1}
        )
        # Codes such as 00123 or 1-2 must stay what they are while people type.
        words = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Du lieu")
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 45)
        for at, column in enumerate(columns):
            is_number = column.key.startswith(NUMBERS)
            is_day = column.key in ("start_date", "valid_from", "valid_to", "appointed", "expires")
            sheet.set_column(at, at, _width(column.key), day if is_day else None if is_number else words)
            sheet.write_string(0, at, column.title, head)
            for line, row in enumerate(rows, start=1):
                _write(sheet, line, at, row.get(column.key), words, day)
        guide = book.add_worksheet("Huong dan")
        guide.set_column(0, 0, 30)
        guide.set_column(1, 1, 12)
        guide.set_column(2, 3, 60)
        for at, title in enumerate(("Cột", "Bắt buộc", "Cách ghi", "Tên cột khác cũng được hiểu")):
            guide.write_string(0, at, title, head)
        for line, column in enumerate(columns, start=1):
            texts = (
                column.title,
                "có" if column.required else "",
                GUIDE[name].get(column.key, ""),
                ", ".join((*column.aliases, column.key)),
            )
            for at, value in enumerate(texts):
                guide.write_string(line, at, value, wrapped)
        if name == "units":
            guide.write_string(len(columns) + 2, 0, REST)
    return buffer.getvalue()


def _width(key: str) -> int:
    return 60 if key == "title" else 24 if "name" in key else 16


def _write(sheet: Any, line: int, at: int, value: Any, words: Any, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(line, at, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  a day
    elif isinstance(value, Decimal):
        sheet.write_number(line, at, float(value))
    elif value is not None:
        sheet.write_string(line, at, str(value), words)
