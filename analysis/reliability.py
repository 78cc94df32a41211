"""Do the items of a factor measure one thing: Cronbach's alpha and item-rest correlations."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.association import Missing, moments
from analysis.errors import AnalysisError
from analysis.sums import FloatArray

ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Alpha of K items and what each of them does to it.

    `n` is the smallest number of persons behind any pair of items. `without` and `standardised_without` are the
    alphas when one item is left out (NaN for two items), `item_rest` the correlation of an item with the sum of
    the others, `item_total` with the sum of all.
    """

    n: int
    item_count: int
    alpha: float
    standardised: float
    average_correlation: float
    without: FloatArray
    standardised_without: FloatArray
    item_rest: FloatArray
    item_total: FloatArray


def reliability(
    values: FloatArray, count: FloatArray, weight: FloatArray | None = None, *, missing: Missing = "complete"
) -> Reliability:
    """Return Cronbach's alpha of patterns (P, K), NaN where not answered.

    alpha = K/(K-1) (1 - Σ s_j² / s_T²); standardised K r̄ / (1 + (K-1) r̄) (Cronbach 1951). Under weights the
    variances are weighted (survey::svycralpha); `pairwise` uses every pair of answers (psych::alpha). Assumes
    items of one direction and scale. Raises `AnalysisError` for fewer than two items or one that does not vary.

    >>> five = reliability(np.array([[1.0, 2], [2, 1], [4, 5], [5, 4]]), np.array([3.0, 3, 2, 2]))
    >>> round(five.alpha, 4), five.item_rest.round(4).tolist()
    (0.8843, [0.7925, 0.7925])
    """
    found = moments(values, count, weight, missing=missing)
    covariance, items = found.covariance, values.shape[1]
    spread = np.diag(covariance)
    # what is left of a constant's variance after rounding is no variance
    if items < 2 or not (spread > ROUNDING * found.mean**2).all():
        raise AnalysisError(
            "alpha needs two or more items whose answers vary",
            code="reliability_items",
            where="values",
            got=f"{items} items, variances {spread.round(6).tolist()}",
            expected="two items or more, each with different answers",
            remedy="leave out the item that everyone answered alike",
        )
    correlation = covariance / np.sqrt(np.outer(spread, spread))
    total = covariance.sum()
    with_rest = covariance.sum(axis=1) - spread
    rest = total - 2 * with_rest - spread
    with np.errstate(divide="ignore", invalid="ignore"):
        item_rest = with_rest / np.sqrt(spread * rest)
        item_total = covariance.sum(axis=1) / np.sqrt(spread * total)
    others = [np.delete(np.arange(items), item) for item in range(items)]
    return Reliability(
        n=int(found.persons.min()),
        item_count=items,
        alpha=_alpha(covariance),
        standardised=_alpha(correlation),
        average_correlation=float((correlation.sum() - items) / (items * (items - 1))),
        without=np.array([_alpha(covariance[np.ix_(rest, rest)]) for rest in others]),
        standardised_without=np.array([_alpha(correlation[np.ix_(rest, rest)]) for rest in others]),
        item_rest=item_rest,
        item_total=item_total,
    )


def _alpha(matrix: FloatArray) -> float:
    items, total = len(matrix), float(matrix.sum())
    if items < 2 or total <= 0:
        return float("nan")
    return items / (items - 1) * (1 - float(np.trace(matrix)) / total)
