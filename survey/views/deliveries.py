"""Where the province's gateway fetches the number of a citizen who was answered (docs/decisions/0014)."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db
from survey.services import contact_handle
from survey.services.webhook import SIGNATURE, TIMESTAMP, is_signed

blueprint = Blueprint("deliveries", __name__)


@blueprint.post("/api/v1/deliveries")
def redeem() -> tuple[Response, int]:
    """Give the number behind a handle, once, to who signs with the webhook's secret."""
    settings: Settings = current_app.config["SETTINGS"]
    now = datetime.now(TIME_ZONE)
    if settings.webhook is None or not settings.webhook.offers_phones:
        return jsonify(error="off"), 404
    stamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    if not is_signed(settings.webhook.secret, stamp, request.get_data(), signature, now=now):
        return jsonify(error="signature"), 403
    sent = request.get_json(silent=True)
    handle = sent.get("handle") if isinstance(sent, dict) else None
    if not isinstance(handle, str):
        return jsonify(error="handle"), 400
    sealing_key = settings.key_for("feedback contact")
    try:
        delivery = contact_handle.redeem(
            db.session, handle, sealing_key=sealing_key, base_url=settings.base_url, now=now
        )
    except HailongError as error:
        return jsonify(error=error.code), 410
    return jsonify(phone=delivery.phone, text=delivery.text), 200


@blueprint.after_request
def keep_nowhere(response: AnyResponse) -> AnyResponse:
    """Leave no copy on the way."""
    response.headers["Cache-Control"] = "no-store"
    return response
