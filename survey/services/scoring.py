"""Compute the scores of a period: tally, dossiers, statistics. Nothing is stored here."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, func, select, type_coerce
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.population import DossierRow, Population, population_from_rows
from analysis.rules import DEFAULT_SCORE_RULE, ScoreRule, load_score_rule
from analysis.satisfaction import score_weighed, weigh
from analysis.scores import ScoreTable
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import Basis, DossierCount, Unit
from survey.services.reading import Reading, read
from survey.services.tally import count_responses, factors_of

POPULATION_BASES = (Basis.CROSS, Basis.RECEIVED, Basis.SETTLED)
# How much of the work is done, 0 to 1; reading the responses takes most of it.
Progress = Callable[[float], None]
READING_SHARE = 0.7
SCORING_SHARE = 0.85


@dataclass(frozen=True)
class ScoredPeriod:
    """A period computed now: the statistics, and what they were made from.

    `readings` are by unit code, and empty unless they were asked for.
    """

    period: Period
    rule: ScoreRule
    table: ScoreTable
    questionnaire_versions: list[str]
    response_count: int
    computed_at: datetime
    readings: Mapping[str, Reading]


def score_period(
    session: Session,
    period: Period,
    *,
    now: datetime,
    unit_codes: Collection[str] | None = None,
    rule_id: str = DEFAULT_SCORE_RULE,
    with_readings: bool = False,
    progress: Progress | None = None,
) -> ScoredPeriod:
    """Compute the scores of `period` and store nothing; `with_readings` adds what pages show beside them.

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
        weighed = weigh(counted.tally, population, rule=rule, factors=factors_of(counted.questionnaires))
        table = score_weighed(
            weighed, progress=lambda share: tell(READING_SHARE + (SCORING_SHARE - READING_SHARE) * share)
        )
        readings = read(session, period, weighed, population, table) if with_readings else {}
        tell(1)
    return ScoredPeriod(
        period=period,
        rule=rule,
        table=table,
        questionnaire_versions=counted.versions,
        response_count=counted.tally.response_count,
        computed_at=now,
        readings=readings,
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
