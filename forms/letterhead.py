"""The form with which a unit's letterhead is set."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

_TOO_LONG = _("Dài quá %(max)d ký tự.")


def _length(most: int) -> list[Length]:
    return [Length(max=most, message=_TOO_LONG)]


class LetterheadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Each may stay blank: then what the page shows in grey is used."""

    superior = StringField(_("Cơ quan chủ quản"), validators=_length(200))
    issuer = TextAreaField(_("Cơ quan ban hành"), validators=_length(200), render_kw={"rows": 2})
    symbol = StringField(_("Ký hiệu văn bản"), validators=_length(60))
    place = StringField(_("Địa danh"), validators=_length(120))
    signature = TextAreaField(_("Thể thức ký, mỗi dòng một ý"), validators=_length(400), render_kw={"rows": 3})
    signer = StringField(_("Họ tên người ký (có thể để trống)"), validators=_length(120))
    recipients = TextAreaField(_("Nơi nhận, mỗi dòng một nơi"), validators=_length(2000), render_kw={"rows": 5})
