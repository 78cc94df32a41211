"""Ending units with a day: merged into another, split among several, or closed; and what that will mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Device, Grant, QrCode, Unit
from survey.services import audit
from survey.services.qrcode import live_codes
from survey.services.unit_days import in_force


@dataclass(frozen=True)
class Consequence:
    """What ending one unit means, to be read before it is confirmed.

    `starts_late` tells that responses through its posters would be trials, as the successor measures only later.
    """

    unit: Unit
    codes: Sequence[QrCode]
    tablet_count: int
    officer_count: int
    starts_late: bool


def consequences(
    session: Session, units: Sequence[Unit], successors: Collection[Unit], day: date, *, today: date
) -> list[Consequence]:
    """Say for each unit what stops or goes on elsewhere when `day` is the first day without it."""
    starts_late = any(one.start_date is None or one.start_date > day for one in successors)
    return [
        Consequence(
            unit,
            live_codes(session, unit, today=today),
            session.scalar(select(func.count()).where(Device.unit_id == unit.id, Device.revoked_on.is_(None)))
            or 0,
            session.scalar(select(func.count(Grant.officer_id.distinct())).where(Grant.unit_id == unit.id)) or 0,
            starts_late and unit.start_date is not None,
        )
        for unit in units
    ]


def successors_for(session: Session, unit_ids: Collection[int]) -> Sequence[Unit]:
    """List the units that can carry on: those in force that do not end."""
    query = select(Unit).where(Unit.id.in_(unit_ids), Unit.valid_to.is_(None)).order_by(Unit.name, Unit.code)
    return session.scalars(query).all()


def check(
    session: Session,
    units: Sequence[Unit],
    *,
    successor: Unit | None,
    parts: Collection[Unit] = (),
    day: date,
    today: date,
) -> None:
    """Refuse what cannot be: raises HailongError for days in the past, circles, and units that others need.

    `day` is the first day without the units; it lies in the future, so that no response has to change its unit
    and no period that is over is touched.
    """
    if not units:
        raise HailongError("merge_nothing")
    if day <= today:
        raise HailongError("end_day_past")
    heirs = {one.id: one for one in (*parts, *([] if successor is None else [successor]))}
    for unit in units:
        if unit.id in heirs:
            raise HailongError("end_into_itself", unit=unit.name)
        if unit.valid_to is not None:
            raise HailongError("end_twice", unit=unit.name, last=f"{unit.valid_to:%d/%m/%Y}")
        if day <= unit.valid_from:
            raise HailongError("end_before_begin", unit=unit.name, first=f"{unit.valid_from:%d/%m/%Y}")
        _check_below(session, unit, units, today)
    for heir in heirs.values():
        if heir.valid_to is not None:
            raise HailongError("heir_ends", unit=heir.name, last=f"{heir.valid_to:%d/%m/%Y}")
        if heir.valid_from > day:
            raise HailongError("heir_begins_late", unit=heir.name, first=f"{heir.valid_from:%d/%m/%Y}")


def end(
    session: Session,
    units: Sequence[Unit],
    *,
    successor: Unit | None,
    codes: Mapping[str, Unit] | None = None,
    day: date,
    now: datetime,
    actor: str,
) -> None:
    """End units before `day`; their posters then book to `successor`, or each to the unit that `codes` names.

    Raises HailongError as `check` does.
    """
    today = now.astimezone(TIME_ZONE).date()
    chosen = codes or {}
    with write(session):
        for unit in units:
            session.refresh(unit, with_for_update=True)
        check(session, units, successor=successor, parts=list(chosen.values()), day=day, today=today)
        for unit in units:
            unit.valid_to = day - timedelta(days=1)
            unit.successor_id = None if successor is None else successor.id
            if unit.start_date is not None and unit.start_date > unit.valid_to:
                unit.start_date = None
            for qr_code in live_codes(session, unit, today=today):
                heir = chosen.get(qr_code.code)
                qr_code.next_unit_id = None if heir is None or heir is successor else heir.id
            audit.record(
                session,
                now=now,
                actor=actor,
                action="unit.end",
                subject=f"unit {unit.code}",
                detail={
                    "last_day": f"{unit.valid_to}",
                    "successor": None if successor is None else successor.code,
                    "codes": {code: heir.code for code, heir in chosen.items()},
                },
            )


def keep(session: Session, unit: Unit, *, now: datetime, actor: str) -> None:
    """Take back the end of a unit that is still to come; raise HailongError `end_is_over` afterwards."""
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        session.refresh(unit, with_for_update=True)
        if not in_force(unit, today):
            raise HailongError("end_is_over", unit=unit.name, last=f"{unit.valid_to:%d/%m/%Y}")
        if unit.valid_to is None:
            return
        unit.valid_to = unit.successor_id = None
        for qr_code in session.scalars(select(QrCode).where(QrCode.unit_id == unit.id)):
            qr_code.next_unit_id = None
        audit.record(session, now=now, actor=actor, action="unit.keep", subject=f"unit {unit.code}")


def _check_below(session: Session, unit: Unit, ending: Sequence[Unit], today: date) -> None:
    staying = (Unit.valid_to.is_(None) | (Unit.valid_to >= today), Unit.id.not_in([one.id for one in ending]))
    below = tuple(
        session.scalars(select(Unit.name).where(Unit.parent_id == unit.id, *staying).order_by(Unit.name))
    )
    if below:
        raise HailongError("end_with_units_below", unit=unit.name, below=below)
    heirs_of = select(Unit.name).where(Unit.successor_id == unit.id, Unit.valid_to >= today)
    waiting = session.scalar(heirs_of.limit(1))
    if waiting is not None:
        raise HailongError("end_of_an_heir", unit=unit.name, other=waiting)
