"""The forms with which officers send a table in."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField


class UploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which file?"""

    file = FileField(
        _("Tệp bảng tính (.xlsx hoặc .csv, tối đa 20 MB)"),
        validators=[FileRequired(_("Xin chọn tệp cần nhập."))],
        render_kw={"accept": ".xlsx,.csv,.txt,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )


class PeriodUploadForm(UploadForm):
    """Which file, and of which period are its figures?"""

    period = SelectField(_("Kỳ của số liệu"))

    def offer(self, periods: Sequence[tuple[str, str]]) -> None:
        """Set the periods to choose from: (text, words)."""
        self.period.choices = list(periods)
