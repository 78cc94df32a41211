"""A unit's way from nothing to its first day: what is done, the trial responses, and how many it will need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from analysis.planning import yamane_sample
from survey.config import TIME_ZONE
from survey.database import write
from survey.models import Basis, DossierCount, QrCode, Response, StartStep, Unit
from survey.services import audit
from survey.services.qrcode import live_codes
from survey.services.unit_days import has_started

UNIT, COUNTERS, FIELDS, POSTER, TRIAL, DAY, SAMPLE = STEPS = (
    "unit", "counters", "fields", "poster", "trial", "day", "sample"
)  # fmt: skip
# What somebody has looked at; all the others are seen in the data.
CONFIRMED = (UNIT, SAMPLE)
WORKING_DAYS = 65  # of a quarter


@dataclass(frozen=True)
class Way:
    """How far a unit has come."""

    unit: Unit
    done: frozenset[str]

    @property
    def next_step(self) -> str | None:
        """The first step that is still to do, or None."""
        return next((step for step in STEPS if step not in self.done), None)


@dataclass(frozen=True)
class Trials:
    """The trial responses of a unit: how many, and of which counters (None for those without one)."""

    total: int
    by_counter: Mapping[int | None, int]


@dataclass(frozen=True)
class SamplePlan:
    """How many responses a quarter with so many dossiers needs, and what that is for each working day."""

    dossiers: int
    minimum: int

    @property
    def per_day(self) -> int:
        """Responses a day, rounded up."""
        return -(-self.minimum // WORKING_DAYS)


def way_of(session: Session, unit: Unit, *, today: date) -> Way:
    """See what of a unit's start is done."""
    confirmed = session.scalars(select(StartStep.step).where(StartStep.unit_id == unit.id))
    done = set(confirmed) & set(CONFIRMED)
    counters = unit.open_counters
    if counters:
        done.add(COUNTERS)
        if all(counter.fields for counter in counters):
            done.add(FIELDS)
        coded = {code.counter_id for code in live_codes(session, unit, today=today)}
        if {counter.id for counter in counters} <= coded:
            done.add(POSTER)
    if trials(session, unit).total:
        done.add(TRIAL)
    if unit.start_date is not None:
        done.add(DAY)
    return Way(unit, frozenset(done))


def is_due(session: Session, unit_ids: Collection[int], *, today: date) -> bool:
    """Tell whether none of the units measures yet nor is ready to: their officer is led along the way then."""
    in_force = (Unit.id.in_(unit_ids), Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    if session.scalar(select(func.count()).where(*in_force)) == 0:
        return False
    looked = select(StartStep.unit_id).where(StartStep.step == SAMPLE)
    ready = select(Unit.id).where(
        *in_force, Unit.start_date.is_not(None), or_(Unit.start_date <= today, Unit.id.in_(looked))
    )
    return session.scalar(ready.limit(1)) is None


def beginners(session: Session, unit_ids: Collection[int], *, today: date) -> Sequence[Unit]:
    """List the units in force that do not measure yet."""
    query = select(Unit).where(Unit.id.in_(unit_ids), Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    return [unit for unit in session.scalars(query.order_by(Unit.name, Unit.code)) if not has_started(unit, today)]


def confirm(session: Session, unit: Unit, step: str, *, now: datetime, actor: str) -> None:
    """Note that a step has been looked at; once is enough."""
    with write(session):
        if session.get(StartStep, (unit.id, step)) is None:
            session.add(StartStep(unit_id=unit.id, step=step, done_on=now.astimezone(TIME_ZONE).date()))
            detail = {"step": step}
            audit.record(
                session, now=now, actor=actor, action="start.step", subject=f"unit {unit.code}", detail=detail
            )


def trials(session: Session, unit: Unit) -> Trials:
    """Count the trial responses of a unit; what they say is nobody's business here."""
    query = (
        select(Response.counter_id, func.count())
        .where(Response.unit_id == unit.id, Response.trial)
        .group_by(Response.counter_id)
    )
    by_counter: dict[int | None, int] = {row[0]: row[1] for row in session.execute(query)}
    return Trials(sum(by_counter.values()), by_counter)


def codes_to_try(session: Session, unit: Unit, *, today: date) -> list[QrCode]:
    """List the codes of the unit's counters that a phone can open today."""
    return [
        code
        for code in live_codes(session, unit, today=today)
        if code.counter_id is not None and (code.valid_from is None or code.valid_from <= today)
    ]


def known_dossiers(session: Session, unit: Unit) -> int | None:
    """Return how many dossiers the unit had in its latest quarter, if they have been imported."""
    query = (
        select(DossierCount.period, DossierCount.basis, func.sum(DossierCount.count))
        .where(DossierCount.unit_id == unit.id, DossierCount.basis.in_((Basis.CROSS, Basis.RECEIVED)))
        .group_by(DossierCount.period, DossierCount.basis)
    )
    found = [(parse_period(period), number) for period, _basis, number in session.execute(query)]
    quarters = [(period.last, number) for period, number in found if period.kind == "quarter"]
    return int(max(quarters)[1]) if quarters else None


def sample_plan(dossiers: int) -> SamplePlan:
    """Plan the minimum sample for a number of dossiers a quarter (Yamane, error 5%)."""
    return SamplePlan(dossiers, yamane_sample(dossiers))
