"""Score the units of a period: compute, keep a provisional result while it is open, freeze it at closing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period, quarters_of
from analysis.rules import DEFAULT_SCORE_RULE, load_score_rule
from analysis.satisfaction import combine_year
from analysis.scores import QuarterResult, UnitScore, YearScore
from survey.config import TIME_ZONE
from survey.database import wait_for_closing, write
from survey.errors import HailongError
from survey.models import DossierCount, Score, ScoreSet, ScoreState, Unit
from survey.services import audit
from survey.services.scoring import Progress, ScoredPeriod, score_period
from survey.services.tally import response_count

PROVISIONAL_REVISION = 0
PROGRAM_VERSION = version("hailong")
_UNITS = select(Unit.id, Unit.code, Unit.ranking_group)


def refresh(
    session: Session, period: Period, *, now: datetime, actor: str, progress: Progress | None = None
) -> ScoreSet:
    """Compute the provisional result of an open period and keep it in place of the one before."""
    if closed_set(session, period.text) is not None:
        raise HailongError("period_closed", period=period.text)
    scored = score_period(session, period, now=now, progress=progress)
    with write(session):
        _drop_provisional(session, period)
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
    today = now.astimezone(TIME_ZONE).date()
    if today < period.first:
        raise HailongError("period_not_started", period=period.text, first=f"{period.first:%d/%m/%Y}")
    if today <= period.last:
        raise HailongError("period_not_over", period=period.text, last=f"{period.last:%d/%m/%Y}")
    scored = score_period(session, period, now=now, progress=progress)
    with write(session):
        wait_for_closing(session.connection(), closing=True)
        if closed_set(session, period.text) is not None:
            raise HailongError("period_closed", period=period.text)
        if response_count(session, period, scored.rule) != scored.response_count:
            # Paper may be booked into a day that has passed; what is frozen must be what is there.
            raise HailongError("period_changed", period=period.text)
        _drop_provisional(session, period)
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
    results: dict[int, dict[str, QuarterResult]] = {}
    quarters = [quarter.text for quarter in quarters_of(year)]
    for text in quarters:
        frozen = closed_set(session, text)
        for score in scores_of(session, frozen) if frozen is not None else ():
            results.setdefault(score.unit_id, {})[text] = _quarter_result(text, score)
    return {
        unit_id: combine_year([known.get(text, _not_scored(text)) for text in quarters], rule=rule)
        for unit_id, known in results.items()
    }


def _not_scored(period: str) -> QuarterResult:
    return QuarterResult(period=period, dossiers=0, n=0, index_share=None, se=None, df=None)


def _quarter_result(period: str, score: Score) -> QuarterResult:
    return QuarterResult(
        period=period,
        dossiers=score.dossier_count or 0,
        n=score.response_count,
        index_share=score.index_share,
        se=score.standard_error,
        df=score.detail["df"],
    )


def _drop_provisional(session: Session, period: Period) -> None:
    found = session.scalar(
        select(ScoreSet).where(ScoreSet.period == period.text, ScoreSet.revision == PROVISIONAL_REVISION)
    )
    if found is not None:
        session.delete(found)
        session.flush()


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
    known = {code: (unit_id, group) for unit_id, code, group in session.execute(_UNITS)}
    score_set.scores = [_score_row(*known[unit.unit_id], unit) for unit in scored.table.units]
    session.add(score_set)
    session.flush()
    return score_set


def _score_row(unit_id: int, group: str | None, unit: UnitScore) -> Score:
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
        # The group too: a unit that changes it later must not change the ranks of a closed period.
        detail=as_plain(unit) | {"ranking_group": group},
    )


def as_plain(result: object) -> dict[str, Any]:
    """Turn a result's dataclasses into JSON values; points stay exact as text."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(result, default=str))
    return plain
