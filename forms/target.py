"""The form with which a year's target is set."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange

from forms.device import Choices

MOST_DECIMALS = 2


class TargetForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which unit wants to reach how many points in which year? Empty points take the target away."""

    unit = SelectField(_("Đơn vị"))
    year = IntegerField(
        _("Năm"), validators=[NumberRange(2000, 2100, message=_("Năm ghi bốn chữ số, ví dụ 2026."))]
    )
    points = StringField(
        _("Điểm mục tiêu"),
        filters=[lambda text: text.strip().replace(",", ".") if text else ""],
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": 8},
    )

    def offer(self, choices: Choices) -> None:
        """Set the units to choose from."""
        self.unit.choices = choices[""]
        self.unit.validate_choice = True

    def wanted(self, maximum: Decimal) -> Decimal | None:
        """Return the points, None for none; ValueError for what is no number of points."""
        text = self.points.data or ""
        if not text:
            return None
        if not text.replace(".", "", 1).isdecimal() or len(text.partition(".")[2]) > MOST_DECIMALS:
            raise ValueError(text)
        points = Decimal(text)
        if points > maximum:
            raise ValueError(text)
        return points
