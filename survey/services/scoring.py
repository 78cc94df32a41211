"""Compute the scores of a period: tally, dossiers, statistics. Nothing is stored here."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from analysis.population import DossierRow, population_from_rows
from analysis.rules import ScoreRule
from analysis.satisfaction import score_weighed, weigh
from analysis.scores import ScoreTable
from analysis.variants import Variant, score_variants
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import Basis, DossierCount, FrozenDossierCount, Score, ScoreSet, ScoreState, Unit
from survey.services.exclusion import set_aside_counts
from survey.services.reading import Reading, read
from survey.services.score_rule import find_rule, rule_for
from survey.services.tally import count_responses, factors_of

POPULATION_BASES = (Basis.CROSS, Basis.RECEIVED, Basis.SETTLED)
# How much of the work is done, 0 to 1; reading the responses takes most of it.
Progress = Callable[[float], None]
READING_SHARE = 0.7


@dataclass(frozen=True)
class ScoredPeriod:
    """A period computed now: the statistics, and what they were made from.

    `unit_digests`, `variants` and `readings` go by unit code; the last two are empty unless asked for.
    """

    period: Period
    rule: ScoreRule
    table: ScoreTable
    questionnaire_versions: list[str]
    response_count: int
    computed_at: datetime
    population_digest: str
    unit_digests: dict[str, str]
    variants: dict[str, tuple[Variant, ...]]
    readings: Mapping[str, Reading]
    # Unit code → reason → responses that do not count.
    set_aside: Mapping[str, Mapping[str, int]]


def score_period(
    session: Session,
    period: Period,
    *,
    now: datetime,
    unit_codes: Collection[str] | None = None,
    rule: ScoreRule | None = None,
    with_details: bool = False,
    progress: Progress | None = None,
) -> ScoredPeriod:
    """Compute the scores of `period` and store nothing; under the rule that holds for it, or another one.

    `with_details` adds what is stored and shown beside the scores: variants and readings.

    Raises HailongError when the period has not begun, has no dossiers, or the units named have none.
    """
    if now.astimezone(TIME_ZONE).date() < period.first:
        raise HailongError("period_not_started", period=period.text, first=f"{period.first:%d/%m/%Y}")
    rows = dossier_rows(session, period, unit_codes)
    unit_ids = None
    if unit_codes is not None:
        unit_ids = session.scalars(select(Unit.id).where(Unit.code.in_(unit_codes))).all()
    rule = rule or rule_for(session, period.text)
    return _compute(
        session,
        period,
        rule,
        rows,
        unit_ids,
        groups=ranking_groups(session),
        now=now,
        with_details=with_details,
        progress=progress,
    )


def recompute(
    session: Session,
    score_set: ScoreSet,
    *,
    now: datetime,
    rule: ScoreRule | None = None,
    with_details: bool = True,
    progress: Progress | None = None,
) -> ScoredPeriod:
    """Compute a frozen result again: from the stored responses, with its own dossiers and ranking groups.

    Under its own rule, or another one.
    """
    return _compute(
        session,
        parse_period(score_set.period),
        rule or find_rule(session, score_set.rule),
        frozen_dossier_rows(session, score_set),
        None,
        groups=ranking_groups(session, score_set),
        now=now,
        with_details=with_details,
        progress=progress,
    )


def ranking_groups(session: Session, score_set: ScoreSet | None = None) -> dict[str, str | None]:
    """The ranking groups by the unit's code: those of now, but those of `score_set` for the units it holds."""
    groups = dict(session.execute(select(Unit.code, Unit.ranking_group)).all())
    if score_set is not None:
        stored = select(Unit.code, Score.ranking_group).join(Score, Score.unit_id == Unit.id)
        groups |= dict(session.execute(stored.where(Score.score_set_id == score_set.id)).all())
    return groups


def _compute(
    session: Session,
    period: Period,
    rule: ScoreRule,
    rows: Sequence[DossierRow],
    unit_ids: Collection[int] | None,
    *,
    groups: Mapping[str, str | None],
    now: datetime,
    with_details: bool,
    progress: Progress | None,
) -> ScoredPeriod:
    tell = progress or _tell_nobody
    scoring_share = (1 - READING_SHARE) / (2 if with_details else 1)
    population = population_from_rows(rows)
    with _no_garbage_collection():
        counted = count_responses(
            session, period, rule=rule, unit_ids=unit_ids, progress=lambda share: tell(READING_SHARE * share)
        )
        factors = factors_of(counted.questionnaires)
        weighed = weigh(counted.tally, population, rule=rule, factors=factors)
        table = score_weighed(weighed, progress=lambda share: tell(READING_SHARE + scoring_share * share))
        variants: dict[str, tuple[Variant, ...]] = {}
        readings: Mapping[str, Reading] = {}
        if with_details:
            variants = score_variants(weighed, population)
            readings = read(session, period, weighed, table, groups)
        tell(1)
    return ScoredPeriod(
        period=period,
        rule=rule,
        table=table,
        questionnaire_versions=counted.versions,
        response_count=counted.tally.response_count,
        computed_at=now,
        population_digest=digest_of(rows),
        unit_digests=counted.tally.unit_digests(),
        variants=variants,
        readings=readings,
        set_aside=set_aside_by_code(session, period),
    )


def set_aside_by_code(session: Session, period: Period) -> dict[str, dict[str, int]]:
    """Count what is set aside by the unit's code and the reason."""
    counts = set_aside_counts(session, period)
    codes = session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(counts))).all() if counts else []
    return {code: counts[unit_id] for unit_id, code in codes}


def dossier_rows(session: Session, period: Period, unit_codes: Collection[str] | None = None) -> list[DossierRow]:
    """The dossiers of a period as they are now. Raises HailongError where there are none."""
    # Columns, not objects: a province has a hundred thousand counts.
    query = _counts_of(DossierCount).where(DossierCount.period == period.text)
    if unit_codes is not None:
        query = query.where(Unit.code.in_(unit_codes))
    rows = [DossierRow(*row) for row in session.execute(query)]
    if not rows:
        if unit_codes is None:
            raise HailongError("period_without_dossiers", period=period.text)
        raise HailongError("unit_without_dossiers", period=period.text, unit=", ".join(unit_codes))
    return rows


def frozen_dossier_rows(session: Session, score_set: ScoreSet) -> list[DossierRow]:
    """The dossiers that a result was made with; those of now for a provisional or very old one."""
    if score_set.population_digest is None or score_set.state is ScoreState.PROVISIONAL:
        return dossier_rows(session, parse_period(score_set.period))
    query = _counts_of(FrozenDossierCount).where(FrozenDossierCount.score_set_id == score_set.id)
    return [DossierRow(*row) for row in session.execute(query)]


def digest_of(rows: Iterable[DossierRow]) -> str:
    """Return the SHA-256 of dossier counts, the same for every order."""
    plain = sorted(
        [row.unit_id, str(row.basis), row.field, row.channel or "", row.outcome or "", row.count] for row in rows
    )
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


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


def _counts_of(table: type[DossierCount] | type[FrozenDossierCount]) -> Select[Any]:
    return (
        select(
            Unit.code,
            type_coerce(table.basis, String),
            table.field,
            func.nullif(table.channel, ""),
            func.nullif(table.outcome, ""),
            table.count,
        )
        .join(Unit, Unit.id == table.unit_id)
        .where(table.basis.in_(POPULATION_BASES))
    )
