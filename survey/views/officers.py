"""The accounts of an administrator's units: list, invite, and the page of one account."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from flask import current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.officers import GrantForm, HandOverForm, InviteForm
from forms.officers import offer as offer_choices
from survey import officer_session
from survey.access import Permission, officer_or_refuse, require, visible_units
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Officer, Role
from survey.officer_messages import BELONGINGS, ROLE_MEANINGS, ROLE_NAMES
from survey.services import administration, handover, second_factor
from survey.services import officer as service
from survey.services.device import places
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("officers")
WRONG = 422
_LINK = "invitation_link"
AnyForm = TypeVar("AnyForm", GrantForm, InviteForm)


@blueprint.get("/officers")
def officers() -> str:
    """List the accounts, with the form to invite somebody."""
    return _list(offer(InviteForm()))


@blueprint.post("/officers")
def invite() -> Response | tuple[str, int]:
    """Make an account, or give an existing one another role, and go on to its page."""
    administrator = require(Permission.MANAGE_OFFICERS)
    form = offer(InviteForm())
    if not form.validate():
        return _list(form), WRONG
    try:
        added = service.add_by(
            db.session,
            form.email.data,
            role=Role(form.role.data),
            unit_code=form.unit.data,
            name=form.name.data,
            now=now(),
            actor=administrator,
        )
    except HailongError as error:
        form.email.errors = [sentence(error)]
        return _list(form), WRONG
    if added.token is None:
        flash(_("%(email)s đã có tài khoản: đã giao thêm vai trò.", email=added.officer.email), "good")
    return to_officer(added.officer, added.token)


@blueprint.get("/officers/<officer_id>")
def officer(officer_id: str) -> str:
    """Show an account; right after inviting also the link, once."""
    shown = officer_or_refuse(officer_id)
    link_of, token = session.pop(_LINK, ("", ""))
    settings: Settings = current_app.config["SETTINGS"]
    link = f"{settings.base_url}/officer/invitation/{token}" if link_of == shown.id and token else ""
    return page_of(shown, offer(GrantForm(formdata=None)), hand_over_form(shown, formdata=None), link=link)


def to_officer(shown: Officer, token: str | None = None) -> Response:
    """Go on to the page of an account, which shows the link of `token` once."""
    if token is not None:
        session[_LINK] = [shown.id, token]
    return redirect(url_for("officers.officer", officer_id=shown.id), 303)


def offer(form: AnyForm) -> AnyForm:
    """Let a form choose among all roles, and the units that the signed-in officer administers."""
    units = places(db.session, administered(), today=now().date())
    offer_choices(
        form,
        [(role.value, ROLE_NAMES[role]) for role in Role],
        [(unit.code, f"{unit.name} ({unit.code})") for unit in units],
    )
    return form


def hand_over_form(leaving: Officer, **values: object) -> HandOverForm:
    """Let the form choose among the other open accounts."""
    form = HandOverForm(with_roles=True, with_closing=True, **values)
    others = administration.officers(db.session, administered())
    form.offer([(o.id, f"{o.name} ({o.email})") for o in others if o.is_active and o.id != leaving.id])
    return form


def page_of(shown: Officer, grant_form: GrantForm, hand_over: HandOverForm, *, link: str = "") -> str:
    """Draw the page of one account, with its forms."""
    unit_ids = administered()
    return render_template(
        "officer/officer.html",
        shown=shown,
        grants=[grant for grant in shown.grants if grant.unit_id in unit_ids],
        elsewhere=sum(grant.unit_id not in unit_ids for grant in shown.grants),
        grant_form=grant_form,
        hand_over_form=hand_over,
        in_hand=handover.in_hand(db.session, shown),
        belongings=BELONGINGS,
        is_required=officer_session.insists() and second_factor.is_required(shown),
        role_names=ROLE_NAMES,
        role_meanings=ROLE_MEANINGS,
        link=link,
        now=now(),
    )


def administered() -> set[int]:
    """Return the ids of the units that the signed-in officer administers."""
    return visible_units(db.session, require(Permission.MANAGE_OFFICERS), Permission.MANAGE_OFFICERS)


def now() -> datetime:
    """Return this moment."""
    return datetime.now(TIME_ZONE)


def _list(form: InviteForm) -> str:
    unit_ids = administered()
    return render_template(
        "officer/officers.html",
        form=form,
        officers=administration.officers(db.session, unit_ids),
        unit_ids=unit_ids,
        role_names=ROLE_NAMES,
        role_meanings=ROLE_MEANINGS,
        now=now(),
    )
