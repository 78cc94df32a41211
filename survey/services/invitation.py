"""The link with which an officer sets a password: good once, for seven days."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.codes import LINK_CODE_LENGTH, new_code, normalise
from survey.database import write
from survey.errors import HailongError
from survey.models import Invitation, Officer
from survey.services import audit, password

LIFETIME = timedelta(days=7)


def replace(session: Session, officer: Officer, *, now: datetime, actor: str) -> str:
    """Draw the token of a new link inside the transaction of a use case; raise HailongError `officer_closed`."""
    if not officer.is_active:
        raise HailongError("officer_closed", email=officer.email)
    token = new_code(LINK_CODE_LENGTH)
    if officer.invitation is None:
        officer.invitation = Invitation(token_hash=_hash(token), expires_at=now + LIFETIME, invited_by=actor)
    else:
        officer.invitation.token_hash = _hash(token)
        officer.invitation.expires_at = now + LIFETIME
        officer.invitation.invited_by = actor
    audit.record(session, now=now, actor=actor, action="officer.invite", subject=officer.email[:120])
    return token


def invited(session: Session, token: str, *, now: datetime) -> Officer:
    """Return whose link this is; raise HailongError `invitation_unusable` if it is unknown, used or too old."""
    query = select(Officer).join(Officer.invitation).where(Invitation.token_hash == _hash(normalise(token)))
    officer = session.scalars(query).one_or_none()
    if (
        officer is None
        or officer.invitation is None
        or not officer.is_active
        or now > officer.invitation.expires_at
    ):
        raise HailongError("invitation_unusable")
    return officer


def accept(session: Session, token: str, new_password: str, *, name: str = "", now: datetime) -> Officer:
    """Set the password and end the link and all sessions; an app for codes stays as it is.

    Raises HailongError `invitation_unusable`, `password_length` or `password_guessable`.
    """
    hashed = password.hash_of(new_password, email=invited(session, token, now=now).email)
    with write(session):
        # Two clicks at once: the second waits here, and finds the link used.
        session.scalars(
            select(Invitation).where(Invitation.token_hash == _hash(normalise(token))).with_for_update()
        ).one_or_none()
        session.expire_all()
        officer = invited(session, token, now=now)
        officer.password_hash = hashed
        officer.session_generation += 1
        officer.name = name or officer.name
        officer.invitation = None
        audit.record(
            session, now=now, actor=officer.email, action="officer.set_password", subject=officer.email[:120]
        )
    return officer


def _hash(token: str) -> bytes:
    # 125 random bits: a fast hash is enough.
    return hashlib.sha256(token.encode()).digest()
