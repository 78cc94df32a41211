"""The form with which an officer adds a tablet."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

LONGEST_NAME = 80
# The grouped choices of a select: group → (value, words) of each.
Choices = Mapping[str, list[tuple[str, str]]]


class DeviceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Where does the tablet stand, and what is it called?"""

    place = SelectField(_("Nơi đặt máy"))
    name = StringField(
        _("Tên máy"),
        filters=[lambda text: " ".join(text.split()) if text else text],
        validators=[
            DataRequired(_("Xin đặt tên để phân biệt các máy, ví dụ “Máy ở lối ra”.")),
            Length(max=LONGEST_NAME, message=_("Tên máy dài quá 80 ký tự.")),
        ],
        render_kw={"autocomplete": "off", "maxlength": LONGEST_NAME},
    )

    def offer(self, choices: Choices) -> None:
        """Set the places to choose from."""
        self.place.choices = dict(choices)
        self.place.validate_choice = True
