"""The forms with which an administrator keeps the accounts."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Form, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from forms.account import LONGEST_NAME
from forms.officer import TOO_LONG
from forms.text import clean_line

Choices = Sequence[tuple[str, object]]


class OfferedField(SelectField):  # type: ignore[misc]  # WTForms has no types
    """One of what was offered; nothing else, and not nothing, is said in our words."""

    def __init__(self, label: object, missing: object, **options: object) -> None:
        super().__init__(label, choices=[], validate_choice=False, **options)
        self.missing = missing

    def pre_validate(self, form: Form) -> None:
        """Refuse what was not offered."""
        if not self.data or self.data not in {value for value, _words in self.choices}:
            raise ValidationError(self.missing)


def _role_field() -> OfferedField:
    return OfferedField(_("Vai trò"), _("Xin chọn vai trò."))


def _unit_field() -> OfferedField:
    return OfferedField(_("Đơn vị"), _("Xin chọn đơn vị."))


class GrantForm(FlaskForm):  # type: ignore[misc]
    """Which role, and where?"""

    role = _role_field()
    unit = _unit_field()


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Who is invited, and to which role?"""

    email = EmailField(
        _("Địa chỉ e-mail"),
        validators=[InputRequired(_("Xin nhập địa chỉ e-mail.")), Length(max=254, message=TOO_LONG)],
        render_kw={"autocomplete": "off"},
    )
    name = StringField(
        _("Họ và tên"),
        filters=[lambda text: clean_line(text) if text else text],
        validators=[
            InputRequired(_("Xin ghi họ và tên.")),
            Length(max=LONGEST_NAME, message=_("Họ và tên dài quá 120 ký tự.")),
        ],
        render_kw={"autocomplete": "off", "maxlength": LONGEST_NAME},
    )
    role = _role_field()
    unit = _unit_field()


def offer(form: GrantForm | InviteForm, roles: Choices, units: Choices) -> None:
    """Set which roles and units a form lets choose from."""
    form.role.choices = [("", _("Chọn vai trò")), *roles]
    form.unit.choices = [("", _("Chọn đơn vị")), *units] if len(units) > 1 else list(units)


class HandOverForm(FlaskForm):  # type: ignore[misc]
    """To whom does everything pass?"""

    successor = OfferedField(_("Người nhận"), _("Xin chọn người nhận."))
    with_roles = BooleanField(_("Giao cả các vai trò của người bàn giao cho người nhận"))
    with_closing = BooleanField(_("Khoá tài khoản của người bàn giao"))

    def offer(self, successors: Choices) -> None:
        """Set whom to choose from."""
        self.successor.choices = [("", _("Chọn người nhận")), *successors]
