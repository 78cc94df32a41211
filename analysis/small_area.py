"""Indicative figures of units with few responses: the Fay-Herriot model. Never the official number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from scipy.optimize import brentq

from analysis.errors import AnalysisError
from analysis.sums import BoolArray, FloatArray

Method = Literal["REML", "ML", "FH"]
# the between-unit variance is looked for from this part of the smallest scale to the largest
_GRID: Final = np.concatenate([[0.0], np.logspace(-8, 2, 101)])


@dataclass(frozen=True, slots=True, eq=False)
class SmallAreas:
    """Model-assisted estimates of U units; `share_of_own` (gamma) is the weight of the unit's own figure.

    Units without a figure of their own get the synthetic one (`share_of_own` 0). `mse` = g1 + g2 + 2 g3, less the
    bias of the between-unit variance for ML and FH, and 0 at least.
    """

    method: Method
    between_variance: float
    between_variance_se: float
    slope: FloatArray
    slope_se: FloatArray
    estimate: FloatArray
    mse: FloatArray
    share_of_own: FloatArray
    g1: FloatArray
    g2: FloatArray
    g3: FloatArray
    status: Literal["indicative"] = field(default="indicative")


def smoothed_variances(variance: FloatArray, n: FloatArray, *, below: int = 2) -> tuple[FloatArray, BoolArray]:
    """Replace variances that are 0 or rest on fewer than `below` persons by the pooled one; say which.

    s² = Σ (n-1) n V / Σ (n-1) over the units with two persons or more, zeros among them, and V = s²/n: the design
    effect and the spread between persons are taken to be alike in all units (a constant generalised variance
    function, Wolter 2007, ch. 7). Fay-Herriot takes variances as known, and a variance of 0 as certainty.

    >>> smoothed_variances(np.array([0.004, 0.0, 0.001]), np.array([25.0, 5.0, 100.0]))[0].round(4).tolist()
    [0.004, 0.0194, 0.001]
    """
    degrees = np.maximum(n - 1, 0)
    known = np.isfinite(variance) & (degrees > 0)
    pooled = (degrees * n * np.where(known, variance, 0))[known].sum() / max(float(degrees[known].sum()), 1.0)
    if not pooled > 0:
        raise AnalysisError(
            "no unit has a variance to learn from",
            code="smoothing_nothing",
            where="variance",
            got=float(pooled),
            expected="at least one unit with different answers",
            remedy="use the figures of the group for all of them",
        )
    replaced: BoolArray = (n > 0) & (~np.isfinite(variance) | (variance <= 0) | (n < below))
    return np.where(replaced, pooled / np.maximum(n, 1), variance), replaced


def fay_herriot(
    estimate: FloatArray, variance: FloatArray, covariates: FloatArray, *, method: Method = "REML"
) -> SmallAreas:
    """Borrow strength over units (U): y = x'β + v + e, v of variance A, e of known variance D.

    Fay and Herriot 1979; MSE by Prasad and Rao 1990 (moment), Datta and Lahiri 2000 (REML, ML), Datta, Rao and
    Smith 2005; Rao and Molina 2015, 6.1-6.2. `covariates` (U, M) must hold a column of ones where wanted; a unit
    with estimate NaN is predicted only. Assumes normal, independent errors and a linear mean. Raises
    `AnalysisError` for a variance of 0 (see `smoothed_variances`) and for too few units.

    >>> found = fay_herriot(np.array([0.7, 0.8, 0.95, np.nan]), np.array([0.01, 0.001, 0.001, 1]), np.ones((4, 1)))
    >>> found.estimate.round(3).tolist(), found.share_of_own.round(2).tolist()
    ([0.764, 0.803, 0.941, 0.836], [0.53, 0.92, 0.92, 0.0])
    """
    own = np.isfinite(estimate)
    y, d, x = estimate[own], variance[own], covariates[own]
    m, p = x.shape
    if m <= p or np.linalg.matrix_rank(x) < p or not (np.isfinite(d).all() and (d > 0).all()):
        raise AnalysisError(
            "the small-area model cannot be fitted",
            code="small_area_input",
            where="fay_herriot",
            got=f"{m} units with a figure, {p} covariates, smallest variance {d.min(initial=np.inf):g}",
            expected="more units than covariates, covariates that differ, variances above 0",
            remedy="smooth the variances of 0 first, or use fewer covariates",
        )
    between = _between_variance(y, d, x, method)
    inverse = 1 / (between + d)
    cross = np.linalg.inv(x.T @ (inverse[:, None] * x))
    slope = cross @ (x.T @ (inverse * y))
    information = float((inverse**2).sum())
    spread = 2 * m / float(inverse.sum()) ** 2 if method == "FH" else 2 / information
    bias = 0.0
    if method == "ML":
        bias = -float(np.trace(cross @ (x.T @ ((inverse**2)[:, None] * x)))) / information
    elif method == "FH":
        bias = 2 * (m * information - float(inverse.sum()) ** 2) / float(inverse.sum()) ** 3

    gamma = np.where(own, between / (between + np.where(own, variance, 1)), 0)
    synthetic = covariates @ slope
    g1 = np.where(own, gamma * np.where(own, variance, 0), between)
    g2 = (1 - gamma) ** 2 * np.einsum("um,mk,uk->u", covariates, cross, covariates)
    total = between + np.where(own, variance, 1)
    g3 = np.where(own, np.where(own, variance, 0) ** 2 / total**3 * spread, 0)
    mse = g1 + g2 + 2 * g3 - bias * np.where(own, (1 - gamma) ** 2, 0)
    return SmallAreas(
        method=method,
        between_variance=between,
        between_variance_se=spread**0.5,
        slope=slope,
        slope_se=np.sqrt(np.diag(cross)),
        estimate=np.where(own, gamma * np.where(own, estimate, 0) + (1 - gamma) * synthetic, synthetic),
        mse=np.maximum(mse, 0),
        share_of_own=gamma,
        g1=g1,
        g2=g2,
        g3=g3,
    )


def _between_variance(y: FloatArray, d: FloatArray, x: FloatArray, method: Method) -> float:
    scale = float(d.mean() + y.var())

    def residual(between: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        inverse = 1 / (between + d)
        cross = np.asarray(np.linalg.inv(x.T @ (inverse[:, None] * x)), np.float64)
        return inverse, y - x @ (cross @ (x.T @ (inverse * y))), cross

    def moment(between: float) -> float:
        inverse, rest, _ = residual(between)
        return float((inverse * rest**2).sum() - (len(y) - x.shape[1]))

    def score(between: float) -> float:
        inverse, rest, cross = residual(between)
        trace = float(inverse.sum())
        if method == "REML":
            trace -= float(np.trace(cross @ (x.T @ ((inverse**2)[:, None] * x))))
        return float((inverse**2 * rest**2).sum()) - trace

    def likelihood(between: float) -> float:
        inverse, rest, cross = residual(between)
        value = float(np.log(inverse).sum() - (inverse * rest**2).sum())
        return value + float(np.linalg.slogdet(cross)[1]) if method == "REML" else value

    if method == "FH":
        return _root(moment, 0.0, scale * float(_GRID[-1])) if moment(0.0) > 0 else 0.0
    # the likelihood can have two peaks: take the highest one of a grid, then the zero of its slope there
    grid = scale * _GRID
    best = int(np.argmax([likelihood(between) for between in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return _root(score, float(low), float(high)) if score(low) > 0 > score(high) else 0.0


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-300, rtol=1e-14))
