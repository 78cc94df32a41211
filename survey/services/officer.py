"""Accounts of officers: make one, check a password, close one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import Grant, Officer, Role, Unit
from survey.services import audit, invitation, password
from survey.services.unit_tree import unit_by_code

LONGEST_NAME = 120


@dataclass(frozen=True)
class AddedOfficer:
    """An account, and the token of the link that sets its first password: shown once, stored nowhere."""

    officer: Officer
    token: str | None


def add(
    session: Session,
    email: str,
    *,
    role: Role,
    unit_code: str,
    name: str = "",
    new_password: str | None = None,
    now: datetime,
    actor: str,
) -> AddedOfficer:
    """Make an account with a role on a unit; an existing account gets the role in addition and keeps its password.

    Without `new_password` a new account is invited to set one.
    Raises HailongError `unknown_unit`, `email_unusable`, `password_length`, `password_guessable`,
    `officer_has_password` or `officer_has_role`.
    """
    email = clean_email(email)
    hashed = "" if new_password is None else password.hash_of(new_password, email=email)
    token = None
    with write(session):
        unit = unit_by_code(session, unit_code)
        officer = find(session, email)
        is_new = officer is None
        if officer is None:
            officer = Officer(
                id=secrets.token_hex(16),
                email=email,
                name=name[:LONGEST_NAME] or email[:LONGEST_NAME],
                password_hash=hashed,
                session_generation=0,
                created_at=now,
            )
            session.add(officer)
            if not hashed:
                token = invitation.replace(session, officer, now=now, actor=actor)
        elif new_password is not None:
            raise HailongError("officer_has_password", email=email)
        give(
            session, officer, unit, role, now=now, actor=actor, action="officer.add" if is_new else "officer.grant"
        )
    return AddedOfficer(officer, token)


def add_by(
    session: Session, email: str, *, role: Role, unit_code: str, name: str, now: datetime, actor: Officer
) -> AddedOfficer:
    """Make an account as an administrator does, who gives no role to himself: HailongError `own_account`."""
    if clean_email(email) == actor.email:
        raise HailongError("own_account")
    return add(session, email, role=role, unit_code=unit_code, name=name, now=now, actor=actor.email)


def give(
    session: Session, officer: Officer, unit: Unit, role: Role, *, now: datetime, actor: str, action: str
) -> None:
    """Add a role inside the transaction of a use case; raise HailongError `officer_has_role`."""
    if any(grant.unit_id == unit.id and grant.role is role for grant in officer.grants):
        raise HailongError("officer_has_role", email=officer.email, unit=unit.name)
    officer.grants.append(Grant(unit=unit, role=role))
    detail = {"role": role.value, "unit": unit.code}
    audit.record(session, now=now, actor=actor, action=action, subject=officer.email[:120], detail=detail)


def verify(session: Session, email: str, given: str, *, now: datetime) -> Officer | None:
    """Return the officer whose e-mail and password these are, unless the account is closed.

    Takes as long for an unknown address as for a wrong password, so that nobody can find out who has an account.
    """
    officer = find(session, email.strip().lower())
    stored = "" if officer is None else officer.password_hash
    is_right = password.matches(stored, given)
    if officer is None:
        return None
    may_enter = is_right and officer.is_active
    with write(session):
        if may_enter and password.HASHER.check_needs_rehash(stored):
            officer.password_hash = password.HASHER.hash(given)
        _note_sign_in(session, officer, may_enter, now=now)
    return officer if may_enter else None


def recognise(session: Session, email: str, *, now: datetime) -> Officer:
    """Return the officer whom a provider has identified; raise HailongError `provider_unknown_officer`.

    There must be an open account already: nobody gets one by being known elsewhere.
    """
    officer = find(session, email.strip().lower())
    if officer is not None:
        with write(session):
            _note_sign_in(session, officer, officer.is_active, now=now, by="provider")
    if officer is None or not officer.is_active:
        raise HailongError("provider_unknown_officer")
    return officer


def disable(session: Session, email: str, *, now: datetime, actor: str) -> Officer:
    """Close an account at once, also where its officer is signed in; raise HailongError `unknown_officer`."""
    email = clean_email(email)
    with write(session):
        officer = find(session, email)
        if officer is None:
            raise HailongError("unknown_officer", email=email)
        close(session, officer, now=now, actor=actor)
    return officer


def close(session: Session, officer: Officer, *, now: datetime, actor: str) -> None:
    """Close an account inside the transaction of a use case; its sessions and its invitation end with it."""
    if officer.disabled_at is None:
        officer.disabled_at = now
        officer.session_generation += 1
        officer.invitation = None
        audit.record(session, now=now, actor=actor, action="officer.disable", subject=officer.email[:120])


def invite(session: Session, email: str, *, now: datetime, actor: str) -> AddedOfficer:
    """Make a new link for an officer who has lost the first one or forgotten the password.

    The link before stops working; the password is as it was until the new link is used.
    Raises HailongError `unknown_officer` or `officer_closed`.
    """
    email = clean_email(email)
    with write(session):
        officer = find(session, email)
        if officer is None:
            raise HailongError("unknown_officer", email=email)
        return AddedOfficer(officer, invitation.replace(session, officer, now=now, actor=actor))


def clean_email(email: str) -> str:
    """Bring an address to the form it is stored in; raise HailongError `email_unusable` for what is none."""
    cleaned = email.strip().lower()
    local, _, domain = cleaned.partition("@")
    if not local or "." not in domain or any(c.isspace() for c in cleaned) or len(cleaned) > 254:
        raise HailongError("email_unusable", email=email)
    return cleaned


def find(session: Session, email: str) -> Officer | None:
    """Find an officer by the address as it is stored."""
    return session.scalars(select(Officer).where(Officer.email == email)).one_or_none()


def _note_sign_in(session: Session, officer: Officer, may_enter: bool, *, now: datetime, by: str = "") -> None:
    action = "officer.sign_in" if may_enter else "officer.sign_in_refused"
    if may_enter and officer.has_second_factor:
        action = "officer.code_asked"  # who then gives the code is noted as signed in
    detail = {"by": by} if by else None
    audit.record(session, now=now, actor=officer.email, action=action, subject=officer.email[:120], detail=detail)
