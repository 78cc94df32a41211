"""Where each unit of a group stands, and how little of that order may be certain."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from scipy.special import ndtri, stdtrit

from analysis.intervals import share_interval
from analysis.ranking import competition_ranks, joint_level, rank_chances, rank_ranges
from analysis.sums import BoolArray, FloatArray, IndexArray

_SEED: Final = 20_251_121
_MOST_DRAWS: Final = 10_000
# units times draws: a second of work for a group of any size that is simulated at all
_MOST_DRAWN: Final = 2_000_000
_MOST_SIMULATED: Final = 400


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit to be ranked: its points and its index (0 to 1) with standard error and printed interval."""

    unit_id: str
    points: Decimal
    share: float
    se: float
    lower: float
    upper: float
    n: int
    df: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's place among `group_count` units, and the places it could hold.

    `best` to `worst` hold for all units of the group at once. `alike` lists, as ranges of places, the units whose
    difference to this one is not significant after correction for all `pair_count` pairs; `alike_count` counts
    them. `top_chance` is the simulated chance to belong to the first `top_count` units, None for groups too large.
    """

    unit_id: str
    place: int
    group_count: int
    tied: bool
    best: int
    worst: int
    alike: tuple[tuple[int, int], ...]
    alike_count: int
    pair_count: int
    top_count: int
    top_chance: float | None


def standings(units: Sequence[Ranked], *, level: float = 0.95) -> tuple[Standing, ...]:
    """Return the standings of one group, best first.

    Joint intervals are the printed kind at level 1 - (1 - level)/K (Bonferroni), ranges of places those of Klein,
    Wright and Wieczorek 2020, pairs compared as if independent. The error is never less than the printed interval
    says, so that a unit where everybody agreed is not taken to be certain.
    """
    if not units:
        return ()
    ranks = competition_ranks({unit.unit_id: unit.points for unit in units})
    ordered = sorted(units, key=lambda unit: (-unit.points, unit.unit_id))
    share = np.array([unit.share for unit in ordered])
    n, df = (np.array([getattr(unit, name) for unit in ordered], np.float64) for name in ("n", "df"))
    error = _errors(ordered, df, level)
    lower, upper = share_interval(share, error**2, n, df, joint_level(len(ordered), level=level))
    ranges = rank_ranges(share, np.minimum(lower, share), np.maximum(upper, share))
    alike = _alike(share, error, level)
    top = max(1, round(len(ordered) / 4))
    chances = _top_chances(share, error, top)
    places = np.array([rank.place for unit in ordered if (rank := ranks[unit.unit_id]) is not None])
    found = []
    for k, unit in enumerate(ordered):
        rank = ranks[unit.unit_id]
        assert rank is not None  # noqa: S101  every unit here has points
        found.append(
            Standing(
                unit_id=unit.unit_id,
                place=rank.place,
                group_count=len(ordered),
                tied=rank.tied,
                best=int(ranges.best[k]),
                worst=int(ranges.worst[k]),
                alike=_place_ranges(places, alike[k]),
                alike_count=int(alike[k].sum()),
                pair_count=len(ordered) * (len(ordered) - 1) // 2,
                top_count=top,
                top_chance=None if chances is None else float(chances[k]),
            )
        )
    return tuple(found)


def _errors(units: Sequence[Ranked], df: FloatArray, level: float) -> FloatArray:
    half = np.array([(unit.upper - unit.lower) / 2 for unit in units])
    printed: FloatArray = half / stdtrit(np.maximum(df, 1), (1 + level) / 2)
    return np.maximum(printed, [unit.se for unit in units])


def _alike(share: FloatArray, error: FloatArray, level: float) -> BoolArray:
    """Return (K, K) which pairs cannot be told apart."""
    pairs = max(len(share) * (len(share) - 1) / 2, 1)
    limit = float(ndtri(1 - (1 - level) / (2 * pairs)))
    alike: BoolArray = np.abs(share[:, None] - share[None, :]) <= limit * np.hypot(error[:, None], error[None, :])
    np.fill_diagonal(alike, val=False)
    return alike


def _top_chances(share: FloatArray, error: FloatArray, top: int) -> FloatArray | None:
    if not 1 < len(share) <= _MOST_SIMULATED:
        return None
    draws = min(_MOST_DRAWS, _MOST_DRAWN // len(share))
    return rank_chances(share, error, seed=_SEED, draws=draws).within(top)


def _place_ranges(places: IndexArray, chosen: BoolArray) -> tuple[tuple[int, int], ...]:
    """Write the places of the chosen units as ranges of neighbours; places skipped after a tie are no gap.

    >>> _place_ranges(np.array([1, 2, 2, 4, 5, 6]), np.array([False, True, True, True, False, True]))
    ((2, 4), (6, 6))
    """
    known = np.unique(places)
    numbers = np.searchsorted(known, np.unique(places[chosen]))
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return tuple((int(known[run[0]]), int(known[run[-1]])) for run in runs if len(run))
