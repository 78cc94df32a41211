"""Signing in at the province's own provider: away to it, and back."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime

from flask import abort, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from survey.config import TIME_ZONE, Provider, Settings
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.messages import sentence
from survey.officer_session import WAITING_LIFETIME
from survey.services import officer as officers
from survey.services import single_sign_on
from survey.services.single_sign_on import Visit
from survey.views.auth import let_in
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("single_sign_on", signed_in=False)
PER_ADDRESS = "60 per 10 minutes"  # each asks the provider something
_VISIT = "visit"


# A link leads here, not a form: a browser would otherwise want the provider's address in our form-action.
@blueprint.get("/sign-in/provider")
@limiter.limit(PER_ADDRESS, key_func=get_remote_address)
def leave() -> Response:
    """Send the officer to the provider."""
    visit = single_sign_on.new_visit()
    try:
        address = single_sign_on.address_of(_provider(), visit, return_to=_return_to())
    except HailongError as error:
        return _back(sentence(error))
    session[_VISIT] = [*astuple(visit), request.args.get("next", ""), datetime.now(TIME_ZONE).timestamp()]
    return redirect(address, 303)


@blueprint.get("/sign-in/provider/return")
@limiter.limit(PER_ADDRESS, key_func=get_remote_address)
def come_back() -> Response:
    """Let the officer in whose verified e-mail address the provider names, if there is an account for it."""
    provider, now = _provider(), datetime.now(TIME_ZONE)
    *parts, wanted, since = session.pop(_VISIT, ["", "", "", "", 0])
    visit = Visit(*parts)
    is_ours = visit.state and request.args.get("state", "") == visit.state
    if not is_ours or since < (now - WAITING_LIFETIME).timestamp():
        return _back(_("Lần đăng nhập này đã để quá lâu hoặc bắt đầu từ nơi khác. Xin thử lại."))
    if "code" not in request.args:
        return _back(_("Ông/Bà chưa đăng nhập xong ở hệ thống đăng nhập một lần. Xin thử lại."))
    try:
        identity = single_sign_on.identify(provider, visit, request.args["code"], return_to=_return_to(), now=now)
        officer = officers.recognise(db.session, identity.email, now=now)
    except HailongError as error:
        return _back(sentence(error))
    return let_in(officer, wanted=wanted, is_strong=identity.is_multi_factor, now=now)


def _provider() -> Provider:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.provider is None:
        abort(404)
    return settings.provider


def _return_to() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return f"{settings.base_url}/officer/sign-in/provider/return"


def _back(words: str) -> Response:
    flash(words, "warning")
    return redirect(url_for("auth.sign_in"), 303)
