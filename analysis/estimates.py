"""Weighted shares of ratings and their design-based covariance after calibration, for many units at once.

Everything scored here is a smooth function of three weighted totals per item: answers in the top two, scores
restated to 0-1, and answers. Their covariance comes from the residuals of the calibration (Särndal, Swensson and
Wretman 1992, ch. 6; Deville and Särndal 1992): e = y - x'B with B the d-weighted regression on the margins, and
V = n/(n-1) times the sum over sampling units of (z - mean z)² with z the sum of w e. Figures are then linear
combinations of the totals (Woodruff 1971; Binder 1983).

An answer has few states s, each worth the same values v to everyone in a unit: the sum of w y y' over persons is
v'Jv with J the weighted joint counts of the states of two items, and no person is touched again after counting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from analysis.residuals import CellMargins
from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums, ratio
from analysis.tables import RATINGS, STATES, StateArray, joint_tables, rating_tables

TOP, MEAN, ANSWERED = 0, 1, 2
# what no rating (row 0) and a rating of 1 to 5 add to the three totals of their item
STATE_VALUES: Final = np.array([[0, 0, 0], [0, 0, 1], [0, 0.25, 1], [0, 0.5, 1], [1, 0.75, 1], [1, 1, 1]])
_RATING_VALUES: Final = np.concatenate([STATE_VALUES[:1], STATE_VALUES])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Patterns (P) of consecutive units 0 .. U-1 over their weighting cells (C) and items (K).

    `state` (K, P) holds ratings 1-5, and 0 or -1 for none; `count` the persons of a pattern, `base` the base
    weight d of each of them (None for 1). `psu` numbers the sampling units 0 .. J-1 in the order of their units,
    `psu_unit` gives their units, and `clustered` the units that use them; elsewhere the person is the sampling
    unit.
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

    def weight(self, power: int = 1) -> FloatArray:
        """Return count × d by pattern, or count × d²."""
        return self.count if self.base is None else self.count * self.base**power


@dataclass(frozen=True, slots=True, eq=False)
class CellTables:
    """How often each state -1 .. 5 of each item occurs in each cell (C, K, 7): persons, and sums of d and d².

    The cells of unit u stand from `bounds[u]` to `bounds[u + 1]`.
    """

    persons: FloatArray
    base: FloatArray
    base_square: FloatArray
    bounds: IndexArray

    def by_unit(self, values: FloatArray, ratio_of_cell: FloatArray | None = None) -> FloatArray:
        """Add up the values (C, ...) of the cells of each unit (U, ...), times g if given."""
        cells = len(values)
        ratio = np.ones(cells) if ratio_of_cell is None else ratio_of_cell
        adding = csr_array((ratio, np.arange(cells), self.bounds), shape=(len(self.bounds) - 1, cells))
        flat: FloatArray = np.asarray(adding @ values.reshape(cells, prod(values.shape[1:])))
        return flat.reshape(-1, *values.shape[1:])


def count_cells(answers: Answers) -> CellTables:
    """Count the states of the items in each cell."""
    weights = [answers.count] if answers.base is None else [answers.count, answers.weight(), answers.weight(2)]
    tables = [rating_tables(answers.cell, answers.state, weight, len(answers.cell_unit)) for weight in weights]
    bounds = np.searchsorted(answers.cell_unit, np.arange(answers.unit_count + 1))
    return CellTables(tables[0], tables[len(tables) // 2], tables[-1], bounds)


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

    def moments(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the variance and the spread over persons (U, V) of figures with these coefficients."""
        return self.variance(coefficients), self.person_spread(coefficients)

    def variance(self, coefficients: FloatArray) -> FloatArray:
        """Return the variance (U, V) of the figures with these coefficients (U, V, 3K)."""
        return _quadratic(coefficients, self.covariance, coefficients)

    def covariances(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Return the covariances (U, V) of figures taken in pairs."""
        return _quadratic(first, self.covariance, second)

    def person_spread(self, coefficients: FloatArray) -> FloatArray:
        """Return the weighted sum over persons of the squared influence of each figure (U, V)."""
        return _quadratic(coefficients, self.spread, coefficients)


def weighted_totals(
    answers: Answers, tables: CellTables, ratio_of_cell: FloatArray, columns: IndexArray
) -> Totals:
    """Estimate the totals of every unit under weights w = g d.

    `ratio_of_cell` (C) is g and `columns` (C, M) names the calibration columns that hold in a cell (-1 none),
    numbered inside the unit; without any, the weights are taken as they are.
    """
    units = answers.unit_count
    raw = tables.by_unit(tables.base, ratio_of_cell)
    answered, centre = shares_of(raw)
    ratio_of_row = ratio_of_cell[answers.cell]
    weight, square = answers.weight() * ratio_of_row, answers.weight(2) * ratio_of_row**2
    spread, squares = _products(answers, centre, (weight, square))

    margins = CellMargins(answers.cell_unit, columns, units)
    base, base_square = (table[:, 0].sum(axis=1) for table in (tables.base, tables.base_square))
    centred = _centred(tables.base, centre[answers.cell_unit])
    slopes = margins.slopes(base, margins.sums(centred))
    if answers.base is not None:
        centred = _centred(tables.base_square, centre[answers.cell_unit])
    mixed = margins.sums(centred * ratio_of_cell[:, None] ** 2)
    squares = margins.residual_squares(squares, slopes, base_square * ratio_of_cell**2, mixed)
    sums = _centred(raw, centre) - np.einsum("um,umq->uq", margins.sums(base * ratio_of_cell), slopes)
    covariance = _variance_of_sum(squares, sums, group_sums(answers.unit, answers.count, units))
    if answers.clustered.any():
        _use_clusters(covariance, answers, weight, centre, columns, slopes)
    return Totals(answered, centre[:, :, TOP], centre[:, :, MEAN], covariance, spread)


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """Who answered something in each unit: persons, their weight, and the sampling units they belong to."""

    persons: FloatArray
    weight: FloatArray
    sampled: FloatArray


def answering(answers: Answers, tables: CellTables, ratio_of_cell: FloatArray, given: BoolArray) -> Answering:
    """Count the persons of the patterns where `given` holds (P)."""
    cells = len(answers.cell_unit)
    persons = base = group_sums(answers.cell, answers.count * given, cells)
    if answers.base is not None:
        base = group_sums(answers.cell, answers.weight() * given, cells)
    return _answering(answers, given, tables.by_unit(persons), tables.by_unit(base, ratio_of_cell))


def answering_items(answers: Answers, tables: CellTables, ratio_of_cell: FloatArray) -> list[Answering]:
    """Count the persons who rated each item."""
    persons = tables.by_unit(tables.persons)[:, :, 2:].sum(axis=2).T
    weight = tables.by_unit(tables.base, ratio_of_cell)[:, :, 2:].sum(axis=2).T
    return [_answering(answers, *item) for item in zip(answers.state > 0, persons, weight, strict=True)]


def _answering(answers: Answers, given: BoolArray, persons: FloatArray, weight: FloatArray) -> Answering:
    if not answers.clustered.any():
        return Answering(persons, weight, persons)
    present = group_sums(answers.psu, given, len(answers.psu_unit)) > 0
    sampled = np.where(answers.clustered, group_sums(answers.psu_unit, present, answers.unit_count), persons)
    return Answering(persons, weight, sampled)


def shares_of(tables: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return from weighted counts (U, K, 7) the answers (U, K) and the shares of the totals among them (U, K, 3).

    The mean is reckoned from the commonest answer: where everybody gave the same one it is exactly that.
    """
    answered = tables[:, :, 2:].sum(axis=2)
    scores = STATE_VALUES[1:, MEAN]
    commonest = scores[tables[:, :, 2:].argmax(axis=2)]
    above = (tables[:, :, 2:] * (scores - commonest[:, :, None])).sum(axis=2)
    centre = np.zeros((*answered.shape, 3))
    centre[:, :, TOP] = ratio(_rated(tables)[:, :, TOP], answered)
    centre[:, :, MEAN] = np.where(answered > 0, commonest + ratio(above, answered), 0)
    return answered, centre


def centred_values(centre: FloatArray) -> FloatArray:
    """Return what each state of an item is worth (U, K, 6, 3), centred at the shares (U, K, 3)."""
    values: FloatArray = STATE_VALUES - centre[:, :, None, :] * STATE_VALUES[:, [ANSWERED]]
    return values


def _rated(tables: FloatArray) -> FloatArray:
    """Turn counts of states (G, K, 7) into totals (G, K, 3), as one product rather than one for each group."""
    totals: FloatArray = (tables.reshape(-1, RATINGS) @ _RATING_VALUES).reshape(*tables.shape[:2], 3)
    return totals


def _centred(tables: FloatArray, centre: FloatArray) -> FloatArray:
    """Turn counts of states (G, K, 7) into totals centred at shares (G, K, 3); return them flat (G, 3K)."""
    totals = _rated(tables)
    for measure in (TOP, MEAN):
        totals[:, :, measure] -= centre[:, :, measure] * totals[:, :, ANSWERED]
    flat: FloatArray = totals.reshape(len(totals), prod(totals.shape[1:]))
    return flat


def _products(answers: Answers, centre: FloatArray, weights: Sequence[FloatArray]) -> list[FloatArray]:
    """Return for each row weight the sums of w y y' by unit (U, 3K, 3K), y centred at the shares."""
    units, items = answers.unit_count, len(answers.state)
    valued = centred_values(centre).transpose(0, 1, 3, 2)
    products = []
    for joint in joint_tables(answers.unit, answers.state, weights, units):
        half = valued @ joint.reshape(units, items, STATES, items * STATES)
        half = half.reshape(units, 3 * items, items, STATES).transpose(0, 2, 3, 1)
        products.append((valued @ half).reshape(units, 3 * items, 3 * items))
    return products


def _variance_of_sum(squares: FloatArray, sums: FloatArray, sampled: FloatArray) -> FloatArray:
    """Return n/(n-1) times the sum of (z - mean z)(z - mean z)'; not a number for n = 1."""
    n = sampled[:, None, None]
    about_mean = squares - sums[:, :, None] * sums[:, None, :] / np.maximum(n, 1)
    return np.where(n > 1, n / np.maximum(n - 1, 1) * about_mean, np.nan)


def _use_clusters(
    covariance: FloatArray,
    answers: Answers,
    weight: FloatArray,
    centre: FloatArray,
    columns: IndexArray,
    slopes: FloatArray,
) -> None:
    """Replace the variance of the clustered units by the one between their sampling units."""
    rows = np.flatnonzero(answers.clustered[answers.unit])
    psus, margin_count = len(answers.psu_unit), slopes.shape[1]
    psu, row_weight = answers.psu[rows], weight[rows]
    sums = _centred(rating_tables(psu, answers.state[:, rows], row_weight, psus), centre[answers.psu_unit])
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
    product: FloatArray = np.einsum("uvq,uvq->uv", first @ matrix, second)
    return product
