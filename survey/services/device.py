"""The tablets on which citizens answer: register one, enrol it with a one-time code, know it again, revoke it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, joinedload, selectinload

from survey.codes import ALPHABET, encode_bits, normalise
from survey.config import TIME_ZONE
from survey.database import write, write_plainly
from survey.errors import HailongError
from survey.models import Counter, Device, Unit
from survey.reports import qr_symbol
from survey.services import audit
from survey.services.unit_days import is_in_force

# Long enough to walk to the tablet and scan, too short to be found on a desk the next day.
ENROLMENT_LIFETIME = timedelta(minutes=30)
# 256 random bits, drawn by the tablet: a try whose answer was lost can be repeated with the same token.
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
CODE = re.compile(rf"[{ALPHABET}]{{16}}")
_KNOWN = select(
    Device.id,
    Device.unit_id,
    Device.counter_id,
    Device.enrolled_on,
    Device.revoked_on,
    Device.last_seen_on,
    Device.name,
).where(Device.token_hash == bindparam("token_hash"))
_SEEN = update(Device).where(Device.id == bindparam("device_id")).values(last_seen_on=bindparam("day"))


@dataclass(frozen=True)
class Registered:
    """A tablet to be enrolled, and the one-time code for it: shown once, stored nowhere."""

    device: Device
    code: str


@dataclass(frozen=True)
class KnownDevice:
    """An enrolled tablet that has shown its token."""

    id: str
    name: str
    unit_id: int
    counter_id: int | None
    enrolled_on: date


def places(session: Session, unit_ids: Collection[int], *, today: date) -> list[Unit]:
    """List the units in force among `unit_ids`, with their counters, in order of their names."""
    query = select(Unit).where(Unit.id.in_(unit_ids), is_in_force(today))
    return list(session.scalars(query.order_by(Unit.name, Unit.code).options(selectinload(Unit.counters))))


def devices(session: Session, unit_ids: Collection[int]) -> list[Device]:
    """List the tablets of the units, those in use first."""
    query = (
        select(Device)
        .join(Device.unit)
        .where(Device.unit_id.in_(unit_ids))
        .options(joinedload(Device.unit), joinedload(Device.counter))
        .order_by(Device.revoked_on.isnot(None), Unit.name, Device.name, Device.id)
    )
    return list(session.scalars(query))


def register(
    session: Session, *, unit: Unit, counter: Counter | None, name: str, now: datetime, actor: str
) -> Registered:
    """Make a tablet of `unit` that waits for its enrolment."""
    code, code_hash = _new_code()
    with write(session):
        device = Device(
            id=secrets.token_hex(16),
            unit=unit,
            counter=counter,
            name=name,
            registered_on=now.astimezone(TIME_ZONE).date(),
            registered_by=actor,
            enrolment_hash=code_hash,
            enrolment_until=now + ENROLMENT_LIFETIME,
        )
        session.add(device)
        _note(session, "device.register", device, now=now, actor=actor)
    return Registered(device, code)


def renew_code(session: Session, device: Device, *, now: datetime, actor: str) -> Registered:
    """Give a tablet that is not enrolled yet another one-time code; the one before stops working.

    Raises HailongError `device_enrolled` or `device_revoked`.
    """
    code, code_hash = _new_code()
    with write(session):
        session.refresh(device, with_for_update=True)
        if device.revoked_on is not None:
            raise HailongError("device_revoked")
        if device.token_hash is not None:
            raise HailongError("device_enrolled", name=device.name)
        device.enrolment_hash = code_hash
        device.enrolment_until = now + ENROLMENT_LIFETIME
        _note(session, "device.renew_code", device, now=now, actor=actor)
    return Registered(device, code)


def enrol(session: Session, *, code: str, token: str, now: datetime) -> Device:
    """Take the token that a tablet has drawn; the same code with the same token again changes nothing.

    Raises HailongError `enrolment_unusable` for a code that is unknown, used, out of time or of a revoked tablet.
    """
    typed = normalise(code)
    if not TOKEN.fullmatch(token) or not CODE.fullmatch(typed):
        raise HailongError("enrolment_unusable")
    with write(session):
        query = select(Device).where(Device.enrolment_hash == _hash(typed)).with_for_update()
        device = session.scalars(query).one_or_none()
        if device is None or device.revoked_on is not None:
            raise HailongError("enrolment_unusable")
        if device.token_hash is None and now <= device.enrolment_until:
            device.token_hash = _hash(token)
            device.enrolled_on = now.astimezone(TIME_ZONE).date()
            _note(session, "device.enrol", device, now=now, actor=device.registered_by)
        elif device.token_hash != _hash(token):
            raise HailongError("enrolment_unusable")
    return device


def picture(link: str) -> bytes:
    """Draw the link with a one-time code, to be scanned by the tablet, as SVG."""
    return qr_symbol.svg(link)


def revoke(session: Session, device: Device, *, now: datetime, actor: str) -> None:
    """Refuse the tablet from now on; one that is revoked already stays as it is."""
    with write(session):
        session.refresh(device, with_for_update=True)
        if device.revoked_on is None:
            device.revoked_on = now.astimezone(TIME_ZONE).date()
            _note(session, "device.revoke", device, now=now, actor=actor)


def recognise(engine: Engine, token: str, *, today: date) -> KnownDevice:
    """Find the tablet that holds `token`, and note the day.

    Raises HailongError `device_unknown` or `device_revoked`.
    """
    with engine.connect() as connection:
        found = connection.execute(_KNOWN, {"token_hash": _hash(token)}).one_or_none()
    if found is None:
        raise HailongError("device_unknown")
    if found.revoked_on is not None:
        raise HailongError("device_revoked")
    if found.last_seen_on != today:
        with write_plainly(engine) as connection:
            connection.execute(_SEEN, {"device_id": found.id, "day": today})
    return KnownDevice(found.id, found.name, found.unit_id, found.counter_id, found.enrolled_on)


def _new_code() -> tuple[str, bytes]:
    code = encode_bits(secrets.token_bytes(10))
    return code, _hash(code)


def _hash(secret: str) -> bytes:
    # Both secrets are random and long, so that a fast hash is enough.
    return hashlib.sha256(secret.encode()).digest()


def _note(session: Session, action: str, device: Device, *, now: datetime, actor: str) -> None:
    place = {"unit": device.unit.code, "counter": device.counter.code if device.counter else None}
    detail = place | {"name": device.name}
    audit.record(session, now=now, actor=actor, action=action, subject=f"device {device.id}", detail=detail)
