"""The words beside a score: where responses come from, signs to look at, what to do first."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

TRUST_WORDS = {
    "dossier": _("Mã hồ sơ"),
    "counter": _("Mã QR, liên kết"),
    "assisted": _("Có người hỗ trợ"),
}
# By the letter that is stored with a response.
FLAG_WORDS = {
    "f": _("Điền quá nhanh"),
    "h": _("Ngoài giờ làm việc"),
    "n": _("Một mạng gửi dồn dập"),
}
OTHER_FLAG = _("Dấu hiệu khác")
SIGN_WORDS = {
    "same_answers": _("Chọn giống nhau suốt"),
    "varied": _("Trả lời khác nhau giữa các phiếu"),
    "assisted": _("Có người hỗ trợ"),
}
QUADRANT_WORDS = {
    "fix_first": _("Nên làm trước"),
    "keep_up": _("Giữ vững"),
    "watch": _("Theo dõi"),
    "maintain": _("Duy trì"),
}
VARIANT_WORDS = {
    "without_flagged": _("Bỏ các phiếu có dấu hiệu cần xem"),
    "without_assisted": _("Bỏ các phiếu có người hỗ trợ"),
    "dossier_only": _("Chỉ tính phiếu có mã hồ sơ"),
}
CHANNEL_WORDS = {"direct": _("Trực tiếp"), "online": _("Trực tuyến"), "post": _("Bưu chính")}
# How words differ between a target and another period: on which side the whole interval lies.
TARGET_VERDICTS = {
    "above": _("Cả khoảng tin cậy nằm trên mục tiêu: đạt."),
    "below": _("Cả khoảng tin cậy nằm dưới mục tiêu: chưa đạt."),
    "unclear": _("Mục tiêu nằm trong khoảng tin cậy: chưa đủ căn cứ để nói đạt hay chưa đạt."),
}
CHANGE_VERDICTS = {
    "above": _("Tăng có ý nghĩa thống kê."),
    "below": _("Giảm có ý nghĩa thống kê."),
    "unclear": _("Chưa đủ căn cứ để nói tăng hay giảm."),
}
PAIR_VERDICTS = {
    "above": _("Bên phải cao hơn, có ý nghĩa thống kê."),
    "below": _("Bên phải thấp hơn, có ý nghĩa thống kê."),
    "unclear": _("Chưa đủ căn cứ để nói bên nào cao hơn."),
}
TREND_VERDICTS = {
    "rising": _("Có xu hướng tăng."),
    "falling": _("Có xu hướng giảm."),
    "unclear": _("Chưa đủ căn cứ để nói có xu hướng."),
    "short": _("Cần từ năm kỳ có điểm mới xét được xu hướng."),
}
KIND_WORDS = {
    "province": _("Tỉnh, thành phố"),
    "department": _("Sở, ban, ngành"),
    "ward": _("Phường"),
    "commune": _("Xã"),
    "special_zone": _("Đặc khu"),
    "district": _("Huyện, quận"),
    "city": _("Thành phố thuộc tỉnh"),
    "other": _("Đơn vị khác"),
}
