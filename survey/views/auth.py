"""Signing in and out."""

from __future__ import annotations

import re
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from forms.officer import SignInForm
from survey import access
from survey.config import TIME_ZONE
from survey.extensions import db, limiter
from survey.services import officer as officers
from survey.views import known_browser
from survey.views.officer_page import officer_blueprint

# Plain characters only, no empty part and none that starts with a dot: nothing that leads elsewhere.
OWN_PAGE = re.compile(r"/officer/(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?(?:\?[\w.=&%+-]*)?", re.ASCII)
blueprint = officer_blueprint("auth", signed_in=False)
FAILED = 422
PER_ADDRESS = "60 per 10 minutes"  # a whole office may stand behind one address
PER_ACCOUNT = "10 per 10 minutes"


def _account() -> str:
    # Who guesses at an account from elsewhere uses up the guesses of strangers, not those of its owner's
    # own browser: nobody can lock an officer out by typing wrong passwords.
    email = request.form.get("email", "").strip().lower()
    return known_browser.mark(email) or f"stranger:{email}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(
    PER_ADDRESS, key_func=get_remote_address, methods=["POST"], deduct_when=lambda r: r.status_code == FAILED
)
@limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=lambda r: r.status_code == FAILED)
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for e-mail and password, and go on to where the officer wanted to go."""
    form = SignInForm()
    if not form.is_submitted():
        return render_template("officer/sign_in.html", form=form)
    now = datetime.now(TIME_ZONE)
    if form.validate():
        officer = officers.verify(db.session, form.email.data, form.password.data, now=now)
        if officer is not None:
            access.sign_in(officer, now=now)
            response = redirect(_wanted(), 303)
            known_browser.remember(response, officer.email)
            return response
        # One sentence for every reason: which addresses have an account is nobody's business.
        form.password.errors = [_("E-mail hoặc mật khẩu không đúng, hoặc tài khoản đã khoá.")]
    return render_template("officer/sign_in.html", form=form), FAILED


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session on this computer."""
    access.sign_out()
    return redirect(url_for("auth.sign_in"), 303)


def _wanted() -> str:
    """Where to go after signing in: only ever one of our own pages for officers."""
    wanted = request.args.get("next", "")
    return wanted if OWN_PAGE.fullmatch(wanted) else url_for("dashboard.home")
