"""The codes behind posters and online links: made where they are missing, and which of them work."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.codes import new_qr_code
from survey.database import write
from survey.errors import HailongError
from survey.models import Channel, Counter, QrCode, Unit
from survey.services import audit
from survey.services.unit_tree import unit_by_code, units_in_force

# Counters by their codes, then the exit, then the online link.
PLACE_ORDER = (QrCode.counter_id.is_(None), Counter.code, QrCode.channel)


def ensure_codes(
    session: Session, unit: Unit, *, today: date, now: datetime, actor: str, at_exit: bool = False
) -> list[QrCode]:
    """Give every counter of `unit` and its online link a live code where one is missing; return the new ones.

    The exit gets one only `at_exit`: not every unit has something hanging there.
    """
    with write(session):
        # Read under the write lock: two commands at once must not both make the missing code.
        session.refresh(unit, with_for_update=True)
        served = {_slot(qr_code) for qr_code in live_codes(session, unit, today=today)}
        counters = session.scalars(
            select(Counter).where(Counter.unit_id == unit.id, Counter.ended_on.is_(None)).order_by(Counter.code)
        )
        new = [new_row(unit, counter, today) for counter in counters if counter.id not in served]
        unit_wide = (Channel.DIRECT, Channel.ONLINE) if at_exit else (Channel.ONLINE,)
        new += [new_row(unit, None, today, channel) for channel in unit_wide if channel not in served]
        if new:
            session.add_all(new)
            audit.record(
                session,
                now=now,
                actor=actor,
                action="qr_code.create",
                subject=f"unit {unit.code}",
                detail={"codes": {qr_code.code: place_of(qr_code) for qr_code in new}},
            )
    return new


def live_codes(session: Session, unit: Unit, *, today: date) -> list[QrCode]:
    """List the codes of `unit` that work or will: counters by their codes, the exit, the online link.

    Of two codes of one place that which was replaced comes first.
    """
    query = (
        select(QrCode)
        .outerjoin(QrCode.counter)
        .where(
            QrCode.unit_id == unit.id,
            QrCode.revoked_on.is_(None) | (QrCode.revoked_on > today),
            QrCode.valid_to.is_(None) | (QrCode.valid_to >= today),
        )
        .options(joinedload(QrCode.unit), joinedload(QrCode.counter))
        .order_by(*PLACE_ORDER, QrCode.valid_to.is_(None), QrCode.created_on, QrCode.code)
    )
    return list(session.scalars(query))


def newest_codes(session: Session, unit: Unit, *, today: date) -> list[QrCode]:
    """List one code for each counter of `unit`, its exit and its online link: the newest that works."""
    newest = {_slot(qr_code): qr_code for qr_code in live_codes(session, unit, today=today)}
    return list(newest.values())


def links(
    session: Session, unit_code: str | None, *, below: bool, today: date, now: datetime, actor: str
) -> list[QrCode]:
    """List the codes of a unit, and of the units `below` it; missing ones are made, also without any counter.

    Of all units without `unit_code`. Raises HailongError `unknown_unit`.
    """
    listed: list[QrCode] = []
    top = None if unit_code is None else unit_by_code(session, unit_code)
    for unit in units_in_force(session, top, below=below, today=today):
        ensure_codes(session, unit, today=today, now=now, actor=actor)
        listed += newest_codes(session, unit, today=today)
    return listed


def revoke(session: Session, code: str, *, today: date, now: datetime, actor: str) -> QrCode:
    """Make a code stop working from today on; a code that is revoked already stays as it is."""
    with write(session):
        qr_code = session.get(QrCode, code)
        if qr_code is None:
            raise HailongError("unknown_code")
        if qr_code.revoked_on is None or qr_code.revoked_on > today:
            stop(session, qr_code, today=today, now=now, actor=actor)
    return qr_code


def stop(session: Session, qr_code: QrCode, *, today: date, now: datetime, actor: str) -> None:
    """Revoke a code inside the caller's transaction, with its note in the audit trail."""
    qr_code.revoked_on = today
    audit.record(
        session,
        now=now,
        actor=actor,
        action="qr_code.revoke",
        subject=f"qr code {qr_code.code}",
        detail={"unit": qr_code.unit.code, "place": place_of(qr_code)},
    )


def new_row(unit: Unit, counter: Counter | None, today: date, channel: Channel = Channel.DIRECT) -> QrCode:
    """Draw a code for a place; it is not stored yet."""
    return QrCode(code=new_qr_code(), unit=unit, counter=counter, channel=channel, created_on=today)


def _slot(qr_code: QrCode) -> int | Channel:
    """Where a code hangs: at one counter, or, for the whole unit, at the exit or online."""
    return qr_code.counter_id if qr_code.counter_id is not None else qr_code.channel


def place_of(qr_code: QrCode) -> str:
    """Name where a code is shown, for the audit trail."""
    if qr_code.counter is not None:
        return qr_code.counter.code
    return "exit" if qr_code.is_exit else "online"
