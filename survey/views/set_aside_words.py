"""What requests about responses that do not count are called on the pages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from survey.filters import day
from survey.models import Channel, Selection, SetAsideAct, SetAsideRequest, Verdict
from survey.set_aside_messages import FLAG_WORDS, REASON_WORDS, SELECTION_WORDS, VERDICT_WORDS, told_count


def words() -> dict[str, Any]:
    """What every template about these requests uses."""
    return {
        "reason_words": REASON_WORDS,
        "verdict_words": VERDICT_WORDS,
        "flag_words": FLAG_WORDS,
        "told": told_count,
        "told_of": _told_of,
        "responses_chosen": responses_chosen,
        "place_name": place_name,
        "Act": SetAsideAct,
        "Selection": Selection,
        "Verdict": Verdict,
    }


def responses_chosen(request: SetAsideRequest) -> str:
    """Say which responses a request means; of a single one nothing that would tell which."""
    days = _("từ %(first)s đến %(last)s", first=day(request.first_day), last=day(request.last_day))
    if request.selection is Selection.NUMBER:
        return str(SELECTION_WORDS["number"])
    if request.selection is Selection.BATCH and request.batch is not None:
        return str(_("Lô phiếu giấy mở hộp ngày %(day)s", day=day(request.batch.opened_on)))
    if request.selection is Selection.CODE:
        place = place_name(request.counter.name if request.counter else None, request.channel or "")
        return str(_("Phiếu qua mã: %(place)s, %(days)s", place=place, days=days))
    if request.selection is Selection.FLAG:
        flag = FLAG_WORDS[request.flag or ""][0]
        return str(_("Phiếu có dấu hiệu “%(flag)s”, %(days)s", flag=flag, days=days))
    return f"{SELECTION_WORDS[request.selection.value]}, {days}"


def place_name(counter: str | None, channel: str) -> str:
    """Name the place of printed codes."""
    if counter is not None:
        return counter
    if channel == Channel.ONLINE.value:
        return str(_("Đường dẫn trực tuyến"))
    return str(_("Mã chung ở cửa ra"))


def _told_of(request: SetAsideRequest, number: int) -> str:
    return told_count(number, is_single=request.selection is Selection.NUMBER)
