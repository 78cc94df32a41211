"""The form that asks that responses do not count: what it offers, and what sending it leads to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _

from analysis.periods import Period
from forms.set_aside import AskForm
from survey.codes import decode_bits, is_number, normalise
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Officer, Reason, Selection, SetAsideRequest, Unit
from survey.services import set_aside
from survey.services.response import number_hash
from survey.services.set_aside_selection import Chosen, Offered, Place
from survey.set_aside_messages import FLAG_WORDS, REASON_WORDS, SELECTION_WORDS
from survey.views.set_aside_words import place_name

# What must be filled in beside a way of choosing, and where to mend what the service refuses.
BESIDE = {Selection.CODE: "place", Selection.FLAG: "flag", Selection.BATCH: "batch"}
FIELDS = {
    "set_aside_reason_missing": "text",
    "set_aside_days_outside": "first_day",
    "set_aside_number_unknown": "number",
    "number_unreadable": "number",
}


@dataclass(frozen=True)
class Tried:
    """What sending the form has led to: a number of responses, a request, or what is wrong and where."""

    count: int | None = None
    problem: str = ""
    target: str = ""
    asked: SetAsideRequest | None = None


def ask_form(choices: Offered, period: Period) -> AskForm:
    """Make the form of a request, with what there is to choose in a unit and period."""
    form = AskForm(request_id=set_aside.new_request_id(), first_day=period.first, last_day=period.last)
    empty = {
        Selection.CODE: not choices.places,
        Selection.TABLET: not choices.tablet_count,
        Selection.BATCH: not choices.batches,
    }
    form.offer(
        selection=[(kind, str(text)) for kind, text in SELECTION_WORDS.items() if not empty.get(Selection(kind))],
        place=[
            (one.key, place_name(one.counter.name if one.counter else None, one.channel)) for one in choices.places
        ],
        flag=[(flag, str(FLAG_WORDS[flag][0])) for flag in choices.flags],
        batch=[(batch.id, f"{batch.opened_on:%d/%m/%Y}, {batch.opener_one}") for batch, _count in choices.batches],
        reason=[("", _("Chọn lý do"))] + [(r, str(w)) for r, w in REASON_WORDS.items() if r != Reason.MISTAKE],
    )
    return form


def try_to_ask(
    form: AskForm, unit: Unit, period: Period, choices: Offered, officer: Officer, *, now: datetime
) -> Tried:
    """Count what is chosen; ask for it if that is wanted and its number was seen before."""
    valid, wants_to_ask = form.validate(), request.form.get("do") == "ask"
    if not wants_to_ask:
        form.reason.errors, form.text.errors = [], []
    try:
        chosen = _chosen(form, choices)
        if chosen is None:
            return Tried()
        count = set_aside.count_to_ask_for(db.session, unit, period, chosen)
        seen, form.counted.data = form.counted.data, _digest(unit, period, chosen)
        if not wants_to_ask or not valid:
            return Tried(count)
        if seen != form.counted.data:
            return Tried(count, problem=_("Lựa chọn đã đổi: xin xem lại số phiếu rồi gửi."), target="send")
        return Tried(count, asked=_ask(form, unit, period, chosen, officer, now=now))
    except HailongError as error:
        form.counted.data = ""
        return Tried(problem=sentence(error), target=FIELDS.get(error.code, "selection-0"))


def _chosen(form: AskForm, choices: Offered) -> Chosen | None:
    """Read which responses are meant; None where the form does not say, and its fields tell what is missing."""
    days_known = form.first_day.data is not None and form.last_day.data is not None
    beside = BESIDE.get(form.selection.data, "")
    if not form.refuse_what_was_not_offered(["selection", *([beside] if beside else [])]) or not days_known:
        return None
    selection = Selection(form.selection.data)
    place = next((one for one in choices.places if one.key == form.place.data), None)
    return Chosen(selection, form.first_day.data, form.last_day.data, **_details(selection, form, place))


def _details(selection: Selection, form: AskForm, place: Place | None) -> dict[str, Any]:
    if selection is Selection.CODE and place is not None:
        return {"counter_id": place.counter.id if place.counter else None, "channel": place.channel}
    if selection is Selection.FLAG:
        return {"flag": form.flag.data}
    if selection is Selection.BATCH:
        return {"batch_id": form.batch.data}
    if selection is Selection.NUMBER:
        number = normalise(form.number.data or "")
        if not is_number(number):
            raise HailongError("number_unreadable")
        return {"number_hash": number_hash(decode_bits(number))}
    return {}


def _ask(
    form: AskForm, unit: Unit, period: Period, chosen: Chosen, officer: Officer, *, now: datetime
) -> SetAsideRequest:
    return set_aside.ask(
        db.session,
        form.request_id.data,
        unit,
        period,
        chosen,
        reason=Reason(form.reason.data),
        text=form.text.data,
        officer=officer,
        now=now,
    )


def _digest(unit: Unit, period: Period, chosen: Chosen) -> str:
    """Name a choice, so that nothing is asked whose number of responses was not seen first."""
    return hashlib.sha256(repr((unit.code, period.text, chosen)).encode()).hexdigest()[:16]
