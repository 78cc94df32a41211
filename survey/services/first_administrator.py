"""The first administrator of an installation, who invites everybody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Role, Unit
from survey.services import audit, officer
from survey.services.officer import AddedOfficer
from survey.services.unit import TWO_TIERS_FROM, default_one_stop_name, kind_of_name
from survey.services.unit_days import is_in_force


def invite(
    session: Session, email: str, *, unit_code: str, unit_name: str, now: datetime, actor: str
) -> AddedOfficer:
    """Make an administrator of every unit at the top; where there is no unit yet, the one named is made.

    Raises HailongError `administrator_needs_unit`, `unit_kind_unclear` or what `officer.add` does.
    """
    officer.clean_email(email)
    today = now.astimezone(TIME_ZONE).date()
    tops = select(Unit.code).where(Unit.parent_id.is_(None), is_in_force(today)).order_by(Unit.code)
    codes = list(session.scalars(tops)) or [_first_unit(session, unit_code, unit_name, now=now, actor=actor)]
    added = [
        officer.add(session, email, role=Role.ADMINISTRATOR, unit_code=code, now=now, actor=actor)
        for code in codes
    ]
    return added[0]


def _first_unit(session: Session, code: str, name: str, *, now: datetime, actor: str) -> str:
    if not code or not name:
        raise HailongError("administrator_needs_unit")
    kind = kind_of_name(name)
    if kind is None:
        raise HailongError("unit_kind_unclear", name=name)
    with write(session):
        session.add(
            Unit(
                code=code,
                name=name,
                one_stop_name=default_one_stop_name(name, kind, None),
                kind=kind,
                valid_from=TWO_TIERS_FROM,
            )
        )
        audit.record(session, now=now, actor=actor, action="unit.add", subject=code, detail={"name": name})
    return code
