"""The forms of the reform index: a new round, a file of evidence, a sheet filled in offline, an own structure."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, NumberRange

WHEN_MISSING = [
    ("unranked", _("chưa có tổng, chưa xếp hạng")),
    ("rebase", _("tính lại trên các phần đã có")),
]
WHEN_NOT_APPLICABLE = [("refused", _("không cho phép ghi")), ("leave", _("không tính vào mẫu số"))]


class RoundForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which year, which index, of which units, by which split and criteria?"""

    year = IntegerField(
        _("Năm"), validators=[NumberRange(2000, 2100, message=_("Năm ghi bốn chữ số, ví dụ 2026."))]
    )
    kind = SelectField(_("Loại chỉ số"))
    level = SelectField(_("Cấp"))
    rules = SelectField(_("Cơ cấu điểm"))
    criteria = SelectField(_("Bộ tiêu chí tự chấm"))

    def offer(self, choices: Mapping[str, list[tuple[str, str]]]) -> None:
        """Set what can be chosen, by field name."""
        for name, words in choices.items():
            self[name].choices = words


class EvidenceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which criterion, which file?"""

    criterion = SelectField(_("Tiêu chí"))
    file = FileField(
        _("Tệp (PDF, DOCX, XLSX, PNG, JPG; tối đa 20 MB)"),
        validators=[FileRequired(_("Xin chọn tệp."))],
        render_kw={"accept": ".pdf,.docx,.xlsx,.png,.jpg,.jpeg"},
    )


class SheetFileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which sheet, filled in offline?"""

    sheet = FileField(
        _("Bảng đã điền (.xlsx hoặc .csv)"),
        validators=[FileRequired(_("Xin chọn tệp cần nhập."))],
        render_kw={"accept": ".xlsx,.csv"},
    )


class StructureForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which own split or set of criteria? A TOML file says everything itself; beside a table the head is typed.

    What is chosen from a list is checked with the file: a split has no level, criteria have no options.
    """

    file = FileField(
        _("Tệp đã sửa (.xlsx, .csv hoặc .toml)"),
        validators=[FileRequired(_("Xin chọn tệp cần nhập."))],
        render_kw={"accept": ".xlsx,.csv,.toml"},
    )
    id = StringField(_("Mã"), validators=[Length(max=60)])
    version = StringField(_("Phiên bản"), default="1", validators=[Length(max=20)])
    title = StringField(_("Tên"), validators=[Length(max=200)])
    source = TextAreaField(_("Căn cứ (văn bản ban hành)"), validators=[Length(max=2000)])
    level = SelectField(_("Cấp"), validate_choice=False)
    when_missing = SelectField(_("Thiếu một phần điểm"), validate_choice=False)
    when_not_applicable = SelectField(_("Nội dung không phát sinh"), validate_choice=False)
    scale_to = StringField(_("Quy tổng điểm về thang (bỏ trống: giữ nguyên)"), validators=[Length(max=10)])
    ties = StringField(_("Bằng điểm thì xét lần lượt (bỏ trống: đồng hạng)"), validators=[Length(max=200)])

    def offer(self, levels: list[tuple[str, str]]) -> None:
        """Set what can be chosen from lists."""
        self.level.choices = levels
        self.when_missing.choices = WHEN_MISSING
        self.when_not_applicable.choices = WHEN_NOT_APPLICABLE

    def validate_id(self, field: StringField) -> None:
        """Ask for the code beside a table."""
        self._asked(field)

    def validate_title(self, field: StringField) -> None:
        """Ask for the title beside a table."""
        self._asked(field)

    def validate_source(self, field: TextAreaField) -> None:
        """Ask for the legal source beside a table."""
        self._asked(field)

    def _asked(self, field: StringField) -> None:
        name = getattr(self.file.data, "filename", None) or ""
        if not name.lower().endswith(".toml") and not (field.data or "").strip():
            raise ValidationError(_("Xin ghi “%(label)s”.", label=field.label.text))
