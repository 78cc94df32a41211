"""Means and covariances of ratings under frequency and survey weights: what the reading aids are made of."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.sums import FloatArray

Missing = Literal["complete", "pairwise"]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Means (K), covariance (K, K) and the persons each covariance rests on (K, K)."""

    mean: FloatArray
    covariance: FloatArray
    persons: FloatArray


def rating_values(ratings: NDArray[np.int8]) -> FloatArray:
    """Return ratings of a tally as numbers, NaN for skipped and not applicable.

    >>> rating_values(np.array([[5, 0, -1]], np.int8))
    array([[ 5., nan, nan]])
    """
    return np.where(ratings > 0, ratings, np.nan)


def moments(
    values: FloatArray, count: FloatArray, weight: FloatArray | None = None, *, missing: Missing = "complete"
) -> Moments:
    """Return the moments of patterns (P, K), each counted `count` times with persons of weight `weight`.

    Covariance = n/(n-1) Σ w (x - x̄)(y - ȳ) / Σ w with n the persons (survey::svyvar; cov for equal weights).
    `complete` keeps the persons who answered every item; `pairwise` all who answered both items of a pair, with
    the means of those persons. Raises `AnalysisError` for shapes that do not fit and for fewer than two persons.

    >>> two = moments(np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 5.0]]), np.array([2.0, 1.0, 1.0]))
    >>> two.mean.tolist(), two.covariance.round(4).tolist()
    ([2.5, 2.75], [[3.6667, 2.5], [2.5, 2.25]])
    """
    if values.ndim != 2 or count.shape != values.shape[:1] or (weight is not None and weight.shape != count.shape):
        raise AnalysisError(
            "answers, counts and weights do not fit together",
            code="moments_shape",
            where="values",
            got=f"{values.shape}, {count.shape}",
            expected="one row of answers, one count and one weight for each pattern",
            remedy="pass the columns of one tally",
        )
    known = np.isfinite(values)
    if missing == "complete":
        known = np.repeat(known.all(axis=1, keepdims=True), values.shape[1], axis=1)
    present = known.astype(np.float64)
    mass = count if weight is None else count * weight
    persons = present.T @ (count[:, None] * present)
    whole = present.T @ (mass[:, None] * present)
    if persons.size == 0 or persons.min() < 2 or whole.min() <= 0:
        raise AnalysisError(
            "too few persons answered these questions together",
            code="moments_few",
            where="values",
            got=int(persons.min()) if persons.size else 0,
            expected="two persons or more for each pair of questions",
            remedy="leave out the question that hardly anyone answered, or use pairwise answers",
        )
    filled = np.where(known, values, 0)
    mean = (mass @ filled) / np.diag(whole)
    centred = np.where(known, values - mean, 0)
    # the means of the persons who answered both items differ from the item's own mean
    shift = (centred.T @ (mass[:, None] * present)) / whole
    products = centred.T @ (mass[:, None] * centred) / whole - shift * shift.T
    return Moments(mean, persons / (persons - 1) * products, persons)
