"""The forms of officers who type paper forms."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

NO_DAY = _("Xin ghi ngày.")
NO_NAME = _("Xin ghi họ tên người mở hộp.")
LONGEST_NAME = 120
LONGEST_ROW = 60


class BeginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A box was opened: which, when, by whom, and how many sheets lay in it?"""

    batch = HiddenField(validators=[Regexp(r"[0-9a-f]{32}\Z")])
    box = SelectField(_("Hộp phiếu"))
    first_day = DateField(_("Phiếu bỏ vào hộp từ ngày"), validators=[InputRequired(NO_DAY)])
    last_day = DateField(_("đến hết ngày"), validators=[InputRequired(NO_DAY)])
    opened_on = DateField(_("Ngày mở hộp"), validators=[InputRequired(NO_DAY)])
    opener_one = StringField(
        _("Người mở hộp thứ nhất"), validators=[InputRequired(NO_NAME), Length(min=2, max=LONGEST_NAME)]
    )
    opener_two = StringField(
        _("Người mở hộp thứ hai"), validators=[InputRequired(NO_NAME), Length(min=2, max=LONGEST_NAME)]
    )
    found = IntegerField(
        _("Số tờ phiếu trong hộp"),
        validators=[InputRequired(_("Xin đếm số tờ trong hộp.")), NumberRange(1, 2000)],
        render_kw={"inputmode": "numeric"},
    )

    @classmethod
    def for_boxes(cls, boxes: Sequence[tuple[str, str]], **values: object) -> BeginForm:
        """Make the form with the boxes to choose from, each a value and its words."""
        form: BeginForm = cls(**values)
        form.box.choices = list(boxes)
        return form


class SheetForm(FlaskForm):  # type: ignore[misc]
    """One typed sheet; what it may hold depends on the questionnaire, so the service reads it."""

    number = IntegerField(validators=[InputRequired()])
    typed = StringField(filters=[lambda text: (text or "")[:LONGEST_ROW]])
