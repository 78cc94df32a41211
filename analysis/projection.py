"""What calibration takes out of the variance: the part of an influence that the known totals explain.

Residuals of the calibrated (GREG) estimator (Särndal, Swensson and Wretman 1992, ch. 6; Deville and Särndal 1992):
z* = w (u - x'B) with u = z/w and B the d-weighted regression of u on x.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A calibration of rows (R) by cells (C) with equal x (C, M), separately in groups (G).

    `ratio` (R) is g = w/d and `weight` (R) the w that it led to, whatever was done to the weights later;
    `inverse` (G, M, M) the pseudo-inverse of the sum of d x x'.
    """

    cell: IndexArray
    x: FloatArray
    group: IndexArray
    ratio: FloatArray
    weight: FloatArray
    inverse: FloatArray

    def residual(self, count: FloatArray, influence: FloatArray) -> FloatArray:
        """Return the influences (R, F) without what x explains."""
        groups, columns, cells = len(self.inverse), self.x.shape[1], len(self.x)
        scaled = count * np.divide(1, self.ratio, out=np.zeros_like(self.ratio), where=self.ratio != 0)
        adding = csr_array((scaled, (self.cell, np.arange(len(count)))), shape=(cells, len(count)))
        row, column = np.nonzero(self.x)
        margins = csr_array(
            (self.x[row, column], (self.group[row] * columns + column, row)), shape=(groups * columns, cells)
        )
        wanted = np.asarray(margins @ (adding @ influence)).reshape(groups, columns, influence.shape[1])
        slopes = (self.inverse @ wanted).reshape(groups * columns, influence.shape[1])
        fit = np.asarray(margins.T @ slopes)
        residual: FloatArray = influence - self.weight[:, None] * fit[self.cell]
        return residual

    def touched(self, rows: BoolArray) -> BoolArray:
        """Return all rows of the groups that have one of these rows."""
        of_row = self.group[self.cell]
        touched = np.zeros(len(self.inverse), np.bool_)
        touched[of_row[rows]] = True
        return touched[of_row]

    def rows(self, kept: BoolArray) -> "Projection":
        """Return the projection of some rows; their groups must be kept whole."""
        cells, cell = np.unique(self.cell[kept], return_inverse=True)
        groups, group = np.unique(self.group[cells], return_inverse=True)
        return replace(
            self,
            cell=cell.astype(np.intp, copy=False),
            x=self.x[cells],
            group=group.astype(np.intp, copy=False),
            ratio=self.ratio[kept],
            weight=self.weight[kept],
            inverse=self.inverse[groups],
        )


def inverses(x: FloatArray, weight: FloatArray, group: IndexArray, groups: int) -> FloatArray:
    """Return the pseudo-inverses (G, M, M) of the weighted sums of x x' over the cells of each group."""
    columns = x.shape[1]
    gram = np.empty((groups, columns, columns))
    for first in range(columns):
        for second in range(first + 1):
            sums = group_sums(group, weight * x[:, first] * x[:, second], groups)
            gram[:, first, second] = gram[:, second, first] = sums
    # columns of very different size (a constant beside test scores) must not pass for collinear
    size = np.sqrt(np.maximum(np.einsum("gmm->gm", gram), 0))
    size[size == 0] = 1
    scaled = gram / size[:, :, None] / size[:, None, :]
    inverse: FloatArray = np.linalg.pinv(scaled, rcond=1e-10, hermitian=True) / size[:, :, None] / size[:, None, :]
    return inverse
