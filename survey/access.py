"""What the signed-in officer may do, and on which units (permissions.py has the table)."""

from __future__ import annotations

from flask import abort
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.extensions import db
from survey.models import Device, Officer, Unit
from survey.permissions import PERMISSIONS as PERMISSIONS
from survey.permissions import Permission as Permission
from survey.permissions import has_permission
from survey.services.unit_tree import ids_below

may = has_permission


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


def checked_units(officer: Officer) -> set[int]:
    """The units whose patterns of answers the officer may have: all at the top, else those of an inspector."""
    if stands_at_top(officer, Permission.EXPORT_SCORES):
        return visible_units(db.session, officer, Permission.EXPORT_SCORES)
    return visible_units(db.session, officer, Permission.CHECK_SCORES)


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
