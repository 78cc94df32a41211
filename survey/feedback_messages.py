"""The words of feedback cases: topics, readers, states, and what is wrong with a form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

FEEDBACK_SENTENCES = {
    "deadlines_unreadable": _("Không đọc được tệp thời hạn trả lời %(file)s: %(detail)s"),
    "unknown_case": _("Không có góp ý nào mang mã này. Xin xem lại từng nhóm bốn chữ và số."),
    "case_moved_on": _(
        "Góp ý này vừa chuyển sang bước khác nên chưa làm được việc Ông/Bà chọn. Xin xem lại bên dưới."
    ),
    "reply_pending": _("Góp ý này đang có một câu trả lời chờ gửi. Xin chờ vài giây, hoặc hoàn tác trước."),
    "reply_sent": _("Câu trả lời đã đến người dân nên không hoàn tác được; nay chỉ gửi đính chính công khai."),
    "case_merged": _("Góp ý này đã gộp vào góp ý khác. Xin xử lý ở góp ý chính."),
    "assignee_is_about": _("Không giao cho người bị phản ánh."),
    "assignee_may_not": _("Người này không có quyền xử lý góp ý đó."),
    "transfer_here": _("Góp ý đang ở chính đơn vị này rồi."),
    "transfer_to_about_unit": _(
        "Người gửi đã chọn để cấp trên đọc và đơn vị bị phản ánh không xem được, nên không chuyển về đơn vị đó "
        "hoặc đơn vị thuộc nó."
    ),
    "merge_impossible": _(
        "Hai góp ý này không gộp được: phải về cùng đơn vị, cùng người được đọc, góp ý chính còn đang xử lý "
        "hoặc vừa trả lời và chưa gộp vào góp ý khác."
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
    "assigned": _("Đã giao xử lý"),
    "in_progress": _("Đang xử lý"),
    "answered": _("Đã trả lời"),
    "closed": _("Đã đóng"),
    "reopened": _("Đã mở lại"),
    "withdrawn": _("Ông/Bà đã rút"),
}
STATE_MEANINGS = {
    "new": _("Chưa có người xem."),
    "classified": _("Đã có người xem và xếp loại."),
    "assigned": _("Đã có người được giao giải quyết."),
    "in_progress": _("Đang được xem xét, giải quyết."),
    "answered": _("Câu trả lời ở bên dưới. Nếu chưa đồng ý, Ông/Bà có thể đề nghị xem lại."),
    "closed": _("Việc xử lý đã xong. Nếu chưa đồng ý, Ông/Bà có thể đề nghị xem lại."),
    "reopened": _("Đang chờ xem lại theo đề nghị của Ông/Bà."),
    "withdrawn": _("Việc xử lý đã dừng."),
}

# The same cases as officers see them.
DESK_STATE_WORDS = STATE_WORDS | {"withdrawn": _("Người dân đã rút")}
CATEGORY_WORDS = {
    "petition": _("Phản ánh, kiến nghị"),
    "suggestion": _("Góp ý"),
    "praise": _("Khen"),
    "complaint": _("Khiếu nại"),
    "denunciation": _("Tố cáo"),
    "unrelated": _("Không liên quan, tin rác"),
}
# To the citizen.
CITIZEN_CATEGORY_WORDS = CATEGORY_WORDS | {
    "complaint": _("Có dấu hiệu khiếu nại: xin xem hướng dẫn ở cuối trang"),
    "denunciation": _("Có dấu hiệu tố cáo: xin xem hướng dẫn ở cuối trang"),
    "unrelated": _("Không thuộc việc của đơn vị"),
}
SHORT_TOPIC_WORDS = {
    "suggestion": _("Góp ý"),
    "report": _("Phản ánh, kiến nghị"),
    "praise": _("Khen"),
    "extra_fees": _("Gợi ý đưa thêm tiền, quà"),
    "conduct": _("Thái độ của một người"),
}
DESK_READER_WORDS = {
    "unit": _("Người phụ trách góp ý của đơn vị"),
    "leader": _("Chỉ lãnh đạo đơn vị"),
    "above": _("Chỉ cấp trên; đơn vị bị phản ánh không xem được"),
}
DESK_ENTRY_WORDS = {
    "sent": _("Người dân gửi"),
    "added": _("Người dân viết thêm"),
    "reply": _("Trả lời"),
    "correction": _("Đính chính"),
    "reopened": _("Người dân đề nghị xem lại"),
    "withdrawn": _("Người dân rút lại"),
    "erased": _("Đã xoá nội dung"),
    "merged": _("Gộp với góp ý khác"),
}
# What the audit trail calls it → how the page of a case says it.
DESK_ACTION_WORDS = {
    "feedback.state": _("Chuyển trạng thái"),
    "feedback.reply": _("Gửi trả lời"),
    "feedback.correction": _("Gửi đính chính"),
    "feedback.undo": _("Hoàn tác trước khi người dân thấy"),
    "feedback.contact": _("Xem cách liên hệ"),
    "feedback.original": _("Xem nguyên văn không che"),
    "feedback.classify": _("Phân loại"),
    "feedback.assign": _("Giao xử lý"),
    "feedback.about": _("Ghi người bị phản ánh"),
    "feedback.transfer": _("Chuyển đơn vị"),
    "feedback.merge": _("Gộp vào góp ý khác"),
    "feedback.note": _("Ghi chú nội bộ"),
    "feedback.apology": _("Soạn thư xin lỗi"),
    "feedback.escalate": _("Báo quá hạn lên cấp trên"),
}

# A reply is named after who replies, a change of state after the state.
ENTRY_WORDS = {
    "sent": _("Ông/Bà gửi"),
    "added": _("Ông/Bà viết thêm"),
    "reopened": _("Ông/Bà đề nghị xem lại"),
    "withdrawn": _("Ông/Bà rút lại"),
    "erased": _("Đã xoá nội dung"),
    "correction": _("Đính chính câu trả lời"),
    "merged": _("Được trả lời chung với góp ý khác cùng nội dung"),
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
