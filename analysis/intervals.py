"""Confidence intervals for shares, never of zero width; arrays in, arrays out, NaN stays NaN."""

from typing import Final, Literal, get_args

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit, xlogy

from analysis.errors import AnalysisError
from analysis.sums import BoolArray, FloatArray

IntervalMethod = Literal["xlogit", "logit", "beta", "capped-beta", "wilson", "asin", "mean", "likelihood"]
INTERVAL_METHODS: Final[tuple[IntervalMethod, ...]] = get_args(IntervalMethod)
_BISECTIONS: Final = 100


def xlogit(
    share: FloatArray, variance: FloatArray, df: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return logit(p) ± t se / (p(1-p)), mapped back (survey::svyciprop, method "xlogit").

    3 of 30 in a simple random sample without finite population correction:

    >>> lower, upper = xlogit(np.array([0.1]), np.array([0.09 / 29]), np.array([29.0]))
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.0304, 0.2827)
    """
    centre = logit(share)
    # thousands of figures have few hundred different degrees of freedom, and the quantile is slow
    each, place = np.unique(df, return_inverse=True)
    quantile = stdtrit(each, (1 + level) / 2)[place].reshape(np.shape(df))
    half = quantile * np.sqrt(variance) / (share * (1 - share))
    lower: FloatArray = expit(centre - half)
    upper: FloatArray = expit(centre + half)
    return lower, upper


def capped_korn_graubard(
    share: FloatArray, variance: FloatArray, n: FloatArray, df: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the Korn-Graubard interval with the effective n capped at n.

    Korn and Graubard 1998; Parker et al. 2017, Vital and Health Statistics 2(175). The effective n is p(1-p)/v,
    or n itself where p is 0 or 1 or v is 0; times (t_{n-1}/t_df)², at most n.

    >>> lower, upper = capped_korn_graubard(np.array([1.0]), np.array([0.0]), np.array([30.0]), np.array([29.0]))
    >>> round(float(lower[0]), 4), float(upper[0])
    (0.8843, 1.0)
    """
    spread = share * (1 - share)
    certain = (spread == 0) | (variance == 0)
    effective = np.where(certain, n, spread / np.where(certain, 1, variance))
    tail = (1 - level) / 2
    loss = stdtrit(np.maximum(n - 1, 1), 1 - tail) / stdtrit(df, 1 - tail)
    effective = np.minimum(effective * loss**2, n)
    hits, misses = effective * share, effective * (1 - share)
    # the limits at 0 and 1 are 0 and 1 by definition; betaincinv wants a positive parameter
    lower = np.where(hits <= 0, 0.0, betaincinv(np.where(hits <= 0, 1, hits), misses + 1, tail))
    upper = np.where(misses <= 0, 1.0, betaincinv(hits + 1, np.where(misses <= 0, 1, misses), 1 - tail))
    return lower, upper


def korn_graubard(
    share: FloatArray, variance: FloatArray, n: FloatArray, df: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the interval of Korn and Graubard 1998 as they gave it, with no cap on the effective n.

    survey::svyciprop, method "beta": not a number where p is 0 or 1 or v is 0.

    >>> lower, upper = korn_graubard(*(np.array([x]) for x in (0.1, 0.09 / 29, 30.0, 29.0)))
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.0203, 0.2691)
    """
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = share * (1 - share) / variance
        effective = effective * (stdtrit(np.maximum(n - 1, 1), 1 - tail) / stdtrit(df, 1 - tail)) ** 2
        lower = betaincinv(effective * share, effective * (1 - share) + 1, tail)
        upper = betaincinv(effective * share + 1, effective * (1 - share), 1 - tail)
    return lower.astype(np.float64, copy=False), upper.astype(np.float64, copy=False)


def asin(
    share: FloatArray, variance: FloatArray, df: FloatArray, level: float = 0.95, *, folded: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return the interval that is symmetric after the variance-stabilising arcsine of the square root.

    Past the end of the scale the sine turns back, which can shut the share itself out of the interval; it is cut
    off there, unless `folded` asks for what survey::svyciprop returns.

    >>> lower, upper = asin(np.array([0.1]), np.array([0.09 / 29]), np.array([29.0]))
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.0173, 0.2397)
    """
    half = stdtrit(df, (1 + level) / 2) * np.sqrt(variance / (share * (1 - share))) / 2
    lower, upper = np.arcsin(np.sqrt(share)) - half, np.arcsin(np.sqrt(share)) + half
    if not folded:
        lower, upper = np.maximum(lower, 0), np.minimum(upper, np.pi / 2)
    return np.sin(lower) ** 2, np.sin(upper) ** 2


def plain(
    estimate: FloatArray, variance: FloatArray, df: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return estimate ± t se, for means and totals; a share may leave 0 to 1.

    >>> lower, upper = plain(np.array([0.1]), np.array([0.09 / 29]), np.array([29.0]))
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (-0.0139, 0.2139)
    """
    half = stdtrit(df, (1 + level) / 2) * np.sqrt(variance)
    return estimate - half, estimate + half


def likelihood(
    share: FloatArray, variance: FloatArray, n: FloatArray, df: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the shares whose deviance, scaled by the design (Rao and Scott 1984), stays below t².

    2n [p log(p/x) + (1-p) log((1-p)/(1-x))] = t² v / (p(1-p)/n) · n/(n-1), solved by bisection.

    >>> lower, upper = likelihood(*(np.array([x]) for x in (0.1, 0.09 / 29, 30.0, 29.0)))
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.0226, 0.2527)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = stdtrit(df, (1 + level) / 2) ** 2 * variance * n / (share * (1 - share)) * n / (n - 1)
        limit = limit / (2 * n)
        ends = []
        for end in (0.0, 1.0):
            far, near = np.full_like(share, end), share.astype(np.float64, copy=True)
            for _ in range(_BISECTIONS):
                middle = (far + near) / 2
                deviance = xlogy(share, share / middle) + xlogy(1 - share, (1 - share) / (1 - middle))
                beyond = deviance > limit
                far, near = np.where(beyond, middle, far), np.where(beyond, near, middle)
            ends.append(np.where(np.isfinite(limit), near, np.nan))
    return ends[0], ends[1]


def wilson(share: FloatArray, n: FloatArray, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Return the Wilson (1927) score interval on n, or on an effective n.

    >>> lower, upper = wilson(np.array([1.0, 0.9]), np.array([10.0, 100.0]))
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.722, 0.826], [1.0, 0.945])
    """
    z = ndtri((1 + level) / 2)
    shrink = 1 / (1 + z**2 / n)
    centre = shrink * (share + z**2 / (2 * n))
    half = shrink * z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)


def share_interval(
    share: FloatArray, variance: FloatArray, n: FloatArray, df: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return xlogit, and the capped Korn-Graubard interval where p is 0 or 1 or the variance is 0."""
    share, degenerate = _certain(share, variance)
    lower, upper = xlogit(np.where(degenerate, 0.5, share), variance, df, level)
    if degenerate.any():
        # the beta quantiles are slow, and few figures need them
        few = share[degenerate], np.zeros(np.count_nonzero(degenerate)), n[degenerate], df[degenerate]
        lower[degenerate], upper[degenerate] = capped_korn_graubard(*few, level)
    return lower, upper


def interval(
    method: IntervalMethod,
    share: FloatArray,
    variance: FloatArray,
    n: FloatArray,
    df: FloatArray,
    level: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """Return the interval of a share by the method named.

    `n` are persons. Where p is 0 or 1 or the variance is 0 every method gives way to the capped Korn-Graubard
    interval, so that none has zero width; Wilson takes n itself there. NaN without degrees of freedom.
    """
    if method not in INTERVAL_METHODS:
        raise AnalysisError(
            "unknown method for an interval",
            code="interval_method",
            got=method,
            expected=", ".join(INTERVAL_METHODS),
            remedy="name one of these methods",
        )
    share, certain = _certain(share, variance)
    inner, spread = np.where(certain, 0.5, share), np.where(certain, 0.25, variance)
    df = np.where(df > 0, df, np.nan)
    if method in ("xlogit", "logit"):
        lower, upper = xlogit(inner, spread, df, level)
    elif method == "beta":
        lower, upper = korn_graubard(inner, spread, n, df, level)
    elif method == "capped-beta":
        lower, upper = capped_korn_graubard(inner, spread, n, df, level)
    elif method == "wilson":
        return wilson(share, np.where(certain, n, share * (1 - share) / np.where(certain, 1, variance)), level)
    elif method == "asin":
        lower, upper = asin(inner, spread, df, level)
    elif method == "mean":
        lower, upper = plain(inner, spread, df, level)
    else:
        lower, upper = likelihood(inner, spread, n, df, level)
    if certain.any():
        ends = capped_korn_graubard(
            share[certain], np.zeros(np.count_nonzero(certain)), n[certain], df[certain], level
        )
        lower[certain], upper[certain] = ends
    return lower, upper


def _certain(share: FloatArray, variance: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return shares and whether they are 0 or 1, or without variance.

    Weighted sums reach 0 and 1 only up to rounding, so that a breath away counts as reached.
    """
    nearest = np.round(share)
    at_end = np.abs(share - nearest) < 1e-12
    exact: FloatArray = np.where(at_end, nearest, share)
    return exact, at_end | (variance <= 1e-16 * exact * (1 - exact))
