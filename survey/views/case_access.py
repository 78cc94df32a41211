"""Which cases an officer may open, and to whom one may be given."""

from __future__ import annotations

from datetime import datetime

from flask import abort, current_app
from sqlalchemy import select

from survey.access import PERMISSIONS, Permission, require, visible_units
from survey.config import TIME_ZONE, Settings
from survey.extensions import db
from survey.models import RESTRICTED, FeedbackCase, Grant, Officer, Reader
from survey.services import inbox
from survey.services.deadline import Deadlines, load
from survey.services.inbox import Sight


def sight_of(officer: Officer, permission: Permission = Permission.READ_FEEDBACK) -> Sight:
    """Return what an officer may see, or, with ANSWER_FEEDBACK, may handle."""
    unit_ids = visible_units(db.session, officer, permission)
    restricted = visible_units(db.session, officer, Permission.READ_RESTRICTED_FEEDBACK) & unit_ids
    return Sight(officer.id, frozenset(unit_ids), frozenset(restricted))


def case_or_refuse(reference: str, permission: Permission = Permission.READ_FEEDBACK) -> FeedbackCase:
    """Fetch a case; answer 404 if the officer may not even know of it, 403 if it may be read but not handled."""
    officer = require(permission)
    found = inbox.find(db.session, sight_of(officer), reference)
    if found is None:
        abort(404)
    if found.reader_unit_id not in visible_units(db.session, officer, permission):
        abort(403)
    return found


def is_restricted(case: FeedbackCase) -> bool:
    """Tell whether only a leader sees a case."""
    return case.reader is Reader.LEADER or case.category in RESTRICTED


def assignable(case: FeedbackCase, actor: Officer) -> list[Officer]:
    """List the officers of the reading unit who may handle a case, and who is asking; never whom it is about."""
    needed = {Permission.ANSWER_FEEDBACK}
    if is_restricted(case):
        needed.add(Permission.READ_RESTRICTED_FEEDBACK)
    officers = officers_of([case.reader_unit_id])
    if actor not in officers:
        officers.append(actor)
    return [
        officer
        for officer in officers
        if officer.id != case.about_officer_id
        and all(case.reader_unit_id in visible_units(db.session, officer, permission) for permission in needed)
    ]


def handlers() -> list[Officer]:
    """List the officers to whom the signed-in one may give cases in bulk: those of the own units."""
    officer = require(Permission.ANSWER_FEEDBACK)
    return [
        other
        for other in officers_of([grant.unit_id for grant in officer.grants])
        if any(Permission.ANSWER_FEEDBACK in PERMISSIONS[grant.role] for grant in other.grants)
    ]


def officers_of(unit_ids: list[int]) -> list[Officer]:
    """List the officers with a role on exactly these units."""
    query = select(Officer).where(Officer.grants.any(Grant.unit_id.in_(unit_ids)), Officer.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(Officer.name, Officer.email)))


def deadlines() -> Deadlines:
    """By when a case is to be answered here."""
    settings: Settings = current_app.config["SETTINGS"]
    return load(settings.deadlines_file)


def now() -> datetime:
    """The moment, in Vietnam."""
    return datetime.now(TIME_ZONE)
