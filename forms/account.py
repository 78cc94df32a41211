"""The forms of an officer's own account: codes, passwords, name."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from forms.text import clean_line

LONGEST_NAME = 120
NEW_PASSWORD = {"autocomplete": "new-password", "aria-describedby": "password-hint"}


def _name_field() -> StringField:
    return StringField(
        _("Họ và tên"),
        filters=[lambda text: clean_line(text) if text else text],
        validators=[
            DataRequired(_("Xin ghi họ và tên.")),
            Length(max=LONGEST_NAME, message=_("Họ và tên dài quá 120 ký tự.")),
        ],
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )


def _current_password() -> PasswordField:
    return PasswordField(
        _("Mật khẩu hiện tại"),
        validators=[InputRequired(_("Xin nhập mật khẩu hiện tại."))],
        render_kw={"autocomplete": "current-password"},
    )


def _new_password() -> PasswordField:
    return PasswordField(
        _("Mật khẩu mới"), validators=[InputRequired(_("Xin nhập mật khẩu mới."))], render_kw=NEW_PASSWORD
    )


def _repeated(field: str) -> PasswordField:
    return PasswordField(
        _("Nhập lại mật khẩu mới"),
        validators=[EqualTo(field, _("Hai lần nhập mật khẩu mới chưa giống nhau."))],
        render_kw={"autocomplete": "new-password"},
    )


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The code that the app shows, or one of the recovery codes."""

    code = StringField(
        _("Mã gồm 6 chữ số"),
        validators=[InputRequired(_("Xin nhập mã.")), Length(max=40, message=_("Mã dài quá 40 ký tự."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
    )


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """Somebody who was invited says how they are called and chooses a password."""

    name = _name_field()
    password = _new_password()
    again = _repeated("password")


class NameForm(FlaskForm):  # type: ignore[misc]
    """How others read one's name."""

    name = _name_field()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """Another password, by somebody who knows the present one."""

    old = _current_password()
    new = _new_password()
    again = _repeated("new")


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """It is really me: the password once more, before something that would help a thief of the session."""

    password = _current_password()
