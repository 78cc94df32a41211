"""Trimming of extreme weights and joining of rare levels: both blunt, both reported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.sums import FloatArray, IndexArray, group_sums

_ROUNDS = 1000


def trim(design: Design, *, lower: float = 0.0, upper: float = np.inf, strict: bool = False) -> Design:
    """Cut weights to [lower, upper]; what is cut off is added equally to the persons not cut.

    The sum of weights stays; `strict` repeats until no weight is outside. Trimming breaks margins that were met:
    calibrate again, or better calibrate within bounds. The variance keeps the calibration before trimming.

    >>> from analysis.sampling import sample_design
    >>> trim(sample_design(rows=3, weight=np.array([1.0, 2.0, 6.0])), upper=4).weight.tolist()
    [2.0, 3.0, 4.0]
    """
    if not 0 <= lower < upper:
        raise _cannot(lower, upper, "lower below upper")
    weight = design.weight
    for _ in range(_ROUNDS):
        outside = (weight < lower) | (weight > upper)
        if not outside.any():
            break
        cut = np.clip(weight, lower, upper)
        others = design.count[~outside].sum()
        if not others:
            raise _cannot(lower, upper, "bounds that leave some weights as they are")
        excess = (design.count * (weight - cut)).sum() / others
        weight = np.where(outside, cut, cut + excess)
        if not strict:
            break
    else:
        raise _cannot(lower, upper, "bounds wide enough for the sum of weights")
    return replace(design, weight=weight)


@dataclass(frozen=True, slots=True)
class Merged:
    """A rare level that joined another: in which group, how many persons it had."""

    group: str
    level: str
    into: str
    persons: int


@dataclass(frozen=True, slots=True, eq=False)
class Collapsed:
    """Levels after joining (G, L): `into[g, l]` is where level l of group g went; `merged` says it in words."""

    into: IndexArray
    merged: tuple[Merged, ...]

    def code(self, group: IndexArray, code: IndexArray) -> IndexArray:
        """Return the new levels of rows."""
        new: IndexArray = self.into[group, code]
        return new

    def totals(self, totals: FloatArray) -> FloatArray:
        """Return known totals (G, L) of the new levels."""
        new = np.zeros_like(totals)
        np.add.at(new, (np.arange(len(totals))[:, None], self.into), totals)
        return new


def collapse(
    design: Design,
    code: IndexArray,
    levels: Sequence[str],
    *,
    minimum: int = 5,
    group: IndexArray | None = None,
    group_names: Sequence[str] = ("",),
    needed: FloatArray | None = None,
) -> Collapsed:
    """Join every level with fewer than `minimum` persons to the largest level of its group.

    `needed` (G, L) are the known totals: only levels with a population are joined. Among equally large levels the
    first is taken.
    """
    own = np.zeros(design.row_count, np.intp) if group is None else group
    groups, size = len(group_names), len(levels)
    persons = group_sums(own * size + code, design.count, groups * size).reshape(groups, size)
    wanted = persons > 0 if needed is None else needed > 0
    rare = wanted & (persons < minimum)
    largest = persons.argmax(axis=1)
    into = np.where(rare, largest[:, None], np.arange(size)).astype(np.intp, copy=False)
    merged = tuple(
        Merged(group_names[g], levels[level], levels[into[g, level]], round(float(persons[g, level])))
        for g, level in np.argwhere(into != np.arange(size)).tolist()
    )
    return Collapsed(into, merged)


def _cannot(lower: float, upper: float, expected: str) -> AnalysisError:
    return AnalysisError(
        "the weights cannot be trimmed to these bounds",
        code="trim_bounds",
        got=f"{lower:g}, {upper:g}",
        expected=expected,
        remedy="choose wider bounds",
    )
