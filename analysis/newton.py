"""Newton's method for calibration with any auxiliary values and distance function (Deville and Särndal 1992)."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import AnalysisError
from analysis.sums import BoolArray, FloatArray, IndexArray

Method = Literal["linear", "raking", "logit"]
Bounds = tuple[float, float]
METHODS: Final[tuple[Method, ...]] = ("linear", "raking", "logit")
TOLERANCE: Final = 1e-11
_MAX_ITERATIONS: Final = 200
_LARGEST_STEP: Final = 4.0
_LEAST_DAMPING: Final = 1e-12


def calibration_ratios(
    x: FloatArray, base: FloatArray, totals: FloatArray, group: IndexArray, method: Method, bounds: Bounds | None
) -> tuple[FloatArray, NDArray[np.int64], BoolArray]:
    """Return g by cell (C), the steps taken and whether the totals are met, by group (G).

    `x` (C, M), `base` the sums of d, `totals` (G, M). g is NaN where the totals are not met.
    """
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
    """Minimise the convex dual, the sum of d Φ(x'λ) less λ'T, by damped Newton steps; None if T stays away."""
    whole = base.sum()
    size = np.sqrt((base[:, None] * x**2).sum(axis=0) / whole)
    # columns of any size (a constant beside test scores) on one scale, so that one damping suits all
    x = x / np.where(size > 0, size, 1)
    wanted = totals / np.where(size > 0, size, 1)
    multiplier, damping = np.zeros(x.shape[1]), _LEAST_DAMPING
    u = x @ multiplier
    ratio, slope, primitive = _distance(u, method, bounds)
    dual, gap = base @ primitive, wanted - x.T @ (base * ratio)
    for iteration in range(_MAX_ITERATIONS):
        if np.abs(gap / (1 + np.abs(wanted))).max(initial=0) <= TOLERANCE:
            return ratio, iteration
        hessian = (x * (base * slope)[:, None]).T @ x + damping * whole * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gap)
        # far steps leave the region where the quadratic says anything
        step *= min(1, _LARGEST_STEP / max(float(np.abs(x @ step).max()), 1e-300))
        trial = multiplier + step
        new_ratio, new_slope, primitive = _distance(x @ trial, method, bounds)
        new_dual, new_gap = base @ primitive - trial @ wanted, wanted - x.T @ (base * new_ratio)
        # near the end the dual changes less than its own rounding: there the gap decides
        closer = np.abs(new_gap).max() < np.abs(gap).max()
        if new_dual < dual or (closer and new_dual <= dual + 1e-12 * whole):
            multiplier, ratio, slope, dual, gap = trial, new_ratio, new_slope, new_dual, new_gap
            damping = max(damping / 10, _LEAST_DAMPING)
        else:
            damping = max(damping * 10, 1e-6)
    return None, _MAX_ITERATIONS


def _distance(u: FloatArray, method: Method, bounds: Bounds | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return F(u), its derivative (0 where F is cut off) and its primitive Φ(u)."""
    if method == "logit" and bounds is not None:
        lower, upper = bounds
        rate = (upper - lower) / ((upper - 1) * (1 - lower))
        # (L(U-1) + U(1-L) e^{Au}) / (U-1 + (1-L) e^{Au}), written so that it cannot overflow
        place = rate * u + np.log((1 - lower) / (upper - 1))
        logit: FloatArray = lower + (upper - lower) * expit(place)
        primitive = lower * u + (upper - lower) / rate * np.logaddexp(0, place)
        return logit, rate * (logit - lower) * (upper - logit) / (upper - lower), primitive
    linear = method == "linear"
    free: FloatArray = 1 + u if linear else np.exp(np.minimum(u, 700))
    cut = free if bounds is None else np.clip(free, *bounds)
    inside = cut == free
    # beyond the bounds Φ goes on as a straight line
    beyond = np.where(inside, 0, u - (cut - 1 if linear else np.log(np.maximum(cut, 1e-300))))
    primitive = (cut**2 / 2 if linear else cut) + cut * beyond
    return cut, np.where(inside, 1.0 if linear else free, 0.0), primitive


def check_calibration(method: Method, bounds: Bounds | None) -> None:
    """Raise `AnalysisError` for an unknown method, and for bounds of w/d that it cannot keep."""
    if method not in METHODS:
        raise AnalysisError(
            "unknown method of calibration",
            code="calibration_method",
            got=method,
            expected=", ".join(METHODS),
            remedy="name one of these methods",
        )
    if method == "logit":
        fits, expected = bounds is not None and bounds[0] < 1 < bounds[1] < np.inf, "L < 1 < U"
    else:
        fits, expected = bounds is None or bounds[0] < bounds[1], "L < U"
    if not fits:
        raise AnalysisError(
            f"{method} calibration cannot keep these bounds",
            code="calibration_bounds",
            got="none" if bounds is None else f"{bounds[0]:g}, {bounds[1]:g}",
            expected=expected,
            remedy="give the bounds of w/d, such as 0.3 and 3; those of logit must enclose 1",
        )
