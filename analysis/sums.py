"""Sums of weights by group: the one operation that everything here is made of."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


def group_sums(group: NDArray[np.integer], weight: NDArray[np.generic], size: int) -> FloatArray:
    """Add the weights of each group 0 .. size-1, in the order of the rows."""
    sums: FloatArray = np.bincount(group, weight, size).astype(np.float64, copy=False)
    return sums


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide; 0 where the whole is 0."""
    quotient: FloatArray = np.divide(
        part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0
    )
    return quotient
