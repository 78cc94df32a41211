"""Totals of persons who all count the same, for a figure or two: worked out pattern by pattern.

Calibrated totals keep the joint counts of all items because dozens of figures rest on them. Of the unweighted ones
only the index is shown: with z the influence of a person on it, V = n/(n-1) times the sum over sampling units of
(z - mean z)², z added up inside each (Woodruff 1971).
"""

import numpy as np

from analysis.estimates import MEAN, STATE_VALUES, TOP, Answers, CellTables, centred_values, shares_of
from analysis.sums import FloatArray, group_sums
from analysis.tables import STATES


class UnweightedTotals:
    """The totals of the items (K) of each unit (U): answers, and the shares of top answers and of the mean."""

    def __init__(self, answers: Answers, tables: CellTables) -> None:
        self._answers = answers
        self.answered, centre = shares_of(tables.by_unit(tables.base))
        self.top, self.mean = centre[:, :, TOP], centre[:, :, MEAN]
        self._values = centred_values(centre)

    def moments(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the variance (U, V) of figures with these coefficients (U, V, 3K), and their spread."""
        pairs = [self._moments(coefficients[:, figure]) for figure in range(coefficients.shape[1])]
        variance, spread = (np.stack(column, axis=1) for column in zip(*pairs, strict=True))
        return variance, spread

    def _moments(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray]:
        answers, units = self._answers, self._answers.unit_count
        influence = self._influence(coefficients)
        weight, square = answers.weight(), answers.weight(2)
        sums = group_sums(answers.unit, weight * influence, units)
        squares = group_sums(answers.unit, square * influence**2, units)
        spread = squares if answers.base is None else group_sums(answers.unit, weight * influence**2, units)
        sampled = group_sums(answers.unit, answers.count, units)
        if answers.clustered.any():
            psus = len(answers.psu_unit)
            own = np.where(answers.clustered[answers.unit], weight * influence, 0)
            between = group_sums(answers.psu_unit, group_sums(answers.psu, own, psus) ** 2, units)
            squares = np.where(answers.clustered, between, squares)
            sampled = np.where(answers.clustered, np.bincount(answers.psu_unit, minlength=units), sampled)
        about_mean = squares - sums**2 / np.maximum(sampled, 1)
        return np.where(sampled > 1, sampled / np.maximum(sampled - 1, 1) * about_mean, np.nan), spread

    def _influence(self, coefficients: FloatArray) -> FloatArray:
        """Return what the answers of each pattern (P) add to the figure of its unit."""
        answers = self._answers
        units, items = answers.unit_count, len(answers.state)
        worth = np.einsum("uksq,ukq->kus", self._values, coefficients.reshape(units, items, STATE_VALUES.shape[1]))
        first = answers.unit * STATES
        influence = np.zeros(len(answers.unit))
        for own, state in zip(worth, answers.state, strict=True):
            influence += own.ravel()[first + np.maximum(state, 0)]
        return influence
