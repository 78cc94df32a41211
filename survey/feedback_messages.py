"""The words of feedback cases: topics, readers, states, and what is wrong with a form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

FEEDBACK_SENTENCES = {
    "deadlines_unreadable": _("Không đọc được tệp thời hạn trả lời %(file)s: %(detail)s"),
    "unknown_case": _("Không có góp ý nào mang mã này. Xin xem lại từng nhóm bốn chữ và số."),
    "case_moved_on": _(
        "Góp ý này vừa chuyển sang bước khác nên chưa làm được việc Ông/Bà chọn. Xin xem lại bên dưới."
    ),
}

TOPIC_WORDS = {
    "suggestion": _("Góp ý để phục vụ tốt hơn"),
    "report": _("Phản ánh, kiến nghị về việc giải quyết hồ sơ"),
    "praise": _("Khen ngợi"),
    "extra_fees": _("Bị gợi ý hoặc phải đưa thêm tiền, quà"),
    "conduct": _("Thái độ, cách làm việc của một người cụ thể"),
}

# %(unit)s is the unit that a case is about, %(above)s the one above it, %(desk)s the unit's one-stop shop.
READER_WORDS = {
    "unit": _("Người phụ trách góp ý của %(unit)s"),
    "leader": _("Lãnh đạo %(unit)s"),
    "above": _("Cơ quan cấp trên (%(above)s); đơn vị không xem được"),
}

STATE_WORDS = {
    "new": _("Mới nhận"),
    "classified": _("Đã phân loại"),
    "in_progress": _("Đang xử lý"),
    "answered": _("Đã trả lời"),
    "closed": _("Đã đóng"),
    "reopened": _("Đã mở lại"),
    "withdrawn": _("Ông/Bà đã rút"),
}
STATE_MEANINGS = {
    "new": _("Chưa có người xem."),
    "classified": _("Đã có người xem và xếp loại."),
    "in_progress": _("Đang được xem xét, giải quyết."),
    "answered": _("Câu trả lời ở bên dưới. Nếu chưa đồng ý, Ông/Bà có thể đề nghị xem lại."),
    "closed": _("Việc xử lý đã xong. Nếu chưa đồng ý, Ông/Bà có thể đề nghị xem lại."),
    "reopened": _("Đang chờ xem lại theo đề nghị của Ông/Bà."),
    "withdrawn": _("Việc xử lý đã dừng."),
}

# A reply is named after who replies, a change of state after the state.
ENTRY_WORDS = {
    "sent": _("Ông/Bà gửi"),
    "added": _("Ông/Bà viết thêm"),
    "reopened": _("Ông/Bà đề nghị xem lại"),
    "withdrawn": _("Ông/Bà rút lại"),
    "erased": _("Đã xoá nội dung"),
}

# Field and code of the fault.
FEEDBACK_FAULTS = {
    ("topic", "missing"): _("Chưa chọn Ông/Bà muốn nói về việc gì."),
    ("topic", "unknown_choice"): _("Chưa chọn Ông/Bà muốn nói về việc gì."),
    ("reader", "missing"): _("Chưa chọn ai được đọc nội dung này."),
    ("reader", "unknown_choice"): _("Chưa chọn ai được đọc nội dung này."),
    ("text", "missing"): _("Chưa viết nội dung."),
    ("text", "too_long"): _("Nội dung dài %(length)s ký tự, tối đa %(longest)s. Xin viết ngắn lại."),
    ("consent", "missing"): _(
        "Ông/Bà đã ghi cách liên hệ nhưng chưa đánh dấu đồng ý. Xin đánh dấu đồng ý, hoặc xoá cách liên hệ."
    ),
    ("adult", "missing"): _("Chỉ người từ đủ 18 tuổi để lại cách liên hệ. Xin đánh dấu, hoặc bỏ dấu đồng ý."),
    ("name", "too_long"): _("Họ tên quá dài."),
    ("phone", "missing"): _("Ông/Bà đã đồng ý nhưng chưa ghi số điện thoại hoặc e-mail."),
    ("phone", "unusable"): _("Số điện thoại gồm 8 đến 15 chữ số, ví dụ 0912 345 678."),
    ("email", "unusable"): _("E-mail viết như ten@example.vn."),
    ("satisfied", "missing"): _("Chưa chọn hài lòng hay không hài lòng."),
    ("satisfied", "unknown_choice"): _("Chưa chọn hài lòng hay không hài lòng."),
    ("do", "missing"): _("Chưa rõ Ông/Bà muốn làm gì. Xin bấm lại nút."),
    ("do", "unknown_choice"): _("Chưa rõ Ông/Bà muốn làm gì. Xin bấm lại nút."),
}
