"""An officer's own account: name, password, roles in words, signing out everywhere."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from forms.account import NameForm, PasswordForm
from survey import officer_session
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.messages import sentence
from survey.models import Officer
from survey.officer_messages import ROLE_MEANINGS, ROLE_NAMES
from survey.services import account as service
from survey.services import password as passwords
from survey.services import second_factor
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("account")
WRONG = 422
TRIES = "10 per 10 minutes"  # of the present password, by whoever sits at a computer left open


@blueprint.get("/account")
def account() -> str:
    """Show the account."""
    return _page(NameForm(name=current_user.name), PasswordForm())


@blueprint.post("/account/name")
def name() -> Response | tuple[str, int]:
    """Change the name."""
    form = NameForm()
    if not form.validate():
        return _page(form, PasswordForm(formdata=None), form), WRONG
    service.rename(db.session, _officer(), form.name.data, now=_now())
    flash(_("Đã đổi họ và tên."), "good")
    return redirect(url_for("account.account"), 303)


@blueprint.post("/account/password")
@limiter.limit(TRIES, key_func=lambda: str(current_user.id), deduct_when=lambda r: r.status_code == WRONG)
def password() -> Response | tuple[str, int]:
    """Change the password; other computers are signed out."""
    form, officer = PasswordForm(), _officer()
    if form.validate():
        try:
            service.change_password(db.session, officer, form.old.data, form.new.data, now=_now())
        except HailongError as error:
            field = form.old if error.code == "password_wrong" else form.new
            field.errors = [sentence(error)]
        else:
            officer_session.stay_signed_in(officer)
            flash(_("Đã đổi mật khẩu. Các máy khác đã đăng xuất."), "good")
            return redirect(url_for("account.account"), 303)
    return _page(NameForm(formdata=None, name=officer.name), form, form), WRONG


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session, this one too."""
    service.sign_out_everywhere(db.session, _officer(), now=_now())
    officer_session.sign_out()
    flash(_("Đã đăng xuất khỏi mọi máy."), "good")
    return redirect(url_for("auth.sign_in"), 303)


def _page(name_form: NameForm, password_form: PasswordForm, wrong: FlaskForm | None = None) -> str:
    officer = _officer()
    return render_template(
        "officer/account.html",
        name_form=name_form,
        password_form=password_form,
        wrong=wrong,
        officer=officer,
        is_required=second_factor.is_required(officer),
        insists=officer_session.insists(),
        codes_left=second_factor.recovery_codes_left(db.session, officer),
        role_names=ROLE_NAMES,
        role_meanings=ROLE_MEANINGS,
        shortest=passwords.SHORTEST_PASSWORD,
    )


def _officer() -> Officer:
    officer: Officer = current_user._get_current_object()
    return officer


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
