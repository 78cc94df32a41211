"""How closely each factor goes with the others, unit by unit: where a better score would be felt most."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.association import rating_values
from analysis.drivers import Quadrant, priorities
from analysis.errors import AnalysisError
from analysis.reliability import reliability
from analysis.satisfaction import Weighed
from analysis.sums import BoolArray, FloatArray

# with fewer persons the order of five correlations is chance
MINIMUM_PERSONS: Final = 100


@dataclass(frozen=True, slots=True)
class FactorImportance:
    """One factor: its mean (0 to 1), its correlation with the sum of the others, and what follows from both."""

    code: str
    mean_share: float
    correlation: float
    quadrant: Quadrant


@dataclass(frozen=True, slots=True)
class Importance:
    """The factors of one unit over the `n` persons who rated all of them, and Cronbach's alpha."""

    n: int
    alpha: float
    factors: tuple[FactorImportance, ...]


def importances(weighed: Weighed) -> tuple[Importance | None, ...]:
    """Return the importance of the factors in every unit; None below 100 persons or where answers do not vary.

    No questionnaire of the counter asks for satisfaction as a whole, so importance is derived: the weighted
    correlation of a factor with the sum of the other factors. It goes together, it need not be a cause.
    """
    counted, cells = weighed.counted, weighed.margins.cells
    factors = _factor_values(counted.ratings, weighed.layout.factor_items)
    weight = np.repeat(weighed.weights.ratio, np.diff(cells.rows))
    count = counted.count.astype(np.float64)
    units = np.arange(len(weighed.margins.unit_ids))
    starts = cells.rows[np.searchsorted(cells.unit, units)]
    ends = cells.rows[np.searchsorted(cells.unit, units, side="right")]
    complete: BoolArray = np.asarray(np.isfinite(factors).all(axis=1))
    found: list[Importance | None] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        rows = np.flatnonzero(complete[start:end]) + start
        found.append(_importance(factors[rows], count[rows], weight[rows], weighed.layout.codes))
    return tuple(found)


def _factor_values(ratings: NDArray[np.int8], items: tuple[tuple[int, ...], ...]) -> FloatArray:
    """Return each person's mean rating of each factor, NaN where none of its items was rated."""
    values = np.full((len(ratings), len(items)), np.nan)
    for factor, numbers in enumerate(items):
        own = rating_values(ratings[:, list(numbers)])
        given = np.isfinite(own).sum(axis=1)
        values[given > 0, factor] = np.nansum(own[given > 0], axis=1) / given[given > 0]
    return values


def _importance(
    values: FloatArray, count: FloatArray, weight: FloatArray, codes: tuple[str, ...]
) -> Importance | None:
    if count.sum() < MINIMUM_PERSONS or len(codes) < 2:
        return None
    try:
        found = reliability(values, count, weight)
    except AnalysisError:
        # everyone alike on a factor: there is nothing to go together with
        return None
    mean = ((count * weight) @ values / (count * weight).sum() - 1) / 4
    quadrants = priorities(mean, found.item_rest)
    return Importance(
        n=found.n,
        alpha=found.alpha,
        factors=tuple(
            FactorImportance(code, float(share), float(correlation), quadrant)
            for code, share, correlation, quadrant in zip(codes, mean, found.item_rest, quadrants, strict=True)
        ),
    )
