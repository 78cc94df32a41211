"""The forms about counters and codes, and those of a unit's guided start."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from forms.fields import ListedField, TextLine, TickedField, WholeNumberField
from forms.paper import NO_DAY, DayField
from forms.unit import LONG_NAME, NO_NAME

LONGEST_COUNTER = 120
MOST_COUNTERS = 60
NO_COUNTER = _("Xin ghi tên quầy, ví dụ “Quầy số 1”.")
LONG_COUNTER = _("Tên quầy dài quá 120 ký tự.")
WRONG_DOSSIERS = _("Xin ghi một số từ 1 đến 1.000.000, ví dụ 1200.")


class CounterForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """How is the counter called, and which fields does it serve?"""

    name = TextLine(
        _("Tên quầy"),
        validators=[DataRequired(NO_COUNTER), Length(max=LONGEST_COUNTER, message=LONG_COUNTER)],
        render_kw={"maxlength": LONGEST_COUNTER, "autocomplete": "off"},
    )
    fields = TickedField(_("Lĩnh vực tiếp nhận ở quầy này"))


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Where does the new code hang, and when may it be used?"""

    place = ListedField(_("Mã cho"))
    valid_from = DayField(_("Dùng từ ngày"), validators=[Optional()])
    valid_to = DayField(_("Dùng đến hết ngày"), validators=[Optional()])


class DaysForm(FlaskForm):  # type: ignore[misc]
    """From when until when may the code be used?"""

    valid_from = DayField(_("Dùng từ ngày"), validators=[Optional()])
    valid_to = DayField(_("Dùng đến hết ngày"), validators=[Optional()])


class ReplaceForm(FlaskForm):  # type: ignore[misc]
    """How long does the old code go on beside the new one?"""

    last_day = DayField(_("Mã cũ dùng đến hết ngày"), validators=[InputRequired(NO_DAY)])


class PosterForm(FlaskForm):  # type: ignore[misc]
    """Which poster?"""

    design = ListedField(_("Mẫu"))
    language = ListedField(_("Chữ trên áp phích"))
    paper = BooleanField(_("Nhắc đến phiếu giấy ở cửa ra"))
    below = BooleanField(_("In cả các đơn vị trực thuộc"))


class FirstUnitForm(FlaskForm):  # type: ignore[misc]
    """Is this what the unit is called?"""

    name = TextLine(_("Tên đơn vị"), validators=[DataRequired(NO_NAME), Length(max=200, message=LONG_NAME)])
    one_stop_name = TextLine(
        _("Tên nơi tiếp nhận hồ sơ, in trên áp phích và phiếu"), validators=[Length(max=200, message=LONG_NAME)]
    )
    kind = ListedField(_("Loại đơn vị"))


class StartDayForm(FlaskForm):  # type: ignore[misc]
    """From which day on do responses count?"""

    start_date = DayField(_("Ngày bắt đầu đo"), validators=[InputRequired(NO_DAY)])


class SampleForm(FlaskForm):  # type: ignore[misc]
    """How many dossiers does the unit have in a quarter?"""

    dossiers = WholeNumberField(
        _("Số hồ sơ trong một quý (ước chừng)"),
        wrong=WRONG_DOSSIERS,
        validators=[InputRequired(WRONG_DOSSIERS), NumberRange(1, 1_000_000, WRONG_DOSSIERS)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
