"""What a period would look like under other score rules: computed beside each other, nothing stored as a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.ranking import competition_ranks
from analysis.scores import ScoreTable
from survey.models import Job, JobState, Unit
from survey.services.score import closed_set, latest_set
from survey.services.score_rule import find_rule, rule_for
from survey.services.scoring import Progress, ranking_groups, recompute, score_period

KIND = "compare_rules"
MOST_RULES = 8


def compare(
    session: Session, period: Period, rule_ids: Sequence[str], *, now: datetime, progress: Progress
) -> dict[str, Any]:
    """Score a period under each rule; points, index, and rank inside the group, by unit and rule.

    The period's own rule comes first. A closed period is scored with the dossiers that it was closed with, and
    where a result is stored its ranking groups hold. Raises HailongError `rule_unknown`, and what `score_period`
    raises.
    """
    closed = closed_set(session, period.text)
    own = closed.rule if closed is not None else rule_for(session, period.text).id
    wanted = [own, *(rule_id for rule_id in dict.fromkeys(rule_ids) if rule_id != own)][:MOST_RULES]
    names = dict(session.execute(select(Unit.code, Unit.name)).all())
    groups = ranking_groups(session, latest_set(session, period.text))
    results: dict[str, dict[str, Any]] = {}
    for number, rule_id in enumerate(wanted):
        rule = find_rule(session, rule_id)
        tell = _part(progress, number, len(wanted))
        if closed is None:
            scored = score_period(session, period, now=now, rule=rule, progress=tell)
        else:
            scored = recompute(session, closed, now=now, rule=rule, with_details=False, progress=tell)
        ranks = _ranks(scored.table, groups)
        for unit in scored.table.units:
            results.setdefault(unit.unit_id, {})[rule_id] = {
                "status": unit.status,
                "points": None if unit.points is None else str(unit.points),
                "lower": None if unit.points_lower is None else str(unit.points_lower),
                "upper": None if unit.points_upper is None else str(unit.points_upper),
                "rank": ranks.get(unit.unit_id),
            }
    return {
        "period": period.text,
        "rules": wanted,
        "computed_at": now.isoformat(),
        "units": [
            {"code": code, "name": names[code], "group": groups[code] or "", "by_rule": by_rule}
            for code, by_rule in sorted(results.items())
        ],
    }


def latest(session: Session, period: str, actor: str) -> Job | None:
    """The newest comparison of a period that somebody asked for and that is done."""
    done = select(Job).where(Job.kind == KIND, Job.created_by == actor, Job.state == JobState.DONE)
    jobs = session.scalars(done.order_by(Job.id.desc()).limit(50))
    return next((job for job in jobs if job.payload.get("period") == period), None)


def _part(progress: Progress, number: int, count: int) -> Progress:
    """Tell how far all of it is from how far one of `count` parts is."""
    return lambda share: progress((number + share) / count)


def _ranks(table: ScoreTable, groups: Mapping[str, str | None]) -> dict[str, int]:
    members: dict[str, dict[str, Any]] = {}
    for unit in table.units:
        if group := groups[unit.unit_id]:
            members.setdefault(group, {})[unit.unit_id] = unit.points if unit.status == "scored" else None
    return {
        code: rank.place
        for values in members.values()
        for code, rank in competition_ranks(values).items()
        if rank is not None
    }
