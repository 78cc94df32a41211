"""The form of a feedback case. It knows the unit of a code, and nothing of any response."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from functools import cache

from flask import Blueprint, Response, current_app, redirect, request
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response as AnyResponse

from forms.citizen import Opening
from forms.consent import CONTACT_CONSENT, load_consent
from forms.feedback import LONGEST_TEXT, READERS, ContactBlock, FeedbackForm, feedback_form
from forms.nonce import Nonce, Signer
from survey import codes
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.feedback_messages import FEEDBACK_FAULTS, READER_WORDS, TOPIC_WORDS
from survey.language import narrow_languages
from survey.models import Reader, Topic
from survey.services import feedback, leader_survey
from survey.services.contact import Contact
from survey.services.deadline import Deadlines
from survey.services.deadline import load as load_deadlines
from survey.services.desk import Desk, desk_of
from survey.services.destination import resolve
from survey.services.feedback import NewCase, Once
from survey.views import public_page
from survey.views.citizen import refuse_code

blueprint = Blueprint("feedback", __name__)
blueprint.register_error_handler(HailongError, refuse_code)

# Ten times what may be written: what is too long comes back whole, to be shortened.
LARGEST_BODY = 1024 * 1024
# For a network behind which a whole office, or all phones of a provider, may stand.
PER_NETWORK = "120 per 10 minutes"


def settings() -> Settings:
    """The settings of this installation."""
    known: Settings = current_app.config["SETTINGS"]
    return known


def sealing_key() -> bytes:
    """The key under which contact details are encrypted."""
    return settings().key_for("feedback contact")


def deadlines() -> Deadlines:
    """By when a case is to be answered here."""
    return load_deadlines(settings().deadlines_file)


def network() -> str:
    """Name the sender's network for a limit, by a keyed hash: no address is kept, or written to a log."""
    text = f"{datetime.now(TIME_ZONE):%Y-%m-%d} {get_remote_address()}"
    return hmac.digest(settings().key_for("network of a sender"), text.encode(), "sha256").hex()[:24]


def once(nonce: Nonce, content: bytes) -> Once:
    """Spend `nonce` for this content."""
    return Once(nonce.hash_with(content), nonce.issued_at.astimezone(TIME_ZONE).date())


def contact_in(sent: ContactBlock) -> Contact | None:
    """Take the contact details of a form, if there are any with consent."""
    details = sent.contact
    return None if details is None else Contact(details.name, details.phone, details.email)


@blueprint.before_request
def allow_long_texts() -> None:
    """Read more of a request than elsewhere, so that a long text can be shown again."""
    request.max_content_length = LARGEST_BODY
    request.max_form_memory_size = LARGEST_BODY


@blueprint.before_request
def offer_languages_of_the_consent() -> None:
    """Show these pages only in languages in which one can consent to what they ask."""
    narrow_languages(load_consent().languages)


@blueprint.get("/q/<code>/feedback")
def form(code: str) -> Response:
    """Show the form."""
    desk = _desk(code)
    return _page(desk, feedback_form(_opening(code), offered_readers=_readers(desk)))


@blueprint.post("/q/<code>/feedback")
@limiter.limit(PER_NETWORK, key_func=network, deduct_when=lambda response: response.status_code == 303)
def send(code: str) -> AnyResponse:
    """Store a case and show its tracking code, or show what is missing with everything kept."""
    desk = _desk(code)
    sent = feedback_form(_opening(code), request.form, offered_readers=_readers(desk))
    if not sent.validate() or sent.nonce is None:
        return _page(desk, sent, status=400 if sent.is_altered else 422)
    new = NewCase(
        topic=Topic(sent.topic.data),
        reader=Reader(sent.chosen_reader),
        text=sent.text.data,
        contact=contact_in(sent),
        consent_version=CONTACT_CONSENT,
    )
    content = _content(new)
    tracking_code = codes.encode_bits(_signer_of(settings()).number_with(sent.nonce, content))
    feedback.send(
        db.session,
        new,
        code=tracking_code,
        desk=desk,
        once=once(sent.nonce, content),
        sealing_key=sealing_key(),
        deadlines=deadlines(),
        today=datetime.now(TIME_ZONE).date(),
    )
    address = public_page.own_url(
        "tracking.show", code=codes.grouped(tracking_code), new=1, **public_page.switches(sent)
    )
    return redirect(address, 303)


def _desk(code: str) -> Desk:
    today = datetime.now(TIME_ZONE).date()
    destination = resolve(db.session.connection(), codes.normalise(code), today=today)
    if leader_survey.is_asked(destination):
        # A leader's personal link is no citizen's way in, and its case would not be a citizen's.
        raise HailongError("unknown_one_time_code")
    return desk_of(db.session, destination.unit_id, today=today)


def _readers(desk: Desk) -> tuple[str, ...]:
    return READERS if desk.above_id is not None else READERS[:1]


def _opening(code: str) -> Opening:
    # The nonce names the version of the consent that was shown, so that only that one can be given.
    signer = _signer_of(settings())
    return Opening(signer, codes.normalise(code), CONTACT_CONSENT, datetime.now(TIME_ZONE))


@cache
def _signer_of(known: Settings) -> Signer:
    return Signer(known.key_for("feedback form"))


def _content(new: NewCase) -> bytes:
    """Digest what is sent: changed after "Back", it is another case and not lost."""
    contact = None if new.contact is None else vars(new.contact)
    text = json.dumps([new.topic, new.reader, new.text, contact])
    return hashlib.sha256(text.encode()).digest()


def _page(desk: Desk, sent: FeedbackForm, *, status: int = 200) -> Response:
    html = public_page.render(
        "citizen/feedback.html",
        style=public_page.FEEDBACK_STYLE,
        form=sent,
        desk=desk,
        failed=status != 200,
        large=sent.to.data,
        dark=sent.td.data,
        topics=TOPIC_WORDS,
        readers=READER_WORDS,
        faults=FEEDBACK_FAULTS,
        consent=load_consent(),
        longest=LONGEST_TEXT,
        days=settings().contact_days,
        named=public_page.vietnamese,
    )
    response = public_page.respond(html, status, style=public_page.FEEDBACK_STYLE)
    if status != 200:
        response.headers["Cache-Control"] = "no-store"
    return response
