"""What administrators do to the accounts of their units: list, grant and take back roles, close, reopen, help."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from survey.database import write
from survey.errors import HailongError
from survey.models import Grant, Officer, Role, Unit
from survey.services import audit, invitation, officer, second_factor


def officers(session: Session, unit_ids: Collection[int]) -> list[Officer]:
    """List the officers with a role on one of the units, those whose account is open first."""
    holders = select(Grant.officer_id).where(Grant.unit_id.in_(unit_ids))
    query = (
        select(Officer)
        .where(Officer.id.in_(holders))
        .options(
            selectinload(Officer.grants).joinedload(Grant.unit),
            selectinload(Officer.second_factor),
            selectinload(Officer.invitation),
        )
        .order_by(Officer.disabled_at.isnot(None), Officer.name, Officer.email)
    )
    return list(session.scalars(query))


def is_within(changed: Officer, unit_ids: Collection[int]) -> bool:
    """Tell whether all roles of the officer are on these units: only then is the whole account theirs to change.

    Otherwise who looks after a ward could open an account of the province with a new invitation.
    """
    return all(grant.unit_id in unit_ids for grant in changed.grants)


def grant(session: Session, changed: Officer, unit: Unit, role: Role, *, now: datetime, actor: Officer) -> None:
    """Give another role; raise HailongError `own_account` or `officer_has_role`."""
    _refuse_own(changed, actor)
    with write(session):
        session.refresh(changed, with_for_update=True)
        officer.give(session, changed, unit, role, now=now, actor=actor.email, action="officer.grant")


def take_back(
    session: Session, changed: Officer, unit: Unit, role: Role, *, now: datetime, actor: Officer
) -> None:
    """Take a role away.

    Raises HailongError `own_account`, `grant_absent`, `last_grant` or `last_administrator`.
    """
    _refuse_own(changed, actor)
    with write(session):
        session.refresh(changed, with_for_update=True)
        session.refresh(changed, ["grants"])
        found = next((g for g in changed.grants if g.unit_id == unit.id and g.role is role), None)
        if found is None:
            raise HailongError("grant_absent")
        if len(changed.grants) == 1:
            raise HailongError("last_grant")
        if role is Role.ADMINISTRATOR:
            _keep_an_administrator(session, without=changed)
        changed.grants.remove(found)
        detail = {"role": role.value, "unit": unit.code}
        audit.record(
            session,
            now=now,
            actor=actor.email,
            action="officer.take_back",
            subject=changed.email[:120],
            detail=detail,
        )


def close(session: Session, changed: Officer, unit_ids: Collection[int], *, now: datetime, actor: Officer) -> None:
    """Close the account at once; raise HailongError `own_account`, `officer_beyond` or `last_administrator`."""
    with write(session):
        close_within(session, changed, unit_ids, now=now, actor=actor)


def close_within(
    session: Session, changed: Officer, unit_ids: Collection[int], *, now: datetime, actor: Officer
) -> None:
    """Do what `close` does inside the transaction of a use case."""
    _refuse_own(changed, actor)
    _refuse_beyond(changed, unit_ids)
    session.refresh(changed, with_for_update=True)
    if any(g.role is Role.ADMINISTRATOR for g in changed.grants):
        _keep_an_administrator(session, without=changed)
    officer.close(session, changed, now=now, actor=actor.email)


def reopen(
    session: Session, changed: Officer, unit_ids: Collection[int], *, now: datetime, actor: Officer
) -> str | None:
    """Open a closed account again; return the token of a new link if its officer never had a password.

    Raises HailongError `officer_beyond`.
    """
    _refuse_beyond(changed, unit_ids)
    with write(session):
        session.refresh(changed, with_for_update=True)
        if changed.disabled_at is None:
            return None
        changed.disabled_at = None
        audit.record(session, now=now, actor=actor.email, action="officer.reopen", subject=changed.email[:120])
        if changed.has_password:
            return None
        return invitation.replace(session, changed, now=now, actor=actor.email)


def renew_invitation(
    session: Session, changed: Officer, unit_ids: Collection[int], *, now: datetime, actor: Officer
) -> str:
    """Return the token of a new link; raise HailongError `officer_beyond` or `officer_closed`."""
    _refuse_beyond(changed, unit_ids)
    with write(session):
        session.refresh(changed, with_for_update=True)
        return invitation.replace(session, changed, now=now, actor=actor.email)


def reset_second_factor(
    session: Session, changed: Officer, unit_ids: Collection[int], *, now: datetime, actor: Officer
) -> None:
    """Let an officer who has lost phone and recovery codes set the app up anew.

    Raises HailongError `own_account` or `officer_beyond`.
    """
    _refuse_own(changed, actor)
    _refuse_beyond(changed, unit_ids)
    second_factor.remove(session, changed, now=now, actor=actor.email)


def _refuse_own(changed: Officer, actor: Officer) -> None:
    # An administrator sees no content, and must not be able to change that alone.
    if changed.id == actor.id:
        raise HailongError("own_account")


def _refuse_beyond(changed: Officer, unit_ids: Collection[int]) -> None:
    if not is_within(changed, unit_ids):
        raise HailongError("officer_beyond")


def _keep_an_administrator(session: Session, *, without: Officer) -> None:
    """Refuse to leave nobody; the lock lets two administrators who remove each other wait for one another."""
    grants = session.scalars(select(Grant).where(Grant.role == Role.ADMINISTRATOR).with_for_update()).all()
    others = {grant.officer_id for grant in grants} - {without.id}
    query = select(Officer.id).where(Officer.id.in_(others), Officer.disabled_at.is_(None))
    if session.scalars(query.limit(1)).first() is None:
        raise HailongError("last_administrator")
