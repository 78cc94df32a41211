"""The forms of the reform index: a new round, a file of evidence, a sheet filled in offline."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange


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
