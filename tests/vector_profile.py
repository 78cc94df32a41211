"""The likelihood interval as survey 4.1-1 reads it off a spline: all that sets it apart from the exact one.

`confint.svyglm` profiles the deviance at a handful of steps of the coefficient, lays a spline through them, and
reads the ends off straight lines between points of that spline, three for each step.
"""

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.special import expit, logit, ndtr, stdtrit, xlogy
from scipy.stats import f as f_distribution

from analysis.sums import FloatArray

STEPS = 10


def spline_ends(y: FloatArray, weight: FloatArray, variance: float, df: float) -> FloatArray:
    """Return the ends of svyciprop(method = "likelihood"); y is 0 or 1, the variance that of its mean."""
    n = len(y)
    share, information = fitted(y, weight / weight.mean())
    # the standard error of the coefficient, over what the binomial model believes it to be
    se = np.sqrt(variance) / (share * (1 - share))
    cutoff = -stdtrit(df, 0.025) * se * np.sqrt(information)
    furthest = np.sqrt(f_distribution.isf(ndtr(-cutoff) / 2, 1, n - 1))
    points = [(0.0, logit(share))]
    for sign in (-1, 1):
        z = 0.0
        for step in range(1, STEPS):
            if abs(z) >= furthest:
                break
            coefficient = logit(share) + sign * step * furthest / 5 * se
            z = sign * np.sqrt(deviance(share, expit(coefficient)) * (n - 1))
            points.append((z, coefficient))
    z, coefficient = np.array(sorted(points)).T
    spline = make_interp_spline(
        coefficient, z, 3, bc_type=([(3, third(coefficient, z))], [(3, third(coefficient[::-1], z[::-1]))])
    )
    fine = np.linspace(coefficient[0], coefficient[-1], 3 * len(points))
    ends: FloatArray = expit(np.interp([-cutoff, cutoff], spline(fine), fine))
    return ends


def fitted(y: FloatArray, weight: FloatArray) -> tuple[float, float]:
    """Return the share that R's glm stops at, and the information of its last but one step, which it keeps."""
    mean = (weight * y + 0.5) / (weight + 1)
    before = np.inf
    while True:
        spread = mean * (1 - mean)
        step = np.average(logit(mean) + (y - mean) / spread, weights=weight * spread)
        mean = np.full(len(y), expit(step))
        now = 2 * float(np.sum(weight * (xlogy(y, 1 / mean) + xlogy(1 - y, 1 / (1 - mean)))))
        if abs(now - before) / (now + 0.1) < 1e-8:
            return float(mean[0]), float(np.sum(weight * spread))
        before = now


def deviance(share: float, other: float) -> float:
    """Return the deviance of another share, per person."""
    return float(2 * (xlogy(share, share / other) + xlogy(1 - share, (1 - share) / (1 - other))))


def third(x: FloatArray, y: FloatArray) -> float:
    """Return the third derivative of the cubic through the first four points, which R's spline has at its ends."""
    differences = y[:4]
    for order in (1, 2, 3):
        differences = np.diff(differences) / (x[order:4] - x[: 4 - order])
    return float(6 * differences[0])
