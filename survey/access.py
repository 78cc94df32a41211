"""Who may do what: one table of roles, and the units an officer sees."""

from __future__ import annotations

from enum import StrEnum, auto

from flask import abort
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.extensions import db
from survey.models import Device, Officer, Role, Unit
from survey.services.unit_tree import ids_below


class Permission(StrEnum):
    """What can be allowed; each is granted on a unit and holds for all below it."""

    SEE_SCORES = auto()
    EXPORT_SCORES = auto()
    REFRESH_SCORES = auto()
    CLOSE_PERIOD = auto()  # only at the top: a period is closed for all units at once
    OBJECT_TO_SCORES = auto()
    EDIT_RULES = auto()
    SET_ASIDE = auto()  # who asks and who approves are two persons
    SEE_INDEX = auto()
    SCORE_INDEX = auto()
    APPRAISE_INDEX = auto()
    READ_FEEDBACK = auto()
    ANSWER_FEEDBACK = auto()
    READ_RESTRICTED_FEEDBACK = auto()  # khiếu nại, tố cáo, and what the citizen addressed to the leader
    READ_REMARKS = auto()
    IMPORT_DOSSIERS = auto()
    MANAGE_UNITS = auto()  # units, counters, codes, letterhead, start date
    MANAGE_OFFICERS = auto()
    MANAGE_DEVICES = auto()
    SEE_QUESTIONNAIRES = auto()
    EDIT_QUESTIONNAIRES = auto()
    ENTER_PAPER = auto()


_SATISFACTION = frozenset(
    {
        Permission.SEE_SCORES,
        Permission.EXPORT_SCORES,
        Permission.REFRESH_SCORES,
        Permission.CLOSE_PERIOD,
        Permission.OBJECT_TO_SCORES,
        Permission.EDIT_RULES,
        Permission.SET_ASIDE,
        Permission.SEE_INDEX,
        Permission.SCORE_INDEX,
        Permission.APPRAISE_INDEX,
        Permission.MANAGE_DEVICES,
        Permission.SEE_QUESTIONNAIRES,
        Permission.EDIT_QUESTIONNAIRES,
        Permission.ENTER_PAPER,
        Permission.READ_REMARKS,
        Permission.MANAGE_UNITS,
    }
)
_DOSSIERS = frozenset(
    {
        Permission.SEE_SCORES,
        Permission.IMPORT_DOSSIERS,
        Permission.READ_FEEDBACK,
        Permission.ANSWER_FEEDBACK,
        Permission.READ_REMARKS,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ONE_STOP: frozenset(
        {
            Permission.SEE_SCORES,
            Permission.SEE_QUESTIONNAIRES,
            Permission.ENTER_PAPER,
            Permission.READ_FEEDBACK,
            Permission.ANSWER_FEEDBACK,
        }
    ),
    Role.REFORM: _SATISFACTION | _DOSSIERS,
    Role.SATISFACTION: _SATISFACTION,
    Role.DOSSIERS: _DOSSIERS,
    Role.LEADER: frozenset(
        {
            Permission.SEE_SCORES,
            Permission.EXPORT_SCORES,
            Permission.REFRESH_SCORES,
            Permission.OBJECT_TO_SCORES,
            Permission.SET_ASIDE,
            Permission.SEE_INDEX,
            Permission.READ_FEEDBACK,
            Permission.ANSWER_FEEDBACK,
            Permission.READ_RESTRICTED_FEEDBACK,
            Permission.READ_REMARKS,
            Permission.MANAGE_DEVICES,
            Permission.SEE_QUESTIONNAIRES,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Permission.SEE_SCORES,
            Permission.EXPORT_SCORES,
            Permission.SEE_INDEX,
            Permission.READ_FEEDBACK,
            Permission.READ_REMARKS,
            Permission.SEE_QUESTIONNAIRES,
        }
    ),
    # Care of the system: no score, no response, no feedback.
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_OFFICERS, Permission.MANAGE_UNITS, Permission.MANAGE_DEVICES}
    ),
}


def may(officer: Officer, permission: Permission) -> bool:
    """Tell whether a role of the officer has `permission`, on whichever unit."""
    return any(permission in PERMISSIONS[grant.role] for grant in officer.grants)


def visible_units(database: Session, officer: Officer, permission: Permission) -> set[int]:
    """Return the ids of the units on which the officer has `permission`: those granted and all below them."""
    granted = [grant.unit_id for grant in officer.grants if permission in PERMISSIONS[grant.role]]
    return set(database.scalars(ids_below(granted))) if granted else set()


def require(permission: Permission) -> Officer:
    """Return the signed-in officer, or answer 403 if none of the roles has `permission`."""
    officer: Officer = current_user._get_current_object()
    if not may(officer, permission):
        abort(403)
    return officer


def stands_at_top(officer: Officer, permission: Permission) -> bool:
    """Tell whether the officer has `permission` on a unit with nothing above it: what is made there is for all."""
    return any(permission in PERMISSIONS[grant.role] and grant.unit.parent_id is None for grant in officer.grants)


def require_at_top(permission: Permission) -> Officer:
    """Return the signed-in officer, or answer 403 if none of the roles has `permission` at the top of the tree."""
    officer = require(permission)
    if not stands_at_top(officer, permission):
        abort(403)
    return officer


def unit_or_refuse(code: str, permission: Permission) -> Unit:
    """Fetch a unit; answer 404 if there is none with this code, 403 if the signed-in officer may not."""
    officer = require(permission)
    return _seen(db.session.scalars(select(Unit).where(Unit.code == code)).one_or_none(), officer, permission)


def unit_of_id_or_refuse(unit_id: int, permission: Permission) -> Unit:
    """Fetch a unit by its number; answer as `unit_or_refuse` does."""
    officer = require(permission)
    return _seen(db.session.get(Unit, unit_id), officer, permission)


def _seen(unit: Unit | None, officer: Officer, permission: Permission) -> Unit:
    if unit is None:
        abort(404)
    if unit.id not in visible_units(db.session, officer, permission):
        abort(403)
    return unit


def officer_or_refuse(officer_id: str) -> Officer:
    """Fetch an account; answer 404 if there is none, 403 if none of its roles is on a unit administered here."""
    administrator = require(Permission.MANAGE_OFFICERS)
    found = db.session.get(Officer, officer_id)
    if found is None:
        abort(404)
    administered = visible_units(db.session, administrator, Permission.MANAGE_OFFICERS)
    if not any(grant.unit_id in administered for grant in found.grants):
        abort(403)
    return found


def device_or_refuse(device_id: str) -> Device:
    """Fetch a tablet; answer 404 if there is none, 403 if the signed-in officer may not manage its unit's."""
    officer = require(Permission.MANAGE_DEVICES)
    device = db.session.get(Device, device_id)
    if device is None:
        abort(404)
    if device.unit_id not in visible_units(db.session, officer, Permission.MANAGE_DEVICES):
        abort(403)
    return device
