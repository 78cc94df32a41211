"""An officer's second factor: set the app up, keep recovery codes, take it away."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from flask import current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forms.account import CodeForm, ConfirmForm
from survey import officer_session
from survey.codes import grouped
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.messages import sentence
from survey.models import Officer
from survey.services import account
from survey.services import second_factor as service
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("second_factor")
WRONG = 422
TRIES = "10 per 10 minutes"
_CODES = "recovery_codes"
_ENROLLING = "enrolling"


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@limiter.limit(
    TRIES, key_func=lambda: str(current_user.id), methods=["POST"], deduct_when=lambda r: r.status_code == WRONG
)
def enrol() -> Response | str | tuple[str, int]:
    """Show the picture for the app, and turn the second factor on with a first code of it."""
    officer, form = _officer(), CodeForm()
    if officer.has_second_factor:
        flash(sentence(HailongError("second_factor_on")), "warning")
        return redirect(url_for("account.account"), 303)
    # Kept by this browser, which shows it anyway, until a code proves it: another session sees another secret.
    secret = session.setdefault(_ENROLLING, service.new_secret())
    if form.validate_on_submit():
        try:
            codes = service.turn_on(db.session, officer, secret, form.code.data, key=_key(), now=_now())
            session.pop(_ENROLLING)
            officer_session.become_strong(officer)
            return _show_codes(codes)
        except HailongError as error:
            form.code.data = ""
            form.code.errors = [sentence(error)]
    link = service.link(officer, secret)
    page = render_template(
        "officer/second_factor.html",
        form=form,
        link=link,
        secret=grouped(secret).replace("-", " "),
        picture=f"data:image/svg+xml;base64,{b64encode(service.picture(link)).decode()}",
        must=officer_session.owes_second_factor(officer),
        is_required=service.is_required(officer),
    )
    return (page, WRONG) if form.is_submitted() else page


@blueprint.get("/account/recovery-codes")
def recovery_codes() -> Response | str:
    """Show new recovery codes: once."""
    codes = session.pop(_CODES, None)
    if codes is None:
        return redirect(url_for("account.account"), 303)
    return render_template("officer/recovery_codes.html", codes=codes, officer=_officer(), today=_now().date())


@blueprint.route("/account/recovery-codes/renew", methods=["GET", "POST"])
@limiter.limit(
    TRIES, key_func=lambda: str(current_user.id), methods=["POST"], deduct_when=lambda r: r.status_code == WRONG
)
def renew_codes() -> Response | str | tuple[str, int]:
    """Make ten new recovery codes, for whoever knows the password."""
    form, officer = ConfirmForm(), _officer()
    if form.validate_on_submit():
        try:
            account.confirm_password(db.session, officer, form.password.data, now=_now())
            return _show_codes(service.renew_recovery_codes(db.session, officer, key=_key(), now=_now()))
        except HailongError as error:
            form.password.errors = [sentence(error)]
    page = render_template("officer/second_factor_confirm.html", form=form, renewing=True)
    return (page, WRONG) if form.is_submitted() else page


@blueprint.route("/account/second-factor/remove", methods=["GET", "POST"])
@limiter.limit(
    TRIES, key_func=lambda: str(current_user.id), methods=["POST"], deduct_when=lambda r: r.status_code == WRONG
)
def remove() -> Response | str | tuple[str, int]:
    """Take the second factor away, as before changing phones, for whoever knows the password.

    Who must have one is led to set up another at once.
    """
    form, officer = ConfirmForm(), _officer()
    if form.validate_on_submit():
        try:
            account.confirm_password(db.session, officer, form.password.data, now=_now())
            service.remove(db.session, officer, now=_now(), actor=officer.email)
            officer_session.become_weak(officer)
            flash(_("Đã tắt xác thực hai lớp. Các máy khác đã đăng xuất."), "good")
            following = "second_factor.enrol" if service.is_required(officer) else "account.account"
            return redirect(url_for(following), 303)
        except HailongError as error:
            form.password.errors = [sentence(error)]
    page = render_template(
        "officer/second_factor_confirm.html", form=form, renewing=False, is_required=service.is_required(officer)
    )
    return (page, WRONG) if form.is_submitted() else page


def _show_codes(codes: list[str]) -> Response:
    session[_CODES] = [grouped(code) for code in codes]
    return redirect(url_for("second_factor.recovery_codes"), 303)


def _key() -> bytes:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.key_for("second factor")


def _officer() -> Officer:
    officer: Officer = current_user._get_current_object()
    return officer


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
