"""Who hears of a case: nobody who may not see it, and those nearest to it first."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from survey.models import FeedbackCase, Grant, NoticeChoice, NoticeKind, Officer, Unit
from survey.permissions import PERMISSIONS, Permission
from survey.services.desk import unit_above
from survey.services.inbox import Sight, visible
from survey.services.notice_choice import choices
from survey.services.unit_tree import ids_below


def sight_of(session: Session, officer: Officer) -> Sight:
    """Return which cases an officer may see."""
    unit_ids = _units(session, officer, Permission.READ_FEEDBACK)
    restricted = _units(session, officer, Permission.READ_RESTRICTED_FEEDBACK)
    return Sight(officer.id, unit_ids, restricted & unit_ids)


class Hearing:
    """Who hears of the cases in `scope`; what is asked of one officer or unit is asked of the database once."""

    def __init__(self, session: Session, scope: ColumnElement[bool], *, today: date) -> None:
        self._session = session
        self._scope = scope
        self._today = today
        self._seen: dict[str, frozenset[bytes]] = {}
        self._people: dict[int, list[Officer]] = {}
        self._at_once: dict[str, frozenset[NoticeKind]] = {}

    def wishing(self, case: FeedbackCase, kind: NoticeKind) -> list[Officer]:
        """List who may hear of a case and wishes to hear of it at once."""
        return [officer for officer in self._hearers(case, kind) if kind in self._wishes(officer)]

    def _hearers(self, case: FeedbackCase, kind: NoticeKind) -> list[Officer]:
        # By their ids: what was changed a moment ago is not in the relationships yet.
        assignee = None if case.assignee_id is None else self._session.get(Officer, case.assignee_id)
        reader_unit = self._session.get_one(Unit, case.reader_unit_id)
        handler = [] if assignee is None else [assignee]
        if kind is NoticeKind.ASSIGNED or (kind is NoticeKind.DUE and handler):
            found = handler
        elif kind is NoticeKind.ESCALATED:
            found = self._nearest(unit_above(reader_unit, self._today), case)
        else:
            found = [*handler, *self._nearest(reader_unit, case)]
        return list({officer.id: officer for officer in found if self._sees(officer, case)}.values())

    def _nearest(self, unit: Unit | None, case: FeedbackCase) -> list[Officer]:
        """List the people of a unit who may see a case; where there is nobody, those of the next unit above."""
        while unit is not None:
            people = [officer for officer in self._people_of(unit) if self._sees(officer, case)]
            if people:
                return people
            unit = unit_above(unit, self._today)
        return []

    def _people_of(self, unit: Unit) -> list[Officer]:
        if unit.id not in self._people:
            query = select(Officer).where(Officer.grants.any(Grant.unit_id == unit.id))
            self._people[unit.id] = list(
                self._session.scalars(query.options(selectinload(Officer.grants)).order_by(Officer.email))
            )
        return self._people[unit.id]

    def _sees(self, officer: Officer, case: FeedbackCase) -> bool:
        """Tell whether an officer may see a case; nobody whose account is closed does."""
        if not officer.is_active:
            return False
        if officer.id not in self._seen:
            query = select(FeedbackCase.key).where(self._scope, visible(sight_of(self._session, officer)))
            self._seen[officer.id] = frozenset(self._session.scalars(query))
        return case.key in self._seen[officer.id]

    def _wishes(self, officer: Officer) -> frozenset[NoticeKind]:
        if officer.id not in self._at_once:
            chosen = choices(self._session, officer)
            self._at_once[officer.id] = frozenset(
                kind for kind, choice in chosen.items() if choice is NoticeChoice.AT_ONCE
            )
        return self._at_once[officer.id]


def _units(session: Session, officer: Officer, permission: Permission) -> frozenset[int]:
    granted = [grant.unit_id for grant in officer.grants if permission in PERMISSIONS[grant.role]]
    return frozenset(session.scalars(ids_below(granted))) if granted else frozenset()
