"""Which units deserve a second look: rates that a group of honest units would hardly show.

A raised check is a question to people, never a proof and never a reason to delete: nothing here changes a weight.
Slowness is never looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, betainc, betaln, gammaln

from analysis.errors import AnalysisError
from analysis.patterns import sorted_groups
from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums, ratio
from analysis.tally import TRUST_LEVELS, Tally

Tail = Literal["more", "fewer"]
# what is counted, and which side is suspicious
CHECKS: Final[Mapping[str, Tail]] = {
    "too_fast": "more",
    "same_answers": "more",
    "outside_hours": "more",
    "same_network": "more",
    "assisted": "more",
    "last_week": "more",
    "varied": "fewer",
}
MINIMUM_UNITS: Final = 10
_TRIM: Final = 0.001
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One check of U units: `expected_share` is the group's, `p_value` the chance of an honest unit to go as far.

    A unit without responses, or in a group of fewer than ten units, is not `compared` and has p-value NaN.
    """

    name: str
    hits: FloatArray
    n: FloatArray
    expected_share: FloatArray
    p_value: FloatArray
    compared: BoolArray
    raised: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class PatternCounts:
    """What a tally tells by unit: persons with enough answers to judge, and those who answered all alike.

    `varied` counts persons whose answers differ from their unit's most frequent pattern.
    """

    responses: FloatArray
    judged: FloatArray
    same_answers: FloatArray
    varied: FloatArray
    assisted: FloatArray


def count_patterns(tally: Tally, *, least_answers: int = 3) -> PatternCounts:
    """Count by unit of the tally; a person with fewer ratings than `least_answers` is not judged."""
    units, count = len(tally.unit_ids), tally.count.astype(np.float64)
    answered = tally.ratings > 0
    judged = answered.sum(axis=1) >= least_answers
    highest = tally.ratings.max(axis=1, initial=0)
    lowest = np.where(answered, tally.ratings, 9).min(axis=1, initial=9)
    order, first = sorted_groups({"unit": tally.unit[judged], "ratings": tally.ratings[judged]})
    often = np.zeros(units)
    if len(order):
        alike = np.add.reduceat(count[judged][order], first)
        np.maximum.at(often, tally.unit[judged][order[first]], alike)
    whole = group_sums(tally.unit, count * judged, units)
    return PatternCounts(
        responses=group_sums(tally.unit, count, units),
        judged=whole,
        same_answers=group_sums(tally.unit, count * (judged & (highest == lowest)), units),
        varied=whole - often,
        assisted=group_sums(tally.unit, count * (tally.trust == TRUST_LEVELS.index("assisted")), units),
    )


def screen_rate(name: str, hits: FloatArray, n: FloatArray, group: IndexArray, *, alpha: float = 0.001) -> Check:
    """Compare each unit's share of hits with its group by a beta-binomial model, on the suspicious side.

    Units of one group are taken as draws from a beta law; its mean and spread make Pearson's statistic equal to
    its degrees of freedom (Williams 1982). The fit starts from the unsuspicious half of the units and leaves out
    those beyond p = 0.001, so that a few bad units cannot hide each other. Raises `AnalysisError` for hits outside
    0 .. n or an unknown check.
    """
    if name not in CHECKS or not ((hits >= 0) & (hits <= n)).all():
        raise AnalysisError(
            "a check cannot be made from these counts",
            code="screening_counts",
            where=name,
            got="hits outside 0 to n, or an unknown check",
            expected=", ".join(CHECKS),
            remedy="count hits among the same responses as n",
        )
    expected, p_value = np.full(len(n), np.nan), np.full(len(n), np.nan)
    for members in _groups(group, n > 0):
        share, correlation = _trimmed_fit(hits[members], n[members], CHECKS[name])
        expected[members] = share
        p_value[members] = tail_chances(hits[members], n[members], share, correlation, CHECKS[name])
    return _check(name, hits, n, expected, p_value, alpha)


def screen_bursts(daily: FloatArray, group: IndexArray, *, alpha: float = 0.001) -> Check:
    """Look for a day with far more responses than the unit's and the group's habit (U units, D days).

    Expected: the unit's total times the group's share of the day; spread: negative binomial with one shape for the
    group, from Pearson's statistic. A unit's p-value is that of its most unlikely day, for D days (Šidák 1967).
    """
    n, days = daily.sum(axis=1), daily.shape[1]
    p_value, expected, hits = (np.full(len(n), np.nan) for _ in range(3))
    for members in _groups(group, n > 0):
        counts, kept = daily[members], np.ones((len(members), days), np.bool_)
        for _ in range(2):
            habit = (counts * kept).sum(axis=0) / np.maximum((n[members, None] * kept).sum(axis=0), 1)
            mean = n[members, None] * habit / max(float(habit.sum()), 1e-12)
            shape = _burst_shape(counts[kept], mean[kept])
            chance = _at_least(counts, mean, shape)
            kept = chance > alpha / days
        day = chance.argmin(axis=1)
        rows = np.arange(len(members))
        hits[members], expected[members] = counts[rows, day], mean[rows, day] / n[members]
        p_value[members] = -np.expm1(days * np.log1p(-np.minimum(chance[rows, day], 1 - 1e-16)))
    return _check("burst", np.nan_to_num(hits), n, expected, p_value, alpha)


def tail_chances(hits: FloatArray, n: FloatArray, share: float, correlation: float, tail: Tail) -> FloatArray:
    """Return P(X >= hits), or P(X <= hits) for `fewer`, of beta-binomial counts with this mean and correlation.

    With correlation 0 the counts are binomial; 3 or more of 10 at 10%:

    >>> tail_chances(np.array([3.0]), np.array([10.0]), 0.1, 0.0, "more").round(4).tolist()
    [0.0702]
    """
    if share <= 0 or share >= 1:
        return np.ones(len(n))
    if correlation <= 0:
        return np.asarray(
            bdtr(hits, n.astype(np.intp), share) if tail == "fewer" else _binomial_upper(hits, n, share)
        )
    first, second = share * (1 - correlation) / correlation, (1 - share) * (1 - correlation) / correlation
    if tail == "fewer":
        hits, first, second = n - hits, second, first
    return np.array([_upper(h, size, first, second) for h, size in zip(hits.tolist(), n.tolist(), strict=True)])


def _binomial_upper(hits: FloatArray, n: FloatArray, share: float) -> FloatArray:
    return np.where(hits > 0, bdtrc(np.maximum(hits - 1, 0), n.astype(np.intp), share), 1.0)


def _upper(hits: float, n: float, first: float, second: float) -> float:
    """Return P(X >= hits), summing from the nearer end so that the terms only fall."""
    if hits <= 0:
        return 1.0
    if hits <= n * first / (first + second):
        return 1 - _upper(n - hits + 1, n, second, first)
    start = gammaln(n + 1) - gammaln(hits + 1) - gammaln(n - hits + 1)
    start += betaln(hits + first, n - hits + second) - betaln(first, second)
    k = np.arange(hits, n)
    steps = (n - k) * (k + first) / ((k + 1) * (n - k - 1 + second))
    return float(min(1.0, np.exp(start) * (1 + np.cumprod(steps).sum())))


def _trimmed_fit(hits: FloatArray, n: FloatArray, tail: Tail) -> tuple[float, float]:
    shares = hits / n
    middle = float(np.median(shares))
    share, correlation = _fit_half(hits, n, middle, shares <= middle if tail == "more" else shares >= middle)
    kept = tail_chances(hits, n, share, correlation, tail) > _TRIM
    for _ in range(_ROUNDS):
        share, correlation = _fit(hits[kept], n[kept])
        inside = tail_chances(hits, n, share, correlation, tail) > _TRIM
        # half of the units must stay: beyond that there is no habit to compare with
        if inside.sum() < len(n) / 2 or np.array_equal(inside, kept):
            break
        kept = inside
    return share, correlation


def _fit(hits: FloatArray, n: FloatArray) -> tuple[float, float]:
    """Return the mean share and the correlation inside a unit: Pearson's statistic = units - 1 (Williams 1982)."""

    def mean(correlation: float) -> float:
        weight = 1 / (1 + correlation * (n - 1))
        return float((weight * hits).sum() / (weight * n).sum())

    def excess(correlation: float) -> float:
        share = mean(correlation)
        spread = share * (1 - share) * (1 + correlation * (n - 1))
        return float(((hits - n * share) ** 2 / (n * spread)).sum() - (len(n) - 1))

    if not 0 < mean(0.0) < 1 or excess(0.0) <= 0:
        return mean(0.0), 0.0
    highest = 0.999
    correlation = float(brentq(excess, 0.0, highest)) if excess(highest) < 0 else highest
    return mean(correlation), correlation


def _fit_half(hits: FloatArray, n: FloatArray, middle: float, half: BoolArray) -> tuple[float, float]:
    """Fit the spread about the median share by the half of the units that lies on its unsuspicious side."""
    share = min(max(middle, 1 / float(n.sum())), 1 - 1 / float(n.sum()))

    def excess(correlation: float) -> float:
        spread = share * (1 - share) * (1 + correlation * (n - 1))
        return float(((hits - n * share) ** 2 / (n * spread))[half].sum() - half.sum())

    if excess(0.0) <= 0 or excess(0.999) >= 0:
        return share, 0.0 if excess(0.0) <= 0 else 0.999
    return share, float(brentq(excess, 0.0, 0.999))


def _burst_shape(counts: FloatArray, mean: FloatArray) -> float:
    def excess(inverse: float) -> float:
        return float(ratio((counts - mean) ** 2, mean + inverse * mean**2).sum() - (mean > 0).sum())

    if excess(0.0) <= 0:
        return 1e9
    return 1 / float(brentq(excess, 0.0, 1e3)) if excess(1e3) < 0 else 1e-3


def _at_least(counts: FloatArray, mean: FloatArray, shape: float) -> FloatArray:
    """Return P(X >= count) of a negative binomial count."""
    chance = betainc(np.maximum(counts, 1), shape, mean / (mean + shape))
    return np.where(counts > 0, chance, 1.0)


def _groups(group: IndexArray, usable: BoolArray) -> list[IndexArray]:
    members = [np.flatnonzero((group == number) & usable) for number in np.unique(group)]
    return [own for own in members if len(own) >= MINIMUM_UNITS]


def _check(
    name: str, hits: FloatArray, n: FloatArray, expected: FloatArray, p_value: FloatArray, alpha: float
) -> Check:
    compared = np.isfinite(p_value)
    return Check(name, hits, n, expected, p_value, compared, compared & (np.where(compared, p_value, 1) < alpha))
