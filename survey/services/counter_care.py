"""What an officer does with counters: add some, rename one, say which fields it serves, end it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Counter, CounterField, Device, QrCode, ServiceField, Unit
from survey.services import audit
from survey.services.qrcode import stop

_OWN_CODE = re.compile(r"Q(\d+)", re.IGNORECASE)


def fields(session: Session) -> Sequence[ServiceField]:
    """List the fields that a counter can serve, as on notice boards."""
    return session.scalars(select(ServiceField).where(ServiceField.asked).order_by(ServiceField.position)).all()


def add(
    session: Session,
    unit: Unit,
    names: Sequence[str],
    *,
    field_codes: Collection[str] = (),
    now: datetime,
    actor: str,
) -> list[Counter]:
    """Add counters by their names, all serving the same fields; each gets the next free code (Q1, Q2, …).

    Raises HailongError `closed_unit` or `counter_name_taken`.
    """
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        session.refresh(unit, with_for_update=True)
        if unit.valid_to is not None and unit.valid_to < today:
            raise HailongError("closed_unit")
        known = list(session.scalars(select(Counter).where(Counter.unit_id == unit.id)))
        taken = {counter.name.casefold() for counter in known if counter.ended_on is None}
        numbers = [int(found[1]) for counter in known if (found := _OWN_CODE.fullmatch(counter.code))]
        added = []
        for number, name in enumerate(names, start=max(numbers, default=0) + 1):
            if name.casefold() in taken:
                raise HailongError("counter_name_taken", name=name)
            taken.add(name.casefold())
            added.append(Counter(unit=unit, code=f"Q{number}", name=name))
        session.add_all(added)
        session.flush()
        for counter in added:
            _serve(session, counter, field_codes)
            _note(session, "counter.add", counter, now=now, actor=actor, fields=sorted(field_codes))
    session.expire(unit, ["counters"])
    return added


def edit(
    session: Session,
    counter: Counter,
    *,
    name: str,
    field_codes: Collection[str],
    now: datetime,
    actor: str,
) -> None:
    """Rename a counter and set the fields that it serves; unknown ones are left out.

    Raises HailongError `counter_ended` or `counter_name_taken`.
    """
    with write(session):
        session.refresh(counter, with_for_update=True)
        if counter.ended_on is not None:
            raise HailongError("counter_ended", name=counter.name)
        same = select(Counter.id).where(
            Counter.unit_id == counter.unit_id,
            Counter.id != counter.id,
            Counter.ended_on.is_(None),
            func.lower(Counter.name) == name.lower(),
        )
        if session.scalar(same) is not None:
            raise HailongError("counter_name_taken", name=name)
        counter.name = name
        _serve(session, counter, field_codes)
        _note(session, "counter.edit", counter, now=now, actor=actor, fields=sorted(field_codes))
    session.expire(counter, ["fields"])


def set_fields(
    session: Session, unit: Unit, chosen: dict[int, Collection[str]], *, now: datetime, actor: str
) -> None:
    """Set the fields of several counters of `unit` at once, by counter id; ended ones are left as they are."""
    with write(session):
        for counter in session.scalars(
            select(Counter).where(Counter.unit_id == unit.id, Counter.ended_on.is_(None))
        ):
            if counter.id in chosen:
                _serve(session, counter, chosen[counter.id])
                _note(session, "counter.edit", counter, now=now, actor=actor, fields=sorted(chosen[counter.id]))
    session.expire_all()


def end(session: Session, counter: Counter, *, now: datetime, actor: str) -> int:
    """Close a counter from today on and revoke its codes; return how many. One that is closed stays as it is.

    What was answered there stays, and its tablets go on until they are revoked.
    """
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        session.refresh(counter, with_for_update=True)
        if counter.ended_on is not None:
            return 0
        counter.ended_on = today
        _note(session, "counter.end", counter, now=now, actor=actor)
        revoked = working_codes(session, counter, today)
        for qr_code in revoked:
            stop(session, qr_code, today=today, now=now, actor=actor)
    return len(revoked)


def working_codes(session: Session, counter: Counter, today: date) -> Sequence[QrCode]:
    """List the codes of a counter that are not revoked yet."""
    return session.scalars(
        select(QrCode).where(
            QrCode.counter_id == counter.id, QrCode.revoked_on.is_(None) | (QrCode.revoked_on > today)
        )
    ).all()


def tablet_count(session: Session, counter: Counter) -> int:
    """Count the tablets that stand at a counter."""
    query = select(func.count()).where(Device.counter_id == counter.id, Device.revoked_on.is_(None))
    return session.scalar(query) or 0


def _serve(session: Session, counter: Counter, field_codes: Collection[str]) -> None:
    known = set(session.scalars(select(ServiceField.code).where(ServiceField.code.in_(field_codes))))
    session.execute(delete(CounterField).where(CounterField.counter_id == counter.id))
    session.add_all(CounterField(counter_id=counter.id, field=code) for code in sorted(known))


def _note(
    session: Session, action: str, counter: Counter, *, now: datetime, actor: str, fields: list[str] | None = None
) -> None:
    detail = {"name": counter.name} | ({} if fields is None else {"fields": fields})
    subject = f"counter {counter.unit.code}/{counter.code}"
    audit.record(session, now=now, actor=actor, action=action, subject=subject, detail=detail)
