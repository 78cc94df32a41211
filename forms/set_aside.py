"""The forms with which officers ask that responses do not count, and decide about it."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from forms.paper import NO_DAY, REOPEN, DayField

LONGEST_TEXT = 500
SHORTEST_TEXT = 10
TOO_SHORT = _("Xin ghi rõ lý do, từ 10 đến 500 ký tự: người khác sẽ đọc để quyết định.")
NO_CHOICE = _("Xin chọn một cách trong danh sách.")
Choices = list[tuple[str, str]]


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which responses should not count, and why? `counted` is the choice whose number has been seen."""

    request_id = HiddenField(validators=[Regexp(r"[0-9a-f]{32}\Z", message=REOPEN)])
    counted = HiddenField()
    selection = RadioField(_("Chọn phiếu theo"), validators=[InputRequired(NO_CHOICE)], validate_choice=False)
    place = SelectField(_("Mã của nơi nào"), validate_choice=False)
    flag = SelectField(_("Dấu hiệu"), validate_choice=False)
    batch = SelectField(_("Lô phiếu giấy"), validate_choice=False)
    number = StringField(
        _("Số phiếu"), validators=[Length(max=60)], render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    first_day = DayField(_("Từ ngày"), validators=[InputRequired(NO_DAY)])
    last_day = DayField(_("đến hết ngày"), validators=[InputRequired(NO_DAY)])
    reason = SelectField(_("Lý do"), validators=[InputRequired(NO_CHOICE)], validate_choice=False)
    text = TextAreaField(
        _("Nói rõ lý do và căn cứ"),
        validators=[Length(SHORTEST_TEXT, LONGEST_TEXT, message=TOO_SHORT)],
        render_kw={"rows": 3, "maxlength": LONGEST_TEXT},
    )

    def offer(self, **choices: Choices) -> None:
        """Set what there is to choose from, by field."""
        for name, offered in choices.items():
            self[name].choices = offered

    def refuse_what_was_not_offered(self, names: Iterable[str]) -> bool:
        """Check the fields that belong to the choice; tell whether all of them name something that was offered."""
        wrong = [
            self[name] for name in names if self[name].data not in {value for value, _words in self[name].choices}
        ]
        for field in wrong:
            field.errors = [NO_CHOICE]
        return not wrong


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why is it decided so, or asked for?"""

    request_id = HiddenField()
    verdict = HiddenField()
    text = TextAreaField(
        _("Lý do"), validators=[Length(max=LONGEST_TEXT)], render_kw={"rows": 2, "maxlength": LONGEST_TEXT}
    )
