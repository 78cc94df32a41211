"""Score the units of a period: compute, keep a provisional result while it is open, freeze it at closing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

import orjson
from sqlalchemy import String, delete, func, select, type_coerce
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period, quarters_of
from analysis.population import DossierRow, Population, population_from_rows
from analysis.rules import DEFAULT_SCORE_RULE, ScoreRule, load_score_rule
from analysis.satisfaction import combine_year, score_units
from analysis.scores import QuarterResult, ScoreTable, UnitScore, YearScore
from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Basis, DossierCount, Score, ScoreSet, ScoreState, Unit
from survey.services import audit
from survey.services.tally import count_responses, factors_of

PROVISIONAL_REVISION = 0
POPULATION_BASES = (Basis.CROSS, Basis.RECEIVED, Basis.SETTLED)
PROGRAM_VERSION = version("hailong")
# How much of the work is done, 0 to 1; reading the responses takes most of it.
Progress = Callable[[float], None]
READING_SHARE = 0.7


@dataclass(frozen=True)
class ScoredPeriod:
    """A period computed now: the statistics, and what they were made from."""

    period: Period
    rule: ScoreRule
    table: ScoreTable
    questionnaire_versions: list[str]
    response_count: int
    computed_at: datetime


def score_period(
    session: Session,
    period: Period,
    *,
    now: datetime,
    unit_codes: Collection[str] | None = None,
    rule_id: str = DEFAULT_SCORE_RULE,
    progress: Progress | None = None,
) -> ScoredPeriod:
    """Compute the scores of `period` and store nothing.

    Raises HailongError when the period has not begun, has no dossiers, or the units named have none.
    """
    if now.astimezone(TIME_ZONE).date() < period.first:
        raise HailongError("period_not_started", period=period.text, first=f"{period.first:%d/%m/%Y}")
    rule = load_score_rule(rule_id)
    population = _population(session, period, unit_codes)
    unit_ids = None
    if unit_codes is not None:
        unit_ids = session.scalars(select(Unit.id).where(Unit.code.in_(unit_codes))).all()
    tell = progress or _tell_nobody
    with _no_garbage_collection():
        counted = count_responses(
            session, period, rule=rule, unit_ids=unit_ids, progress=lambda share: tell(READING_SHARE * share)
        )
        table = score_units(
            counted.tally,
            population,
            rule=rule,
            factors=factors_of(counted.questionnaires),
            progress=lambda share: tell(READING_SHARE + (1 - READING_SHARE) * share),
        )
    return ScoredPeriod(
        period=period,
        rule=rule,
        table=table,
        questionnaire_versions=counted.versions,
        response_count=counted.tally.response_count,
        computed_at=now,
    )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Keep the collector from walking through millions of fresh tuples that hold no cycle: a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _tell_nobody(_share: float) -> None:
    """Stand in for a progress bar that nobody looks at."""


@dataclass(frozen=True)
class PeriodReport:
    """A period's scores as plain values, whether just computed, frozen, or a year put together from quarters.

    `units` holds one mapping per unit: the fields of `UnitScore` (or `YearScore`) and the unit's name.
    """

    period: str
    state: str
    computed_at: datetime
    rule: str
    versions: list[str]
    program_version: str
    tally_digest: str | None
    units: list[dict[str, Any]]


def report_period(
    session: Session,
    period: Period,
    *,
    now: datetime,
    unit_codes: Collection[str] | None = None,
    progress: Progress | None = None,
) -> PeriodReport:
    """Show a period: its frozen scores, a year from its frozen quarters, or else scores computed now."""
    names = dict(session.execute(select(Unit.code, Unit.name)).all())
    if unit_codes is not None and (unknown := sorted(set(unit_codes) - names.keys())):
        raise HailongError("unknown_unit", unit=", ".join(unknown))
    if (frozen := closed_set(session, period.text)) is not None:
        report = _frozen_report(session, frozen)
    elif period.kind == "year" and (year := year_scores(session, period.first.year)):
        report = _year_report(session, period, year, now)
    else:
        report = _open_report(score_period(session, period, now=now, unit_codes=unit_codes, progress=progress))
    units = [
        {"name": names[row["unit_id"]]} | row
        for row in report.units
        if unit_codes is None or row["unit_id"] in unit_codes
    ]
    return replace(report, units=sorted(units, key=lambda row: str(row["unit_id"])))


def _frozen_report(session: Session, frozen: ScoreSet) -> PeriodReport:
    return PeriodReport(
        period=frozen.period,
        state=frozen.state.value,
        computed_at=frozen.computed_at,
        rule=frozen.rule,
        versions=frozen.versions,
        program_version=frozen.program_version,
        tally_digest=frozen.tally_digest,
        units=[score.detail for score in scores_of(session, frozen)],
    )


def _year_report(session: Session, period: Period, year: Mapping[int, YearScore], now: datetime) -> PeriodReport:
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    return PeriodReport(
        period=period.text,
        state="year",
        computed_at=now,
        rule=DEFAULT_SCORE_RULE,
        versions=[],
        program_version=PROGRAM_VERSION,
        tally_digest=None,
        units=[{"unit_id": codes[unit_id]} | as_plain(result) for unit_id, result in year.items()],
    )


def _open_report(scored: ScoredPeriod) -> PeriodReport:
    return PeriodReport(
        period=scored.period.text,
        state="open",
        computed_at=scored.computed_at,
        rule=scored.rule.id,
        versions=scored.questionnaire_versions,
        program_version=PROGRAM_VERSION,
        tally_digest=scored.table.tally_digest,
        units=[as_plain(unit) for unit in scored.table.units],
    )


def refresh(session: Session, period: Period, *, now: datetime, actor: str) -> ScoreSet:
    """Compute the provisional result of an open period and keep it in place of the one before."""
    if closed_set(session, period.text) is not None:
        raise HailongError("period_closed", period=period.text)
    scored = score_period(session, period, now=now)
    with write(session):
        session.execute(
            delete(ScoreSet).where(ScoreSet.period == period.text, ScoreSet.revision == PROVISIONAL_REVISION)
        )
        audit.record(session, now=now, actor=actor, action="period.refresh", subject=period.text)
        return _store(session, scored, ScoreState.PROVISIONAL, PROVISIONAL_REVISION)


def close(
    session: Session, period: Period, *, now: datetime, actor: str, progress: Progress | None = None
) -> ScoreSet:
    """Freeze the scores of a period that is over; its provisional result goes.

    Raises HailongError when the period is closed already or not over yet, and what `score_period` raises.
    """
    if closed_set(session, period.text) is not None:
        raise HailongError("period_closed", period=period.text)
    if now.astimezone(TIME_ZONE).date() <= period.last:
        raise HailongError("period_not_over", period=period.text, last=f"{period.last:%d/%m/%Y}")
    scored = score_period(session, period, now=now, progress=progress)
    with write(session):
        if closed_set(session, period.text) is not None:
            raise HailongError("period_closed", period=period.text)
        session.execute(delete(ScoreSet).where(ScoreSet.period == period.text))
        frozen = _store(session, scored, ScoreState.CLOSED, revision=1)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="period.close",
            subject=period.text,
            detail={"tally_digest": frozen.tally_digest, "responses": frozen.response_count},
        )
        return frozen


def closed_set(session: Session, period: str) -> ScoreSet | None:
    """The newest frozen result of a period."""
    return session.scalar(
        select(ScoreSet)
        .where(ScoreSet.period == period, ScoreSet.state == ScoreState.CLOSED)
        .order_by(ScoreSet.revision.desc())
        .limit(1)
    )


def latest_set(session: Session, period: str) -> ScoreSet | None:
    """The result to show for a period: the frozen one, else the provisional one."""
    return session.scalar(
        select(ScoreSet).where(ScoreSet.period == period).order_by(ScoreSet.revision.desc()).limit(1)
    )


def scores_of(session: Session, score_set: ScoreSet, unit_ids: Collection[int] | None = None) -> Sequence[Score]:
    """The scores of a set with their units, ordered by unit code; all, or those of `unit_ids`."""
    query = select(Score).join(Score.unit).where(Score.score_set_id == score_set.id).order_by(Unit.code)
    if unit_ids is not None:
        query = query.where(Score.unit_id.in_(unit_ids))
    return session.scalars(query).all()


def periods(session: Session) -> list[Period]:
    """Every period that has dossiers or a result, newest first."""
    texts = set(session.scalars(select(DossierCount.period).distinct()))
    texts |= set(session.scalars(select(ScoreSet.period).distinct()))
    return sorted((parse_period(text) for text in texts), key=lambda p: (p.last, p.first), reverse=True)


def year_scores(session: Session, year: int, *, rule_id: str = DEFAULT_SCORE_RULE) -> Mapping[int, YearScore]:
    """Combine the frozen quarters of a year for each unit, by unit id; empty when no quarter is closed.

    A frozen result of the whole year, where there is one, is not mixed in: the year is its quarters.
    """
    rule = load_score_rule(rule_id)
    quarters = [quarter.text for quarter in quarters_of(year)]
    sets = {text: found for text in quarters if (found := closed_set(session, text)) is not None}
    results: dict[int, list[QuarterResult]] = {}
    for text, score_set in sets.items():
        for score in scores_of(session, score_set):
            results.setdefault(score.unit_id, []).append(_quarter_result(text, score))
    return {unit_id: combine_year(unit_quarters, rule=rule) for unit_id, unit_quarters in results.items()}


def _quarter_result(period: str, score: Score) -> QuarterResult:
    return QuarterResult(
        period=period,
        dossiers=score.dossier_count or 0,
        n=score.response_count,
        index_share=score.index_share,
        se=score.standard_error,
        df=score.detail["df"],
    )


def _population(session: Session, period: Period, unit_codes: Collection[str] | None) -> Population:
    # Columns, not objects: a province has a hundred thousand counts.
    query = (
        select(
            Unit.code,
            type_coerce(DossierCount.basis, String),
            DossierCount.field,
            func.nullif(DossierCount.channel, ""),
            func.nullif(DossierCount.outcome, ""),
            DossierCount.count,
        )
        .join(Unit, Unit.id == DossierCount.unit_id)
        .where(DossierCount.period == period.text, DossierCount.basis.in_(POPULATION_BASES))
    )
    if unit_codes is not None:
        query = query.where(Unit.code.in_(unit_codes))
    rows = [DossierRow(*row) for row in session.execute(query)]
    if not rows:
        if unit_codes is None:
            raise HailongError("period_without_dossiers", period=period.text)
        raise HailongError("unit_without_dossiers", period=period.text, unit=", ".join(unit_codes))
    return population_from_rows(rows)


def _store(session: Session, scored: ScoredPeriod, state: ScoreState, revision: int) -> ScoreSet:
    score_set = ScoreSet(
        period=scored.period.text,
        revision=revision,
        state=state,
        computed_at=scored.computed_at,
        rule=scored.rule.id,
        rule_digest=scored.rule.digest(),
        versions=scored.questionnaire_versions,
        program_version=PROGRAM_VERSION,
        tally_digest=scored.table.tally_digest,
        response_count=scored.response_count,
    )
    ids = dict(session.execute(select(Unit.code, Unit.id)).all())
    score_set.scores = [_score_row(ids[unit.unit_id], unit) for unit in scored.table.units]
    session.add(score_set)
    session.flush()
    return score_set


def _score_row(unit_id: int, unit: UnitScore) -> Score:
    return Score(
        unit_id=unit_id,
        status=unit.status,
        response_count=unit.n,
        dossier_count=unit.dossiers,
        effective_count=unit.n_effective,
        coverage_share=unit.coverage_share,
        index_share=unit.index_share,
        standard_error=unit.se,
        lower_share=unit.lower,
        upper_share=unit.upper,
        points=unit.points,
        lower_points=unit.points_lower,
        upper_points=unit.points_upper,
        unweighted_share=unit.unweighted.estimate.share,
        detail=as_plain(unit),
    )


def as_plain(result: object) -> dict[str, Any]:
    """Turn a result's dataclasses into JSON values; points stay exact as text."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(result, default=str))
    return plain
