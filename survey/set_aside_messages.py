"""The words about responses that do not count: reasons, ways to choose them, flags, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from survey.filters import count

SET_ASIDE_SENTENCES = {
    "set_aside_reason_missing": _(
        "Xin ghi rõ lý do, ít nhất %(shortest)s ký tự: người khác sẽ đọc để quyết định."
    ),
    "set_aside_days_outside": _("Ngày phải nằm trong kỳ %(period)s, ngày đầu không sau ngày cuối."),
    "set_aside_closed": _(
        "Kỳ %(period)s đã chốt: số đã chốt không thay đổi, nên không loại hay tính lại phiếu nữa."
    ),
    "set_aside_nothing": _("Không có phiếu nào đang được tính khớp với lựa chọn này."),
    "set_aside_number_unknown": _(
        "Không có phiếu nào mang số này đang được tính ở đơn vị và kỳ đã chọn. "
        "Xin xem lại từng nhóm bốn chữ và số."
    ),
    "number_unreadable": _("Số phiếu có 16 chữ và số. Xin xem lại từng nhóm bốn chữ và số."),
    "set_aside_two_persons": _("Người đề nghị không tự duyệt được: cần một người khác quyết định."),
    "set_aside_not_asker": _("Chỉ người đề nghị rút lại được đề nghị của mình."),
    "set_aside_decided": _("Đề nghị này đã có quyết định rồi."),
    "set_aside_not_acting": _("Các phiếu này đang được tính, hoặc đã có người đề nghị tính lại."),
}

REASON_WORDS = {
    "filled_in": _("Người khác điền thay hoặc đứng cạnh chỉ dẫn khi trả lời"),
    "no_dossier": _("Người gửi không có hồ sơ ở đây (điền thử, nhầm nơi)"),
    "repeated": _("Một người gửi nhiều phiếu"),
    "pressure": _("Có sức ép hoặc quà để chọn mức cao"),
    "typing": _("Lỗi khi nhập phiếu giấy"),
    "own_wish": _("Chính người gửi đề nghị, và cho biết số phiếu"),
    "other": _("Lý do khác"),
    "mistake": _("Loại nhầm"),
}

SELECTION_WORDS = {
    "code": _("Phiếu qua mã của một nơi"),
    "tablet": _("Phiếu trên máy tính bảng"),
    "flag": _("Phiếu có dấu hiệu cần xem"),
    "batch": _("Một lô phiếu giấy"),
    "days": _("Mọi phiếu của các ngày"),
    "number": _("Một phiếu, theo số phiếu người gửi đưa"),
}

# Flag → what it is called, and what it does and does not mean.
FLAG_WORDS = {
    "f": (
        _("Gửi quá nhanh"),
        _(
            "Phiếu gửi chưa đầy 8 giây sau khi mở. Có người quen phiếu vẫn nhanh như vậy, nên dấu hiệu này chỉ để "
            "xem lại, không tự loại phiếu nào. Trả lời chậm không bao giờ là dấu hiệu."
        ),
    ),
}

VERDICT_WORDS = {
    "approved": _("Đã duyệt"),
    "refused": _("Không duyệt"),
    "withdrawn": _("Người đề nghị đã rút"),
}

# How many responses is told only from here on, so that nobody can be recognised.
FEWEST_TOLD = 5


def told_count(number: int, *, is_single: bool = False) -> str:
    """Write how many responses, but not exactly if they are few; of one chosen by its number it is no secret."""
    if number >= FEWEST_TOLD or number == 0 or is_single:
        return count(number)
    return str(gettext("dưới %(fewest)s", fewest=FEWEST_TOLD))


def set_aside_line(counts: Mapping[str, int]) -> str:
    """Write "12 (Một người gửi nhiều phiếu: 12)", or "0": printed with every score."""
    total = count(sum(counts.values()))
    if not counts:
        return total
    reasons = "; ".join(f"{REASON_WORDS[code]}: {count(number)}" for code, number in sorted(counts.items()))
    return f"{total} ({reasons})"
