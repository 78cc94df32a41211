"""The form with which an officer chooses what comes by mail, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField

WORDS = {
    "at_once": _("Ngay khi có"),
    "digest": _("Chỉ trong thư đầu tuần"),
    "if_any": _("Chỉ khi có việc"),
    "off": _("Không báo"),
}
EVERY_WEEK = {**WORDS, "at_once": _("Tuần nào cũng gửi")}
KINDS = {
    "new": _("Góp ý, phản ánh mới của đơn vị"),
    "assigned": _("Việc được giao cho tôi"),
    "transferred": _("Góp ý, phản ánh được chuyển đến đơn vị"),
    "reopened": _("Người dân đề nghị xem lại câu trả lời"),
    "due": _("Ngày làm việc tới là hạn trả lời"),
    "overdue": _("Quá hạn trả lời"),
    "escalated": _("Đơn vị cấp dưới để quá hạn"),
    "weekly": _("Thư tổng hợp sáng thứ Hai"),
}


class NoticeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """When to hear of each kind."""

    new = SelectField(KINDS["new"])
    assigned = SelectField(KINDS["assigned"])
    transferred = SelectField(KINDS["transferred"])
    reopened = SelectField(KINDS["reopened"])
    due = SelectField(KINDS["due"])
    overdue = SelectField(KINDS["overdue"])
    escalated = SelectField(KINDS["escalated"])
    weekly = SelectField(KINDS["weekly"])

    def offer(self, offered: Mapping[str, Sequence[str]]) -> None:
        """Set what may be chosen for each kind."""
        for kind, values in offered.items():
            words = EVERY_WEEK if kind == "weekly" else WORDS
            self[kind].choices = [(value, words[value]) for value in values]

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen for each kind."""
        return {kind: self[kind].data for kind in KINDS}
