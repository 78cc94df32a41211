"""How far a unit's weights can be trusted: effective n, coverage, margin gaps."""

import numpy as np

from analysis.margins import MarginPlan, Margins
from analysis.rules.score_rule import ScoreRule
from analysis.sums import FloatArray, IndexArray, group_sums, ratio


def effective_counts(unit: IndexArray, count: FloatArray, weight: FloatArray, units: int) -> FloatArray:
    """Return Kish's effective n by unit, (sum of w)² / sum of w², for `count` persons of weight `weight` a row."""
    whole = group_sums(unit, count * weight, units)
    return ratio(whole**2, group_sums(unit, count * weight**2, units))


def coverage_shares(margins: Margins, rule: ScoreRule) -> FloatArray:
    """Return the share of a unit's dossiers in levels with enough responses of their own.

    The lower one of the field and channel margins; without margins all or nothing.
    """
    covered = (margins.responses >= rule.collapse_below).astype(np.float64)
    for plan in margins.plans:
        if plan.name != "outcome":
            own = (plan.shares * (plan.responses >= rule.collapse_below)).sum(axis=1)
            covered = np.where(plan.shares.any(axis=1), np.minimum(covered, own), covered)
    return covered


def margin_gaps(margins: Margins, plan: MarginPlan, ratio_of_cell: FloatArray) -> FloatArray:
    """Return the largest difference between a level's weighted share and its share of the dossiers.

    Levels as they are before merging, responses of known level only; NaN where the margin is not given or no
    response is known.
    """
    cells, units, levels = margins.cells, len(margins.unit_ids), len(plan.levels)
    level = cells.levels[plan.name]
    known = level >= 0
    known[known] = ~plan.foreign[cells.unit[known], level[known]]
    weight = (cells.count * ratio_of_cell)[known]
    reached = group_sums(cells.unit[known] * levels + level[known], weight, units * levels).reshape(units, levels)
    whole = reached.sum(axis=1, keepdims=True)
    gap = np.abs(ratio(reached, whole) - plan.shares).max(axis=1, initial=0)
    return np.where(plan.shares.any(axis=1) & (whole[:, 0] > 0), gap, np.nan)
