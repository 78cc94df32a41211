"""What is said about accounts: sentences by message code, and the roles in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

OFFICER_SENTENCES = {
    "email_unusable": _("“%(email)s” không phải là địa chỉ e-mail."),
    "officer_has_password": _(
        "%(email)s đã có tài khoản và mật khẩu; hãy bỏ --password-stdin để chỉ giao thêm vai trò."
    ),
    "officer_has_role": _("%(email)s đã có vai trò này ở %(unit)s."),
    "officer_closed": _("Tài khoản %(email)s đang khoá. Xin mở lại tài khoản trước."),
    "officer_beyond": _(
        "Tài khoản này còn vai trò ở đơn vị ngoài phạm vi quản trị của Ông/Bà, nên việc này do người quản trị "
        "cấp trên làm. Ông/Bà vẫn giao và thu hồi được vai trò ở các đơn vị của mình."
    ),
    "own_account": _(
        "Không ai tự giao, tự thu hồi vai trò hay tự khoá tài khoản của mình. Xin nhờ người quản trị khác."
    ),
    "last_grant": _("Đây là vai trò cuối cùng của tài khoản. Xin khoá tài khoản thay vì thu hồi vai trò."),
    "last_administrator": _("Đây là người quản trị cuối cùng. Xin giao vai trò quản trị cho người khác trước."),
    "grant_absent": _("Vai trò này đã được thu hồi rồi."),
    "unknown_officer": _("Không có tài khoản %(email)s."),
    "successor_is_leaving": _("Người nhận phải là người khác với người bàn giao."),
    "successor_closed": _("Tài khoản của người nhận đang khoá."),
    "invitation_unusable": _(
        "Liên kết này không đúng, đã dùng hoặc đã quá 7 ngày. Xin nhờ người quản trị gửi liên kết mới."
    ),
    "password_length": _("Mật khẩu phải dài từ %(shortest)s đến %(longest)s ký tự."),
    "password_guessable": _(
        "Mật khẩu này dễ đoán quá. Xin chọn mật khẩu khác, ví dụ bốn từ không liên quan với nhau."
    ),
    "password_same": _("Mật khẩu mới giống mật khẩu cũ."),
    "password_wrong": _("Mật khẩu hiện tại không đúng."),
    "code_wrong": _(
        "Mã không đúng hoặc đã hết hạn. Xin nhập mã đang hiện trong ứng dụng; nếu vẫn không được, "
        "xem lại giờ của điện thoại."
    ),
    "second_factor_on": _("Xác thực hai lớp đã bật rồi."),
    "second_factor_off": _("Xác thực hai lớp chưa bật."),
    "provider_unreachable": _(
        "Chưa hỏi được hệ thống đăng nhập một lần. Xin thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu."
    ),
    "provider_refused": _("Hệ thống đăng nhập một lần không xác nhận lần đăng nhập này. Xin thử lại."),
    "provider_email_unverified": _(
        "Hệ thống đăng nhập một lần chưa xác minh địa chỉ e-mail của Ông/Bà. Xin hỏi người quản trị hệ thống ấy."
    ),
    "provider_unknown_officer": _(
        "Địa chỉ e-mail này chưa có tài khoản ở đây, hoặc tài khoản đã khoá. Xin hỏi người quản trị của đơn vị."
    ),
    "administrator_needs_unit": _(
        "Chưa có đơn vị nào. Hãy cho biết đơn vị đầu tiên: hailong init --administrator EMAIL --unit-code P01 "
        '--unit-name "Phường Tân Hoà"'
    ),
    "unit_kind_unclear": _(
        "Tên “%(name)s” chưa cho biết loại đơn vị. Hãy viết đủ, ví dụ “Phường Tân Hoà”, “Tỉnh Bình Minh”."
    ),
}

ROLE_NAMES = {
    "one_stop": _("Cán bộ một cửa"),
    "reform": _("Cán bộ cải cách hành chính"),
    "satisfaction": _("Cán bộ Sở Nội vụ (đo hài lòng và chỉ số)"),
    "dossiers": _("Cán bộ Văn phòng UBND (hồ sơ và góp ý)"),
    "leader": _("Lãnh đạo"),
    "inspector": _("Kiểm tra, cấp trên (chỉ xem)"),
    "administrator": _("Quản trị hệ thống"),
}
ROLE_MEANINGS = {
    "one_stop": _("Xem điểm, trả lời góp ý được giao, nhập phiếu giấy; không xem ý kiến ghi thêm."),
    "reform": _("Xem và chốt điểm, chỉ số, hồ sơ, góp ý, bộ câu hỏi, mã QR và phiếu giấy của đơn vị."),
    "satisfaction": _("Xem và chốt điểm, chỉ số, bộ câu hỏi, mã QR và phiếu giấy; không xem góp ý có mã tra cứu."),
    "dossiers": _("Nhập số hồ sơ, đọc và trả lời góp ý, xem điểm; không chốt điểm."),
    "leader": _("Xem điểm và chỉ số, trả lời góp ý, đọc cả góp ý gửi riêng lãnh đạo, duyệt phiếu không tính."),
    "inspector": _("Xem điểm, chỉ số, góp ý và bộ câu hỏi; không sửa gì."),
    "administrator": _("Quản lý tài khoản, đơn vị và máy tính bảng; không xem điểm, phiếu hay góp ý nào."),
}
BELONGINGS = {
    "paper_batches": _("Đợt phiếu giấy đang nhập"),
    "cases": _("Góp ý, phản ánh đang được giao"),
    "jobs": _("Việc đang chạy"),
    "devices": _("Máy tính bảng chờ đăng ký"),
}
