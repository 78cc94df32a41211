"""Which periods there are, which come next, and that no two of them share a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import Period, par_year, previous, quarter_of, reporting_quarter
from survey.errors import HailongError
from survey.models import DossierCount, Response, ScoreState
from survey.services import score

# A year stands beside the quarters that lie in it; of two shorter ones, a shared day would count twice.
LONG_FROM = 360


@dataclass(frozen=True)
class PeriodState:
    """What there is of a period, for the units somebody may see."""

    period: Period
    unit_count: int
    response_count: int
    state: ScoreState | None
    computed_at: datetime | None


@dataclass(frozen=True)
class Suggestion:
    """A period that could be opened: `preset` names the way of counting, `taken_by` what stands in its way."""

    preset: str
    period: Period
    taken_by: Period | None = None


def overlapping(period: Period, others: Iterable[Period]) -> Period | None:
    """Find a period that shares days with `period` and is neither the same, nor one of the two a year."""
    return next((other for other in others if _share_days(period, other) and not _fit(period, other)), None)


def refuse_overlap(session: Session, period: Period) -> None:
    """Raise HailongError `period_overlaps`, naming both, if the period shares days with another."""
    other = overlapping(period, score.periods(session))
    if other is not None:
        raise HailongError(
            "period_overlaps",
            period=period.text,
            days=_days(period),
            other=other.text,
            other_days=_days(other),
        )


def opened(session: Session, first: date, last: date, *, today: date) -> Period:
    """Return the period of these days if it may be opened; it is there once its dossiers are imported.

    Raises HailongError `period_backwards`, `period_not_started` or `period_overlaps`.
    """
    if last < first:
        raise HailongError("period_backwards")
    period = Period(first, last)
    if today < first:
        raise HailongError("period_not_started", period=period.text, first=f"{first:%d/%m/%Y}")
    refuse_overlap(session, period)
    return period


def suggestions(session: Session, *, today: date) -> list[Suggestion]:
    """List the periods that have begun and are likely wanted next, newest first for each way of counting."""
    known = score.periods(session)
    quarter, index_year = quarter_of(today), par_year(today)
    # The first quarter of a year begins in December of the year before.
    begun = (reporting_quarter(year, q) for year in (today.year + 1, today.year) for q in (4, 3, 2, 1))
    reporting = next(found for found in begun if found.first <= today)
    wanted = [
        *(("quarter", one) for one in (quarter, previous(quarter))),
        *(("reporting", one) for one in (reporting, previous(reporting))),
        *(("par_year", one) for one in (index_year, previous(index_year))),
    ]
    return [Suggestion(preset, one, overlapping(one, known)) for preset, one in wanted if one not in known]


def overview(session: Session, unit_ids: Collection[int]) -> list[PeriodState]:
    """Say of every period how many units have dossiers, how many responses it has, and the state of its result."""
    return [_state(session, period, unit_ids) for period in score.periods(session)]


def _state(session: Session, period: Period, unit_ids: Collection[int]) -> PeriodState:
    newest = score.latest_set(session, period.text)
    units = select(func.count(DossierCount.unit_id.distinct())).where(
        DossierCount.period == period.text, DossierCount.unit_id.in_(unit_ids)
    )
    responses = select(func.count()).where(
        Response.local_date.between(period.first, period.last),
        Response.unit_id.in_(unit_ids),
        Response.trial.is_(False),
    )
    return PeriodState(
        period,
        session.scalar(units) or 0,
        session.scalar(responses) or 0,
        None if newest is None else newest.state,
        None if newest is None else newest.computed_at,
    )


def _share_days(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last


def _fit(one: Period, other: Period) -> bool:
    return one == other or max(one.day_count, other.day_count) >= LONG_FROM


def _days(period: Period) -> str:
    return f"{period.first:%d/%m/%Y}–{period.last:%d/%m/%Y}"
