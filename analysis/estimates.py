"""Weighted shares of ratings and their design-based covariance after calibration, for many units at once.

Everything scored here is a smooth function of three weighted totals per item: answers in the top two, scores
restated to 0-1, and answers. Their covariance comes from the residuals of the calibration (Särndal, Swensson and
Wretman 1992, ch. 6; Deville and Särndal 1992): e = a - x'B with B the d-weighted regression on the margins, and
V = n/(n-1) times the sum over sampling units of (z - mean z)² with z the sum of w e. Figures are then linear
combinations of the totals (Woodruff 1971; Binder 1983).
"""

from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums, ratio

StateArray = NDArray[np.int8]

STATES: Final = 6
TOP, MEAN, ANSWERED = 0, 1, 2
# what a rating of 1 to 5 (row 0: no rating) adds to the three totals of its item
STATE_VALUES: Final = np.array([[0, 0, 0], [0, 0, 1], [0, 0.25, 1], [0, 0.5, 1], [1, 0.75, 1], [1, 1, 1]])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Patterns (P) of consecutive units 0 .. U-1 over their weighting cells (C) and items (K).

    `state` (K, P) holds ratings 1-5 and 0 for none; `count` the persons of a pattern, `base` the base weight d of
    each of them (None for 1). `psu` numbers the sampling units 0 .. J-1 in the order of their units, `psu_unit`
    gives their units, and `clustered` the units that use them; elsewhere the person is the sampling unit.
    """

    unit: IndexArray
    cell: IndexArray
    cell_unit: IndexArray
    state: StateArray
    count: FloatArray
    base: FloatArray | None
    psu: IndexArray
    psu_unit: IndexArray
    clustered: BoolArray

    @property
    def unit_count(self) -> int:
        """Return U."""
        return len(self.clustered)


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Weighted totals of the items (K) of each unit (U) and their covariance.

    `answered` is the weighted number of answers, `top` and `mean` (0-1) the shares among them. `covariance`
    (U, 3K, 3K) belongs to the totals centred at their shares, item by item (top, mean, answered); `spread` is the
    weighted sum of their squares and products over persons, the basis of the design effect.
    """

    answered: FloatArray
    top: FloatArray
    mean: FloatArray
    covariance: FloatArray
    spread: FloatArray

    def variance(self, coefficients: FloatArray) -> FloatArray:
        """Return the variance (U, V) of the figures with these coefficients (U, V, 3K)."""
        return _quadratic(coefficients, self.covariance, coefficients)

    def covariances(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Return the covariances (U, V) of figures taken in pairs."""
        return _quadratic(first, self.covariance, second)

    def person_spread(self, coefficients: FloatArray) -> FloatArray:
        """Return the weighted sum over persons of the squared influence of each figure (U, V)."""
        return _quadratic(coefficients, self.spread, coefficients)


def weighted_totals(answers: Answers, ratio_of_cell: FloatArray, columns: IndexArray) -> Totals:
    """Estimate the totals of every unit under weights w = g d.

    `ratio_of_cell` (C) is g and `columns` (C, M) names the calibration columns that hold in a cell (-1 none),
    numbered inside the unit; without any, the weights are taken as they are.
    """
    units = answers.unit_count
    base = answers.count if answers.base is None else answers.count * answers.base
    base_square = base if answers.base is None else base * answers.base
    ratio_of_row = ratio_of_cell[answers.cell]
    weight = base * ratio_of_row

    cell_sums = _item_sums(answers.cell, answers.state, base, len(answers.cell_unit))
    by_unit = _ByUnit(answers.cell_unit, units)
    raw = by_unit.sums(cell_sums * ratio_of_cell[:, None, None])
    answered = raw[:, :, ANSWERED]
    centre = np.zeros_like(raw)
    centre[:, :, TOP] = ratio(raw[:, :, TOP], answered)
    centre[:, :, MEAN] = ratio(raw[:, :, MEAN], answered)

    square = base_square * ratio_of_row**2
    if np.array_equal(square, weight):
        squares = spread = _products(answers, centre, weight)[0]
    else:
        squares, spread = _products(answers, centre, square, weight)
    margin = _Margins(answers.cell_unit, columns, units)
    centred = _centred(cell_sums, centre[answers.cell_unit])
    cell_base = group_sums(answers.cell, base, len(ratio_of_cell))
    slopes = margin.regression(cell_base, centred)
    if answers.base is not None:
        cell_sums = _item_sums(answers.cell, answers.state, base_square, len(answers.cell_unit))
    residual_squares = margin.residual_squares(
        squares,
        slopes,
        group_sums(answers.cell, base_square, len(ratio_of_cell)) * ratio_of_cell**2,
        _centred(cell_sums, centre[answers.cell_unit]) * ratio_of_cell[:, None] ** 2,
    )
    residual_sums = by_unit.sums(centred * ratio_of_cell[:, None]) - np.einsum(
        "um,umq->uq", margin.sums((cell_base * ratio_of_cell)[:, None])[:, :, 0], slopes
    )
    covariance = _variance_of_sum(residual_squares, residual_sums, group_sums(answers.unit, answers.count, units))
    if answers.clustered.any():
        _use_clusters(covariance, answers, weight, columns, centre, slopes)
    return Totals(answered, centre[:, :, TOP], centre[:, :, MEAN], covariance, spread)


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """Who answered something in each unit: persons, their weight, and the sampling units they belong to."""

    persons: FloatArray
    weight: FloatArray
    sampled: FloatArray


def answering(answers: Answers, ratio_of_cell: FloatArray, given: BoolArray) -> Answering:
    """Count the persons of the patterns where `given` holds (P)."""
    units = answers.unit_count
    count = answers.count * given
    base = count if answers.base is None else count * answers.base
    persons = group_sums(answers.unit, count, units)
    sampled = persons
    if answers.clustered.any():
        present = group_sums(answers.psu, count, len(answers.psu_unit)) > 0
        sampled = np.where(answers.clustered, group_sums(answers.psu_unit, present, units), persons)
    return Answering(persons, group_sums(answers.unit, base * ratio_of_cell[answers.cell], units), sampled)


class _ByUnit:
    """Adding up the cells of each unit; cells stand in the order of their units."""

    def __init__(self, unit: IndexArray, units: int) -> None:
        self._matrix = csr_array((np.ones(len(unit)), (unit, np.arange(len(unit)))), shape=(units, len(unit)))

    def sums(self, values: FloatArray) -> FloatArray:
        flat: FloatArray = np.asarray(self._matrix @ values.reshape(len(values), prod(values.shape[1:])))
        return flat.reshape(len(flat), *values.shape[1:])


class _Margins:
    """The margin indicators x of the cells, and the algebra of regressing on them unit by unit."""

    def __init__(self, unit: IndexArray, columns: IndexArray, units: int) -> None:
        self._units = units
        self._columns = int(columns.max(initial=0)) + 1
        cell, place = np.nonzero(columns >= 0)
        row = unit[cell] * self._columns + columns[cell, place]
        self._indicator = csr_array((np.ones(len(row)), (row, cell)), shape=(units * self._columns, len(columns)))

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sums of x'v over the cells of each unit (U, M, V)."""
        flat: FloatArray = np.asarray(self._indicator @ values)
        return flat.reshape(self._units, self._columns, values.shape[1])

    def products(self, weight: FloatArray) -> FloatArray:
        """Return the weighted sums of x x' over the cells of each unit (U, M, M)."""
        blocks = np.zeros((self._units, self._columns, self._columns))
        pairs = coo_array(csr_array(self._indicator.multiply(weight[None, :])) @ self._indicator.T)
        first, second = pairs.coords
        blocks[first // self._columns, first % self._columns, second % self._columns] = pairs.data
        return blocks

    def regression(self, base: FloatArray, sums: FloatArray) -> FloatArray:
        """Return the d-weighted least-squares slopes (U, M, V) from the d-weighted sums of the cells."""
        products, wanted = self.products(base), self.sums(sums)
        scale = np.trace(products, axis1=1, axis2=2) / self._columns
        # the margins of a unit share their total: a slight ridge picks one of the equivalent slopes, and one
        # step of refinement removes its trace from the fit
        ridge = products + (1e-10 * scale + (scale == 0))[:, None, None] * np.eye(self._columns)
        slopes = np.linalg.solve(ridge, wanted)
        slopes += np.linalg.solve(ridge, wanted - products @ slopes)
        return slopes

    def residual_squares(
        self, squares: FloatArray, slopes: FloatArray, weight: FloatArray, sums: FloatArray
    ) -> FloatArray:
        """Turn the weighted sums of a a' into those of (a - x'B)(a - x'B)'."""
        mixed = self.sums(sums).transpose(0, 2, 1) @ slopes
        fitted = slopes.transpose(0, 2, 1) @ self.products(weight) @ slopes
        return squares - mixed - mixed.transpose(0, 2, 1) + fitted


def _item_sums(group: IndexArray, state: StateArray, weight: FloatArray, size: int) -> FloatArray:
    """Return the weighted totals (size, K, 3) of the items in each group."""
    sums = np.empty((size, len(state), 3))
    for item, ratings in enumerate(state):
        table = group_sums(group * STATES + ratings, weight, size * STATES).reshape(size, STATES)
        sums[:, item] = table @ STATE_VALUES
    return sums


def _centred(sums: FloatArray, centre: FloatArray) -> FloatArray:
    """Take the shares (G, K, 3) off item totals; return them flat (G, 3K)."""
    flat: FloatArray = (sums - centre * sums[:, :, [ANSWERED]]).reshape(len(sums), prod(sums.shape[1:]))
    return flat


def _products(answers: Answers, centre: FloatArray, *weights: FloatArray) -> list[FloatArray]:
    """Return, for each row weight, the weighted sums of a a' by unit (U, 3K, 3K), a centred at the shares.

    Two ratings have 36 joint values, so one table of counts per pair of items replaces a pass for each product.
    """
    units, items = answers.unit_count, len(answers.state)
    values = STATE_VALUES - centre[:, :, None, :] * STATE_VALUES[:, [ANSWERED]]
    products = [np.empty((units, items, 3, items, 3)) for _ in weights]
    for first in range(items):
        first_key = (answers.unit * STATES + answers.state[first]) * STATES
        left = values[:, first].transpose(0, 2, 1)
        for second in range(first + 1):
            key = first_key + answers.state[second]
            for weight, product in zip(weights, products, strict=True):
                table = group_sums(key, weight, units * STATES**2).reshape(units, STATES, STATES)
                block = left @ table @ values[:, second]
                product[:, first, :, second] = block
                product[:, second, :, first] = block.transpose(0, 2, 1)
    return [product.reshape(units, 3 * items, 3 * items) for product in products]


def _variance_of_sum(squares: FloatArray, sums: FloatArray, sampled: FloatArray) -> FloatArray:
    """Return n/(n-1) times the sum of (z - mean z)(z - mean z)'; not a number for n = 1."""
    n = sampled[:, None, None]
    about_mean = squares - sums[:, :, None] * sums[:, None, :] / np.maximum(n, 1)
    return np.where(n > 1, n / np.maximum(n - 1, 1) * about_mean, np.nan)


def _use_clusters(
    covariance: FloatArray,
    answers: Answers,
    weight: FloatArray,
    columns: IndexArray,
    centre: FloatArray,
    slopes: FloatArray,
) -> None:
    """Replace the variance of the clustered units by the one between their sampling units."""
    rows = np.flatnonzero(answers.clustered[answers.unit])
    psus, margin_count = len(answers.psu_unit), slopes.shape[1]
    psu, row_weight = answers.psu[rows], weight[rows]
    raw = _item_sums(psu, answers.state[:, rows], row_weight, psus)
    sums = _centred(raw, centre[answers.psu_unit])
    margins = np.zeros(psus * margin_count)
    for place in columns[answers.cell[rows]].T:
        held = place >= 0
        margins += group_sums(psu[held] * margin_count + place[held], row_weight[held], len(margins))
    margins = margins.reshape(psus, margin_count)
    bounds = np.searchsorted(answers.psu_unit, np.arange(answers.unit_count + 1))
    # units differ in their number of sampling units; each step is a few small matrix products
    for unit in np.flatnonzero(answers.clustered):
        own = slice(bounds[unit], bounds[unit + 1])
        count = bounds[unit + 1] - bounds[unit]
        residual = sums[own] - margins[own] @ slopes[unit]
        residual -= residual.mean(axis=0)
        covariance[unit] = count / (count - 1) * residual.T @ residual


def _quadratic(first: FloatArray, matrix: FloatArray, second: FloatArray) -> FloatArray:
    product: FloatArray = ((first @ matrix) * second).sum(axis=2)
    return product
