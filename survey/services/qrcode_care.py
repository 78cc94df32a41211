"""What an officer does with one code: make it, give it a first and a last day, replace it. And how all stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from analysis.periods import Period
from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Channel, Counter, QrCode, Unit
from survey.services import audit
from survey.services.destination import resolve
from survey.services.opening import CodeCounts, code_counts
from survey.services.qrcode import PLACE_ORDER, new_row, place_of
from survey.services.unit_days import in_force


class CodeState(StrEnum):
    """Whether a code opens the form today."""

    LIVE = "live"
    NOT_BEGUN = "not_begun"
    STOPPED = "stopped"
    REVOKED = "revoked"


def state_of(qr_code: QrCode, today: date) -> CodeState:
    """Tell whether a code works today, as `resolve` would."""
    if qr_code.revoked_on is not None and qr_code.revoked_on <= today:
        return CodeState.REVOKED
    if qr_code.valid_from is not None and qr_code.valid_from > today:
        return CodeState.NOT_BEGUN
    if qr_code.valid_to is not None and qr_code.valid_to < today:
        return CodeState.STOPPED
    return CodeState.LIVE


@dataclass(frozen=True)
class ListedCode:
    """A code with its state, the unit to which its responses are booked today, and its numbers of a period."""

    qr_code: QrCode
    state: CodeState
    booked_to: Unit | None
    counts: CodeCounts | None


def listed(session: Session, unit: Unit, period: Period, *, today: date) -> Sequence[ListedCode]:
    """List every code that `unit` ever had, those that work first."""
    counts = {one.qr_code.code: one for one in code_counts(session, period, [unit.id])}
    query = (
        select(QrCode)
        .outerjoin(QrCode.counter)
        .where(QrCode.unit_id == unit.id)
        .options(joinedload(QrCode.unit), joinedload(QrCode.counter))
        .order_by(*PLACE_ORDER, QrCode.valid_to.is_not(None), QrCode.created_on.desc(), QrCode.code)
    )
    codes = [
        ListedCode(code, state_of(code, today), _booked_to(session, code, today), counts.get(code.code))
        for code in session.scalars(query)
    ]
    ended = (CodeState.STOPPED, CodeState.REVOKED)
    return sorted(codes, key=lambda one: one.state in ended)


def _booked_to(session: Session, qr_code: QrCode, today: date) -> Unit | None:
    if state_of(qr_code, today) is not CodeState.LIVE:
        return None
    if in_force(qr_code.unit, today):
        return qr_code.unit
    try:
        return session.get(Unit, resolve(session.connection(), qr_code.code, today=today).unit_id)
    except HailongError:
        return None  # the unit has ended and nobody carries on


def make(
    session: Session,
    unit: Unit,
    *,
    counter: Counter | None,
    channel: Channel,
    valid_from: date | None = None,
    valid_to: date | None = None,
    now: datetime,
    actor: str,
) -> QrCode:
    """Make a code for a counter, the exit (direct, without a counter) or the online link of `unit`.

    Raises HailongError `closed_unit`, `counter_ended`, or as `set_days` does.
    """
    today = now.astimezone(TIME_ZONE).date()
    _check_days(valid_from, valid_to, today)
    with write(session):
        session.refresh(unit, with_for_update=True)
        _check_place(unit, counter, today)
        qr_code = new_row(unit, counter, today, channel)
        qr_code.valid_from, qr_code.valid_to = valid_from, valid_to
        session.add(qr_code)
        _note(session, "qr_code.create", qr_code, now=now, actor=actor)
    return qr_code


def set_days(
    session: Session,
    qr_code: QrCode,
    *,
    valid_from: date | None,
    valid_to: date | None,
    now: datetime,
    actor: str,
) -> None:
    """Let a code open the form from one day to another; None stands for no limit.

    Raises HailongError `code_days_backwards`, `code_last_day_past` or `code_is_revoked`.
    """
    today = now.astimezone(TIME_ZONE).date()
    _check_days(valid_from, valid_to, today)
    with write(session):
        session.refresh(qr_code, with_for_update=True)
        if qr_code.revoked_on is not None:
            raise HailongError("code_is_revoked")
        if (qr_code.valid_from, qr_code.valid_to) != (valid_from, valid_to):
            qr_code.valid_from, qr_code.valid_to = valid_from, valid_to
            _note(session, "qr_code.days", qr_code, now=now, actor=actor)


def rotate(session: Session, qr_code: QrCode, *, last_day: date, now: datetime, actor: str) -> QrCode:
    """Make a new code for the place of `qr_code`, which goes on working to the end of `last_day`.

    Raises HailongError `code_last_day_past`, `code_days_backwards`, `code_is_revoked`, `closed_unit` or
    `counter_ended`.
    """
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        session.refresh(qr_code, with_for_update=True)
        _check_days(qr_code.valid_from, last_day, today)
        if qr_code.revoked_on is not None:
            raise HailongError("code_is_revoked")
        _check_place(qr_code.unit, qr_code.counter, today)
        new = new_row(qr_code.unit, qr_code.counter, today, qr_code.channel)
        new.next_unit_id = qr_code.next_unit_id
        qr_code.valid_to = last_day
        session.add(new)
        _note(session, "qr_code.create", new, now=now, actor=actor)
        _note(session, "qr_code.replace", qr_code, now=now, actor=actor)
    return new


def _check_days(valid_from: date | None, valid_to: date | None, today: date) -> None:
    if valid_to is not None and valid_to < today:
        raise HailongError("code_last_day_past")
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise HailongError("code_days_backwards")


def _check_place(unit: Unit, counter: Counter | None, today: date) -> None:
    if unit.valid_to is not None and unit.valid_to < today:
        raise HailongError("closed_unit")
    if counter is not None and counter.ended_on is not None:
        raise HailongError("counter_ended", name=counter.name)


def _note(session: Session, action: str, qr_code: QrCode, *, now: datetime, actor: str) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=f"qr code {qr_code.code}",
        detail={
            "unit": qr_code.unit.code,
            "place": place_of(qr_code),
            "from": None if qr_code.valid_from is None else f"{qr_code.valid_from}",
            "to": None if qr_code.valid_to is None else f"{qr_code.valid_to}",
        },
    )
