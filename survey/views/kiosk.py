"""The kiosk: a page for enrolled tablets that goes on without a network. It sets no cookie.

The page itself is the same for everyone and knows nothing. A tablet shows its token with each request for the
form and with what it sends; nobody else is answered.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask_babel import force_locale, gettext

from forms.questionnaire import Questionnaire
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.language import NAMES, locale_of, narrow_languages, offered_languages
from survey.messages import sentence
from survey.services import device as devices
from survey.services import kiosk, questionnaire_use
from survey.services.destination import Destination, FieldName, offered_fields, resolve_place
from survey.services.device import KnownDevice
from survey.services.sealed import Seal
from survey.views import kiosk_files, public_page
from survey.views.feedback import network

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")

# Staff never ask about themselves, nor about money and harassment: the citizen answers that alone, or nobody does.
OWN_FACTOR = "officials"
OWN_QUESTIONS = frozenset({"Q7", "C5", "C6"})
MOST_ENTRIES = 50
LONGEST_ENTRY = 4096
STATUS = {
    "device_unknown": 401,
    "device_revoked": 403,
    "enrolment_unusable": 422,
    "closed_unit": 410,
    "entries_unreadable": 400,
}
PER_NETWORK = "20 per 10 minutes"
PER_DEVICE = "120 per minute"
BEARER = "Bearer "


@blueprint.errorhandler(HailongError)
def refuse(error: HailongError) -> tuple[dict[str, str], int]:
    """Say what went wrong to the script, and in words to whoever stands before the tablet."""
    return {"error": error.code, "text": sentence(error)}, STATUS[error.code]


@blueprint.get("/")
def page() -> Response:
    """Show the page that is installed on the tablet."""
    response = public_page.respond(kiosk_files.page(), style=kiosk_files.STYLE)
    g.content_security_policy |= {"img-src": "'self' data:", "worker-src": "'self'", "manifest-src": "'self'"}
    return response


@blueprint.get("/worker.js")
def worker() -> Response:
    """Send the script that keeps the page at hand without a network."""
    return Response(kiosk_files.worker(), mimetype="text/javascript")


@blueprint.get("/app.webmanifest")
def manifest() -> Response:
    """Describe the page to a tablet that installs it."""
    return Response(kiosk_files.manifest(), mimetype="application/manifest+json")


@blueprint.post("/devices")
@limiter.limit(PER_NETWORK, key_func=network, deduct_when=lambda response: response.status_code == 422)
def enrol() -> dict[str, str]:
    """Take the token of a tablet that knows a one-time code."""
    sent = _sent()
    code, token = str(sent.get("code", "")), str(sent.get("token", ""))
    device = devices.enrol(db.session, code=code, token=token, now=_now())
    return {"name": device.name}


@blueprint.get("/form")
def form() -> dict[str, Any]:
    """Send an enrolled tablet its screens in every language, and the key to seal with."""
    device = _device()
    today = _now().date()
    with db.engine(current_app).connect() as connection:
        destination = resolve_place(connection, unit_id=device.unit_id, counter_id=device.counter_id, today=today)
        questionnaire = questionnaire_use.for_citizens(connection, destination.unit_id, today=today)
        fields = offered_fields(connection, destination)
    narrow_languages(questionnaire.languages)
    return {
        "device": device.id,
        "name": device.name,
        "version": questionnaire.id,
        "key": _seal().public,
        "screens": {
            language: _screens(questionnaire, destination, fields, language) for language in offered_languages()
        },
    }


@blueprint.post("/responses")
@limiter.limit(PER_DEVICE, key_func=lambda: hashlib.sha256(_token().encode()).hexdigest())
def receive() -> dict[str, list[str]]:
    """Store what a tablet has collected, each form once, and say what became of each."""
    device = _device()
    entries = _sent().get("entries")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise HailongError("entries_unreadable")
    engine, today = db.engine(current_app), _now().date()
    return {
        "results": [
            kiosk.submit(engine, _seal(), str(entry)[:LONGEST_ENTRY], device=device, today=today)
            for entry in entries
        ]
    }


def _device() -> KnownDevice:
    """Know the tablet by its token; nobody else gets past here."""
    return devices.recognise(db.engine(current_app), _token(), today=_now().date())


def _token() -> str:
    return request.headers.get("Authorization", "").removeprefix(BEARER)


def _screens(
    questionnaire: Questionnaire, destination: Destination, fields: tuple[FieldName, ...], language: str
) -> dict[str, str]:
    own = {item for factor in questionnaire.factors if factor.code == OWN_FACTOR for item in factor.items}
    with force_locale(locale_of(language)):
        # Not by `render_template`: what extensions add there reads the session, and there is none here.
        html = current_app.jinja_env.get_template("kiosk/screens.html").render(
            language=language,
            questionnaire=questionnaire,
            heading=destination.one_stop_name,
            fields=[(field.code, field.name_en if language == "en" else field.name_vi) for field in fields],
            own=own | OWN_QUESTIONS,
            trial=destination.is_trial(_now().date()),
        )
        return {
            "html": html,
            "name": NAMES[language],
            "title": questionnaire.title[language],
            "large": gettext("Chữ to"),
            "dark": gettext("Nền tối"),
        }


def _sent() -> dict[str, Any]:
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # thousands of brackets within each other
        sent = None
    return sent if isinstance(sent, dict) else {}


def _seal() -> Seal:
    return _seal_of(current_app.config["SETTINGS"])


@cache
def _seal_of(settings: Settings) -> Seal:
    return Seal(settings.key_for("kiosk's entries"))


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
