"""What a scanned or typed code leads to, and the making and revoking of codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from analysis.periods import parse_period
from survey.codes import is_qr_code, new_qr_code
from survey.database import write
from survey.errors import HailongError
from survey.models import Basis, Channel, Counter, CounterField, DossierCount, QrCode, ServiceField, Unit
from survey.services import audit


@dataclass(frozen=True)
class FieldName:
    """A field of procedures as it is offered on a form."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class Destination:
    """Where a response through a code is booked, and which fields it may be about.

    Plain facts instead of stored objects: every form opened or sent asks for them, and loading objects costs more
    than all the rest of it.
    """

    code: str
    unit_id: int
    one_stop_name: str
    start_date: date | None
    counter_id: int | None
    channel: Channel
    fields: tuple[FieldName, ...]


_FIELD = (ServiceField.code.label("field"), ServiceField.name_vi, ServiceField.name_en)

_BY_CODE = (
    select(
        QrCode.code,
        QrCode.counter_id,
        QrCode.channel,
        QrCode.revoked_on,
        Unit.id.label("unit_id"),
        Unit.one_stop_name,
        Unit.start_date,
        Unit.valid_to,
        *_FIELD,
    )
    .join(Unit, Unit.id == QrCode.unit_id)
    .outerjoin(CounterField, CounterField.counter_id == QrCode.counter_id)
    .outerjoin(ServiceField, (ServiceField.code == CounterField.field) & ServiceField.asked)
    .where(QrCode.code == bindparam("code"))
    .order_by(ServiceField.position)
)

# Only the order matters, so the two margins of one population may be added up.
_DOSSIERS = func.sum(DossierCount.count)
_BY_DOSSIERS = (
    select(DossierCount.period, *_FIELD)
    .join(ServiceField, (ServiceField.code == DossierCount.field) & ServiceField.asked)
    .where(
        DossierCount.unit_id == bindparam("unit_id"),
        DossierCount.basis.in_((Basis.CROSS, Basis.RECEIVED, Basis.SETTLED)),
    )
    .group_by(DossierCount.period, ServiceField.code)
    .having(_DOSSIERS > 0)
    .order_by(_DOSSIERS.desc(), ServiceField.position)
)

_BY_COUNTERS = (
    select(*_FIELD)
    .where(
        ServiceField.asked,
        ServiceField.code.in_(
            select(CounterField.field).join(Counter).where(Counter.unit_id == bindparam("unit_id"))
        ),
    )
    .order_by(ServiceField.position)
)


def resolve(session: Session, code: str, *, today: date) -> Destination:
    """Find what a normalised code leads to today.

    Raises HailongError `unknown_code`, `revoked_code` or, when the unit ended without a successor, `closed_unit`.
    """
    # The check character spares the database most of what is mistyped or guessed.
    rows = session.connection().execute(_BY_CODE, {"code": code}).all() if is_qr_code(code) else []
    if not rows:
        raise HailongError("unknown_code")
    found = rows[0]
    if found.revoked_on is not None and found.revoked_on <= today:
        raise HailongError("revoked_code")
    unit: Any = found
    unit_id: int = found.unit_id
    if found.valid_to is not None and found.valid_to < today:
        unit = successor_on(session.get_one(Unit, unit_id), today)
        unit_id = unit.id
    return Destination(
        code=found.code,
        unit_id=unit_id,
        one_stop_name=unit.one_stop_name,
        start_date=unit.start_date,
        counter_id=found.counter_id,
        channel=found.channel,
        fields=_named(rows) or _fields_of_unit(session, unit_id),
    )


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


def _fields_of_unit(session: Session, unit_id: int) -> tuple[FieldName, ...]:
    """What most dossiers of the latest period that tells were about, else what the unit's counters serve."""
    connection = session.connection()
    rows = connection.execute(_BY_DOSSIERS, {"unit_id": unit_id}).all()
    if not rows:
        return _named(connection.execute(_BY_COUNTERS, {"unit_id": unit_id}))
    latest = max({row.period for row in rows}, key=_end)
    return _named(row for row in rows if row.period == latest)


def _end(period: str) -> tuple[date, date]:
    parsed = parse_period(period)
    return parsed.last, parsed.first


def _named(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[FieldName, ...]:
    return tuple(FieldName(row.field, row.name_vi, row.name_en) for row in rows if row.field is not None)


def _new_code(unit: Unit, counter: Counter | None, today: date) -> QrCode:
    channel = Channel.ONLINE if counter is None else Channel.DIRECT
    return QrCode(code=new_qr_code(), unit=unit, counter=counter, channel=channel, created_on=today)


def _place(qr_code: QrCode) -> str:
    return qr_code.counter.code if qr_code.counter is not None else "online"
