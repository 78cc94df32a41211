"""Weights that meet known totals: post-stratification, raking, linear and logit calibration of one sample.

Deville and Särndal 1992: w = d F(x'λ) with the sum of w x equal to T; F is 1+u (linear), exp(u) (raking, the limit
of iterative proportional fitting: Deming and Stephan 1940; Deville, Särndal and Sautory 1993), cut off at the
bounds if there are any, or the logistic curve between them. Rows with equal x are one cell: the work grows with
the number of cells, not of persons.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.calibration import Problem, solve
from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.margin_checks import Margin, check_margins, infeasible
from analysis.newton import Bounds, Method, calibration_ratios, check_calibration
from analysis.projection import Projection, inverses
from analysis.sums import FloatArray, IndexArray, group_sums

_UNBOUNDED: Final = (0.0, np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class Reweighted:
    """A design with its new weights, and how they came about.

    `ratio` (R) is g = w/d, `iterations` the steps of each group, `gap` the largest miss of a total relative to
    1 + total.
    """

    design: Design
    ratio: FloatArray
    method: Method | Literal["post_stratification"]
    bounds: Bounds | None
    iterations: NDArray[np.int64]
    gap: float


def post_stratify(
    design: Design, margin: Margin, *, group: IndexArray | None = None, group_names: Sequence[str] = ("",)
) -> Reweighted:
    """Weight every level of one margin to its total (Valliant 1993): g = N / sum of d."""
    groups = len(group_names)
    own = np.zeros(design.row_count, np.intp) if group is None else group
    check_margins(design, [margin], own, group_names)
    levels = len(margin.levels)
    key = own * levels + margin.code
    reached = group_sums(key, design.row_weight, groups * levels)
    ratio = np.divide(margin.totals.ravel(), reached, out=np.ones_like(reached), where=reached > 0)
    x = np.tile(np.eye(levels), (groups, 1))
    of_cell = np.repeat(np.arange(groups), levels)
    new = _reweighted(design, key, x, of_cell, ratio, groups)
    return Reweighted(new, ratio[key], "post_stratification", None, np.ones(groups, np.int64), 0.0)


def calibrate_to_margins(
    design: Design,
    margins: Sequence[Margin],
    *,
    group: IndexArray | None = None,
    group_names: Sequence[str] = ("",),
    method: Method = "raking",
    bounds: Bounds | None = None,
) -> Reweighted:
    """Weight to the totals of several margins at once, separately in each group.

    Raises `AnalysisError` for margins that contradict each other, levels without responses or population, and
    bounds within which the totals cannot be met.

    >>> from analysis.sampling import sample_design
    >>> design = sample_design(rows=4)
    >>> margin = Margin("field", ("land", "other"), np.array([0, 0, 0, 1]), np.array([[50.0, 50.0]]))
    >>> calibrate_to_margins(design, [margin]).design.weight.round(3).tolist()
    [16.667, 16.667, 16.667, 50.0]
    """
    check_calibration(method, bounds)
    groups = len(group_names)
    own = np.zeros(design.row_count, np.intp) if group is None else group
    check_margins(design, margins, own, group_names)
    key = own.astype(np.int64)
    for margin in margins:
        key = key * len(margin.levels) + margin.code
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    offsets = np.cumsum([0, *(len(margin.levels) for margin in margins)])
    columns = np.stack([offset + margin.code[first] for offset, margin in zip(offsets, margins, strict=False)], 1)
    x = np.zeros((len(first), offsets[-1]))
    np.put_along_axis(x, columns, 1.0, axis=1)
    totals = np.concatenate([margin.totals for margin in margins], axis=1)
    base = group_sums(cell, design.row_weight, len(first))
    of_cell = own[first]
    if method == "raking":
        lower, upper = bounds or _UNBOUNDED
        edges = np.full(groups, lower), np.full(groups, upper)
        solution = solve(Problem(of_cell, base, columns, totals, *edges))
        ratio, iterations, met = solution.ratio, solution.iterations, solution.converged
    else:
        ratio, iterations, met = calibration_ratios(x, base, totals, of_cell, method, bounds)
    if not met.all():
        raise infeasible(design, margins, own, group_names, int(np.argmin(met)), bounds)
    new = _reweighted(design, cell, x, of_cell, ratio, groups)
    gap = _gap(x, base * ratio, of_cell, totals)
    return Reweighted(new, ratio[cell], method, bounds, iterations, gap)


def calibrate(
    design: Design,
    x: NDArray[Any],
    totals: NDArray[Any],
    *,
    method: Method = "linear",
    bounds: Bounds | None = None,
    cluster: IndexArray | None = None,
) -> Reweighted:
    """Weight to the totals (M) of any numbers x (R, M).

    With `cluster` (R, 0 .. C-1) all persons of a cluster get the same g.
    """
    check_calibration(method, bounds)
    given = np.asarray(x, np.float64)
    wanted = np.asarray(totals, np.float64)[None, :]
    if given.shape != (design.row_count, wanted.shape[1]) or not np.isfinite(given).all():
        raise AnalysisError(
            "the auxiliary values do not fit the sample or the totals",
            code="calibration_values",
            got=given.shape,
            expected=f"{design.row_count} rows and {wanted.shape[1]} columns of finite numbers",
            remedy="give a value for every row and a total for every column",
        )
    cell, cell_x = np.arange(design.row_count), given
    if cluster is not None:
        # one g for a cluster with the least change to its persons: each takes the mean x of the cluster
        cell, clusters = cluster, int(cluster.max()) + 1
        persons = group_sums(cell, design.count, clusters)
        sums = [group_sums(cell, design.count * column, clusters) for column in given.T]
        cell_x = np.stack(sums, axis=1) / persons[:, None]
    base = group_sums(cell, design.row_weight, len(cell_x))
    of_cell = np.zeros(len(cell_x), np.intp)
    ratio, iterations, met = calibration_ratios(cell_x, base, wanted, of_cell, method, bounds)
    if not met.all():
        raise infeasible(design, [], of_cell, ("",), 0, bounds)
    new = _reweighted(design, cell, cell_x, of_cell, ratio, 1)
    return Reweighted(new, ratio[cell], method, bounds, iterations, _gap(cell_x, base * ratio, of_cell, wanted))


def _reweighted(
    design: Design, cell: IndexArray, x: FloatArray, of_cell: IndexArray, ratio: FloatArray, groups: int
) -> Design:
    base = group_sums(cell, design.row_weight, len(x))
    weight = design.weight * ratio[cell]
    projection = Projection(cell, x, of_cell, ratio[cell], weight, inverses(x, base, of_cell, groups))
    return replace(design, weight=weight, projections=(*design.projections, projection))


def _gap(x: FloatArray, weight: FloatArray, of_cell: IndexArray, totals: FloatArray) -> float:
    gap = 0.0
    for column in range(x.shape[1]):
        reached = group_sums(of_cell, weight * x[:, column], len(totals))
        gap = max(gap, float((np.abs(reached - totals[:, column]) / (1 + np.abs(totals[:, column]))).max()))
    return gap
