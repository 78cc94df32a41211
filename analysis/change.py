"""Has it changed: the difference of two periods, a trend over many, an order among groups."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import factorial
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analysis.errors import AnalysisError
from analysis.sums import BoolArray, FloatArray

_EXACT_BELOW: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Differences (later minus earlier) with their company, one for each unit; NaN where a period has no figure.

    `smoothed` marks units where a period's variance was 0 and was replaced by that of a share that can vary.
    """

    difference: FloatArray
    se: FloatArray
    df: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray
    smoothed: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures of one period (U): estimates, standard errors, persons and degrees of freedom.

    `length` is the length of the scale: 1 for shares, 4 for mean ratings.
    """

    estimate: FloatArray
    se: FloatArray
    n: FloatArray
    df: FloatArray
    length: float = 1.0


def difference(
    earlier: Figures, later: Figures, *, covariance: FloatArray | float = 0.0, level: float = 0.95
) -> Change:
    """Return later - earlier with V = V1 + V2 - 2C and t on df1 + df2.

    C is 0 when the periods were answered independently; sampling units in both periods (the same counter) need
    their covariance. A variance of 0 (everyone alike) would promise certainty: it is replaced by that of a share
    of 1 (z²/2 added on both sides: Agresti and Coull 1998) and the unit is marked.

    >>> first = Figures(np.array([0.80]), np.array([0.02]), np.array([400.0]), np.array([399.0]))
    >>> second = Figures(np.array([0.86]), np.array([0.015]), np.array([500.0]), np.array([499.0]))
    >>> change = difference(first, second)
    >>> change.difference.round(3).tolist(), change.se.round(3).tolist(), change.p_value.round(4).tolist()
    ([0.06], [0.025], [0.0166])
    """
    variances = [_usable_variance(period, level) for period in (earlier, later)]
    variance = variances[0] + variances[1] - 2 * np.asarray(covariance)
    if (variance < 0).any():
        raise AnalysisError(
            "the covariance of two periods is larger than their variances allow",
            code="change_covariance",
            where="difference",
            got=float(np.nanmin(variance)),
            expected="V1 + V2 - 2C of 0 or more",
            remedy="pass the covariance of the same two figures",
        )
    gap, se, df = later.estimate - earlier.estimate, np.sqrt(variance), earlier.df + later.df
    half = stdtrit(df, (1 + level) / 2) * se
    widest = np.maximum(earlier.length, later.length)
    return Change(
        difference=gap,
        se=se,
        df=df,
        lower=np.maximum(gap - half, -widest),
        upper=np.minimum(gap + half, widest),
        p_value=2 * stdtr(df, -np.abs(gap) / se),
        smoothed=(earlier.se == 0) | (later.se == 0),
    )


def _usable_variance(period: Figures, level: float) -> FloatArray:
    z2 = ndtri((1 + level) / 2) ** 2
    share = (period.n + z2 / 2) / (period.n + z2)
    floor = period.length**2 * share * (1 - share) / (period.n + z2)
    usable: FloatArray = np.where(period.se == 0, floor, period.se**2)
    return usable


@dataclass(frozen=True, slots=True)
class Trend:
    """A trend over time: `s` counts rising minus falling pairs, `slope` is the median change in a period.

    `smallest_p` is the smallest p-value that this many periods could give at all: with four it is 0.083, so that
    four quarters can never show a trend at 5%.
    """

    n: int
    s: int
    variance: float
    z: float
    p_value: float
    exact: bool
    smallest_p: float
    tau: float
    slope: float
    slope_lower: float
    slope_upper: float


def mann_kendall(values: FloatArray, times: FloatArray | None = None, *, level: float = 0.95) -> Trend:
    """Test for a monotone trend; periods without a value (NaN) leave the series with their time.

    S = Σ sgn(x_j - x_i), Var = [n(n-1)(2n+5) - Σ t(t-1)(2t+5)] / 18, z = (S - sgn S) / sqrt(Var) (Mann 1945,
    Kendall 1975), exact for fewer than 10 values without ties. The slope is the median of the pairs' slopes (Sen
    1968) with the interval of Gilbert (1987). Assumes independent periods. Raises
    `AnalysisError` for fewer than 3 values.

    >>> four, five = mann_kendall(np.arange(4.0)), mann_kendall(np.arange(5.0))
    >>> round(four.p_value, 3), round(five.p_value, 3), five.slope
    (0.083, 0.017, 1.0)
    """
    at = np.arange(len(values), dtype=np.float64) if times is None else times
    known = np.isfinite(values)
    values, at = values[known], at[known]
    n = len(values)
    if n < 3 or len(np.unique(at)) < n:
        raise AnalysisError(
            "a trend needs three or more periods, each once",
            code="trend_short",
            where="trend",
            got=n,
            expected="3 values or more at different times",
            remedy="wait for more periods; five can show a trend at 5%",
        )
    order = np.argsort(at)
    values, at = values[order], at[order]
    first, second = np.triu_indices(n, 1)
    s = int(np.sign(values[second] - values[first]).sum())
    tied = np.unique(values, return_counts=True)[1]
    variance = float(n * (n - 1) * (2 * n + 5) - (tied * (tied - 1) * (2 * tied + 5)).sum()) / 18
    z = (s - np.sign(s)) / variance**0.5 if variance > 0 else 0.0
    exact = n < _EXACT_BELOW and tied.max() == 1
    p_value = _exact_p(n, s) if exact else float(2 * ndtr(-abs(z)))
    pairs = len(first)
    untied = pairs - (tied * (tied - 1) / 2).sum()
    slopes = np.sort((values[second] - values[first]) / (at[second] - at[first]))
    margin = ndtri((1 + level) / 2) * variance**0.5
    # positions between two slopes are interpolated; beyond the ends the outermost slope stands
    lower, upper = np.interp([(pairs - margin) / 2 - 1, (pairs + margin) / 2], np.arange(pairs), slopes)
    return Trend(
        n=n,
        s=s,
        variance=variance,
        z=float(z),
        p_value=p_value,
        exact=bool(exact),
        smallest_p=2 / factorial(n) if n < _EXACT_BELOW else 0.0,
        tau=s / float(np.sqrt(untied * pairs)) if untied > 0 else float("nan"),
        slope=float(np.median(slopes)),
        slope_lower=float(lower),
        slope_upper=float(upper),
    )


def _exact_p(n: int, s: int) -> float:
    ways = _orders_by_inversions(n)
    pairs = n * (n - 1) // 2
    # S = pairs - 2 inversions; both tails are alike
    tail = sum(ways[: (pairs - abs(s)) // 2 + 1])
    return min(1.0, 2 * tail / factorial(n))


@cache
def _orders_by_inversions(n: int) -> tuple[int, ...]:
    ways = [1]
    for size in range(2, n + 1):
        longer = [0] * (len(ways) + size - 1)
        for inversions, count in enumerate(ways):
            for added in range(size):
                longer[inversions + added] += count
        ways = longer
    return tuple(ways)


@dataclass(frozen=True, slots=True)
class OrderedTest:
    """Jonckheere's J, its mean and variance without any order; p-values for a rise and for either direction."""

    n: int
    j: float
    mean: float
    variance: float
    z: float
    p_value: float
    p_rising: float


def jonckheere(values: FloatArray, group: FloatArray, count: FloatArray) -> OrderedTest:
    """Test whether values rise with the group's number; row i stands for `count[i]` persons.

    J adds, over pairs of groups in order, the pairs of persons in which the later one is higher, ties for one half
    (Jonckheere 1954); variance with ties: Hollander and Wolfe 1999, 6.19. Persons count
    equally: weights do not enter.

    >>> test = jonckheere(np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 2, 2]), np.array([5.0, 5, 5, 5]))
    >>> test.j, test.mean, round(test.z, 3)
    (87.5, 50.0, 3.082)
    """
    levels, value_of = np.unique(values, return_inverse=True)
    groups, group_of = np.unique(group, return_inverse=True)
    table = np.bincount(group_of * len(levels) + value_of, count, len(groups) * len(levels))
    table = table.reshape(len(groups), len(levels))
    size, tied, n = table.sum(axis=1), table.sum(axis=0), float(table.sum())
    if (size > 0).sum() < 2 or n < 3:
        raise AnalysisError(
            "an order needs two groups with answers",
            code="jonckheere_groups",
            where="groups",
            got=int((size > 0).sum()),
            expected="2 groups or more, 3 persons or more",
            remedy="join fewer groups together",
        )
    below = np.cumsum(table, axis=1) - table / 2
    j = float(sum((below[first] * table[second]).sum() for first, second in combinations(range(len(groups)), 2)))

    def falling(counts: FloatArray, steps: int) -> FloatArray:
        return counts * (counts - 1) * (counts - 2 if steps == 3 else 1)

    mean = (n**2 - float((size**2).sum())) / 4
    variance = (
        n * (n - 1) * (2 * n + 5)
        - float((falling(size, 2) * (2 * size + 5)).sum())
        - float((falling(tied, 2) * (2 * tied + 5)).sum())
    ) / 72
    variance += float(falling(size, 3).sum() * falling(tied, 3).sum()) / (36 * n * (n - 1) * (n - 2))
    variance += float(falling(size, 2).sum() * falling(tied, 2).sum()) / (8 * n * (n - 1))
    z = (j - mean) / variance**0.5 if variance > 0 else 0.0
    return OrderedTest(int(n), j, mean, variance, z, float(2 * ndtr(-abs(z))), float(ndtr(-z)))
