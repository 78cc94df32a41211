"""What every page of the officers shares: signed in, forgery-proof, not kept by the browser."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Flask, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from survey.access import Permission, may, stands_at_top
from survey.errors import HailongError
from survey.extensions import csrf, db, limiter
from survey.messages import sentence
from survey.officer_session import forget_ended, owes_second_factor
from survey.services import inbox
from survey.services.example import is_example
from survey.views import errors
from survey.views.case_access import now, sight_of
from survey.views.navigation import menu_of
from survey.views.titles import actor_title, period_title, questionnaire_title, rule_title

ERRORS = {
    400: (_("Yêu cầu không đọc được"), _("Xin quay lại trang trước và thử lại.")),
    403: (_("Không có quyền xem"), _("Vai trò của Ông/Bà không mở được nội dung này. Xin hỏi người quản trị.")),
    404: (_("Không có trang này"), _("Xin xem lại địa chỉ, hoặc về trang đầu.")),
    405: (_("Trang này không nhận cách gửi như vậy"), _("Xin mở lại trang từ đầu.")),
    413: (
        _("Tệp quá lớn"),
        _(
            "Chưa nhận được gì. Xin chia thành nhiều tệp (tối đa 20 MB), hoặc bỏ hình ảnh "
            "và trang tính không dùng."
        ),
    ),
    429: (_("Quá nhiều lần thử"), _("Để giữ an toàn cho tài khoản, xin chờ vài phút rồi đăng nhập lại.")),
}
# All that opens for somebody who has yet to set up the second factor that a role asks for.
WITHOUT_SECOND_FACTOR = frozenset({"second_factor.enrol", "account.sign_out_everywhere"})
ENDED = _("Phiên đăng nhập đã kết thúc. Xin đăng nhập lại; điều vừa gửi, nếu có, chưa được lưu.")
FORGERY = (_("Trang đã để quá lâu"), _("Xin mở lại trang và làm lại: lần vừa rồi chưa có gì được lưu."))

REFUSAL = _("Chưa làm được")


def officer_blueprint(name: str, *, signed_in: bool = True) -> Blueprint:
    """Make a blueprint under /officer; only the sign-in itself does without a signed-in officer."""
    blueprint = Blueprint(name, f"survey.views.{name}", url_prefix="/officer")
    blueprint.before_request(csrf.protect)
    if signed_in:
        blueprint.before_request(_ask_to_sign_in)
    blueprint.after_request(_keep_out_of_caches)
    blueprint.context_processor(_shared)
    blueprint.url_defaults(_keep_language)
    blueprint.register_error_handler(HTTPException, _show_error)
    blueprint.register_error_handler(HailongError, _show_refusal)
    return blueprint


def init_app(app: Flask) -> None:
    """Answer every HTTP error with a page of ours, also where no page is: there the address says whose."""
    app.register_error_handler(HTTPException, _show_error_of_the_address)


def _ask_to_sign_in() -> BaseResponse | None:
    if current_user.is_authenticated:
        if owes_second_factor(current_user) and request.endpoint not in WITHOUT_SECOND_FACTOR:
            return redirect(url_for("second_factor.enrol"), 303)
        return None
    if forget_ended():
        flash(str(ENDED), "warning")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=wanted), 303)


def _keep_out_of_caches(response: Response) -> Response:
    # Officers share computers: after signing out, "Back" must show nothing.
    response.headers["Cache-Control"] = "no-store"
    return response


def _shared() -> dict[str, Any]:
    return {
        "language": str(get_locale()),
        "is_example": is_example(db.session),
        "may": lambda permission: current_user.is_authenticated and may(current_user, permission),
        "at_top": lambda permission: current_user.is_authenticated and stands_at_top(current_user, permission),
        "Permission": Permission,
        "owes_second_factor": current_user.is_authenticated and owes_second_factor(current_user),
        "feedback_waiting": _feedback_waiting,
        "rule_title": rule_title,
        "questionnaire_title": questionnaire_title,
        "period_title": period_title,
        "actor_title": actor_title,
        "menu": lambda: menu_of(current_user._get_current_object()),
    }


def _feedback_waiting() -> int:
    """Count the open cases that the officer may see, for the navigation."""
    seen = sight_of(current_user._get_current_object())
    return inbox.waiting(db.session, seen, today=now().date()).open_count


def _keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    if "lang" in request.args:
        values.setdefault("lang", request.args["lang"])


def _show_refusal(error: HailongError) -> tuple[str, int]:
    """What no view expected but has a sentence: a rule altered in the database, say."""
    db.session.rollback()
    return render_template("officer/error.html", title=REFUSAL, text=sentence(error)), 409


def _show_error_of_the_address(error: HTTPException) -> Response | HTTPException:
    if not request.path.startswith("/officer/") or error.code not in (404, 405):
        return errors.show_error(error)
    answer = _show_error(error)
    return _keep_out_of_caches(answer) if isinstance(answer, Response) else answer


def _show_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400 or status >= 500:
        # A page of ours asks the database who is signed in, and that may be what is broken.
        return errors.show_error(error)
    title, text = FORGERY if isinstance(error, CSRFError) else ERRORS.get(status, ERRORS[400])
    response = make_response(render_template("officer/error.html", title=title, text=text, **_shared()), status)
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    if status == 429 and limiter.current_limit is not None:
        response.headers["Retry-After"] = str(max(1, round(limiter.current_limit.reset_at - time.time())))
    return response
