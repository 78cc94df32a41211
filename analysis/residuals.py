"""Regression of the answers on the calibration margins, unit by unit, from sums by weighting cell.

The residual of a person is e = y - x'B with B the d-weighted slopes, and x changes only by cell: the sums of e and
of its squares follow from those of y and x (Särndal, Swensson and Wretman 1992, ch. 6).
"""

from math import prod

import numpy as np
from scipy.sparse import csr_array

from analysis.sums import FloatArray, IndexArray


class CellMargins:
    """The margin indicators x (M) of the cells (C) of each unit (U): `columns` (C, ·) names those that are 1."""

    def __init__(self, unit: IndexArray, columns: IndexArray, units: int) -> None:
        self._units = units
        self._columns = int(columns.max(initial=0)) + 1
        cell, place = np.nonzero(columns >= 0)
        column = columns[cell, place]
        self._indicators = np.zeros((len(columns), self._columns))
        self._indicators[cell, column] = 1
        self._adding = csr_array(
            (np.ones(len(cell)), (unit[cell] * self._columns + column, cell)),
            shape=(units * self._columns, len(columns)),
        )

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sums of x v over the cells of each unit (U, M, ·)."""
        flat: FloatArray = np.asarray(self._adding @ values.reshape(len(values), prod(values.shape[1:])))
        return flat.reshape(self._units, self._columns, *values.shape[1:])

    def products(self, weight: FloatArray) -> FloatArray:
        """Return the weighted sums of x x' over the cells of each unit (U, M, M)."""
        return self.sums(self._indicators * weight[:, None])

    def slopes(self, base: FloatArray, sums: FloatArray) -> FloatArray:
        """Return the d-weighted least-squares slopes B (U, M, V) from the d-weighted sums of x y' (U, M, V)."""
        products = self.products(base)
        scale = np.trace(products, axis1=1, axis2=2) / self._columns
        # the margins of a unit share their total: a slight ridge picks one of the equivalent slopes, and one
        # step of refinement removes its trace from the fit
        ridge = products + (1e-10 * scale + (scale == 0))[:, None, None] * np.eye(self._columns)
        slopes = np.linalg.solve(ridge, sums)
        slopes += np.linalg.solve(ridge, sums - products @ slopes)
        return slopes

    def residual_squares(
        self, squares: FloatArray, slopes: FloatArray, weight: FloatArray, sums: FloatArray
    ) -> FloatArray:
        """Turn the weighted sums of y y' (U, V, V) into those of e e', given the same sums of x y' (U, M, V)."""
        mixed = sums.transpose(0, 2, 1) @ slopes
        fitted = slopes.transpose(0, 2, 1) @ self.products(weight) @ slopes
        return squares - mixed - mixed.transpose(0, 2, 1) + fitted
