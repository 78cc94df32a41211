"""The stored standings of a period as a table: who stands where in its group, and who cannot be told apart.

The places were worked out over whole groups when the period was computed; here they are only read and filtered.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.rules import ScoreRule
from survey.models import Score, ScoreSet, Unit, UnitKind
from survey.services.axis import Axis, axis_of
from survey.services.figure import SHOWN
from survey.services.score_rule import find_rule
from survey.services.spelling import fold


@dataclass(frozen=True)
class Row:
    """One unit in the group that it had when the period was computed.

    Figures are None where they may not be shown, `standing` where the unit is not ranked.
    """

    unit: Unit
    group: str
    status: str
    points: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    response_count: int | None
    standing: Mapping[str, Any] | None

    @property
    def alike(self) -> str:
        """The places of the units that cannot be told apart from this one: `3, 4, 6-9`."""
        ranges: Sequence[Sequence[int]] = () if self.standing is None else self.standing["alike"]
        return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in ranges)


@dataclass(frozen=True)
class Table:
    """The rows by ranking group; `is_outdated` when an older program computed the period without standings."""

    score_set: ScoreSet
    rule: ScoreRule
    group_names: tuple[str, ...]
    kinds: tuple[UnitKind, ...]
    group: str | None
    kind: UnitKind | None
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    axis: Axis | None
    is_outdated: bool

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.groups for row in rows]

    def count(self, status: str) -> int:
        """How many of the rows have this status."""
        return sum(row.status == status for row in self.rows)


def ranking_table(
    session: Session,
    score_set: ScoreSet,
    *,
    unit_ids: Collection[int],
    group: str | None = None,
    kind: UnitKind | None = None,
) -> Table | None:
    """Show the units of `unit_ids`, of one group or kind if wanted; None for a group that none belongs to."""
    rule = find_rule(session, score_set.rule)
    query = (
        select(
            Unit,
            func.coalesce(Score.ranking_group, ""),
            Score.status,
            Score.points,
            Score.lower_points,
            Score.upper_points,
            Score.response_count,
            Score.detail["reading"]["standing"],
        )
        .join(Unit, Unit.id == Score.unit_id)
        .where(Score.score_set_id == score_set.id, Score.unit_id.in_(unit_ids))
    )
    rows = [_row(rule, *found) for found in session.execute(query)]
    names = tuple(sorted({row.group for row in rows}, key=lambda name: (not name, fold(name))))
    if group and group not in names:
        return None
    wanted = [row for row in rows if (not group or row.group == group) and (kind is None or row.unit.kind is kind)]
    groups = tuple((name, _sorted([row for row in wanted if row.group == name])) for name in names)
    groups = tuple((name, own) for name, own in groups if own)
    edges = [edge for row in wanted for edge in (row.points, row.lower, row.upper) if edge is not None]
    ranked = [row for row in rows if row.status == "scored" and row.group]
    return Table(
        score_set=score_set,
        rule=rule,
        group_names=names,
        kinds=tuple(sorted({row.unit.kind for row in rows}, key=list(UnitKind).index)),
        group=group or None,
        kind=kind,
        groups=groups,
        axis=axis_of(edges, rule.maximum_points),
        is_outdated=bool(ranked) and not any(row.standing for row in ranked),
    )


def _row(
    rule: ScoreRule,
    unit: Unit,
    group: str,
    status: str,
    points: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
    n: int,
    standing: Mapping[str, Any] | None,
) -> Row:
    if status in SHOWN and points is not None and n >= rule.suppress_below:
        return Row(unit, group, status, points, lower, upper, n, standing if status == "scored" else None)
    return Row(unit, group, "suppressed" if status in SHOWN else status, None, None, None, None, None)


def _sorted(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.standing["place"] if row.standing else math.inf,
                row.points is None,
                -(row.points or Decimal(0)),
                fold(row.unit.name),
            ),
        )
    )
