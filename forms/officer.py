"""The forms of officers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

TOO_LONG = _("Địa chỉ e-mail dài quá 254 ký tự.")


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who are you?"""

    email = EmailField(
        _("Địa chỉ e-mail"),
        validators=[InputRequired(_("Xin nhập địa chỉ e-mail.")), Length(max=254, message=TOO_LONG)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _("Mật khẩu"),
        validators=[InputRequired(_("Xin nhập mật khẩu."))],
        render_kw={"autocomplete": "current-password"},
    )
