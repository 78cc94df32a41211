"""Every sentence that tells a person what went wrong and how to mend it, by message code.

Vietnamese is the source text; English comes from the catalogue in `survey/translations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from survey.errors import Fault, HailongError
from survey.filters import count, decimal
from survey.import_messages import IMPORT_SENTENCES

MOST_LINES = 200
SENTENCES = IMPORT_SENTENCES | {
    "import_refused": _("Chưa nhập dữ liệu nào: tệp có %(count)s lỗi cần sửa."),
    "closed_unit": _("Đơn vị của mã này đã ngừng hoạt động và chưa có đơn vị thay thế."),
    "no_counters": _(
        "%(unit)s chưa có quầy nào để in áp phích. Hãy nhập quầy bằng: hailong counters import TỆP"
    ),
    "revoked_code": _("Mã này không còn dùng nữa. Xin quét mã mới ở quầy."),
    "unknown_code": _("Không có mã này. Xin xem lại mã in dưới hình vuông: 8 chữ và số."),
    "questionnaire_changed": _(
        "Bộ câu hỏi %(version)s đã phát hành nhưng nội dung bị sửa. Hãy đặt lại tệp cũ hoặc đặt tên phiên bản mới."
    ),
    "example_not_empty": _(
        "Cơ sở dữ liệu đã có dữ liệu, nên không nạp dữ liệu ví dụ. Hãy chọn một cơ sở dữ liệu trống "
        "bằng HAILONG_DATABASE_URL."
    ),
    "example_needs_example_mode": _(
        "Dữ liệu ví dụ chỉ dùng để xem thử: hãy đặt HAILONG_ENV=example rồi chạy lại."
    ),
    "period_closed": _("Kỳ %(period)s đã chốt, không thể tính lại hay nhập thêm."),
    "period_not_over": _("Kỳ %(period)s còn đến hết ngày %(last)s; chỉ chốt được sau ngày đó."),
    "period_not_started": _("Kỳ %(period)s chưa bắt đầu: ngày đầu tiên là %(first)s."),
    "period_without_dossiers": _(
        "Kỳ %(period)s chưa có số hồ sơ. Hãy nhập bằng: hailong dossiers import TỆP --period %(period)s"
    ),
    "unit_without_dossiers": _(
        "Đơn vị %(unit)s chưa có số hồ sơ của kỳ %(period)s. "
        "Hãy nhập bằng: hailong dossiers import TỆP --period %(period)s"
    ),
    "unknown_unit": _("Không có đơn vị mang mã %(unit)s."),
    "no_schema": _("Cơ sở dữ liệu chưa có bảng hoặc chưa được nâng cấp. Hãy chạy: hailong init"),
}


def sentence(problem: HailongError | Fault) -> str:
    """Word a problem in the language of the page or command."""
    return str(SENTENCES[problem.code]) % {name: _written(value) for name, value in problem.params.items()}


def _written(value: object) -> object:
    """Write numbers as people do; what must not get thousands marks (a row, a year) comes as text."""
    if isinstance(value, Decimal):
        return decimal(value, max(0, -int(value.as_tuple().exponent)))
    return count(value) if isinstance(value, int) else value


def fault_line(fault: Fault) -> str:
    """Word a fault of an imported file with the place where it stands."""
    place = []
    if fault.row is not None:
        place.append(gettext("Dòng %(row)s", row=fault.row))
    if fault.column is not None:
        place.append(gettext("cột “%(column)s”", column=fault.column))
    if fault.cell is not None:
        place.append(gettext("ô %(cell)s", cell=fault.cell))
    return f"{', '.join(place)}: {sentence(fault)}" if place else sentence(fault)


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """Word many faults, but no more than a person reads."""
    lines = [fault_line(fault) for fault in faults[:MOST_LINES]]
    if len(faults) > MOST_LINES:
        lines.append(gettext("… và %(rest)s lỗi khác.", rest=count(len(faults) - MOST_LINES)))
    return lines


STATUSES = {
    "scored": _("có điểm"),
    "marked": _("chưa đủ mẫu"),
    "suppressed": _("dưới 5 phiếu, không hiện điểm"),
    "no_responses": _("chưa có phiếu"),
    "no_dossiers": _("chưa có số hồ sơ"),
    "no_score": _("không có quý nào có điểm"),
}


def status_word(status: str) -> str:
    """Word the status of a unit's score."""
    return str(STATUSES[status])
