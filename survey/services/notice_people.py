"""Who hears of a case: nobody who may not see it, and those nearest to it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import FeedbackCase, Grant, NoticeKind, Officer, Unit
from survey.permissions import PERMISSIONS, Permission
from survey.services.desk import unit_above
from survey.services.inbox import Sight, visible
from survey.services.unit_tree import ids_below


def has(officer: Officer, permission: Permission) -> bool:
    """Tell whether a role of the officer has `permission`, on whichever unit."""
    return any(permission in PERMISSIONS[grant.role] for grant in officer.grants)


def sight_of(session: Session, officer: Officer) -> Sight:
    """Return which cases an officer may see."""
    unit_ids = _units(session, officer, Permission.READ_FEEDBACK)
    restricted = _units(session, officer, Permission.READ_RESTRICTED_FEEDBACK)
    return Sight(officer.id, unit_ids, restricted & unit_ids)


def sees(session: Session, officer: Officer, case: FeedbackCase) -> bool:
    """Tell whether an officer may see a case now; nobody whose account is closed does."""
    if not officer.is_active:
        return False
    query = select(FeedbackCase.key).where(FeedbackCase.key == case.key, visible(sight_of(session, officer)))
    return session.scalar(query) is not None


def hearers(session: Session, case: FeedbackCase, kind: NoticeKind, *, today: date) -> list[Officer]:
    """List who is to hear of a case, before their own choices."""
    # By their ids: what was changed a moment ago is not in the relationships yet.
    assignee = None if case.assignee_id is None else session.get(Officer, case.assignee_id)
    reader_unit = session.get_one(Unit, case.reader_unit_id)
    handler = [] if assignee is None else [assignee]
    if kind is NoticeKind.ASSIGNED or (kind is NoticeKind.DUE and handler):
        found: Sequence[Officer] = handler
    elif kind is NoticeKind.ESCALATED:
        above = unit_above(reader_unit, today)
        found = [] if above is None else nearest(session, above, case, today=today)
    else:
        found = [*handler, *nearest(session, reader_unit, case, today=today)]
    seeing = {officer.id: officer for officer in found if sees(session, officer, case)}
    return list(seeing.values())


def nearest(session: Session, unit: Unit, case: FeedbackCase, *, today: date) -> list[Officer]:
    """List the people of a unit who may see a case; where there is nobody, those of the next unit above."""
    place: Unit | None = unit
    while place is not None:
        query = select(Officer).join(Grant).where(Grant.unit_id == place.id, Officer.disabled_at.is_(None))
        people = [officer for officer in session.scalars(query.distinct()) if sees(session, officer, case)]
        if people:
            return people
        place = unit_above(place, today)
    return []


def _units(session: Session, officer: Officer, permission: Permission) -> frozenset[int]:
    granted = [grant.unit_id for grant in officer.grants if permission in PERMISSIONS[grant.role]]
    return frozenset(session.scalars(ids_below(granted))) if granted else frozenset()
