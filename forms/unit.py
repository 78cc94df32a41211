"""The forms about units: what one is called and when it measures, how it ends, what is merged into what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from forms.fields import ListedField, TextLine, TickedField
from forms.paper import NO_DAY, DayField

NO_NAME = _("Xin ghi tên đơn vị.")
LONG_NAME = _("Tên dài quá 200 ký tự.")
Choices = Sequence[tuple[str, str]]


class UnitForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """How is the unit called, what is it, and from when does it measure?"""

    name = TextLine(
        _("Tên đơn vị"),
        validators=[DataRequired(NO_NAME), Length(max=200, message=LONG_NAME)],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    kind = ListedField(_("Loại đơn vị"))
    one_stop_name = TextLine(
        _("Tên nơi tiếp nhận hồ sơ, in trên áp phích và phiếu"),
        validators=[Length(max=200, message=LONG_NAME)],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    ranking_group = TextLine(
        _("Nhóm xếp hạng"),
        validators=[Length(max=80, message=_("Tên nhóm dài quá 80 ký tự."))],
        render_kw={"maxlength": 80, "list": "groups", "autocomplete": "off"},
    )
    parent = ListedField(_("Cấp trên"))
    start_date = DayField(_("Ngày bắt đầu đo"), validators=[Optional()])

    def offer(self, kinds: Mapping[str, str], parents: Choices) -> None:
        """Set the kinds and the units above to choose from."""
        self.kind.choices = list(kinds.items())
        self.parent.choices = list(parents)


class NewUnitForm(UnitForm):
    """A unit that is not there yet has a code of its own and a first day."""

    code = TextLine(
        _("Mã đơn vị"),
        validators=[
            DataRequired(_("Xin ghi mã đơn vị, ví dụ P01.")),
            Length(max=32, message=_("Mã dài quá 32 ký tự.")),
        ],
        render_kw={"maxlength": 32, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    valid_from = DayField(_("Đơn vị có từ ngày"), validators=[InputRequired(NO_DAY)])


class EndForm(FlaskForm):  # type: ignore[misc]
    """From which day on is the unit no more, and who carries on?"""

    day = DayField(_("Ngày đầu tiên không còn đơn vị này"), validators=[InputRequired(NO_DAY)])
    successor = ListedField(_("Đơn vị làm tiếp"))


class MergeForm(FlaskForm):  # type: ignore[misc]
    """Which units become part of which, and from which day on?"""

    sources = TickedField(_("Các đơn vị nhập vào"))
    target = ListedField(_("Nhập vào đơn vị"))
    day = DayField(_("Từ ngày"), validators=[InputRequired(NO_DAY)])
