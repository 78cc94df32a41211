"""Ranks inside a group, and how far they can be trusted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analysis.errors import AnalysisError
from analysis.sums import FloatArray

Joint = Literal["bonferroni", "independence"]
# numbers drawn at a time: enough for numpy to be quick, little enough to fit the cache
_DRAWN_AT_ONCE: Final = 200_000
_LEAST: Final = Decimal("-Infinity")


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in a group: equal values share a place and the places after it are skipped (1, 2, 2, 4)."""

    place: int
    group_count: int
    tied: bool


def competition_ranks(
    values: Mapping[str, Decimal | None], *, ties: Mapping[str, Sequence[Decimal | None]] | None = None
) -> Mapping[str, Rank | None]:
    """Rank units by value, highest first; a unit without a value has no rank and is not in the group's count.

    Among equal values the first differing value of `ties` decides, where they are given; one that is missing is
    the least. What is equal in all of them shares a place.

    >>> ranks = competition_ranks({"a": Decimal(9), "b": Decimal(8), "c": Decimal(8), "d": Decimal(7), "e": None})
    >>> [ranks[unit].place for unit in "abcd"], ranks["b"].tied, ranks["a"].group_count, ranks["e"]
    ([1, 2, 2, 4], True, 4, None)
    >>> ranks = competition_ranks({"a": Decimal(8), "b": Decimal(8)}, ties={"a": [None], "b": [Decimal(90)]})
    >>> ranks["a"].place, ranks["b"].place, ranks["b"].tied
    (2, 1, False)
    """
    keys = {
        unit: (value, *(_LEAST if one is None else one for one in (ties or {}).get(unit, ())))
        for unit, value in values.items()
        if value is not None
    }
    holders = Counter(keys.values())
    places: dict[tuple[Decimal, ...], int] = {}
    place = 1
    for key in sorted(holders, reverse=True):
        places[key] = place
        place += holders[key]
    return {
        unit: Rank(place=places[keys[unit]], group_count=holders.total(), tied=holders[keys[unit]] > 1)
        if unit in keys
        else None
        for unit in values
    }


@dataclass(frozen=True, slots=True, eq=False)
class RankRanges:
    """The places (1 is best) that each of K units can hold at once with the joint level of confidence.

    `lower` and `upper` are the joint intervals that the places come from.
    """

    place: NDArray[np.int64]
    best: NDArray[np.int64]
    worst: NDArray[np.int64]
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RankChances:
    """`probability[k, r]` is the chance that unit k truly holds place r + 1; rows and columns add up to 1.

    `expected` is the expected place, in closed form.
    """

    probability: FloatArray
    expected: FloatArray
    draws: int

    def within(self, places: int) -> FloatArray:
        """Return each unit's chance to be among the first `places`."""
        chance: FloatArray = self.probability[:, :places].sum(axis=1)
        return chance


def joint_level(units: int, *, level: float = 0.95, joint: Joint = "bonferroni") -> float:
    """Return the level of each of K intervals that hold together with `level`.

    1 - (1 - level)/K, or level^(1/K) for independent units.

    >>> joint_level(10), round(joint_level(10, joint="independence"), 6)
    (0.995, 0.994884)
    """
    return 1 - (1 - level) / units if joint == "bonferroni" else float(level ** (1 / units))


def rank_ranges(value: FloatArray, lower: FloatArray, upper: FloatArray) -> RankRanges:
    """Return the places that intervals allow: best = 1 + #{L_j >= U_k}, worst = K - #{U_j <= L_k}, j other than k.

    Klein, Wright and Wieczorek 2020, Journal of the Royal Statistical Society C 69, 589-606. The ranges hold
    together with the level at which the intervals do: make these with `joint_level`. Equal values share a place.

    >>> ranges = rank_ranges(np.array([0.9, 0.8, 0.8]), np.array([0.86, 0.7, 0.75]), np.array([0.94, 0.87, 0.85]))
    >>> ranges.place.tolist(), ranges.best.tolist(), ranges.worst.tolist()
    ([1, 2, 2], [1, 1, 2], [2, 3, 3])
    """
    if not (np.isfinite(value).all() and (lower <= value).all() and (value <= upper).all()):
        raise AnalysisError(
            "a unit to be ranked has no figure inside its interval",
            code="rank_interval",
            where="ranking",
            got="a missing figure or interval",
            expected="lower <= value <= upper for every unit",
            remedy="leave units without a score out of the ranking",
        )
    places = len(value)
    highest, lows, highs = np.sort(value), np.sort(lower), np.sort(upper)
    # intervals without width at one value, the unit's own among them, are ties and no rivals
    exact = np.sort(value[lower >= upper])
    ties = np.searchsorted(exact, value, side="right") - np.searchsorted(exact, value, side="left")
    ties = np.where(lower >= upper, ties, 0)
    return RankRanges(
        place=1 + places - np.searchsorted(highest, value, side="right"),
        best=1 + places - np.searchsorted(lows, upper, side="left") - ties,
        worst=places - np.searchsorted(highs, lower, side="right") + ties,
        lower=lower,
        upper=upper,
    )


def normal_rank_ranges(
    value: FloatArray, se: FloatArray, *, level: float = 0.95, joint: Joint = "bonferroni"
) -> RankRanges:
    """Return the ranges of places from normal joint intervals, value ± z se."""
    _check_errors(value, se)
    z = ndtri((1 + joint_level(len(value), level=level, joint=joint)) / 2)
    return rank_ranges(value, value - z * se, value + z * se)


def rank_chances(value: FloatArray, se: FloatArray, *, seed: int, draws: int = 10_000) -> RankChances:
    """Simulate the chance of every place: true values are drawn from independent normal laws around the estimates.

    Equal seeds give equal chances. Equal draws (units without any error) are put in random order. The expected
    place is 1 + Σ_j Φ((θ_j - θ_k) / sqrt(se_j² + se_k²)).

    >>> chances = rank_chances(np.array([0.9, 0.8, 0.8]), np.array([0.02, 0.02, 0.02]), seed=1)
    >>> bool(chances.probability[0, 0] > 0.99), chances.expected.round(1).tolist()
    (True, [1.0, 2.5, 2.5])
    """
    _check_errors(value, se)
    units = len(value)
    random = np.random.default_rng(seed)
    hits = np.zeros(units * units, np.int64)
    left, batch = draws, max(1, _DRAWN_AT_ONCE // max(units, 1))
    while left > 0:
        drawn = value + se * random.standard_normal((min(batch, left), units))
        order = np.lexsort((random.random(drawn.shape), -drawn), axis=1)
        hits += np.bincount((order * units + np.arange(units)).ravel(), minlength=units * units)
        left -= len(drawn)
    spread = np.hypot(se[:, None], se[None, :])
    lead = value[None, :] - value[:, None]
    # without any error the place is known, and a tie is shared
    standard = np.divide(lead, spread, out=np.copysign(np.inf, lead), where=spread > 0)
    standard[(spread == 0) & (lead == 0)] = 0
    return RankChances(hits.reshape(units, units) / draws, 0.5 + ndtr(standard).sum(axis=1), draws)


def _check_errors(value: FloatArray, se: FloatArray) -> None:
    if value.shape != se.shape or not (np.isfinite(value).all() and np.isfinite(se).all() and (se >= 0).all()):
        raise AnalysisError(
            "a unit to be ranked has no figure or no standard error",
            code="rank_error",
            where="ranking",
            got="a missing number",
            expected="a figure and a standard error of 0 or more for every unit",
            remedy="leave units without a score out of the ranking",
        )
