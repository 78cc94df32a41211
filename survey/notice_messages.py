"""Why a notice could not be sent, for who keeps the system."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

NOTICE_SENTENCES = {
    "gateway_away": _("Cổng tin nhắn của tỉnh chưa trả lời hoặc đang bận."),
    "gateway_refused": _(
        "Cổng tin nhắn của tỉnh từ chối (mã %(status)s). Xin kiểm tra HAILONG_WEBHOOK_URL và khoá ký ở hai bên."
    ),
    "mail_refused": _("Máy chủ thư không nhận thư này (mã %(status)s). Xin kiểm tra địa chỉ người nhận."),
    "mail_server_away": _("Máy chủ thư chưa trả lời, đang bận hoặc không nhận tài khoản gửi thư."),
    "mail_server_unfit": _(
        "Máy chủ thư không có TLS hoặc không cho đăng nhập. Xin kiểm tra HAILONG_SMTP_URL; "
        "máy chủ trong mạng nội bộ không có TLS: thêm ?starttls=no."
    ),
    "mail_server_untrusted": _(
        "Chứng thư số của máy chủ thư không được máy này tin cậy hoặc không đúng tên máy chủ."
    ),
    "unknown_handle": _("Mã lấy số điện thoại đã dùng, đã hết hạn hoặc không có."),
}
