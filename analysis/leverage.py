"""What calibration takes from the variance of few responses: leverage, and the jackknife's answer to it."""

from typing import Final

import numpy as np

from analysis.sums import FloatArray, IndexArray, group_sums

# a level of two persons; levels so small are merged or dropped, unless a rule says otherwise
_HIGHEST_LEVERAGE: Final = 0.5


def leverages(unit: IndexArray, count: FloatArray, columns: IndexArray, units: int) -> FloatArray:
    """Return h = x'(Σ x x')⁻¹ x of a person in each cell (C), at least 1/n.

    `unit` and `count` (C) are the cells' units and persons, `columns` (C, M) their calibration columns (-1 none).
    """
    width = int(columns.max(initial=0)) + 1
    held = columns >= 0
    both = held[:, :, None] & held[:, None, :]
    place = np.where(both, columns[:, :, None] * width + columns[:, None, :], 0) + (unit * width**2)[:, None, None]
    persons = np.broadcast_to(count[:, None, None], both.shape)
    products = group_sums(place[both], persons[both], units * width**2).reshape(units, width, width)
    # margins share their total; a slight ridge picks one of the equivalent inverses
    scale = np.trace(products, axis1=1, axis2=2) / width
    inverse = np.linalg.inv(products + (1e-10 * scale + (scale == 0))[:, None, None] * np.eye(width))
    leverage: FloatArray = (inverse.ravel()[place] * both).sum(axis=(1, 2))
    responses = group_sums(unit, count, units)
    return np.maximum(leverage, 1 / responses[unit])


def jackknife_factors(
    unit: IndexArray, count: FloatArray, columns: IndexArray, ratio: FloatArray, units: int
) -> FloatArray:
    """Return by how much the jackknife variance of each unit exceeds the linearised one, were residuals alike.

    The jackknife of a calibrated estimator is (n-1)/n Σ (w e / (1-h))² up to terms of lower order (Yung and Rao
    1996; Valliant 2002), the linearised variance n/(n-1) Σ (w e)²: hence ((n-1)/n)² Σ g²/(1-h)² / Σ g² ≥ 1.

    30 persons, half of the dossiers in a level that 5 of them belong to:

    >>> cells = np.array([0, 0]), np.array([5.0, 25.0]), np.array([[0], [1]])
    >>> jackknife_factors(*cells, np.array([3.0, 0.6]), 1).round(3).tolist()
    [1.386]
    >>> jackknife_factors(*cells, np.array([1.0, 1.0]), 1).round(3).tolist()
    [1.088]
    """
    persons = group_sums(unit, count, units)
    leverage = np.minimum(leverages(unit, count, columns, units), _HIGHEST_LEVERAGE)
    squares = count * ratio**2
    corrected = group_sums(unit, squares / (1 - leverage) ** 2, units)
    plain = group_sums(unit, squares, units)
    known = (persons > 1) & (plain > 0)
    shrink = (np.maximum(persons - 1, 0) / np.maximum(persons, 1)) ** 2
    return np.where(known, shrink * corrected / np.where(known, plain, 1), 1.0)
