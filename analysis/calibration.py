"""Calibration: the weight ratios nearest to 1 that meet a unit's margins, for many units at once.

Bounded raking (Deville and Särndal 1992, truncated multiplicative method): g = clip(exp(x'λ), L, U) with the sum
of d g x equal to T. Without bounds this is raking, the limit of iterative proportional fitting (Deming and Stephan
1940). Weights change only by cell, so the work depends on the number of cells and not of persons.
"""

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums

TOLERANCE: Final = 1e-11
MAX_ITERATIONS: Final = 100
_LARGEST_STEP: Final = 4.0
_LEAST_DAMPING: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """The calibration of U units with C cells and M columns.

    `unit` (C) and `base` (C, the sum of base weights d in the cell) describe the cells; `columns` (C, K) names the
    columns of x that are 1 in a cell, -1 for none; `target` (U, M); `lower` and `upper` (U) bound g.
    """

    unit: IndexArray
    base: FloatArray
    columns: IndexArray
    target: FloatArray
    lower: FloatArray
    upper: FloatArray

    def subset(self, units: BoolArray) -> tuple["Problem", BoolArray]:
        """Keep some units; return also the mask of the cells kept."""
        cells = units[self.unit]
        place = np.cumsum(units) - 1
        kept = replace(
            self,
            unit=place[self.unit[cells]],
            base=self.base[cells],
            columns=self.columns[cells],
            target=self.target[units],
            lower=self.lower[units],
            upper=self.upper[units],
        )
        return kept, cells


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Weight ratios g by cell and, by unit, whether the margins are met and how many steps it took.

    g of a unit that did not converge is NaN: such weights must never be used.
    """

    ratio: FloatArray
    converged: BoolArray
    iterations: NDArray[np.int64]


def solve(problem: Problem) -> Solution:
    """Solve every unit by damped Newton steps on the convex dual.

    A unit is given up as soon as a direction proves that its bounds are infeasible, or after 100 steps.
    """
    units = len(problem.target)
    solution = Solution(
        ratio=np.full(len(problem.unit), np.nan),
        converged=np.zeros(units, np.bool_),
        iterations=np.full(units, MAX_ITERATIONS),
    )
    open_units = np.arange(units)
    open_cells = np.arange(len(problem.unit))
    newton = _Newton(problem)
    for iteration in range(MAX_ITERATIONS + 1):
        met = newton.misfit <= TOLERANCE
        if met.any():
            cells = met[newton.problem.unit]
            solution.converged[open_units[met]] = True
            solution.ratio[open_cells[cells]] = newton.ratio[cells]
        done = met | newton.infeasible
        solution.iterations[open_units[done]] = iteration
        if done.any():
            if done.all():
                break
            keep = newton.keep(~done)
            open_units, open_cells = open_units[~done], open_cells[keep]
        newton.step()
    return solution


class _Newton:
    """The state of the units still open."""

    def __init__(self, problem: Problem) -> None:
        self._prepare(problem)
        units, columns = problem.target.shape
        self._multiplier = np.zeros((units, columns))
        self._damping = np.full(units, _LEAST_DAMPING)
        self.ratio, self._dual, self._gap = self._evaluate(self._multiplier, np.zeros(len(problem.unit)))
        # each column alone already tells many infeasible units
        reach = self._column_sums(problem.base)
        slack = 1e-9 * (1 + problem.target)
        most = problem.upper[:, None] * np.where(reach > 0, reach, 1)
        self.infeasible: BoolArray = (
            (problem.target > most + slack) & (reach > 0)
            | (problem.target < problem.lower[:, None] * reach - slack)
            | (problem.target > slack) & (reach == 0)
        ).any(axis=1)

    @property
    def misfit(self) -> FloatArray:
        misfit: FloatArray = np.abs(self._gap / (1 + self.problem.target)).max(axis=1, initial=0)
        return misfit

    def keep(self, units: BoolArray) -> BoolArray:
        problem, cells = self.problem.subset(units)
        self._prepare(problem)
        self.ratio = self.ratio[cells]
        for name in ("_multiplier", "_damping", "_dual", "_gap", "infeasible"):
            setattr(self, name, getattr(self, name)[units])
        return cells

    def step(self) -> None:
        direction = self._solved(self._hessian(), self._gap)
        size = np.abs(direction).max(axis=1, initial=0)
        direction *= np.minimum(1, _LARGEST_STEP / np.maximum(size, 1e-300))[:, None]
        trial = self._multiplier + direction
        linear = self._linear(trial)
        ratio, dual, gap = self._evaluate(trial, linear)
        # near the end the dual changes less than its own rounding: there the gap decides
        closer = np.abs(gap).max(axis=1) < np.abs(self._gap).max(axis=1)
        better = (dual < self._dual) | (closer & (dual <= self._dual + 1e-12 * self._scale))
        self._multiplier[better] = trial[better]
        self._dual[better], self._gap[better] = dual[better], gap[better]
        cells = better[self.problem.unit]
        self.ratio[cells] = ratio[cells]
        self._damping *= np.where(better, 0.1, 10.0)
        np.maximum(self._damping, np.where(better, _LEAST_DAMPING, 1e-4), out=self._damping)
        self.infeasible |= self._proved_infeasible(trial, linear)

    def _prepare(self, problem: Problem) -> None:
        units, columns = problem.target.shape
        self.problem = problem
        self._none = units * columns
        self._lower, self._upper = problem.lower[problem.unit], problem.upper[problem.unit]
        kinds = problem.columns.T
        self._place = [np.where(kind >= 0, problem.unit * columns + kind, self._none) for kind in kinds]
        self._pairs = [
            np.where(
                (self._place[first] < self._none) & (kinds[second] >= 0),
                self._place[first] * columns + kinds[second],
                self._none * columns,
            )
            for first, second in combinations_with_replacement(range(len(kinds)), 2)
        ]
        self._scale = np.maximum(group_sums(problem.unit, problem.base, units), 1e-300)

    def _linear(self, multiplier: FloatArray) -> FloatArray:
        """Return x'λ by cell."""
        padded = np.append(multiplier.ravel(), 0.0)
        sums = np.zeros(len(self.problem.unit))
        for place in self._place:
            sums += padded[place]
        return sums

    def _column_sums(self, weight: FloatArray) -> FloatArray:
        sums = np.zeros(self._none + 1)
        for place in self._place:
            sums += group_sums(place, weight, self._none + 1)
        by_unit: FloatArray = sums[:-1].reshape(self.problem.target.shape)
        return by_unit

    def _evaluate(self, multiplier: FloatArray, linear: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return g by cell, the dual objective and the gap T - sum of d g x by unit, for λ and x'λ."""
        problem, lower, upper = self.problem, self._lower, self._upper
        ratio: FloatArray = np.clip(np.exp(np.minimum(linear, 700)), lower, upper)
        # the primitive of clip(exp(u), L, U): exp(u) inside, straight lines outside
        outside = linear - np.log(np.maximum(ratio, 1e-300))
        outside[(ratio != lower) & (ratio != upper)] = 0
        dual = group_sums(problem.unit, problem.base * ratio * (1 + outside), len(problem.target))
        dual -= (multiplier * problem.target).sum(axis=1)
        return ratio, dual, problem.target - self._column_sums(problem.base * ratio)

    def _hessian(self) -> FloatArray:
        problem = self.problem
        inside = (self.ratio > self._lower) & (self.ratio < self._upper)
        weight = problem.base * self.ratio * inside
        units, columns = problem.target.shape
        sums = np.zeros(self._none * columns + 1)
        for place in self._pairs:
            sums += group_sums(place, weight, len(sums))
        # each pair of margins was added up one way round
        by_unit = sums[:-1].reshape(units, columns, columns)
        diagonal = np.arange(columns)
        both: FloatArray = by_unit + by_unit.transpose(0, 2, 1)
        both[:, diagonal, diagonal] = by_unit[:, diagonal, diagonal]
        return both

    def _solved(self, hessian: FloatArray, gap: FloatArray) -> FloatArray:
        columns = hessian.shape[1]
        # margins share their total, so x is collinear: the damping picks one of the equivalent multipliers
        damped = hessian + (self._damping * self._scale)[:, None, None] * np.eye(columns)
        solved: FloatArray = np.linalg.solve(damped, gap[:, :, None])[:, :, 0].astype(np.float64, copy=False)
        return solved

    def _proved_infeasible(self, direction: FloatArray, linear: FloatArray) -> BoolArray:
        """Tell the units where no g within bounds can reach T in the direction λ, given x'λ (Farkas)."""
        problem = self.problem
        bound = np.where(linear > 0, self._upper, self._lower)
        reach = group_sums(
            problem.unit, np.where(linear == 0, 0, problem.base * linear * bound), len(problem.target)
        )
        wanted = (direction * problem.target).sum(axis=1)
        proved: BoolArray = wanted > reach + 1e-9 * (np.abs(direction) * (1 + problem.target)).sum(axis=1)
        return proved
