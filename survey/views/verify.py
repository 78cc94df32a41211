"""Whether a response is in a published result, for whoever has its number: yes, set aside, or not."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from survey import codes
from survey.errors import HailongError
from survey.extensions import db, limiter
from survey.messages import sentence
from survey.services.standing import Standing, standing_of
from survey.views import public_page
from survey.views.feedback import network

blueprint = Blueprint("verify", __name__)

# Eighty bits need no help against guessing; this spares the machine from those who try.
ASKED_PER_NETWORK = "120 per 10 minutes"


@blueprint.errorhandler(HailongError)
def refuse(error: HailongError) -> Response:
    """Say that this is no response number, and let another one be typed."""
    typed = request.view_args.get("number", "") if request.view_args else request.args.get("number", "")
    title = gettext("Số phiếu này chưa đúng")
    return _page("citizen/verify_enter.html", 404, title=title, text=sentence(error), typed=typed)


blueprint.after_request(public_page.keep_nowhere)


@blueprint.get("/verify")
def enter() -> AnyResponse:
    """Take a response number."""
    typed = request.args.get("number", "")
    if not typed:
        title = gettext("Phiếu của tôi có được tính không?")
        return _page("citizen/verify_enter.html", title=title, text="", typed="")
    number = codes.normalise(typed)
    if not codes.is_number(number):
        raise HailongError("number_unreadable")
    kept = {name: 1 for name in ("to", "td") if name in request.args}
    return redirect(public_page.own_url("verify.show", number=codes.grouped(number), **kept), 303)


@blueprint.get("/verify/<number>")
@limiter.limit(ASKED_PER_NETWORK, key_func=network)
def show(number: str) -> Response:
    """Tell whether the response counts; never its answers, its unit or its day."""
    number = codes.normalise(number)
    if not codes.is_number(number):
        raise HailongError("number_unreadable")
    standing = standing_of(db.session, codes.decode_bits(number))
    return _page("citizen/verify.html", number=codes.grouped(number), standing=standing, Standing=Standing)


def _page(template: str, status: int = 200, **context: object) -> Response:
    switches = {"large": "to" in request.args, "dark": "td" in request.args}
    html = public_page.render(template, style=public_page.FEEDBACK_STYLE, **switches, **context)
    return public_page.respond(html, status, style=public_page.FEEDBACK_STYLE)
