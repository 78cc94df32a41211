"""The forms with which officers handle feedback."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.text import clean_line, clean_text

LONGEST_REPLY = 5_000
LONGEST_NOTE = 2_000
LONGEST_TEMPLATE_NAME = 120
PICK = _("Xin chọn một mục trong danh sách.")
WRITE_REPLY = _("Chưa viết câu trả lời.")
WRITE_NOTE = _("Chưa viết ghi chú.")
Choices = Sequence[tuple[str, str]]


def _cleaned(text: str | None) -> str:
    return clean_text(text or "")


class ReplyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What is said to the citizen."""

    text = TextAreaField(
        _("Nội dung người dân sẽ đọc"),
        filters=[_cleaned],
        validators=[
            InputRequired(WRITE_REPLY),
            Length(min=1, max=LONGEST_REPLY, message=_("Câu trả lời dài quá 5.000 ký tự.")),
        ],
    )
    template = SelectField(_("Mẫu trả lời"), choices=[], validate_choice=False)


class NoteForm(FlaskForm):  # type: ignore[misc]
    """What colleagues should know."""

    note = TextAreaField(
        _("Nội dung chỉ cán bộ đọc"),
        filters=[_cleaned],
        validators=[
            InputRequired(WRITE_NOTE),
            Length(min=1, max=LONGEST_NOTE, message=_("Ghi chú dài quá 2.000 ký tự.")),
        ],
    )


class PickForm(FlaskForm):  # type: ignore[misc]
    """One out of a list that the page offers."""

    choice = SelectField()

    @classmethod
    def of(cls, choices: Choices) -> PickForm:
        """Make the form with what may be picked, each a value and its words."""
        form: PickForm = cls()
        form.choice.choices = list(choices)
        return form


class BulkForm(FlaskForm):  # type: ignore[misc]
    """The same done to several cases."""

    cases = SelectMultipleField(validate_choice=False)
    do = StringField()
    category = StringField()
    officer = StringField()


class NamesForm(FlaskForm):  # type: ignore[misc]
    """Which words are names that must not leave."""

    names = SelectMultipleField(validate_choice=False)
    more = StringField(
        _("Tên khác cần che (cách nhau bằng dấu phẩy)"), filters=[lambda text: clean_line(text or "")]
    )
    file = StringField()


class TemplateForm(FlaskForm):  # type: ignore[misc]
    """A reply to begin with."""

    unit = SelectField(_("Dùng cho"))
    name = StringField(
        _("Tên mẫu"),
        filters=[lambda text: clean_line(text or "")],
        validators=[
            InputRequired(_("Xin đặt tên mẫu, ví dụ “Xin lỗi vì chờ lâu”.")),
            Length(max=LONGEST_TEMPLATE_NAME, message=_("Tên mẫu dài quá 120 ký tự.")),
        ],
    )
    text = TextAreaField(
        _("Nội dung mẫu"),
        filters=[_cleaned],
        validators=[
            InputRequired(_("Chưa viết nội dung mẫu.")),
            Length(max=LONGEST_REPLY, message=_("Nội dung mẫu dài quá 5.000 ký tự.")),
        ],
    )
