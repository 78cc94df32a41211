"""Signing in, with password and code, and out."""

from __future__ import annotations

import re
from datetime import datetime

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from forms.account import CodeForm
from forms.officer import SignInForm
from survey import officer_session
from survey.config import TIME_ZONE, Settings
from survey.extensions import db, limiter
from survey.models import Officer
from survey.services import officer as officers
from survey.services import second_factor
from survey.views import known_browser
from survey.views.officer_page import officer_blueprint

# Plain characters only, no empty part and none that starts with a dot: nothing that leads elsewhere.
OWN_PAGE = re.compile(r"/officer/(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?(?:\?[\w.=&%+-]*)?", re.ASCII)
blueprint = officer_blueprint("auth", signed_in=False)
FAILED = 422
PER_ADDRESS = "60 per 10 minutes"  # a whole office may stand behind one address
PER_ACCOUNT = "10 per 10 minutes"
CODES_PER_ACCOUNT = "5 per 10 minutes;30 per day"  # three of a million codes are right at any time


def _account() -> str:
    # Who guesses at an account from elsewhere uses up the guesses of strangers, not those of its owner's
    # own browser: nobody can lock an officer out by typing wrong passwords.
    email = request.form.get("email", "").strip().lower()
    return known_browser.mark(email) or f"stranger:{email}"


def _waiting_account() -> str:
    waiting = officer_session.waiting()
    if waiting is None:
        return f"nobody:{get_remote_address()}"
    return known_browser.mark(waiting[0].email) or f"stranger:{waiting[0].id}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(
    PER_ADDRESS, key_func=get_remote_address, methods=["POST"], deduct_when=lambda r: r.status_code == FAILED
)
@limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=lambda r: r.status_code == FAILED)
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for e-mail and password, and go on to the code or to where the officer wanted to go."""
    form = SignInForm()
    settings: Settings = current_app.config["SETTINGS"]
    if not form.is_submitted():
        return render_template("officer/sign_in.html", form=form, provider=settings.provider)
    now = datetime.now(TIME_ZONE)
    if form.validate():
        officer = officers.verify(db.session, form.email.data, form.password.data, now=now)
        if officer is not None:
            return let_in(officer, wanted=request.args.get("next", ""), is_strong=False, now=now)
        # One sentence for every reason: which addresses have an account is nobody's business.
        form.password.errors = [_("E-mail hoặc mật khẩu không đúng, hoặc tài khoản đã khoá.")]
    return render_template("officer/sign_in.html", form=form, provider=settings.provider), FAILED


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@limiter.limit(
    CODES_PER_ACCOUNT, key_func=_waiting_account, methods=["POST"], deduct_when=lambda r: r.status_code == FAILED
)
def code() -> Response | str | tuple[str, int]:
    """Ask for the code of the app, or for a recovery code."""
    waiting = officer_session.waiting()
    if waiting is None:
        return redirect(url_for("auth.sign_in"), 303)
    officer, wanted = waiting
    form = CodeForm()
    if not form.is_submitted():
        return render_template("officer/sign_in_code.html", form=form)
    settings: Settings = current_app.config["SETTINGS"]
    if form.validate():
        now, key = datetime.now(TIME_ZONE), settings.key_for("second factor")
        if second_factor.check(db.session, officer, form.code.data, key=key, now=now):
            return let_in(officer, wanted=wanted, is_strong=True, now=now)
        form.code.data = ""
        form.code.errors = [_("Mã không đúng, đã hết hạn hoặc đã dùng. Mỗi mã chỉ dùng được một lần.")]
    return render_template("officer/sign_in_code.html", form=form), FAILED


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session on this computer."""
    officer_session.sign_out()
    return redirect(url_for("auth.sign_in"), 303)


def let_in(officer: Officer, *, wanted: str, is_strong: bool, now: datetime) -> Response:
    """Begin the session, or ask for the code first; the way goes on to one of our own pages for officers only."""
    if officer.has_second_factor and not is_strong:
        officer_session.wait_for_code(officer, wanted=wanted, now=now)
        return redirect(url_for("auth.code"), 303)
    officer_session.sign_in(officer, now=now, is_strong=is_strong)
    response = redirect(wanted if OWN_PAGE.fullmatch(wanted) else url_for("dashboard.home"), 303)
    # Not before the code was right: a thief of the password must not get guesses of their own.
    known_browser.remember(response, officer.email)
    return response
