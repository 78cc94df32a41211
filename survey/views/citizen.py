"""The citizen's pages: enter a code, answer, be thanked. They set no cookie, and opening one stores nothing."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import Connection, Engine
from werkzeug.wrappers import Response as AnyResponse

from forms.citizen import CitizenForm, ExtraForm, Opening, blank_form, citizen_form, extra_form
from forms.feedback import LONGEST_REMARK, clean_remark
from forms.nonce import Nonce, NonceError, Receipt, Signer
from forms.questionnaire import Purpose, Questionnaire, QuestionnaireError, load_questionnaire
from survey import codes
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db
from survey.language import choose_language, narrow_languages
from survey.messages import sentence
from survey.models import Channel
from survey.models import Purpose as CodePurpose
from survey.services import comment, leader_survey, one_time_code, questionnaire_use, response
from survey.services.destination import Destination, FieldName, offered_fields, resolve
from survey.services.leader_survey import Asked
from survey.services.opening import Openings
from survey.services.response import Spending
from survey.views import public_page, script
from survey.views.public_page import own_url as _url
from survey.views.public_page import switches as _switches
from survey.views.slotted import SLOT, SlottedPage
from survey.views.visits import is_visit

blueprint = Blueprint("citizen", __name__)

FIELDS_KEPT_SECONDS = 60
PAGES_KEPT = 256
PREVIEW_PICTURE = "pictures/online-link.png"
NUMBER_SIZE = len(codes.grouped("0" * codes.NUMBER_LENGTH))
STATUS = {
    "unknown_code": 404,
    "unknown_one_time_code": 404,
    "revoked_code": 410,
    "code_not_begun": 404,
    "stopped_code": 410,
    "closed_unit": 410,
    "expired_code": 410,
    "expired_leader_link": 410,
    "used_code": 410,
    "used_leader_link": 410,
}


@dataclass(frozen=True)
class FormFacts:
    """All that the form's page depends on but the nonce; a renamed unit makes another page.

    `asked` is how many leaders were asked to rate the unit, None where citizens answer. `preview` is the address
    of the picture that chat programs show beside an online link.
    """

    questionnaire: Questionnaire
    heading: str
    online: bool
    fields: tuple[tuple[str, str], ...]
    asked: int | None
    language: str
    trial: bool
    example: bool
    preview: str = ""
    one_time: bool = False


@dataclass(frozen=True)
class ThanksFacts:
    """All that the thank-you page depends on but the number: nothing here comes from an answer."""

    questionnaire: Questionnaire
    language: str
    large: bool
    dark: bool
    trial: bool
    example: bool
    more_sent: bool


@blueprint.errorhandler(HailongError)
def refuse_code(error: HailongError) -> Response:
    """Say why a code leads nowhere, and let another one be typed."""
    status = STATUS[error.code]
    title = gettext("Không tìm thấy mã này") if status == 404 else gettext("Mã này đã hết dùng")
    typed = request.view_args.get("code", "") if request.view_args else request.args.get("code", "")
    if error.code == "code_not_begun":
        title = gettext("Mã này chưa đến ngày dùng")
    if error.code in ("used_code", "used_leader_link"):
        title, typed = gettext("Mã này đã được dùng"), ""
    html = public_page.render("errors/error.html", title=title, text=sentence(error), typed=typed)
    return public_page.respond(html, status)


@blueprint.get("/")
@blueprint.get("/q")
def enter() -> AnyResponse:
    """Say what this is and take a typed code."""
    typed = request.args.get("code", "")
    if not typed:
        return public_page.respond(public_page.render("citizen/enter.html"))
    code = codes.normalise(typed)
    if not (codes.is_qr_code(code) or codes.is_one_time_code(code)):
        raise HailongError("unknown_code")
    return redirect(_url("citizen.form", code=code), 303)


@blueprint.get("/privacy")
def privacy() -> Response:
    """Say what is kept, what is not, and for how long."""
    settings: Settings = current_app.config["SETTINGS"]
    html = public_page.render(
        "citizen/privacy.html", contact_days=settings.contact_days, text_days=settings.text_days
    )
    return public_page.respond(html)


@blueprint.get("/q/<code>")
def form(code: str) -> Response:
    """Show the form."""
    with _engine().connect() as connection:
        destination = _destination(connection, code)
        questionnaire = _open_questionnaire(connection, destination)
        asked = leader_survey.asked(connection, destination)
    facts = _facts(destination, questionnaire, asked)
    now = _now()
    if not facts.trial and is_visit(request):
        _openings().count_opened(destination.code, now.date())
    nonce = _signer().issue(code=destination.code, version=questionnaire.id, now=now)
    page = _form_page(facts, len(nonce))
    return public_page.respond_slotted(page, nonce, style=public_page.FORM_STYLE)


@blueprint.post("/q/<code>")
def answer(code: str) -> AnyResponse:
    """Store the form, or show what it lacks with everything kept."""
    code = codes.normalise(code)
    sent = citizen_form(_opening(code), request.form)
    if sent.validate() and sent.nonce:
        return _store(code, sent, sent.nonce)
    with _engine().connect() as connection:
        destination = _destination(connection, code, sent.nonce)
        if sent.nonce and response.was_sent(connection, sent.nonce.hash):
            return _to_thanks(destination, sent, sent.nonce)
        _open_questionnaire(connection, destination)
        facts = _facts(destination, sent.questionnaire, leader_survey.asked(connection, destination))
    html = _form_html(facts, sent, nonce=sent.n.current_token, failed=True)
    page = public_page.respond(html, 400 if sent.is_altered else 422, style=public_page.REFUSED_STYLE)
    # It holds answers: once they are sent, "Back" must not find them. Asked for again, it leads to the thanks.
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/q/<code>/thanks")
def thanks(code: str) -> Response:
    """Thank everyone with the same page, and offer two more questions."""
    receipt = _receipt(code)
    if receipt.is_expired(_now()):
        return _thanks_expired(receipt, refused=False)
    narrow_languages(load_questionnaire(receipt.version).languages)
    arguments = request.args
    facts = ThanksFacts(
        questionnaire=load_questionnaire(receipt.version),
        language=choose_language(),
        large="to" in arguments,
        dark="td" in arguments,
        trial=receipt.trial,
        example=public_page.is_example(),
        more_sent="more" in arguments,
    )
    number = codes.grouped(codes.encode_bits(receipt.number))
    return public_page.respond_slotted(_thanks_page(facts), number, style=public_page.PAGE_STYLE)


@blueprint.post("/q/<code>/thanks")
def answer_more(code: str) -> AnyResponse:
    """Store the two more answers, once."""
    receipt = _receipt(code)
    if receipt.is_expired(_now()):
        return _thanks_expired(receipt, refused=True)
    sent = extra_form(receipt.version, request.form)
    remark = clean_remark(request.form)
    if len(remark) > LONGEST_REMARK:
        return _thanks_again(receipt, sent, remark)
    response.submit_extra(
        _engine(),
        questionnaire=sent.questionnaire,
        answers=sent.answers,
        number=receipt.number,
        shown_on=receipt.issued_at.astimezone(TIME_ZONE).date(),
    )
    if remark and sent.questionnaire.purpose is Purpose.CITIZEN:
        _leave_remark(code, receipt, remark)
    return _to(_url("citizen.thanks", code=code, t=request.args["t"], more=1, **_switches(sent)))


def _thanks_expired(receipt: Receipt, *, refused: bool) -> Response:
    """Thank without the number, which is shown for a while only; citizens can still go on to feedback."""
    offered = load_questionnaire(receipt.version).purpose is Purpose.CITIZEN
    html = public_page.render("citizen/thanks_expired.html", refused=refused, offered=offered)
    return public_page.respond(html, 410 if refused else 200)


def _leave_remark(code: str, receipt: Receipt, remark: str) -> None:
    """Store a remark by itself; what lets it count once is made from the number, which is stored nowhere."""
    settings: Settings = current_app.config["SETTINGS"]
    today = _now().date()
    destination = _destination(db.session.connection(), code, receipt)
    once = hmac.digest(settings.key_for("remark"), receipt.number, "sha256")
    comment.leave(db.session, remark, unit_id=destination.unit_id, trial=receipt.trial, once=once, today=today)


def _thanks_again(receipt: Receipt, sent: ExtraForm, remark: str) -> Response:
    """Show the page again with a remark that is too long, so that it can be shortened."""
    facts = ThanksFacts(
        questionnaire=sent.questionnaire,
        language=choose_language(),
        large=sent.to.data,
        dark=sent.td.data,
        trial=receipt.trial,
        example=public_page.is_example(),
        more_sent=False,
    )
    style = public_page.FEEDBACK_STYLE
    html = public_page.render(
        "citizen/thanks.html",
        style=style,
        facts=facts,
        questions=sent.questionnaire.extra_questions,
        number=codes.grouped(codes.encode_bits(receipt.number)),
        chosen=sent.answers,
        remark=remark,
    )
    return public_page.respond(html, 422, style=style)


def _store(code: str, sent: CitizenForm, nonce: Nonce) -> AnyResponse:
    now = _now()
    destination = response.submit(
        _engine(),
        code=code,
        questionnaire=sent.questionnaire,
        answers=sent.answers,
        declared_field=sent.declared_field,
        spending=Spending(
            nonce_hash=nonce.hash,
            number=_signer().number(nonce),
            opened_on=nonce.issued_at.astimezone(TIME_ZONE).date(),
            too_fast=nonce.is_too_fast(now),
        ),
        today=now.date(),
        clock=lambda: _now().date(),
        openings=_openings(),
    )
    return _to_thanks(destination, sent, nonce)


def _to_thanks(destination: Destination, sent: CitizenForm, nonce: Nonce) -> AnyResponse:
    now = _now()
    code = destination.code
    receipt = _signer().issue_receipt(
        code=code,
        version=nonce.version,
        number=_signer().number(nonce),
        trial=destination.is_trial(now.date()),
        now=now,
    )
    return _to(_url("citizen.thanks", code=code, t=receipt, **_switches(sent)))


def _to(address: str) -> AnyResponse:
    """Send a browser on; the page's own script is told the address, as it must put that in the form's place."""
    if script.MARK in request.args:
        return Response(status=201, headers={"Location": address})
    return redirect(address, 303)


def _engine() -> Engine:
    return db.engine(current_app)


def _destination(connection: Connection, code: str, opened: Nonce | Receipt | None = None) -> Destination:
    opened_on = None if opened is None else opened.issued_at.astimezone(TIME_ZONE).date()
    return resolve(connection, codes.normalise(code), today=_now().date(), opened_on=opened_on)


def _open_questionnaire(connection: Connection, destination: Destination) -> Questionnaire:
    """Find the questionnaire that a code opens; refuse a one-time code that has been used."""
    assigned = questionnaire_use.for_citizens(connection, destination.unit_id, today=_now().date())
    if destination.ticket is None:
        return assigned
    one_time_code.mend_after_crash(_engine())
    if not one_time_code.is_open(connection, destination.ticket):
        raise one_time_code.refused(destination.ticket, "used")
    return load_questionnaire(destination.ticket.version) if destination.ticket.version else assigned


def _openings() -> Openings:
    openings: Openings = current_app.extensions["hailong_openings"]
    return openings


def _opening(code: str) -> Opening:
    """Take the version that a form was signed with, which may not be today's; else the one that is asked today."""
    try:
        questionnaire = load_questionnaire(_signer().read(request.form.get("n", ""), code=code).version)
    except (NonceError, QuestionnaireError):
        with _engine().connect() as connection:
            questionnaire = _open_questionnaire(connection, _destination(connection, code))
    return Opening(_signer(), code, questionnaire.id, _now())


def _facts(destination: Destination, questionnaire: Questionnaire, asked: Asked | None) -> FormFacts:
    narrow_languages(questionnaire.languages)
    language = choose_language()
    fields: tuple[FieldName, ...] = ()
    if asked is None and not one_time_code.tells_field(destination.ticket):
        # Nothing of a one-time code is kept in memory.
        kept = replace(destination, code="", ticket=None)
        fields = _fields(_engine(), kept, int(_now().timestamp()) // FIELDS_KEPT_SECONDS)
    return FormFacts(
        questionnaire=questionnaire,
        heading=destination.one_stop_name if asked is None else asked.unit_name,
        online=destination.channel is Channel.ONLINE,
        fields=tuple((field.code, field.name_en if language == "en" else field.name_vi) for field in fields),
        asked=None if asked is None else asked.leaders,
        language=language,
        trial=destination.is_trial(_now().date()),
        example=public_page.is_example(),
        preview=_preview_picture() if destination.is_online_link else "",
        one_time=destination.ticket is not None and destination.ticket.purpose is CodePurpose.DOSSIER,
    )


def _preview_picture() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url + url_for("static", filename=PREVIEW_PICTURE)


@lru_cache(PAGES_KEPT)
def _fields(engine: Engine, destination: Destination, _time: int) -> tuple[FieldName, ...]:
    """Look up the fields to choose from, once a minute: they change with an import, and cost two queries."""
    with engine.connect() as connection:
        return offered_fields(connection, destination)


@lru_cache(PAGES_KEPT)
def _form_page(facts: FormFacts, nonce_size: int) -> SlottedPage:
    blank = blank_form(facts.questionnaire, Opening(_signer(), "", facts.questionnaire.id, _now()))
    return SlottedPage(_form_html(facts, blank, nonce=SLOT, failed=False), nonce_size)


def _form_html(facts: FormFacts, form: CitizenForm, *, nonce: str, failed: bool) -> str:
    style = public_page.REFUSED_STYLE if failed else public_page.FORM_STYLE
    return public_page.render("citizen/form.html", style=style, facts=facts, form=form, nonce=nonce, failed=failed)


@lru_cache(PAGES_KEPT)
def _thanks_page(facts: ThanksFacts) -> SlottedPage:
    questions = facts.questionnaire.extra_questions
    html = public_page.render("citizen/thanks.html", facts=facts, questions=questions, number=SLOT)
    return SlottedPage(html, NUMBER_SIZE)


def _receipt(code: str) -> Receipt:
    try:
        return _signer().read_receipt(request.args.get("t", ""), code=codes.normalise(code))
    except NonceError:
        abort(404)


def _signer() -> Signer:
    return _signer_of(current_app.config["SETTINGS"])


@cache
def _signer_of(settings: Settings) -> Signer:
    return Signer(settings.key_for("citizen's form"))


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
