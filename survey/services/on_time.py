"""What the imported dossiers of a period say by themselves: flow, on-time rate, printed rates, rates of QĐ 766."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import Period, quarters_of
from analysis.points import PrintedCheck, check_printed
from analysis.service_rates import DossierFlow, Feedback766
from survey.models import Basis, Channel, DossierCount, DossierPrinted, Outcome, ServiceField, Unit
from survey.services import score
from survey.services.scoreboard import scoreboard
from survey.services.service_field import ALL_FIELDS

# Basis, channel and outcome of a count, as they are stored.
Key = tuple[Basis, str, str]


@dataclass(frozen=True)
class Misprint:
    """A printed on-time rate that its own numbers contradict; `field` is None for the unit as a whole."""

    unit: Unit
    field: str | None
    check: PrintedCheck


@dataclass(frozen=True)
class UnitDossiers:
    """One unit's dossiers, None as unit for all together; `points` is its score, to be read beside them."""

    unit: Unit | None
    flow: DossierFlow
    rates: Feedback766
    points: Decimal | None = None


@dataclass(frozen=True)
class PeriodDossiers:
    """All of a period that somebody may see."""

    units: tuple[UnitDossiers, ...]
    total: UnitDossiers
    misprints: tuple[Misprint, ...]


def dossiers_of(session: Session, period: Period, unit_ids: Collection[int]) -> PeriodDossiers:
    """Add up the dossiers of a period by unit, and check what their tables printed."""
    own = (DossierCount.period == period.text) & DossierCount.unit_id.in_(unit_ids)
    rows = session.execute(
        select(
            DossierCount.unit_id,
            DossierCount.basis,
            DossierCount.channel,
            DossierCount.outcome,
            func.sum(DossierCount.count),
        )
        .where(own)
        .group_by(DossierCount.unit_id, DossierCount.basis, DossierCount.channel, DossierCount.outcome)
    ).all()
    by_unit: dict[int, dict[Key, int]] = {}
    for unit_id, basis, channel, outcome, number in rows:
        by_unit.setdefault(unit_id, {})[Basis(basis), channel, outcome] = int(number)
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(by_unit)))}
    points = _points(session, period, units)
    listed = sorted(by_unit, key=lambda unit_id: units[unit_id].code)
    return PeriodDossiers(
        tuple(_unit_dossiers(units[unit_id], by_unit[unit_id], points.get(unit_id)) for unit_id in listed),
        _unit_dossiers(None, _added(by_unit.values()), None),
        tuple(_misprints(session, period, units)),
    )


def year_percents(session: Session, year: int) -> dict[int, Decimal]:
    """Return the on-time rate of the year's four quarters together, by unit id, where dossiers were settled."""
    columns = (DossierCount.unit_id, DossierCount.basis, DossierCount.channel, DossierCount.outcome)
    of_year = DossierCount.period.in_([quarter.text for quarter in quarters_of(year)])
    query = select(*columns, func.sum(DossierCount.count)).where(of_year).group_by(*columns)
    by_unit: dict[int, dict[Key, int]] = {}
    for unit_id, basis, channel, outcome, number in session.execute(query):
        by_unit.setdefault(unit_id, {})[Basis(basis), channel, outcome] = int(number)
    found = {unit_id: flow_of(counts).on_time_percent for unit_id, counts in by_unit.items()}
    return {unit_id: percent for unit_id, percent in found.items() if percent is not None}


def _unit_dossiers(unit: Unit | None, counts: Mapping[Key, int], points: Decimal | None) -> UnitDossiers:
    flow = flow_of(counts)
    rates = Feedback766(
        feedback=_sum(counts, Basis.FEEDBACK),
        feedback_on_time=_sum(counts, Basis.FEEDBACK_ON_TIME),
        feedback_bad=_sum(counts, Basis.FEEDBACK_BAD),
        dossiers_bad=_sum(counts, Basis.DOSSIERS_BAD),
        settled=flow.settled,
    )
    return UnitDossiers(unit, flow, rates, points)


def flow_of(counts: Mapping[Key, int]) -> DossierFlow:
    """Put the counts of some dossiers together as what came in and what went out."""
    new, carried = _sum(counts, Basis.RECEIVED), _sum(counts, Basis.CARRIED_OVER)
    early, on_time, overdue = (_sum(counts, Basis.SETTLED, Basis.CROSS, outcome=outcome) for outcome in Outcome)
    return DossierFlow(
        received=None if new is None else new + (carried or 0),
        received_online=_sum(counts, Basis.RECEIVED, channel=Channel.ONLINE),
        carried_over=carried,
        settled_early=early,
        settled_on_time=on_time,
        settled_overdue=overdue,
        pending=_sum(counts, Basis.PENDING),
        pending_overdue=_sum(counts, Basis.PENDING_LATE),
    )


def _sum(
    counts: Mapping[Key, int], *bases: Basis, channel: Channel | None = None, outcome: Outcome | None = None
) -> int | None:
    """Add up the counts that fit; None where there is none, which is not the same as 0."""
    found = [
        number
        for (basis, of_channel, of_outcome), number in counts.items()
        if basis in bases
        and (channel is None or of_channel == channel.value)
        and (outcome is None or of_outcome == outcome.value)
    ]
    return sum(found) if found else None


def _added(of_units: Iterable[Mapping[Key, int]]) -> dict[Key, int]:
    total: dict[Key, int] = {}
    for counts in of_units:
        for key, number in counts.items():
            total[key] = total.get(key, 0) + number
    return total


def _points(session: Session, period: Period, units: Mapping[int, Unit]) -> dict[int, Decimal | None]:
    newest = score.latest_set(session, period.text)
    if newest is None:
        return {}
    return {row.unit.id: row.points for row in scoreboard(session, newest, unit_ids=units).rows}


def _misprints(session: Session, period: Period, units: Mapping[int, Unit]) -> Iterable[Misprint]:
    names = {field.code: field.name_vi for field in session.scalars(select(ServiceField))}
    printed = session.scalars(
        select(DossierPrinted)
        .where(DossierPrinted.period == period.text, DossierPrinted.unit_id.in_(units))
        .order_by(DossierPrinted.unit_id, DossierPrinted.field)
    ).all()
    settled: dict[tuple[int, str], dict[Key, int]] = {}
    for unit_id, field, outcome, number in session.execute(
        select(DossierCount.unit_id, DossierCount.field, DossierCount.outcome, func.sum(DossierCount.count))
        .where(
            DossierCount.period == period.text,
            DossierCount.unit_id.in_({one.unit_id for one in printed}),
            DossierCount.basis.in_((Basis.SETTLED, Basis.CROSS)),
        )
        .group_by(DossierCount.unit_id, DossierCount.field, DossierCount.outcome)
    ):
        settled.setdefault((unit_id, field), {})[Basis.SETTLED, "", outcome] = int(number)
    for one in printed:
        computed = flow_of(settled.get((one.unit_id, one.field), {})).on_time_percent
        if computed is None:
            continue
        check = check_printed(one.on_time_percent, computed)
        if not check.agrees:
            yield Misprint(units[one.unit_id], None if one.field == ALL_FIELDS else names[one.field], check)
