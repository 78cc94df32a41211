"""How pages name a case and its deadline."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from survey.models import FeedbackCase
from survey.services.feedback import OPEN
from survey.services.redaction import redact_suggested
from survey.services.working_days import Calendar

LONGEST_TITLE = 72


def due_word(case: FeedbackCase, calendar: Calendar, today: date) -> tuple[str, str]:
    """Say how urgent a case is, and with which tag: error, warning or neutral."""
    if case.state not in OPEN or case.merged_into is not None:
        return "", ""
    if case.due_on is None:
        return _("Không có hạn"), "ne"
    if case.due_on < today:
        days = max(1, calendar.between(case.due_on, today))
        return _("Quá hạn %(days)s ngày", days=days), "er"
    if case.due_on == today:
        return _("Hạn hôm nay"), "w"
    days = max(1, calendar.between(today, case.due_on))
    return _("Còn %(days)s ngày", days=days), "w" if days == 1 else "ne"


def title(case: FeedbackCase, *, masked: bool = False) -> str:
    """Name a case by the beginning of what was written."""
    text = next((entry.text for entry in case.entries if entry.text), None)
    if text is None:
        return str(_("(nội dung đã xoá)"))
    line = " ".join((redact_suggested(text) if masked else text).split())
    return line if len(line) <= LONGEST_TITLE else line[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
