"""Choosing responses that may not count, by what does not tell an answer, and counting what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from analysis.periods import Period
from survey.models import Counter, PaperBatch, Response, Selection, Trust
from survey.services import exclusion
from survey.services.response import TOO_FAST
from survey.services.tally import valid_in

# The flags by which can be chosen; what came in late never counts anyway.
FLAGS = (TOO_FAST,)


@dataclass(frozen=True)
class Chosen:
    """Which responses of a unit are meant: how they are chosen, of which days, and what belongs to the way."""

    selection: Selection
    first_day: date
    last_day: date
    counter_id: int | None = None
    channel: str | None = None
    flag: str | None = None
    batch_id: str | None = None
    number_hash: bytes | None = None


@dataclass(frozen=True)
class Place:
    """What came through the printed codes of one place: a counter, the exit, or the online link."""

    counter: Counter | None
    channel: str
    count: int

    @property
    def key(self) -> str:
        """Name the place in a form."""
        return f"{self.counter.id if self.counter else ''}/{self.channel}"


@dataclass(frozen=True)
class Offered:
    """What there is to choose from in a unit's period, with how many responses still count of each."""

    total: int
    places: tuple[Place, ...]
    tablet_count: int
    flags: dict[str, int]
    batches: tuple[tuple[PaperBatch, int], ...]


def matching(unit_id: int, period: Period, chosen: Chosen) -> ColumnElement[bool]:
    """Whether a response is one of those chosen, set aside already or not."""
    days = Response.local_date.between(chosen.first_day, chosen.last_day)
    return and_(valid_in(period), Response.unit_id == unit_id, days, _way(chosen))


def count_chosen(session: Session, unit_id: int, period: Period, chosen: Chosen) -> int:
    """Count the chosen responses that still count."""
    return _count(session, period, matching(unit_id, period, chosen))


def offered(session: Session, unit_id: int, period: Period) -> Offered:
    """Count what the unit's period holds, by each way of choosing."""
    of_unit = and_(valid_in(period), Response.unit_id == unit_id, *_counting(session, period))
    tablets = and_(of_unit, _of_tablets())
    return Offered(
        total=session.scalar(select(func.count()).where(of_unit)) or 0,
        places=tuple(_places(session, of_unit)),
        tablet_count=session.scalar(select(func.count()).where(tablets)) or 0,
        flags={flag: session.scalar(select(func.count()).where(of_unit, _flagged(flag))) or 0 for flag in FLAGS},
        batches=tuple(_batches(session, of_unit)),
    )


def _way(chosen: Chosen) -> ColumnElement[bool]:
    if chosen.selection is Selection.NUMBER:
        # Named day by day, the number is found through the key.
        days = [chosen.first_day + timedelta(days=n) for n in range((chosen.last_day - chosen.first_day).days + 1)]
        return and_(Response.local_date.in_(days), Response.number_hash == chosen.number_hash)
    if chosen.selection is Selection.CODE:
        return and_(
            Response.trust == Trust.COUNTER,
            Response.counter_id.is_not_distinct_from(chosen.counter_id),
            Response.channel == chosen.channel,
        )
    if chosen.selection is Selection.TABLET:
        return _of_tablets()
    if chosen.selection is Selection.FLAG:
        return _flagged(chosen.flag or "")
    if chosen.selection is Selection.BATCH:
        return Response.batch_id == chosen.batch_id
    return true()


def _of_tablets() -> ColumnElement[bool]:
    return and_(Response.trust == Trust.ASSISTED, Response.batch_id.is_(None))


def _flagged(flag: str) -> ColumnElement[bool]:
    return and_(Response.flags != "", Response.flags.like(f"%{flag}%"))


def _counting(session: Session, period: Period) -> list[ColumnElement[bool]]:
    requests = exclusion.acting_requests(session, period)
    return [~exclusion.is_set_aside(requests)] if requests else []


def _count(session: Session, period: Period, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition, *_counting(session, period))) or 0


def _places(session: Session, of_unit: ColumnElement[bool]) -> Iterator[Place]:
    query = (
        select(Response.counter_id, Response.channel, func.count())
        .where(of_unit, Response.trust == Trust.COUNTER, Response.channel.isnot(None))
        .group_by(Response.counter_id, Response.channel)
    )
    found = session.execute(query).all()
    ids = [counter_id for counter_id, _, _ in found if counter_id is not None]
    counters = {one.id: one for one in session.scalars(select(Counter).where(Counter.id.in_(ids)))}
    places = [
        Place(None if counter_id is None else counters[counter_id], channel or "", count)
        for counter_id, channel, count in found
    ]
    yield from sorted(
        places, key=lambda place: (place.counter is None, place.counter.name if place.counter else "")
    )


def _batches(session: Session, of_unit: ColumnElement[bool]) -> Iterator[tuple[PaperBatch, int]]:
    query = (
        select(Response.batch_id, func.count())
        .where(of_unit, Response.batch_id.isnot(None))
        .group_by(Response.batch_id)
    )
    counts = dict(session.execute(query).all())
    batches = session.scalars(
        select(PaperBatch).where(PaperBatch.id.in_(counts)).order_by(PaperBatch.last_day, PaperBatch.id)
    )
    yield from ((batch, counts[batch.id]) for batch in batches)
