"""The tablets of the units: list, add, show the enrolment code once, revoke."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from flask import current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.device import DeviceForm
from survey.access import Permission, device_or_refuse, require, visible_units
from survey.codes import grouped
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Counter, Unit
from survey.services import device as service
from survey.services.device import Registered
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("devices")
_CODE = "enrolment"
Place = tuple[Unit, Counter | None]


@blueprint.get("/devices")
def devices() -> str:
    """List the tablets, with the form to add one."""
    form, _places = _form()
    return _page(form)


@blueprint.post("/devices")
def add() -> Response | tuple[str, int]:
    """Add a tablet and go on to its code."""
    officer = require(Permission.MANAGE_DEVICES)
    form, places = _form()
    if not form.validate():
        return _page(form), 422
    unit, counter = places[form.place.data]
    registered = service.register(
        db.session, unit=unit, counter=counter, name=form.name.data, now=_now(), actor=officer.email
    )
    return _to_code(registered)


@blueprint.get("/devices/<device_id>")
def enrolment(device_id: str) -> str:
    """Show the one-time code of a tablet: once, to the officer who has just made it."""
    device = device_or_refuse(device_id)
    shown_id, code = session.pop(_CODE, ("", ""))
    if shown_id != device.id:
        return render_template("officer/device.html", device=device, code="")
    settings: Settings = current_app.config["SETTINGS"]
    # After the "#": no server sees it, no log keeps it.
    link = f"{settings.base_url}/kiosk/#{code}"
    picture = b64encode(service.picture(link)).decode()
    return render_template(
        "officer/device.html",
        device=device,
        code=grouped(code),
        address=f"{settings.base_url}/kiosk/",
        picture=f"data:image/svg+xml;base64,{picture}",
    )


@blueprint.post("/devices/<device_id>/code")
def renew(device_id: str) -> Response:
    """Make another one-time code for a tablet that is not enrolled yet."""
    device = device_or_refuse(device_id)
    officer = require(Permission.MANAGE_DEVICES)
    try:
        return _to_code(service.renew_code(db.session, device, now=_now(), actor=officer.email))
    except HailongError as error:
        flash(sentence(error), "warning")
    return redirect(url_for("devices.devices"), 303)


@blueprint.post("/devices/<device_id>/revoke")
def revoke(device_id: str) -> Response:
    """Revoke a tablet."""
    device = device_or_refuse(device_id)
    officer = require(Permission.MANAGE_DEVICES)
    service.revoke(db.session, device, now=_now(), actor=officer.email)
    flash(_("Đã thu hồi máy “%(name)s”: máy không gửi phiếu được nữa.", name=device.name), "good")
    return redirect(url_for("devices.devices"), 303)


def _to_code(registered: Registered) -> Response:
    session[_CODE] = [registered.device.id, registered.code]
    return redirect(url_for("devices.enrolment", device_id=registered.device.id), 303)


def _page(form: DeviceForm) -> str:
    officer = require(Permission.MANAGE_DEVICES)
    unit_ids = visible_units(db.session, officer, Permission.MANAGE_DEVICES)
    return render_template(
        "officer/devices.html", form=form, devices=service.devices(db.session, unit_ids), now=_now()
    )


def _form() -> tuple[DeviceForm, dict[str, Place]]:
    """The form and what its choices stand for: a whole one-stop shop, or a counter of it."""
    officer = require(Permission.MANAGE_DEVICES)
    unit_ids = visible_units(db.session, officer, Permission.MANAGE_DEVICES)
    places: dict[str, Place] = {}
    choices: dict[str, list[tuple[str, str]]] = {}
    for unit in service.places(db.session, unit_ids, today=_now().date()):
        offered = [(unit.code, _("%(unit)s: dùng chung mọi quầy", unit=unit.name))]
        places[unit.code] = (unit, None)
        for counter in unit.open_counters:
            value = f"{unit.code}/{counter.code}"
            places[value] = (unit, counter)
            offered.append((value, f"{unit.name}: {counter.name}"))
        choices.setdefault(f"{unit.name} ({unit.code})", []).extend(offered)
    form = DeviceForm()
    form.offer(choices)
    return form, places


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
