"""The session of a signed-in officer: how it begins, what it proves, and when it ends."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import current_app, session
from flask_login import login_user, logout_user

from survey.config import TIME_ZONE, Settings
from survey.extensions import db, login_manager
from survey.models import Officer
from survey.services import second_factor

SESSION_LIFETIME = timedelta(hours=8)
IDLE_LIFETIME = timedelta(hours=1)
# Between the password and the code, or while at the provider.
WAITING_LIFETIME = timedelta(minutes=10)
_TOUCHED_EVERY = timedelta(minutes=1)
_UNTIL = "until"
_SEEN = "seen"
_CREDENTIAL = "credential"
_STRONG = "strong"
_WAITING = "waiting"


def sign_in(officer: Officer, *, now: datetime, is_strong: bool = False) -> None:
    """Begin a session of its own; what an unknown visitor had in the cookie does not live on in it.

    `is_strong` says that more than a password was asked for.
    """
    session.clear()
    session.permanent = True
    session[_UNTIL] = (now + SESSION_LIFETIME).timestamp()
    session[_SEEN] = now.timestamp()
    session[_STRONG] = is_strong
    stay_signed_in(officer)
    login_user(officer)


def stay_signed_in(officer: Officer) -> None:
    """Keep this session when the officer has just done something that ends all sessions."""
    session[_CREDENTIAL] = _credential(officer)


def become_strong(officer: Officer) -> None:
    """Note that the officer has shown the second factor in this session, which stays."""
    session[_STRONG] = True
    stay_signed_in(officer)


def become_weak(officer: Officer) -> None:
    """Note that the officer has given the second factor up in this session, which stays."""
    session[_STRONG] = False
    stay_signed_in(officer)


def sign_out() -> None:
    """End the session."""
    logout_user()
    session.clear()


def forget_ended() -> bool:
    """Tell whether the browser still shows a session that has ended, and take it away: it is told once."""
    if "_user_id" not in session:
        return False
    session.clear()
    return True


def wait_for_code(officer: Officer, *, wanted: str, now: datetime) -> None:
    """Remember for a few minutes who has given the right password, and where to go after the code."""
    session.clear()
    session[_WAITING] = [officer.id, _credential(officer), now.timestamp(), wanted]


def waiting() -> tuple[Officer, str] | None:
    """Return who has given the password and still owes the code, and where to go then."""
    officer_id, credential, since, wanted = session.get(_WAITING, ("", "", 0, ""))
    if since < (datetime.now(TIME_ZONE) - WAITING_LIFETIME).timestamp():
        return None
    officer = db.session.get(Officer, officer_id)
    if officer is None or not officer.is_active or credential != _credential(officer):
        return None
    return officer, wanted


def insists() -> bool:
    """Tell whether roles that ask for a second factor get their way.

    Not in the example, which anybody must be able to look at in a minute and which no network reaches.
    """
    settings: Settings = current_app.config["SETTINGS"]
    return not settings.is_example


def owes_second_factor(officer: Officer) -> bool:
    """Tell whether nothing may open before the officer has set up a second factor."""
    return insists() and not session.get(_STRONG) and second_factor.is_required(officer)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_officer(officer_id: str) -> Officer | None:
    """Find who is signed in: not after eight hours or an hour of silence, nor once the account is closed, its
    password another, or all its sessions ended.
    """
    now = datetime.now(TIME_ZONE)
    seen = session.get(_SEEN, 0)
    if session.get(_UNTIL, 0) < now.timestamp() or seen < (now - IDLE_LIFETIME).timestamp():
        return None
    officer = db.session.get(Officer, officer_id)
    if officer is None or not officer.is_active or session.get(_CREDENTIAL) != _credential(officer):
        return None
    if seen < (now - _TOUCHED_EVERY).timestamp():
        session[_SEEN] = now.timestamp()
    return officer


def _credential(officer: Officer) -> str:
    # The cookie is signed but readable, so it carries a digest of the salted hash, not the hash.
    text = f"{officer.password_hash} {officer.session_generation}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
