"""Which parts of the service go with overall satisfaction, and where to start: a reading aid, not causation."""

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final, Literal

import numpy as np

from analysis.association import moments
from analysis.errors import AnalysisError
from analysis.sums import FloatArray

Quadrant = Literal["fix_first", "keep_up", "watch", "maintain"]
# 2^16 regressions take about a second; a long form is read by its factors
_MOST_PREDICTORS: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """Shares of R² by predictor (K): `lmg` and `johnson` each add up to `r_squared`.

    `slope` are the regression coefficients in units of the ratings, `correlation` the simple correlations.
    """

    n: int
    r_squared: float
    lmg: FloatArray
    johnson: FloatArray
    slope: FloatArray
    correlation: FloatArray


def drivers(
    outcome: FloatArray, predictors: FloatArray, count: FloatArray, weight: FloatArray | None = None
) -> Drivers:
    """Divide the R² of an outcome (P) among predictors (P, K), over persons who answered all of them.

    LMG is the mean gain in R² over all orders of entry (Lindeman, Merenda and Gold 1980; Grömping 2006), Johnson
    (2000) the relative weights through the symmetric square root of the correlations. Assumes a linear relation.
    Raises `AnalysisError` for an answer that does not vary and for more than 16 predictors.

    >>> x = np.array([[1.0, 1], [1, 2], [2, 1], [2, 2]])
    >>> found = drivers(x @ np.array([2.0, 1.0]), x, np.array([5.0, 5, 5, 5]))
    >>> found.lmg.round(4).tolist(), found.johnson.round(4).tolist(), round(found.r_squared, 4)
    ([0.8, 0.2], [0.8, 0.2], 1.0)
    """
    found = moments(np.column_stack([predictors, outcome]), count, weight)
    spread = np.sqrt(np.diag(found.covariance))
    items = predictors.shape[1]
    if not 1 <= items <= _MOST_PREDICTORS or not (spread > 0).all():
        raise AnalysisError(
            "drivers need one to 16 predictors and an outcome whose answers vary",
            code="drivers_items",
            where="predictors",
            got=f"{items} predictors, standard deviations {spread.round(6).tolist()}",
            expected="different answers to every question",
            remedy="use the factors of a long form; leave out a question that everyone answered alike",
        )
    correlation = found.covariance / np.outer(spread, spread)
    among, with_outcome = correlation[:items, :items], correlation[:items, items]
    explained = _explained(among, with_outcome)
    return Drivers(
        n=int(found.persons.min()),
        r_squared=float(explained[-1]),
        lmg=_shapley(explained, items),
        johnson=_relative_weights(among, with_outcome),
        slope=np.linalg.pinv(among, hermitian=True) @ with_outcome * spread[items] / spread[:items],
        correlation=with_outcome,
    )


def priorities(score_share: FloatArray, importance: FloatArray) -> tuple[Quadrant, ...]:
    """Sort items by score and importance, each against its mean over the items (Martilla and James 1977).

    >>> priorities(np.array([0.7, 0.9, 0.6, 0.95]), np.array([0.4, 0.3, 0.1, 0.05]))
    ('fix_first', 'keep_up', 'watch', 'maintain')
    """
    low, important = score_share < score_share.mean(), importance >= importance.mean()
    names: dict[tuple[bool, bool], Quadrant] = {
        (True, True): "fix_first",
        (False, True): "keep_up",
        (True, False): "watch",
        (False, False): "maintain",
    }
    return tuple(names[bool(is_low), bool(matters)] for is_low, matters in zip(low, important, strict=True))


def _explained(among: FloatArray, with_outcome: FloatArray) -> FloatArray:
    """Return R² of every set of predictors; bit k of the place says that predictor k is in the set."""
    items = len(among)
    explained = np.zeros(1 << items)
    for size in range(1, items + 1):
        members = np.array(list(combinations(range(items), size)))
        inverse = np.linalg.pinv(among[members[:, :, None], members[:, None, :]], hermitian=True)
        own = with_outcome[members]
        explained[(1 << members).sum(axis=1)] = np.einsum("si,sij,sj->s", own, inverse, own)
    return explained


def _shapley(explained: FloatArray, items: int) -> FloatArray:
    places = np.arange(len(explained))
    size = np.array([int(place).bit_count() for place in places])
    share = np.empty(items)
    for item in range(items):
        without = places[(places >> item & 1) == 0]
        chance = 1 / (items * np.array([comb(items - 1, taken) for taken in range(items)]))
        share[item] = chance[size[without]] @ (explained[without | 1 << item] - explained[without])
    return share


def _relative_weights(among: FloatArray, with_outcome: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(among)
    # collinear predictors have eigenvalues of zero up to rounding
    root = np.sqrt(np.where(values > 1e-12 * values.max(), values, 0))
    inverse = np.divide(1, root, out=np.zeros_like(root), where=root > 0)
    slopes = vectors @ (inverse * (vectors.T @ with_outcome))
    weights: FloatArray = ((vectors * root) @ vectors.T) ** 2 @ slopes**2
    return weights
