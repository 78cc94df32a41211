"""The figures of several quarters in a row, from stored results, and whether they rise or fall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.change import mann_kendall
from analysis.periods import Period, parse_period, previous
from survey.models import Score, ScoreSet, ScoreState, Unit
from survey.services.figure import Figure, combined_figure, figure_of
from survey.services.score_rule import find_rule

MOST_PERIODS = 6
# Four quarters can never show a trend at 5%.
LEAST_FOR_TREND = 5


@dataclass(frozen=True)
class TrendPoint:
    """One period: its figure, or None where it has none to show.

    `merged` names the units of that time whose work the unit carries on, when the figure is theirs together.
    """

    period: Period
    figure: Figure | None
    is_open: bool
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrendLine:
    """The points, oldest first; `p_value` is None while there are too few to test."""

    points: tuple[TrendPoint, ...]
    p_value: float | None
    verdict: Literal["rising", "falling", "unclear", "short"]


def sets_before(session: Session, period: Period, *, rule: str) -> list[ScoreSet]:
    """Return the newest result of each period of the same length before `period`, newest first, one rule only."""
    wanted = []
    for _ in range(MOST_PERIODS - 1):
        period = previous(period)
        wanted.append(period.text)
    query = select(ScoreSet).where(ScoreSet.period.in_(wanted), ScoreSet.rule == rule).order_by(ScoreSet.revision)
    newest = {found.period: found for found in session.scalars(query)}
    return [newest[text] for text in wanted if text in newest]


def trend(
    session: Session, score_set: ScoreSet, earlier: Sequence[ScoreSet], *, unit: Unit | None, ids: Collection[int]
) -> TrendLine:
    """Return the trend of one unit, or without one of the units `ids` together."""
    points = []
    for one in [*reversed(earlier), score_set]:
        found, merged = _figure(session, one, unit, ids)
        points.append(TrendPoint(parse_period(one.period), found, one.state is ScoreState.PROVISIONAL, merged))
    known = [point.figure for point in points if point.figure is not None]
    values = np.array([np.nan if point.figure is None else float(point.figure.points) for point in points])
    if len(known) < LEAST_FOR_TREND:
        return TrendLine(tuple(points), None, "short")
    test = mann_kendall(values, np.array([point.period.first.toordinal() / 91 for point in points]))
    verdict: Literal["rising", "falling", "unclear"] = "unclear"
    if test.p_value < 0.05:
        verdict = "rising" if test.s > 0 else "falling"
    return TrendLine(tuple(points), test.p_value, verdict)


def _figure(
    session: Session, score_set: ScoreSet, unit: Unit | None, ids: Collection[int]
) -> tuple[Figure | None, tuple[str, ...]]:
    if unit is None:
        return combined_figure(session, score_set, ids), ()
    score = session.get(Score, (score_set.id, unit.id))
    if score is not None:
        return figure_of(score, score_set.period, find_rule(session, score_set.rule)), ()
    before = session.scalars(select(Unit).where(Unit.successor_id == unit.id).order_by(Unit.code)).all()
    figure = combined_figure(session, score_set, [old.id for old in before]) if before else None
    return figure, tuple(old.name for old in before) if figure is not None else ()
