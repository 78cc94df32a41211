"""The stored figure of a unit, or of all units below one, and what it says beside a target and another figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.aggregate import UnitFigure, aggregate
from analysis.change import Figures, difference
from analysis.planning import yamane_sample
from analysis.points import round_half_up, to_points
from analysis.rules import ScoreRule
from survey.models import Score, ScoreSet, Unit
from survey.services.score_rule import find_rule

Verdict = Literal["above", "below", "unclear"]
SHOWN = ("scored", "marked")


@dataclass(frozen=True)
class Figure:
    """Points with their interval and what they rest on.

    Of several units (`unit_count` more than 1) it is the mean weighted by dossiers; `missing_count` units have no
    score and no part in it, `short_count` units have fewer responses than their minimum sample.
    """

    period: str
    status: str
    points: Decimal
    lower: Decimal
    upper: Decimal
    share: float
    lower_share: float
    upper_share: float
    se: float
    df: float
    n: int
    dossiers: int
    minimum_sample: int
    unit_count: int = 1
    missing_count: int = 0
    short_count: int = 0

    @property
    def response_share(self) -> float | None:
        """Responses in dossiers; it can pass 1."""
        return self.n / self.dossiers if self.dossiers else None

    @property
    def missing_responses(self) -> int:
        """How many responses are still wanted for the minimum sample."""
        return max(0, self.minimum_sample - self.n)


@dataclass(frozen=True)
class Difference:
    """Later minus earlier in points, with its interval; unclear while 0 lies inside."""

    earlier: Figure
    later: Figure
    points: Decimal
    lower: Decimal
    upper: Decimal
    verdict: Verdict


def may_be_shown(score: Score, rule: ScoreRule) -> bool:
    """Tell whether a stored score has figures for people to see."""
    # Figures of a suppressed unit are not stored either; this is the second lock on that door.
    return score.status in SHOWN and score.points is not None and score.response_count >= rule.suppress_below


def figure_of(score: Score, period: str, rule: ScoreRule) -> Figure | None:
    """Return the figure of a stored score, or None where none may be shown."""
    if not may_be_shown(score, rule):
        return None
    values = (score.points, score.lower_points, score.upper_points)
    shares = (score.index_share, score.lower_share, score.upper_share)
    points, lower, upper = (value for value in values if value is not None)
    share, lower_share, upper_share = (value for value in shares if value is not None)
    return Figure(
        period=period,
        status=score.status,
        points=points,
        lower=lower,
        upper=upper,
        share=share,
        lower_share=lower_share,
        upper_share=upper_share,
        se=score.standard_error or 0.0,
        df=score.detail.get("df") or max(score.response_count - 1, 1),
        n=score.response_count,
        dossiers=score.dossier_count or 0,
        minimum_sample=yamane_sample(score.dossier_count or 0),
    )


def combined_figure(session: Session, score_set: ScoreSet, unit_ids: Collection[int]) -> Figure | None:
    """Return the figure of many units together, or None where none of them has one."""
    rule = find_rule(session, score_set.rule)
    query = (
        select(
            Unit.code,
            Score.status,
            Score.response_count,
            Score.dossier_count,
            Score.index_share,
            Score.standard_error,
        )
        .join(Unit, Unit.id == Score.unit_id)
        .where(Score.score_set_id == score_set.id, Score.unit_id.in_(unit_ids))
    )
    units, short = [], 0
    for code, status, n, dossiers, share, se in session.execute(query):
        shown = status in SHOWN and n >= rule.suppress_below
        short += n < yamane_sample(dossiers or 0)
        # Persons are many here: the exact degrees of freedom of each unit would change nothing.
        units.append(
            UnitFigure(
                code, "", dossiers or 0, n if shown else 0, share if shown else None, se if shown else None, n - 1
            )
        )
    scale = (0.2, 1.0) if rule.formula == "MEAN5" else (0.0, 1.0)
    for whole in aggregate(units, level=rule.level, scale=scale):
        if whole.share is None or whole.lower is None or whole.upper is None:
            break
        scored = len(whole.units)
        points, lower, upper = (
            to_points(share, rule.conversion) for share in (whole.share, whole.lower, whole.upper)
        )
        return Figure(
            period=score_set.period,
            status="scored" if whole.n >= rule.mark_below else "marked",
            points=points,
            lower=lower,
            upper=upper,
            share=whole.share,
            lower_share=whole.lower,
            upper_share=whole.upper,
            se=whole.se or 0.0,
            df=whole.df or 1.0,
            n=whole.n,
            dossiers=sum(unit.dossiers for unit in units if unit.share is not None),
            minimum_sample=sum(yamane_sample(unit.dossiers) for unit in units if unit.share is not None),
            unit_count=scored,
            missing_count=len(whole.missing),
            short_count=short,
        )
    return None


def compared(earlier: Figure, later: Figure, rule: ScoreRule) -> Difference | None:
    """Return how far two figures lie apart; None under a rule whose points are not a multiple of the index.

    The two are taken as answered independently of each other, as two quarters or two units are.
    """
    if rule.conversion.steps:
        return None
    change = difference(_of_one(earlier, rule), _of_one(later, rule), level=rule.level)
    maximum = rule.conversion.maximum
    lower, upper = (
        round_half_up(maximum * Decimal(repr(float(limit[0])))) for limit in (change.lower, change.upper)
    )
    verdict: Verdict = "unclear"
    if change.lower[0] > 0:
        verdict = "above"
    elif change.upper[0] < 0:
        verdict = "below"
    return Difference(earlier, later, later.points - earlier.points, lower, upper, verdict)


def _of_one(figure: Figure, rule: ScoreRule) -> Figures:
    share, se, n, df = (np.array([float(value)]) for value in (figure.share, figure.se, figure.n, figure.df))
    return Figures(share, se, n, df, length=0.8 if rule.formula == "MEAN5" else 1.0)


def against(figure: Figure, target: Decimal) -> Verdict:
    """Tell on which side of a target the whole interval lies."""
    if figure.lower > target:
        return "above"
    return "below" if figure.upper < target else "unclear"


def variants_of(detail: Mapping[str, Any], rule: ScoreRule) -> dict[str, Mapping[str, Any]]:
    """The other ways to count that rest on enough responses to stand beside the score, by name.

    A result may have been stored without the interval, which came later.
    """
    return {
        variant["name"]: variant
        for variant in detail.get("variants", ())
        if variant["points"] is not None and variant["n"] >= rule.mark_below
    }
