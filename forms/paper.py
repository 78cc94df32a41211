"""The forms of officers who type paper forms."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Form, HiddenField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

NO_DAY = _("Xin ghi ngày.")
WRONG_DAY = _("Xin ghi ngày theo dạng ngày/tháng/năm.")
NAME_LENGTH = _("Tên phải dài từ 2 đến 120 ký tự.")
WRONG_COUNT = _("Số tờ phải là một số từ 1 đến 2.000.")
NO_BOX = _("Xin chọn hộp phiếu.")
REOPEN = _("Xin mở lại trang này.")
NO_NAME = _("Xin ghi họ tên người mở hộp.")
LONGEST_NAME = 120
LONGEST_ROW = 60


class DayField(DateField):  # type: ignore[misc]
    """A day; what is none is said in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(WRONG_DAY) from None


class CountField(IntegerField):  # type: ignore[misc]
    """A number of sheets; what is none is said in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(WRONG_COUNT) from None


class BoxField(SelectField):  # type: ignore[misc]
    """A box out of those of the unit."""

    def pre_validate(self, form: Form) -> None:
        """Refuse a box that was not offered."""
        if self.data not in {value for value, _words in self.choices}:
            raise ValidationError(NO_BOX)


class BeginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A box was opened: which, when, by whom, and how many sheets lay in it?"""

    batch = HiddenField(validators=[Regexp(r"[0-9a-f]{32}\Z", message=REOPEN)])
    box = BoxField(_("Hộp phiếu"))
    first_day = DayField(_("Phiếu bỏ vào hộp từ ngày"), validators=[InputRequired(NO_DAY)])
    last_day = DayField(_("đến hết ngày"), validators=[InputRequired(NO_DAY)])
    opened_on = DayField(_("Ngày mở hộp"), validators=[InputRequired(NO_DAY)])
    opener_one = StringField(
        _("Người mở hộp thứ nhất"),
        validators=[InputRequired(NO_NAME), Length(min=2, max=LONGEST_NAME, message=NAME_LENGTH)],
    )
    opener_two = StringField(
        _("Người mở hộp thứ hai"),
        validators=[InputRequired(NO_NAME), Length(min=2, max=LONGEST_NAME, message=NAME_LENGTH)],
    )
    found = CountField(
        _("Số tờ phiếu trong hộp"),
        validators=[InputRequired(_("Xin đếm số tờ trong hộp.")), NumberRange(1, 2000, WRONG_COUNT)],
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
