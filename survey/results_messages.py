"""The words of the published results, for everybody."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

WAY_WORDS = {
    "dossier": _("Mã in trên giấy hẹn, kết quả"),
    "counter": _("Mã QR tại quầy, liên kết trên mạng"),
    "assisted": _("Có người hỗ trợ"),
}
OTHER_WAY_WORDS = {
    "dossier_only": _("Điểm nếu chỉ tính mã trên giấy hẹn, kết quả"),
    "without_assisted": _("Điểm nếu bỏ phiếu có người hỗ trợ"),
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
# Why a unit has no points to show.
SILENT_WORDS = {
    "suppressed": _("Có dưới 5 người trả lời: không hiện số nào, để không ai đoán được ý kiến của từng người."),
    "held": _(
        "Không hiện số: so với một bản đã công bố chỉ khác vài phiếu, nên hai số đặt cạnh nhau sẽ để lộ ý kiến "
        "của vài người."
    ),
    "no_responses": _("Không có ai trả lời trong kỳ này."),
    "no_dossiers": _("Chưa có số hồ sơ của kỳ này nên không tính được điểm."),
}
