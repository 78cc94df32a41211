"""A citizen's case behind its tracking code: follow, add, reopen, rate, withdraw, erase, without an account."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from forms.citizen import Opening
from forms.consent import CONTACT_CONSENT, load_consent
from forms.feedback import LONGEST_TEXT, TrackingForm, tracking_form
from forms.nonce import Nonce, Signer
from survey import codes
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.feedback_messages import (
    CITIZEN_CATEGORY_WORDS,
    ENTRY_WORDS,
    FEEDBACK_FAULTS,
    READER_WORDS,
    STATE_MEANINGS,
    STATE_WORDS,
    TOPIC_WORDS,
)
from survey.messages import sentence
from survey.models import FeedbackCase, FeedbackEntry, Unit
from survey.services import feedback, feedback_reply
from survey.services.contact import Contact, unseal
from survey.services.desk import desk_of
from survey.services.unit import name_in_sentence
from survey.views import public_page
from survey.views.feedback import (
    allow_long_texts,
    contact_in,
    deadlines,
    network,
    offer_languages_of_the_consent,
    once,
    sealing_key,
    settings,
)

blueprint = Blueprint("tracking", __name__)

# Eighty bits need no help against guessing; this spares the machine from those who try.
UNKNOWN_PER_NETWORK = "120 per 10 minutes"
SENT_PER_NETWORK = "120 per 10 minutes"
QUESTIONS = {"withdraw", "erase", "contact"}
guess_limit = limiter.shared_limit(
    UNKNOWN_PER_NETWORK,
    scope="unknown tracking codes",
    key_func=network,
    deduct_when=lambda response: response.status_code == 404,
)


@blueprint.errorhandler(HailongError)
def refuse(error: HailongError) -> Response:
    """Say that a tracking code leads nowhere, and let another one be typed."""
    typed = request.view_args.get("code", "") if request.view_args else request.args.get("code", "")
    title = gettext("Không tìm thấy mã tra cứu này")
    return _ask_for_code(title, sentence(error), typed, status=404)


blueprint.before_request(allow_long_texts)
blueprint.before_request(offer_languages_of_the_consent)


blueprint.after_request(public_page.keep_nowhere)


@blueprint.get("/track")
def enter() -> AnyResponse:
    """Take a tracking code."""
    typed = request.args.get("code", "")
    if not typed:
        return _ask_for_code(gettext("Theo dõi góp ý, phản ánh"), "", "")
    code = codes.normalise(typed)
    if not codes.is_number(code):
        raise HailongError("unknown_case")
    kept = {name: 1 for name in ("to", "td") if name in request.args}
    return redirect(public_page.own_url("tracking.show", code=codes.grouped(code), **kept), 303)


@blueprint.get("/track/<code>")
@guess_limit
def show(code: str) -> Response:
    """Show a case, or ask once more before something that cannot be undone."""
    code = codes.normalise(code)
    feedback_reply.publish_due(db.session, now=datetime.now(TIME_ZONE))
    case = feedback.find(db.session, code)
    ask = request.args.get("ask", "")
    form = tracking_form(_opening(code))
    if ask == "contact" and case.contact is not None:
        known = unseal(sealing_key(), case.key, case.contact.sealed)
        form.name.data, form.phone.data, form.email.data = known.name, known.phone, known.email
        form.consent.data = form.adult.data = True
    return _page(code, case, form, ask=ask if ask in QUESTIONS and case.erased_on is None else "")


@blueprint.post("/track/<code>")
@guess_limit
@limiter.limit(SENT_PER_NETWORK, key_func=network, deduct_when=lambda response: response.status_code == 303)
def act(code: str) -> AnyResponse:
    """Do what a button says, once, or show the page again with what was written."""
    code = codes.normalise(code)
    feedback_reply.publish_due(db.session, now=datetime.now(TIME_ZONE))
    case = feedback.find(db.session, code)
    sent = tracking_form(_opening(code), request.form)
    ask = sent.do.data if sent.do.data in QUESTIONS else ""
    if not sent.validate() or sent.nonce is None:
        return _page(code, case, sent, ask=ask, status=400 if sent.is_altered else 422)
    try:
        _carry_out(code, sent, sent.nonce)
    except HailongError as error:
        db.session.expire_all()
        case = feedback.find(db.session, code)
        return _page(code, case, sent, status=409, problem=sentence(error))
    address = public_page.own_url(
        "tracking.show", code=codes.grouped(code), done=sent.do.data, **public_page.switches(sent)
    )
    return redirect(address, 303)


def _carry_out(code: str, sent: TrackingForm, nonce: Nonce) -> None:
    do, text, today = sent.do.data, sent.text.data or "", datetime.now(TIME_ZONE).date()
    spent = once(nonce, hashlib.sha256(repr(request.form.to_dict()).encode()).digest())
    if do == "add":
        feedback.add(db.session, code, text, once=spent, today=today)
    elif do == "reopen":
        feedback.reopen(db.session, code, text, once=spent, deadlines=deadlines(), today=today)
    elif do == "rate":
        feedback.rate(db.session, code, sent.rated_answer, satisfied=sent.satisfied.data == "1", once=spent)
    elif do == "withdraw":
        feedback.withdraw(db.session, code, once=spent, today=today)
    elif do == "erase":
        feedback.erase(db.session, code, today=today)
    elif do == "erase_contact":
        feedback.erase_contact(db.session, code, today=today)
    else:
        _set_contact(code, sent, spent, today)


def _set_contact(code: str, sent: TrackingForm, spent: feedback.Once, today: date) -> None:
    feedback.set_contact(
        db.session,
        code,
        contact_in(sent) or Contact("", "", ""),
        consent_version=CONTACT_CONSENT,
        once=spent,
        sealing_key=sealing_key(),
        today=today,
    )


def _opening(code: str) -> Opening:
    return Opening(_signer_of(settings()), code, CONTACT_CONSENT, datetime.now(TIME_ZONE))


@cache
def _signer_of(known: Settings) -> Signer:
    return Signer(known.key_for("tracking page"))


def _ask_for_code(title: str, text: str, typed: str, *, status: int = 200) -> Response:
    style = public_page.FEEDBACK_STYLE
    html = public_page.render("citizen/track_enter.html", style=style, title=title, text=text, typed=typed)
    return public_page.respond(html, status, style=style)


def _passed_to(case: FeedbackCase, until: FeedbackEntry | None) -> Unit | None:
    """Find the unit that a case was last passed on to before an entry, or ever."""
    passed = [
        entry.unit
        for entry in case.entries
        if entry.unit is not None and (until is None or entry.position < until.position)
    ]
    return passed[-1] if passed else None


def _page(
    code: str, case: FeedbackCase, form: TrackingForm, *, ask: str = "", status: int = 200, problem: str = ""
) -> Response:
    desk = desk_of(db.session, case.about_unit_id, today=datetime.now(TIME_ZONE).date())
    html = public_page.render(
        "citizen/track_ask.html" if ask else "citizen/track.html",
        style=public_page.FEEDBACK_STYLE,
        code=codes.grouped(code),
        case=case,
        desk=desk,
        reader_name=name_in_sentence(case.reader_unit.name, case.reader_unit.kind),
        passed_to=lambda entry: _passed_to(case, entry),
        first_reader=case.reader_unit.name if _passed_to(case, None) is None else desk.above_name or "",
        categories=CITIZEN_CATEGORY_WORDS,
        answer=feedback.latest_answer(case),
        form=form,
        ask=ask,
        failed=status != 200,
        problem=problem,
        done=request.args.get("done", ""),
        is_new="new" in request.args,
        large=form.to.data or "to" in request.args,
        dark=form.td.data or "td" in request.args,
        may_add=case.erased_on is None and case.state in feedback.ADDABLE,
        may_reopen=case.erased_on is None and case.state in feedback.REOPENABLE,
        may_withdraw=case.erased_on is None and case.state in feedback.OPEN,
        states=STATE_WORDS,
        meanings=STATE_MEANINGS,
        entries=ENTRY_WORDS,
        topics=TOPIC_WORDS,
        readers=READER_WORDS,
        faults=FEEDBACK_FAULTS,
        consent=load_consent(),
        longest=LONGEST_TEXT,
        days=settings().contact_days,
        named=public_page.vietnamese,
    )
    return public_page.respond(html, status, style=public_page.FEEDBACK_STYLE)
