"""The weights of every unit: which margins hold, within which bounds, in the order of the score rule."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.calibration import Problem, solve
from analysis.margins import MARGIN_STATUSES, Margins
from analysis.rules.score_rule import MARGINS, MarginName, ScoreRule
from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums

_DROP_ORDER: Final[tuple[MarginName, ...]] = ("outcome", "channel", "field")
_USED = MARGIN_STATUSES.index("used")
_DROPPED = MARGIN_STATUSES.index("dropped")


@dataclass(frozen=True, slots=True, eq=False)
class UnitWeights:
    """Weight ratios g by cell (a person's weight is g N/n) and how each unit came to them.

    `columns` (C, 3) are the calibration columns in force for each cell, numbered inside its unit, -1 for none;
    `status` (3, U) indexes `MARGIN_STATUSES` with the margins in the order of `MARGINS`; `upper` is the bound in
    force, infinite without calibration.
    """

    ratio: FloatArray
    columns: IndexArray
    status: NDArray[np.int8]
    by_cross: BoolArray
    upper: FloatArray
    iterations: NDArray[np.int64]


def weight_units(margins: Margins, rule: ScoreRule) -> UnitWeights:
    """Weight the responses of every unit to its dossiers.

    Tried in turn: the full cross (when the rule asks for it and every cell is filled), all usable margins within
    the rule's bounds, wider upper bounds, then the same without outcome, without channel, without field. A unit
    for which nothing is feasible keeps equal weights.
    """
    cells, units = margins.cells, len(margins.unit_ids)
    weights = UnitWeights(
        ratio=np.ones(len(cells.unit)),
        columns=np.full((len(cells.unit), len(margins.plans)), -1),
        status=np.stack([plan.status for plan in margins.plans]),
        by_cross=np.zeros(units, np.bool_),
        upper=np.full(units, np.inf),
        iterations=np.zeros(units, np.int64),
    )
    todo = (margins.responses > 0) & (margins.dossiers > 0)
    _weight_by_cross(margins, rule, weights, todo)
    todo &= ~weights.by_cross
    for _ in range(len(_DROP_ORDER)):
        in_force = (weights.status == _USED) & todo
        todo = in_force.any(axis=0)
        for upper in (rule.upper_bound, *rule.bound_steps):
            if todo.any():
                _calibrate(margins, weights, in_force, todo, rule.lower_bound, upper)
        _drop_one_margin(weights, todo)
    return weights


def _calibrate(
    margins: Margins, weights: UnitWeights, in_force: BoolArray, todo: BoolArray, lower: float, upper: float
) -> None:
    columns, target = _columns(margins, in_force & todo)
    units = len(todo)
    whole = Problem(
        margins.cells.unit,
        margins.cells.count,
        columns,
        target,
        np.full(units, lower),
        np.full(units, upper),
    )
    problem, cells = whole.subset(todo)
    solution = solve(problem)
    chosen = np.flatnonzero(todo)
    weights.iterations[chosen] += solution.iterations
    weights.upper[chosen[solution.converged]] = upper
    solved = solution.converged[problem.unit]
    kept = np.flatnonzero(cells)[solved]
    weights.ratio[kept] = solution.ratio[solved]
    weights.columns[kept] = columns[kept]
    todo[chosen[solution.converged]] = False


def _columns(margins: Margins, in_force: BoolArray) -> tuple[IndexArray, FloatArray]:
    """Number the levels in use inside each unit, over its margins in force, and set out their targets."""
    units = len(margins.unit_ids)
    columns = np.full((len(margins.cells.unit), len(margins.plans)), -1)
    start = np.zeros(units, np.intp)
    parts: list[tuple[IndexArray, IndexArray, FloatArray]] = []
    for place, plan in enumerate(margins.plans):
        used = (plan.target > 0) & in_force[place][:, None]
        number = start[:, None] + np.cumsum(used, axis=1) - 1
        applies = in_force[place][margins.cells.unit]
        columns[applies, place] = number[margins.cells.unit, plan.level_of_cell][applies]
        unit, level = np.nonzero(used)
        parts.append((unit, number[unit, level], plan.target[unit, level]))
        start += used.sum(axis=1)
    target = np.zeros((units, max(int(start.max(initial=0)), 1)))
    for unit, column, wanted in parts:
        target[unit, column] = wanted
    return columns, target


def _drop_one_margin(weights: UnitWeights, todo: BoolArray) -> None:
    waiting = todo.copy()
    for name in _DROP_ORDER:
        status = weights.status[MARGINS.index(name)]
        drop = waiting & (status == _USED)
        status[drop] = _DROPPED
        waiting &= ~drop


def _weight_by_cross(margins: Margins, rule: ScoreRule, weights: UnitWeights, todo: BoolArray) -> None:
    """Post-stratify the units whose cells are all filled and whose weights stay within the widest bounds."""
    if margins.cross is None or margins.cross_complete is None:
        return
    cells = margins.cells
    scale = np.divide(margins.responses, margins.dossiers, out=np.zeros(len(todo)), where=margins.dossiers > 0)
    ratio = margins.cross * scale[cells.unit] / cells.count
    widest = (rule.upper_bound, *rule.bound_steps)[-1]
    outside = group_sums(cells.unit, (ratio < rule.lower_bound) | (ratio > widest), len(todo))
    weights.by_cross[:] = todo & margins.cross_complete & (outside == 0)
    chosen = weights.by_cross[cells.unit]
    weights.ratio[chosen] = ratio[chosen]
    first = np.searchsorted(cells.unit, cells.unit)
    weights.columns[chosen, 0] = (np.arange(len(first)) - first)[chosen]
    weights.upper[weights.by_cross] = widest
