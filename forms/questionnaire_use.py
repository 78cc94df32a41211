"""The form that gives a questionnaire to a unit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, Optional

from forms.fields import ListedField
from forms.paper import NO_DAY, DayField


class UseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which unit is asked this version, from when until when?"""

    unit = ListedField(_("Đơn vị và các đơn vị trực thuộc"))
    first = DayField(_("Từ ngày"), name="from", id="first", validators=[InputRequired(NO_DAY)])
    last = DayField(_("Đến hết ngày (bỏ trống nếu chưa định)"), name="to", id="last", validators=[Optional()])
