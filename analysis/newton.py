"""Newton's method for calibration with any auxiliary values and distance function (Deville and Särndal 1992)."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import AnalysisError
from analysis.projection import inverses
from analysis.sums import BoolArray, FloatArray, IndexArray

Method = Literal["linear", "raking", "logit"]
Bounds = tuple[float, float]
METHODS: Final[tuple[Method, ...]] = ("linear", "raking", "logit")
TOLERANCE: Final = 1e-11
_MAX_ITERATIONS: Final = 200
_HALVINGS: Final = 40


def calibration_ratios(
    x: FloatArray, base: FloatArray, totals: FloatArray, group: IndexArray, method: Method, bounds: Bounds | None
) -> tuple[FloatArray, NDArray[np.int64], BoolArray]:
    """Return g by cell (C), the steps taken and whether the totals are met, by group (G).

    `x` (C, M), `base` the sums of d, `totals` (G, M). g is NaN where the totals are not met.
    """
    _check(method, bounds)
    groups = len(totals)
    ratio = np.full(len(x), np.nan)
    iterations, met = np.zeros(groups, np.int64), np.zeros(groups, np.bool_)
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(groups + 1))
    for number in range(groups):
        cells = order[edges[number] : edges[number + 1]]
        found, iterations[number] = _solved(x[cells], base[cells], totals[number], method, bounds)
        if found is not None:
            ratio[cells], met[number] = found, True
    return ratio, iterations, met


def _solved(
    x: FloatArray, base: FloatArray, totals: FloatArray, method: Method, bounds: Bounds | None
) -> tuple[FloatArray | None, int]:
    multiplier = np.zeros(x.shape[1])
    ratio, slope = _distance(x @ multiplier, method, bounds)
    gap = totals - x.T @ (base * ratio)
    one = np.zeros(len(x), np.intp)
    for iteration in range(_MAX_ITERATIONS):
        miss = np.abs(gap / (1 + np.abs(totals))).max(initial=0)
        if miss <= TOLERANCE:
            return ratio, iteration
        step = inverses(x, base * slope, one, 1)[0] @ gap
        for _ in range(_HALVINGS):
            trial_ratio, trial_slope = _distance(x @ (multiplier + step), method, bounds)
            trial_gap = totals - x.T @ (base * trial_ratio)
            if np.isfinite(trial_gap).all() and np.abs(trial_gap / (1 + np.abs(totals))).max() < miss:
                break
            step = step / 2
        else:
            return None, iteration
        multiplier, ratio, slope, gap = multiplier + step, trial_ratio, trial_slope, trial_gap
    return None, _MAX_ITERATIONS


def _distance(u: FloatArray, method: Method, bounds: Bounds | None) -> tuple[FloatArray, FloatArray]:
    """Return F(u) and its derivative, 0 where F is cut off."""
    if method == "logit" and bounds is not None:
        lower, upper = bounds
        rate = (upper - lower) / ((upper - 1) * (1 - lower))
        # (L(U-1) + U(1-L) e^{Au}) / (U-1 + (1-L) e^{Au}), written so that it cannot overflow
        place = expit(rate * u + np.log((1 - lower) / (upper - 1)))
        logit: FloatArray = lower + (upper - lower) * place
        return logit, rate * (logit - lower) * (upper - logit) / (upper - lower)
    free: FloatArray = 1 + u if method == "linear" else np.exp(np.minimum(u, 700))
    slope = np.ones_like(u) if method == "linear" else free
    if bounds is None:
        return free, slope
    cut = np.clip(free, *bounds)
    return cut, np.where(cut == free, slope, 0.0)


def _check(method: Method, bounds: Bounds | None) -> None:
    if method not in METHODS:
        raise AnalysisError(
            "unknown method of calibration",
            code="calibration_method",
            got=method,
            expected=", ".join(METHODS),
            remedy="name one of these methods",
        )
    if bounds is None and method == "logit":
        raise AnalysisError(
            "logit calibration needs bounds",
            code="calibration_bounds",
            got="none",
            expected="0 ≤ L < 1 < U",
            remedy="give the bounds of w/d, such as 0.3 and 3",
        )
    if bounds is not None and not bounds[0] < 1 < bounds[1] < np.inf:
        raise AnalysisError(
            "the bounds of calibration must enclose 1",
            code="calibration_bounds",
            got=f"{bounds[0]:g}, {bounds[1]:g}",
            expected="0 ≤ L < 1 < U",
            remedy="give the bounds of w/d, such as 0.3 and 3",
        )
