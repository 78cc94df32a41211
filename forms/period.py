"""The form with which a period is opened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import DataRequired


class PeriodForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """From which day to which?"""

    first = DateField(_("Từ ngày"), validators=[DataRequired(_("Xin ghi ngày đầu của kỳ."))])
    last = DateField(_("Đến hết ngày"), validators=[DataRequired(_("Xin ghi ngày cuối của kỳ."))])
