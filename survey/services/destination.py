"""What a scanned or typed code leads to: plain facts, read by plain statements.

Every form opened or sent asks for them, and loading objects would cost more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from analysis.periods import parse_period
from survey.codes import is_one_time_code, is_qr_code
from survey.errors import HailongError
from survey.models import (
    Basis,
    Channel,
    Counter,
    CounterField,
    DossierCount,
    OneTimeCode,
    Outcome,
    QrCode,
    ServiceField,
    Source,
    Unit,
)
from survey.services.one_time_code import Ticket, code_hash, refused

OTHER_FIELD = "khac"
MOST_FIELDS_OFFERED = 6


@dataclass(frozen=True)
class FieldName:
    """A field of procedures as it is offered on a form."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class Destination:
    """Where a response through a code is booked; `own_fields` are those that its counter serves, if it has one.

    A one-time code has a `ticket` and no counter; its channel may be unknown.
    """

    code: str
    unit_id: int
    one_stop_name: str
    start_date: date | None
    counter_id: int | None
    channel: Channel | None
    own_fields: tuple[FieldName, ...]
    ticket: Ticket | None = None

    @property
    def is_online_link(self) -> bool:
        """Whether the code is a unit's own link, which everybody gets."""
        return self.counter_id is None and self.ticket is None and self.channel is Channel.ONLINE

    def is_trial(self, today: date) -> bool:
        """Tell whether a response of today is a trial: the unit has not started yet."""
        return self.start_date is None or today < self.start_date


_FIELD = (ServiceField.code.label("field"), ServiceField.name_vi, ServiceField.name_en)
_UNIT = (Unit.id.label("unit_id"), Unit.one_stop_name, Unit.start_date, Unit.valid_to, Unit.successor_id)

_BY_CODE = (
    select(
        QrCode.code,
        QrCode.counter_id,
        QrCode.channel,
        QrCode.revoked_on,
        QrCode.valid_from.label("code_from"),
        QrCode.valid_to.label("code_to"),
        QrCode.next_unit_id,
        *_UNIT,
        *_FIELD,
    )
    .join(Unit, Unit.id == QrCode.unit_id)
    .outerjoin(CounterField, CounterField.counter_id == QrCode.counter_id)
    .outerjoin(ServiceField, (ServiceField.code == CounterField.field) & ServiceField.asked)
    .where(QrCode.code == bindparam("code"))
    .order_by(ServiceField.position)
)

_BY_HASH = (
    select(
        OneTimeCode.ticket_key,
        OneTimeCode.purpose,
        OneTimeCode.version,
        OneTimeCode.field,
        OneTimeCode.channel,
        OneTimeCode.outcome,
        OneTimeCode.expires_on,
        OneTimeCode.survey_id,
        *_UNIT,
    )
    .join(Unit, Unit.id == OneTimeCode.unit_id)
    .where(OneTimeCode.code_hash == bindparam("code_hash"))
)

_OF_COUNTER = (
    select(*_FIELD)
    .join(CounterField, CounterField.field == ServiceField.code)
    .where(CounterField.counter_id == bindparam("counter_id"), ServiceField.asked)
    .order_by(ServiceField.position)
)

_UNIT_BY_ID = select(*_UNIT).where(Unit.id == bindparam("unit_id"))

# Only the order matters, so the two margins of one population may be added up.
_DOSSIERS = func.sum(DossierCount.count)
_BY_DOSSIERS = (
    select(DossierCount.period, *_FIELD)
    .join(ServiceField, (ServiceField.code == DossierCount.field) & ServiceField.asked)
    .where(
        DossierCount.unit_id == bindparam("unit_id"),
        # Not IN: its list is written into the statement anew each time.
        or_(*(DossierCount.basis == basis for basis in (Basis.CROSS, Basis.RECEIVED, Basis.SETTLED))),
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
            select(CounterField.field)
            .join(Counter)
            .where(Counter.unit_id == bindparam("unit_id"), Counter.ended_on.is_(None))
        ),
    )
    .order_by(ServiceField.position)
)

_OTHER = select(*_FIELD).where(ServiceField.code == OTHER_FIELD)


def resolve(connection: Connection, code: str, *, today: date, opened_on: date | None = None) -> Destination:
    """Find what a normalised code leads to today; a one-time code is found whether it is used or not.

    Raises HailongError `unknown_code`, `unknown_one_time_code`, `revoked_code`, `code_not_begun`, `stopped_code`
    or `expired_code` (the last two not if the form was opened on a day on which the code was good) or, when the
    unit ended without a successor, `closed_unit`.
    """
    if is_one_time_code(code):
        return _resolve_ticket(connection, code, today, opened_on or today)
    # The check character spares the database most of what is mistyped or guessed.
    rows = connection.execute(_BY_CODE, {"code": code}).all() if is_qr_code(code) else []
    if not rows:
        raise HailongError("unknown_code")
    found = rows[0]
    if found.revoked_on is not None and found.revoked_on <= today:
        raise HailongError("revoked_code")
    if found.code_from is not None and found.code_from > today:
        raise HailongError("code_not_begun", first=f"{found.code_from:%d/%m/%Y}")
    if found.code_to is not None and found.code_to < min(today, opened_on or today):
        raise HailongError("stopped_code", last=f"{found.code_to:%d/%m/%Y}")
    unit = _carrying_on(connection, found, today, first=found.next_unit_id)
    return Destination(
        code=found.code,
        unit_id=unit.unit_id,
        one_stop_name=unit.one_stop_name,
        start_date=unit.start_date,
        counter_id=found.counter_id,
        channel=found.channel,
        own_fields=_named(rows),
    )


def _resolve_ticket(connection: Connection, code: str, today: date, opened_on: date) -> Destination:
    found = connection.execute(_BY_HASH, {"code_hash": code_hash(code)}).one_or_none()
    if found is None:
        raise HailongError("unknown_one_time_code")
    ticket = Ticket(
        key=found.ticket_key,
        purpose=found.purpose,
        version=found.version,
        field=found.field,
        channel=None if found.channel is None else Channel(found.channel),
        outcome=None if found.outcome is None else Outcome(found.outcome),
        expires_on=found.expires_on,
        survey_id=found.survey_id,
    )
    if ticket.expires_on < min(today, opened_on):
        raise refused(ticket, "expired")
    unit = _carrying_on(connection, found, today)
    return Destination(
        code=code,
        unit_id=unit.unit_id,
        one_stop_name=unit.one_stop_name,
        start_date=unit.start_date,
        counter_id=None,
        channel=ticket.channel,
        own_fields=(),
        ticket=ticket,
    )


def resolve_place(connection: Connection, *, unit_id: int, counter_id: int | None, today: date) -> Destination:
    """Find where a response given in a one-stop shop, at a counter or without one, is booked today.

    Raises HailongError `closed_unit` when the unit ended without a successor.
    """
    found = connection.execute(_UNIT_BY_ID, {"unit_id": unit_id}).one()
    unit = _carrying_on(connection, found, today)
    own = _named(connection.execute(_OF_COUNTER, {"counter_id": counter_id})) if counter_id is not None else ()
    return Destination(
        code="",
        unit_id=unit.unit_id,
        one_stop_name=unit.one_stop_name,
        start_date=unit.start_date,
        counter_id=counter_id,
        channel=Channel.DIRECT,
        own_fields=own,
    )


def fields_of(connection: Connection, destination: Destination) -> tuple[FieldName, ...]:
    """List the fields that a response may be about.

    They are the counter's own; else what most dossiers of the unit's latest period were about; else what its
    counters serve.
    """
    if destination.own_fields:
        return destination.own_fields
    unit = {"unit_id": destination.unit_id}
    rows = connection.execute(_BY_DOSSIERS, unit).all()
    if not rows:
        return _named(connection.execute(_BY_COUNTERS, unit))
    latest = max({row.period for row in rows}, key=_end)
    return _named(row for row in rows if row.period == latest)


def field_of(
    place: Destination, declared: str | None, known: Callable[[], tuple[FieldName, ...]]
) -> tuple[str | None, Source]:
    """Take the field as declared, unless the place serves one field only; then it is that one.

    `known` looks up the fields of the place, where that is needed.
    """
    if declared is not None and len(place.own_fields) != 1:
        return declared, Source.DECLARED
    fields = known()
    return (fields[0].code, Source.CODE) if len(fields) == 1 else (None, Source.UNKNOWN)


def offered_fields(connection: Connection, destination: Destination) -> tuple[FieldName, ...]:
    """List the fields to choose from where a code covers several: at most six, then "something else"."""
    fields = fields_of(connection, destination)
    if len(fields) < 2:
        return ()
    named = [field for field in fields if field.code != OTHER_FIELD]
    return (*named[:MOST_FIELDS_OFFERED], *_named(connection.execute(_OTHER)))


def _carrying_on(connection: Connection, unit: Any, today: date, first: int | None = None) -> Any:
    """Return the row of the unit that carries on the work of `unit` today; `first` stands for its successor."""
    seen = set()
    while unit.valid_to is not None and unit.valid_to < today:
        seen.add(unit.unit_id)
        following, first = first or unit.successor_id, None
        if following is None or following in seen:
            raise HailongError("closed_unit")
        unit = connection.execute(_UNIT_BY_ID, {"unit_id": following}).one()
    return unit


def _end(period: str) -> tuple[date, date]:
    parsed = parse_period(period)
    return parsed.last, parsed.first


def _named(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[FieldName, ...]:
    return tuple(FieldName(row.field, row.name_vi, row.name_en) for row in rows if row.field is not None)
