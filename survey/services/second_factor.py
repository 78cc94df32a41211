"""The second factor of officers: set the app up, check its codes once each, and the codes for a lost phone.

One-time passwords by time (TOTP, RFC 6238: SHA-1, six digits, thirty seconds), which every such app can do.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.codes import encode_bits, normalise
from survey.database import write
from survey.errors import HailongError
from survey.models import Officer, RecoveryCode, Role, SecondFactor
from survey.reports import qr_symbol
from survey.services import audit

ISSUER = "Hài Lòng"
STEP_SECONDS = 30
DIGITS = 6
# A phone's clock may be wrong by one step to either side.
DRIFT = (0, -1, 1)
RECOVERY_COUNT = 10
RECOVERY_LENGTH = 12  # 60 random bits
REQUIRED_ROLES = frozenset({Role.LEADER, Role.ADMINISTRATOR})
_NONCE_BYTES = 12


def is_required(officer: Officer) -> bool:
    """Tell whether one of the roles asks for a second factor."""
    return any(grant.role in REQUIRED_ROLES for grant in officer.grants)


def new_secret() -> str:
    """Draw a secret for an officer's app, in base 32. It is nobody's until a code of it has been typed."""
    return pyotp.random_base32()


def link(officer: Officer, secret: str) -> str:
    """Return the address that an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=officer.email, issuer_name=ISSUER)


def picture(text: str) -> bytes:
    """Draw the address for the app's camera, as SVG."""
    return qr_symbol.svg(text)


def turn_on(
    session: Session, officer: Officer, secret: str, typed: str, *, key: bytes, now: datetime
) -> list[str]:
    """Turn the second factor on with a first code, end all other sessions, and return the recovery codes.

    Raises HailongError `second_factor_on` or `code_wrong`.
    """
    step = _step_of(secret, typed, after=0, now=now)
    if step is None:
        raise HailongError("code_wrong")
    with write(session):
        if _locked(session, officer) is not None:
            raise HailongError("second_factor_on")
        officer.second_factor = SecondFactor(
            sealed_secret=_seal(key, officer, secret), last_step=step, confirmed_at=now
        )
        session.flush()
        officer.session_generation += 1
        _note(session, "second_factor.on", officer, now=now, actor=officer.email)
        return _replace_recovery_codes(session, officer, key)


def check(session: Session, officer: Officer, typed: str, *, key: bytes, now: datetime) -> bool:
    """Tell whether what was typed lets the officer in: a code of the app or a recovery code, each good once."""
    with write(session):
        found = _locked(session, officer)
        if found is None:
            return False
        step = _step_of(_unseal(key, officer, found.sealed_secret), typed, after=found.last_step, now=now)
        if step is not None:
            found.last_step = step
        by = "code" if step is not None else "recovery code" if _spend(session, officer, key, typed) else None
        action = "second_factor.refused" if by is None else "officer.sign_in"
        _note(session, action, officer, now=now, actor=officer.email, detail={"by": by} if by else None)
        return by is not None


def recovery_codes_left(session: Session, officer: Officer) -> int:
    """Count the recovery codes that have not been used."""
    return len(session.scalars(select(RecoveryCode.code_hash).where(RecoveryCode.officer_id == officer.id)).all())


def renew_recovery_codes(session: Session, officer: Officer, *, key: bytes, now: datetime) -> list[str]:
    """Make ten new recovery codes; those before stop working. Raises HailongError `second_factor_off`."""
    with write(session):
        found = _locked(session, officer)
        if found is None:
            raise HailongError("second_factor_off")
        _note(session, "second_factor.renew_codes", officer, now=now, actor=officer.email)
        return _replace_recovery_codes(session, officer, key)


def remove(session: Session, officer: Officer, *, now: datetime, actor: str) -> None:
    """Take the second factor away and end all sessions, as when the phone and the recovery codes are lost."""
    with write(session):
        if _locked(session, officer) is None:
            return
        officer.second_factor = None
        officer.session_generation += 1
        _note(session, "second_factor.off", officer, now=now, actor=actor)


def _step_of(secret: str, typed: str, *, after: int, now: datetime) -> int | None:
    """Return the time step whose code was typed, if it is near enough and no step from it on was used."""
    digits = "".join(typed.split())
    current = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.HOTP(secret, digits=DIGITS)
    for step in (current + drift for drift in DRIFT):
        if hmac.compare_digest(app.at(step).encode(), digits.encode()):
            return step if step > after else None
    return None


def _spend(session: Session, officer: Officer, key: bytes, typed: str) -> bool:
    condition = (RecoveryCode.officer_id == officer.id) & (RecoveryCode.code_hash == _hash(key, officer, typed))
    return bool(session.execute(delete(RecoveryCode).where(condition)).rowcount)  # type: ignore[attr-defined]


def _replace_recovery_codes(session: Session, officer: Officer, key: bytes) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer.id))
    codes = [encode_bits(secrets.token_bytes(10))[:RECOVERY_LENGTH] for _ in range(RECOVERY_COUNT)]
    session.add_all(RecoveryCode(code_hash=_hash(key, officer, code), officer_id=officer.id) for code in codes)
    return codes


def _hash(key: bytes, officer: Officer, code: str) -> bytes:
    # Keyed, because the codes are short enough to be typed: whoever has only the database finds none.
    own_key = hmac.digest(key, b"recovery codes", "sha256")
    return hmac.digest(own_key, f"{officer.id} {normalise(code)}".encode(), "sha256")


def _seal(key: bytes, officer: Officer, secret: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), officer.id.encode())


def _unseal(key: bytes, officer: Officer, sealed: bytes) -> str:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], officer.id.encode()).decode()


def _locked(session: Session, officer: Officer) -> SecondFactor | None:
    # The officer's row is there always, so that two who turn it on at once wait for each other as well.
    session.refresh(officer, with_for_update=True)
    session.refresh(officer, ["second_factor"])
    found = officer.second_factor
    if found is not None:
        session.refresh(found)
    return found


def _note(
    session: Session,
    action: str,
    officer: Officer,
    *,
    now: datetime,
    actor: str,
    detail: dict[str, str] | None = None,
) -> None:
    audit.record(session, now=now, actor=actor, action=action, subject=officer.email[:120], detail=detail)
