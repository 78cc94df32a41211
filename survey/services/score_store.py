"""Store what was computed for a period, with everything that a recomputation needs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import orjson
from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from analysis.scores import UnitScore
from survey.config import TIME_ZONE
from survey.models import DossierCount, FrozenDossierCount, Score, ScoreSet, ScoreState, Unit
from survey.services.annex import ANNEX, annexes
from survey.services.frozen_paper import freeze
from survey.services.scoring import ScoredPeriod

PROGRAM_VERSION = version("hailong")
_KEY = ("unit_id", "basis", "field", "channel", "outcome", "count")


def store(
    session: Session,
    scored: ScoredPeriod,
    state: ScoreState,
    revision: int,
    *,
    replaces: int | None = None,
    reason: str | None = None,
) -> ScoreSet:
    """Add a result inside the caller's transaction; whatever is not provisional keeps its dossiers too."""
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
        population_digest=scored.population_digest,
        replaces=replaces,
        reason=reason,
    )
    units = {unit.code: unit for unit in session.execute(select(Unit.code, Unit.id, Unit.ranking_group))}
    score_set.scores = [
        Score(
            unit_id=units[unit.unit_id].id,
            ranking_group=units[unit.unit_id].ranking_group,
            **columns_of(scored, unit),
        )
        for unit in scored.table.units
    ]
    session.add(score_set)
    if state is ScoreState.CLOSED:
        _add_annexes(session, scored, score_set, units)
    session.flush()
    if state is not ScoreState.PROVISIONAL:
        _freeze_dossiers(session, score_set)
    return score_set


def columns_of(scored: ScoredPeriod, unit: UnitScore) -> dict[str, Any]:
    """What is stored of one unit, by column."""
    variants = as_plain(scored.variants.get(unit.unit_id, ()))
    reading = scored.readings.get(unit.unit_id)
    return {
        "status": unit.status,
        "response_count": unit.n,
        "dossier_count": unit.dossiers,
        "effective_count": unit.n_effective,
        "coverage_share": unit.coverage_share,
        "index_share": unit.index_share,
        "standard_error": unit.se,
        "lower_share": unit.lower,
        "upper_share": unit.upper,
        "points": unit.points,
        "lower_points": unit.points_lower,
        "upper_points": unit.points_upper,
        "unweighted_share": unit.unweighted.estimate.share,
        "tally_digest": scored.unit_digests.get(unit.unit_id),
        "detail": as_plain(unit)
        | {"variants": variants, "set_aside": dict(scored.set_aside.get(unit.unit_id, {}))}
        | ({} if reading is None else {"reading": as_plain(reading)}),
    }


def as_plain(result: object) -> Any:
    """Turn a result's dataclasses into JSON values; points stay exact as text."""
    return orjson.loads(orjson.dumps(result, default=str))


def _add_annexes(session: Session, scored: ScoredPeriod, score_set: ScoreSet, units: Mapping[str, Any]) -> None:
    codes = {unit.id: code for code, unit in units.items()}
    today = scored.computed_at.astimezone(TIME_ZONE).date()
    found = annexes(session, scored.period, scored.rule, scored.questionnaire_versions, today)
    for score in score_set.scores:
        score.detail = score.detail | {ANNEX: found[codes[score.unit_id]]}
    session.flush()
    feedback = {code: annex["feedback"] for code, annex in found.items()}
    freeze(session, score_set, feedback, {codes[score.unit_id] for score in score_set.scores})


def _freeze_dossiers(session: Session, score_set: ScoreSet) -> None:
    """Keep every count: those of the population are what a recomputation needs, the others are only reported."""
    columns = [getattr(DossierCount, name) for name in _KEY]
    now = select(literal(score_set.id), *columns).where(DossierCount.period == score_set.period)
    session.execute(insert(FrozenDossierCount).from_select(["score_set_id", *_KEY], now))
