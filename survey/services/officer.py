"""Accounts of officers: make one, check a password, close one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.codes import encode_bits, grouped
from survey.database import write
from survey.errors import HailongError
from survey.models import Grant, Officer, Role
from survey.services import audit
from survey.services.unit_tree import unit_by_code

# Argon2id with the smallest parameters of the OWASP Password Storage Cheat Sheet that a small machine can
# afford eight times at once: 19 MiB, two passes. Stored hashes are renewed at sign-in when these change.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128


@dataclass(frozen=True)
class AddedOfficer:
    """An account, and its password if one was drawn for it: shown once, stored nowhere."""

    officer: Officer
    new_password: str | None


def add(
    session: Session,
    email: str,
    *,
    role: Role,
    unit_code: str,
    name: str = "",
    password: str | None = None,
    now: datetime,
    actor: str,
) -> AddedOfficer:
    """Make an account with a role on a unit; an existing account gets the role in addition and keeps its password.

    Raises HailongError `unknown_unit`, `email_unusable`, `password_length` or `officer_has_role`.
    """
    email = clean_email(email)
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise HailongError("password_length", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    drawn = grouped(encode_bits(secrets.token_bytes(10)))
    with write(session):
        unit = unit_by_code(session, unit_code)
        officer = _find(session, email)
        is_new = officer is None
        if officer is None:
            officer = Officer(
                id=secrets.token_hex(16),
                email=email,
                name=name or email,
                password_hash=HASHER.hash(password or drawn),
                created_at=now,
            )
            session.add(officer)
        elif any(grant.unit_id == unit.id and grant.role is role for grant in officer.grants):
            raise HailongError("officer_has_role", email=email, unit=unit.name)
        elif password is not None:
            raise HailongError("officer_has_password", email=email)
        officer.grants.append(Grant(unit=unit, role=role))
        audit.record(
            session,
            now=now,
            actor=actor,
            action="officer.add" if is_new else "officer.grant",
            subject=email,
            detail={"role": role.value, "unit": unit.code},
        )
    return AddedOfficer(officer, drawn if is_new and password is None else None)


def verify(session: Session, email: str, password: str, *, now: datetime) -> Officer | None:
    """Return the officer whose e-mail and password these are, unless the account is closed.

    Takes as long for an unknown address as for a wrong password, so that nobody can find out who has an account.
    """
    officer = _find(session, email.strip().lower())
    stored = _hash_of_nobody() if officer is None else officer.password_hash
    matches = len(password) <= LONGEST_PASSWORD and _matches(stored, password)
    if officer is None:
        return None
    may_enter = matches and officer.is_active
    with write(session):
        if may_enter and HASHER.check_needs_rehash(stored):
            officer.password_hash = HASHER.hash(password)
        action = "officer.sign_in" if may_enter else "officer.sign_in_refused"
        audit.record(session, now=now, actor=officer.email, action=action, subject=officer.email)
    return officer if may_enter else None


def disable(session: Session, email: str, *, now: datetime, actor: str) -> Officer:
    """Close an account at once, also where its officer is signed in; raise HailongError `unknown_officer`."""
    email = clean_email(email)
    with write(session):
        officer = _find(session, email)
        if officer is None:
            raise HailongError("unknown_officer", email=email)
        if officer.disabled_at is None:
            officer.disabled_at = now
            audit.record(session, now=now, actor=actor, action="officer.disable", subject=email)
    return officer


def clean_email(email: str) -> str:
    """Bring an address to the form it is stored in; raise HailongError `email_unusable` for what is none."""
    cleaned = email.strip().lower()
    local, _, domain = cleaned.partition("@")
    if not local or "." not in domain or any(c.isspace() for c in cleaned) or len(cleaned) > 254:
        raise HailongError("email_unusable", email=email)
    return cleaned


def _find(session: Session, email: str) -> Officer | None:
    return session.scalars(select(Officer).where(Officer.email == email)).one_or_none()


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return HASHER.hash(secrets.token_hex(16))
