"""The sentences and words about units, counters, codes and a unit's start, by message code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

UNIT_SENTENCES = {
    "unit_code_letters": _(
        "Mã “%(got)s” chưa dùng được: mã bắt đầu bằng chữ hoặc số, rồi chữ, số và các dấu . / -"
    ),
    "unit_code_taken": _("Mã %(got)s đã thuộc về một đơn vị khác."),
    "unit_parent_ended": _("%(unit)s đã kết thúc nên không nhận đơn vị trực thuộc."),
    "unit_kind_of_the_past": _("Huyện, quận, thị xã và thành phố thuộc tỉnh chỉ có trước ngày 01/07/2025."),
    "unit_start_past": _("Ngày bắt đầu đo phải từ hôm nay trở đi: phiếu đã gửi không tính lại được."),
    "unit_start_outside": _("Ngày bắt đầu đo phải nằm trong thời gian đơn vị tồn tại."),
    "unit_has_started": _("Đơn vị đã đo từ ngày %(first)s nên ngày này không đổi được nữa."),
    "unit_circle": _("%(parent)s nằm dưới %(unit)s nên không làm cấp trên của %(unit)s được."),
    "merge_nothing": _("Xin chọn ít nhất một đơn vị."),
    "end_day_past": _("Xin chọn từ ngày mai trở đi: phiếu đã gửi không chuyển sang đơn vị khác."),
    "end_into_itself": _("%(unit)s không thể nhập vào chính mình."),
    "end_twice": _("%(unit)s đã được ghi là kết thúc vào ngày %(last)s."),
    "end_before_begin": _("%(unit)s chỉ có từ ngày %(first)s; ngày kết thúc phải sau đó."),
    "end_with_units_below": _(
        "%(unit)s còn đơn vị trực thuộc: %(below)s. Hãy chuyển các đơn vị đó sang cấp trên khác trước."
    ),
    "end_of_an_heir": _("%(other)s sẽ nhập vào %(unit)s, nên %(unit)s chưa kết thúc được."),
    "end_is_over": _(
        "%(unit)s đã kết thúc từ ngày %(last)s, không mở lại được. Cần dùng tiếp thì thêm đơn vị mới."
    ),
    "heir_ends": _("%(unit)s cũng sẽ kết thúc, vào ngày %(last)s, nên không nhận được đơn vị khác."),
    "heir_begins_late": _("%(unit)s chỉ có từ ngày %(first)s, sau ngày đã chọn."),
    "counter_ended": _("“%(name)s” đã ngừng dùng."),
    "counter_name_taken": _("Đơn vị đã có quầy tên “%(name)s”. Xin đặt tên khác."),
    "code_days_backwards": _("Ngày cuối đứng trước ngày đầu."),
    "code_last_day_past": _("Ngày cuối đã qua. Muốn mã ngừng ngay, hãy bấm “Thu hồi”."),
    "code_is_revoked": _("Mã này đã thu hồi, không dùng lại được. Hãy tạo mã mới."),
}

KIND_WORDS = {
    "province": _("Tỉnh, thành phố"),
    "department": _("Sở, ban"),
    "ward": _("Phường"),
    "commune": _("Xã"),
    "special_zone": _("Đặc khu"),
    "district": _("Huyện, quận, thị xã (trước 01/07/2025)"),
    "city": _("Thành phố thuộc tỉnh (trước 01/07/2025)"),
    "other": _("Khác"),
}
STEP_WORDS = {
    "unit": _("Đơn vị"),
    "counters": _("Quầy"),
    "fields": _("Lĩnh vực của từng quầy"),
    "poster": _("Áp phích"),
    "trial": _("Quét thử"),
    "day": _("Ngày bắt đầu"),
    "sample": _("Số phiếu cần có"),
}
CODE_STATE_WORDS = {
    "live": _("Đang dùng"),
    "not_begun": _("Chưa đến ngày"),
    "stopped": _("Đã ngừng"),
    "revoked": _("Đã thu hồi"),
}
