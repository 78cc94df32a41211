"""What to look at before a period is closed: counts that somebody may still want to mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.planning import yamane_sample
from survey.models import (
    BatchState,
    DossierCount,
    PaperBatch,
    Response,
    Score,
    ScoreSet,
    Unit,
)
from survey.services import objection
from survey.services.exclusion import waiting_requests
from survey.services.response import LATE
from survey.services.score import latest_set


@dataclass(frozen=True)
class Check:
    """One line of the list: `count` is None where nothing was computed yet; `units` are names with their numbers.

    A `blocking` one must be 0 before the period can be closed; the others are for the officer to judge.
    """

    code: str
    count: int | None
    units: tuple[tuple[str, str], ...] = ()
    blocking: bool = False


def checks(session: Session, period: Period) -> list[Check]:
    """Go through the list for a period; figures are those of its stored result."""
    return [check(session, period) for check in CHECKS]


def _without_dossiers(session: Session, period: Period) -> Check:
    counted = exists().where(DossierCount.unit_id == Unit.id, DossierCount.period == period.text)
    query = (
        select(Unit.name, Unit.code)
        .where(
            Unit.start_date <= period.last,
            Unit.valid_from <= period.last,
            Unit.valid_to.is_(None) | (Unit.valid_to >= period.first),
            ~counted,
        )
        .order_by(Unit.code)
    )
    units = tuple((name, code) for name, code in session.execute(query))
    return Check("without_dossiers", len(units), units)


def _below_minimum(session: Session, period: Period) -> Check:
    score_set = latest_set(session, period.text)
    if score_set is None:
        return Check("below_minimum", None)
    query = _stored(score_set, Unit.name, Score.response_count, Score.dossier_count)
    units = tuple(
        (name, f"{count}/{needed}")
        for name, count, dossiers in session.execute(query)
        if count < (needed := yamane_sample(dossiers or 0))
    )
    return Check("below_minimum", len(units), units)


def _flagged(session: Session, period: Period) -> Check:
    score_set = latest_set(session, period.text)
    if score_set is None:
        return Check("flagged", None)
    flagged = Score.detail["flagged_count"].as_integer()
    found = session.execute(_stored(score_set, Unit.name, flagged).where(flagged > 0)).all()
    return Check("flagged", sum(count for _, count in found), tuple((name, str(count)) for name, count in found))


def _open_paper(session: Session, period: Period) -> Check:
    query = (
        select(Unit.name, func.count())
        .join(PaperBatch, PaperBatch.unit_id == Unit.id)
        .where(
            PaperBatch.state == BatchState.OPEN,
            PaperBatch.last_day >= period.first,
            PaperBatch.first_day <= period.last,
        )
        .group_by(Unit.code, Unit.name)
        .order_by(Unit.code)
    )
    found = session.execute(query).all()
    return Check(
        "open_paper", sum(count for _, count in found), tuple((name, str(count)) for name, count in found)
    )


def _undecided(session: Session, period: Period) -> Check:
    found = waiting_requests(session, period)
    return Check("undecided", sum(count for _, count in found), tuple((name, str(count)) for name, count in found))


def _late(session: Session, period: Period) -> Check:
    late = Response.local_date.between(period.first, period.last) & Response.flags.like(f"%{LATE}%")
    query = select(Unit.name, func.count()).join(Response, Response.unit_id == Unit.id).where(late)
    found = session.execute(query.group_by(Unit.code, Unit.name).order_by(Unit.code)).all()
    return Check("late", sum(count for _, count in found), tuple((name, str(count)) for name, count in found))


def _unanswered(session: Session, period: Period) -> Check:
    return Check("unanswered", objection.unanswered_count(session, period.text), blocking=True)


def _stored(score_set: ScoreSet, *columns: Any) -> Select[Any]:
    of_set = select(*columns).join(Score, Score.unit_id == Unit.id).where(Score.score_set_id == score_set.id)
    return of_set.order_by(Unit.code)


# A further line is a further function here, and its words in templates/officer/closing_parts.html.
CHECKS: tuple[Callable[[Session, Period], Check], ...] = (
    _without_dossiers,
    _below_minimum,
    _flagged,
    _open_paper,
    _undecided,
    _late,
    _unanswered,
)
