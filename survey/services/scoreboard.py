"""The stored scores of a period as a table to look at: ranked in groups, with nothing that may not be shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from analysis.ranking import Rank, competition_ranks
from analysis.rules import ScoreRule
from survey.models import Score, ScoreSet, Unit
from survey.services.axis import Axis, axis_of
from survey.services.figure import may_be_shown
from survey.services.score_rule import find_rule
from survey.services.spelling import fold

RANKED, MARKED, SUPPRESSED = "scored", "marked", "suppressed"


@dataclass(frozen=True)
class Row:
    """One unit. Where the figures may not be shown, all of them are None and there are no warnings."""

    unit: Unit
    status: str
    rank: Rank | None = None
    response_count: int | None = None
    dossier_count: int | None = None
    effective_count: float | None = None
    coverage_share: float | None = None
    points: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unweighted_points: Decimal | None = None
    # Responses that do not count, by reason.
    set_aside: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[dict[str, Any], ...] = ()

    @property
    def is_shown(self) -> bool:
        return self.points is not None


@dataclass(frozen=True)
class Scoreboard:
    """The rows of a period by ranking group, and what they have in common."""

    score_set: ScoreSet
    rule: ScoreRule
    group_names: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    axis: Axis | None

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.groups for row in rows]

    def count(self, *statuses: str) -> int:
        """How many of the rows have one of these statuses."""
        return sum(row.status in statuses for row in self.rows)

    @property
    def response_count(self) -> int:
        """Responses of the units whose figures are shown; with the others, one could subtract theirs out."""
        return sum(row.response_count or 0 for row in self.rows)

    @property
    def set_aside(self) -> Mapping[str, int]:
        """Responses of the shown units that do not count, by reason."""
        return sum((Counter(row.set_aside) for row in self.rows), Counter())


def scoreboard(
    session: Session,
    score_set: ScoreSet,
    *,
    unit_ids: Collection[int],
    group: str | None = None,
    named: Callable[[Unit], str] = lambda unit: unit.name,
) -> Scoreboard:
    """Show the units of `unit_ids`, all or those of one ranking group; ranks count the whole group.

    A unit without a ranking group stands under "" and has no rank. Equal ones stand in order of their names.
    """
    query = select(Score).where(Score.score_set_id == score_set.id).options(joinedload(Score.unit))
    scores = session.scalars(query).all()
    rule = find_rule(session, score_set.rule)
    ranks = _ranks(scores, rule)
    visible = [score for score in scores if score.unit_id in unit_ids]
    names = sorted({score.ranking_group or "" for score in visible}, key=lambda name: (not name, fold(name)))
    groups = tuple(
        (
            name,
            _sorted(
                (_row(s, rule, ranks.get(s.unit.code)) for s in visible if (s.ranking_group or "") == name), named
            ),
        )
        for name in names
        if group is None or name == group
    )
    return Scoreboard(
        score_set, rule, tuple(names), groups, _axis([row for _, rows in groups for row in rows], rule)
    )


def _ranks(scores: Sequence[Score], rule: ScoreRule) -> dict[str, Rank | None]:
    by_group: dict[str, dict[str, Decimal | None]] = {}
    for score in scores:
        if score.ranking_group:
            points = score.points if score.status == RANKED and may_be_shown(score, rule) else None
            by_group.setdefault(score.ranking_group, {})[score.unit.code] = points
    return {code: rank for values in by_group.values() for code, rank in competition_ranks(values).items()}


def _row(score: Score, rule: ScoreRule, rank: Rank | None) -> Row:
    if not may_be_shown(score, rule):
        return Row(score.unit, SUPPRESSED if score.status in (RANKED, MARKED) else score.status)
    unweighted = score.detail["unweighted"]["points"]
    return Row(
        unit=score.unit,
        status=score.status,
        rank=rank,
        response_count=score.response_count,
        dossier_count=score.dossier_count,
        effective_count=score.effective_count,
        coverage_share=score.coverage_share,
        points=score.points,
        lower=score.lower_points,
        upper=score.upper_points,
        unweighted_points=None if unweighted is None else Decimal(unweighted),
        set_aside=score.detail.get("set_aside", {}),
        warnings=tuple(score.detail["warnings"]),
    )


def _sorted(rows: Iterable[Row], named: Callable[[Unit], str]) -> tuple[Row, ...]:
    def order(row: Row) -> tuple[float, bool, str]:
        return row.rank.place if row.rank else math.inf, not row.is_shown, fold(named(row.unit))

    return tuple(sorted(rows, key=order))


def _axis(rows: Sequence[Row], rule: ScoreRule) -> Axis | None:
    edges = [edge for row in rows for edge in (row.points, row.lower, row.upper) if edge is not None]
    return axis_of(edges, rule.maximum_points)
