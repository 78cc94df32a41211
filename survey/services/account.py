"""What officers do with their own account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import Officer
from survey.services import audit, password


def rename(session: Session, officer: Officer, name: str, *, now: datetime) -> None:
    """Change the name that others read."""
    with write(session):
        officer.name = name
        _note(session, "officer.rename", officer, now=now)


def change_password(session: Session, officer: Officer, old: str, new: str, *, now: datetime) -> None:
    """Set another password, which ends all other sessions.

    Raises HailongError `password_wrong`, `password_same`, `password_length` or `password_guessable`.
    """
    if not password.matches(officer.password_hash, old):
        with write(session):
            _note(session, "officer.password_refused", officer, now=now)
        raise HailongError("password_wrong")
    if old == new:
        raise HailongError("password_same")
    hashed = password.hash_of(new, email=officer.email)
    with write(session):
        officer.password_hash = hashed
        officer.session_generation += 1
        officer.invitation = None
        _note(session, "officer.set_password", officer, now=now)


def confirm_password(session: Session, officer: Officer, given: str, *, now: datetime) -> None:
    """Make sure that it is the officer who asks; raise HailongError `password_wrong`."""
    if not password.matches(officer.password_hash, given):
        with write(session):
            _note(session, "officer.password_refused", officer, now=now)
        raise HailongError("password_wrong")


def sign_out_everywhere(session: Session, officer: Officer, *, now: datetime) -> None:
    """End every session of the officer, on whichever computer."""
    with write(session):
        officer.session_generation += 1
        _note(session, "officer.sign_out_everywhere", officer, now=now)


def _note(session: Session, action: str, officer: Officer, *, now: datetime) -> None:
    audit.record(session, now=now, actor=officer.email, action=action, subject=officer.email[:120])
