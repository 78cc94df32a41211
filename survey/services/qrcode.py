"""What a scanned or typed code leads to, and the making and revoking of codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from analysis.periods import parse_period
from survey.codes import is_qr_code, new_qr_code
from survey.database import write
from survey.errors import HailongError
from survey.models import Basis, Channel, Counter, DossierCount, QrCode, ServiceField, Unit
from survey.services import audit


@dataclass(frozen=True)
class Destination:
    """Where a response through a code is booked, and which fields it may be about."""

    qr_code: QrCode
    unit: Unit
    counter: Counter | None
    channel: Channel
    fields: tuple[ServiceField, ...]


def resolve(session: Session, code: str, *, today: date) -> Destination:
    """Find what a normalised code leads to today.

    Raises HailongError `unknown_code`, `revoked_code` or, when the unit ended without a successor, `closed_unit`.
    """
    # The check character spares the database most of what is mistyped or guessed.
    qr_code = _find(session, code) if is_qr_code(code) else None
    if qr_code is None:
        raise HailongError("unknown_code")
    if qr_code.revoked_on is not None and qr_code.revoked_on <= today:
        raise HailongError("revoked_code")
    unit = successor_on(qr_code.unit, today)
    return Destination(qr_code, unit, qr_code.counter, qr_code.channel, _fields(session, unit, qr_code.counter))


def successor_on(unit: Unit, today: date) -> Unit:
    """Return the unit that carries on the work of `unit` today; raise HailongError `closed_unit` if none does."""
    seen = set()
    while unit.valid_to is not None and unit.valid_to < today:
        seen.add(unit.id)
        if unit.successor is None or unit.successor.id in seen:
            raise HailongError("closed_unit")
        unit = unit.successor
    return unit


def ensure_codes(session: Session, unit: Unit, *, today: date, now: datetime, actor: str) -> list[QrCode]:
    """Give every counter of `unit` and its online link a live code where one is missing; return the new ones."""
    with write(session):
        # Read under the write lock: two commands at once must not both make the missing code.
        session.refresh(unit, with_for_update=True)
        served = {qr_code.counter_id for qr_code in live_codes(session, unit, today=today)}
        counters = session.scalars(select(Counter).where(Counter.unit_id == unit.id).order_by(Counter.code))
        new = [_new_code(unit, counter, today) for counter in counters if counter.id not in served]
        if None not in served:
            new.append(_new_code(unit, None, today))
        if new:
            session.add_all(new)
            audit.record(
                session,
                now=now,
                actor=actor,
                action="qr_code.create",
                subject=f"unit {unit.code}",
                detail={"codes": {qr_code.code: _place(qr_code) for qr_code in new}},
            )
    return new


def live_codes(session: Session, unit: Unit, *, today: date) -> list[QrCode]:
    """List the codes of `unit` that are not revoked: counters in order of their codes, then the online link."""
    query = (
        select(QrCode)
        .outerjoin(QrCode.counter)
        .where(QrCode.unit_id == unit.id, QrCode.revoked_on.is_(None) | (QrCode.revoked_on > today))
        .options(joinedload(QrCode.unit), joinedload(QrCode.counter))
        .order_by(QrCode.counter_id.is_(None), Counter.code, QrCode.created_on, QrCode.code)
    )
    return list(session.scalars(query))


def revoke(session: Session, code: str, *, today: date, now: datetime, actor: str) -> QrCode:
    """Make a code stop working from today on; a code that is revoked already stays as it is."""
    with write(session):
        qr_code = session.get(QrCode, code)
        if qr_code is None:
            raise HailongError("unknown_code")
        if qr_code.revoked_on is None or qr_code.revoked_on > today:
            qr_code.revoked_on = today
            audit.record(
                session,
                now=now,
                actor=actor,
                action="qr_code.revoke",
                subject=f"qr code {code}",
                detail={"unit": qr_code.unit.code, "place": _place(qr_code)},
            )
    return qr_code


def _find(session: Session, code: str) -> QrCode | None:
    query = (
        select(QrCode)
        .where(QrCode.code == code)
        .options(joinedload(QrCode.unit), joinedload(QrCode.counter).selectinload(Counter.fields))
    )
    return session.scalars(query).one_or_none()


def _fields(session: Session, unit: Unit, counter: Counter | None) -> tuple[ServiceField, ...]:
    """A counter's own fields; else what most of the unit's dossiers were about; else what its counters serve."""
    own = _asked(counter.fields) if counter is not None else ()
    return own or _asked(_fields_by_dossiers(session, unit)) or _asked(_fields_of_counters(session, unit))


def _asked(fields: Iterable[ServiceField]) -> tuple[ServiceField, ...]:
    return tuple(field for field in fields if field.asked)


def _fields_by_dossiers(session: Session, unit: Unit) -> Iterable[ServiceField]:
    # Only the order matters, so the two margins of one population may be added up.
    counted = DossierCount.basis.in_((Basis.CROSS, Basis.RECEIVED, Basis.SETTLED))
    of_unit = (DossierCount.unit_id == unit.id) & counted
    periods = session.scalars(select(DossierCount.period).where(of_unit).distinct()).all()
    if not periods:
        return ()
    latest = max(periods, key=lambda text: (parse_period(text).last, parse_period(text).first))
    number = func.sum(DossierCount.count)
    return session.scalars(
        select(ServiceField)
        .join(DossierCount, DossierCount.field == ServiceField.code)
        .where(of_unit, DossierCount.period == latest)
        .group_by(ServiceField.code)
        .having(number > 0)
        .order_by(number.desc(), ServiceField.position)
    )


def _fields_of_counters(session: Session, unit: Unit) -> Iterable[ServiceField]:
    query = select(Counter).where(Counter.unit_id == unit.id).options(selectinload(Counter.fields))
    fields = {field.code: field for counter in session.scalars(query) for field in counter.fields}
    return sorted(fields.values(), key=lambda field: field.position)


def _new_code(unit: Unit, counter: Counter | None, today: date) -> QrCode:
    channel = Channel.ONLINE if counter is None else Channel.DIRECT
    return QrCode(code=new_qr_code(), unit=unit, counter=counter, channel=channel, created_on=today)


def _place(qr_code: QrCode) -> str:
    return qr_code.counter.code if qr_code.counter is not None else "online"
