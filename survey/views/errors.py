"""Friendly pages for what goes wrong, in the reader's language."""

from __future__ import annotations

from flask import Response
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException

from survey.views import public_page

# Status → what happened, and what to do. A sent form may always be sent again: it counts once.
TEXTS = {
    400: (_("Không đọc được nội dung gửi lên"), _("Xin quay lại trang trước và thử lại.")),
    403: (_("Không được xem trang này"), _("Trang này chỉ dành cho người có quyền xem.")),
    404: (_("Không có trang này"), _("Xin xem lại địa chỉ, hoặc nhập mã in dưới hình vuông.")),
    405: (_("Trang này không nhận cách gửi như vậy"), _("Xin mở lại trang từ đầu.")),
    413: (_("Nội dung gửi lên quá lớn"), _("Xin quay lại, viết ngắn hơn rồi gửi lại.")),
    429: (_("Đang có quá nhiều lượt gửi"), _("Xin chờ một phút rồi thử lại.")),
    500: (
        _("Máy chủ đang có trục trặc"),
        _("Xin quay lại trang trước và gửi lại sau ít phút. Phiếu gửi nhiều lần chỉ được tính một lần."),
    ),
}


def show_error(error: HTTPException) -> Response | HTTPException:
    """Word an error, keeping its status and headers; what is no error, such as a redirect, passes."""
    status = error.code or 500
    if status < 400:
        return error
    title, text = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    html = public_page.render("errors/error.html", title=str(title), text=str(text), typed="")
    response = public_page.respond(html, status)
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    return response
