"""The known margins of a sample, and what can be wrong with them before any weight is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.newton import Bounds
from analysis.sums import FloatArray, IndexArray, group_sums

_AGREE: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """A known margin: each row's level (R, 0 .. L-1) and the population by group and level (G, L)."""

    name: str
    levels: tuple[str, ...]
    code: IndexArray
    totals: FloatArray


def check_margins(
    design: Design, margins: Sequence[Margin], group: IndexArray, group_names: Sequence[str]
) -> None:
    """Raise `AnalysisError` for totals that cannot be met or that contradict each other."""
    groups = len(group_names)
    inside = group_sums(group, design.row_weight, groups) > 0
    for margin in margins:
        levels = len(margin.levels)
        if not (np.isfinite(margin.totals).all() and (margin.totals >= 0).all()):
            raise _fault("margin_total", "a known total is negative or no number", margin.name, group_names[0])
        whole = margin.totals.sum(axis=1)
        if (zero := inside & (whole <= 0)).any():
            raise _fault(
                "margin_zero_total", "a margin has no population", margin.name, group_names[int(np.argmax(zero))]
            )
        first = margins[0].totals.sum(axis=1)
        apart = inside & (np.abs(whole - first) > _AGREE * np.maximum(first, 1))
        if apart.any():
            own = int(np.argmax(apart))
            raise _fault(
                "margin_sums",
                "the margins add up to different totals",
                margin.name,
                group_names[own],
                got=f"{whole[own]:g}",
                expected=f"{first[own]:g} ({margins[0].name})",
                remedy="use margins of the same population",
            )
        reached = group_sums(group * levels + margin.code, design.row_weight, groups * levels)
        reached = reached.reshape(groups, levels)
        empty = inside[:, None] & (margin.totals > 0) & (reached == 0)
        if empty.any():
            own, level = np.argwhere(empty)[0]
            raise _fault(
                "margin_empty_level",
                "a level of the population has no responses",
                f"{margin.name} = {margin.levels[level]}",
                group_names[own],
                got=0,
                expected=f"responses for a population of {margin.totals[own, level]:g}",
                remedy="merge the level with another, or leave the margin out",
            )
        foreign = (margin.totals == 0) & (reached > 0)
        if foreign.any():
            own, level = np.argwhere(foreign)[0]
            raise _fault(
                "margin_foreign_level",
                "responses of a level that the population does not have",
                f"{margin.name} = {margin.levels[level]}",
                group_names[own],
                got=f"{reached[own, level]:g}",
                expected="a population above 0",
                remedy="merge the level with another, or add its population",
            )


def infeasible(
    design: Design,
    margins: Sequence[Margin],
    group: IndexArray,
    group_names: Sequence[str],
    number: int,
    bounds: Bounds | None,
) -> AnalysisError:
    """Return what to say of a group whose totals cannot be met, naming the level that asks for most."""
    worst, where = 0.0, ""
    own = group == number
    for margin in margins:
        reached = group_sums(margin.code[own], design.row_weight[own], len(margin.levels))
        for level, (wanted, had) in enumerate(zip(margin.totals[number].tolist(), reached.tolist(), strict=True)):
            if wanted > 0 and had > 0 and (size := abs(float(np.log(wanted / had)))) > worst:
                worst, where = size, f"{margin.name} = {margin.levels[level]}"
                where += f", w/d = {wanted / had:.4g}"
    return AnalysisError(
        "the known totals cannot be met",
        code="calibration_infeasible",
        where=", ".join(filter(None, (group_names[number], where))),
        got="none" if bounds is None else f"{bounds[0]:g}, {bounds[1]:g}",
        expected="bounds within which every total can be met",
        remedy="widen the bounds, merge rare levels, or leave a margin out",
    )


def _fault(
    code: str,
    message: str,
    margin: str,
    group: str,
    *,
    got: object = "",
    expected: str = "finite totals above 0",
    remedy: str = "mend the population",
) -> AnalysisError:
    where = ", ".join(filter(None, (group, margin)))
    return AnalysisError(message, code=code, where=where, got=got, expected=expected, remedy=remedy)
