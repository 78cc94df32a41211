"""Confidence intervals for shares, never of zero width; arrays in, arrays out, NaN stays NaN."""

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit

from analysis.sums import FloatArray


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
    half = stdtrit(df, (1 + level) / 2) * np.sqrt(variance) / (share * (1 - share))
    return expit(centre - half), expit(centre + half)


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
    """Return xlogit, and the capped Korn-Graubard interval where p is 0 or 1 or the variance is 0.

    Weighted sums reach 0 and 1 only up to rounding, so that a breath away counts as reached.
    """
    nearest = np.round(share)
    at_end = np.abs(share - nearest) < 1e-12
    share = np.where(at_end, nearest, share)
    degenerate = at_end | (variance <= 1e-16 * share * (1 - share))
    lower, upper = xlogit(np.where(degenerate, 0.5, share), variance, df, level)
    if degenerate.any():
        # the beta quantiles are slow, and few figures need them
        few = share[degenerate], np.zeros(np.count_nonzero(degenerate)), n[degenerate], df[degenerate]
        lower[degenerate], upper[degenerate] = capped_korn_graubard(*few, level)
    return lower, upper
