"""The index inside a unit: by field, by channel, and by both, under the unit's own weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.crossed import Place, shown_parts
from analysis.estimates import Answers, count_cells
from analysis.figures import Figures, answers_given, choose_use, official_figure, person_parts
from analysis.rules.score_rule import MARGINS, MarginName
from analysis.satisfaction import Weighed, states_of
from analysis.scores import Estimate
from analysis.shown import ShownFigures
from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums
from analysis.unweighted import UnweightedTotals

_BLOCK_PATTERNS: Final = 60_000
_BLOCK_PARTS: Final = 512


@dataclass(frozen=True, slots=True)
class Part:
    """The index of a part of a unit's responses, named by its levels (a field, a channel, or both).

    `dossiers` is None where the population does not split that way. A part that may not be shown is not listed.
    """

    levels: tuple[str, ...]
    dossiers: int | None
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts of one unit that may be shown, each in the order of its levels."""

    fields: tuple[Part, ...]
    channels: tuple[Part, ...]
    cells: tuple[Part, ...]


def break_down(weighed: Weighed) -> tuple[Breakdown, ...]:
    """Return the parts of every unit by field, by channel and by both, in the order of the units.

    The weights are the unit's, taken as fixed: slightly too wide intervals, never too narrow ones. Every factor
    that enough persons of the part answered is used, so that parts of one unit are made of the same questions.
    Nothing rests on fewer persons than the rule shows, nor could be told by subtracting what is shown.
    """
    least = weighed.rule.suppress_below
    # What is not known stands in no table, but is part of the totals.
    shown = [shown_parts(persons, least=least, left_out=[None]) for persons in _answering(weighed)]
    fields, channels = _parts(weighed, ["field"]), _parts(weighed, ["channel"])
    cells = _parts(weighed, ["field", "channel"])
    return tuple(
        Breakdown(
            fields=tuple(part for part in fields[unit] if part.levels[0] in may.rows),
            channels=tuple(part for part in channels[unit] if part.levels[0] in may.columns),
            cells=tuple(part for part in cells[unit] if part.levels in may.crossings),
        )
        for unit, may in enumerate(shown)
    )


def _answering(weighed: Weighed) -> list[dict[Place, int]]:
    """Count for each unit the persons with any answer, by field and channel, also where one is not known."""
    margins, tally = weighed.margins, weighed.counted
    given = np.append(0, np.cumsum((tally.ratings > 0).any(axis=1) * tally.count))
    by_cell = np.diff(given[margins.cells.rows])
    names = [[*margins.plans[MARGINS.index(name)].levels, None] for name in ("field", "channel")]
    found: list[dict[Place, int]] = [{} for _ in margins.unit_ids]
    levels = (margins.cells.levels[name].tolist() for name in ("field", "channel"))
    for unit, field, channel, count in zip(margins.cells.unit.tolist(), *levels, by_cell.tolist(), strict=True):
        # the last name of each list, at -1, stands for "unknown"
        place = names[0][field], names[1][channel]
        found[unit][place] = found[unit].get(place, 0) + count
    return found


def _parts(weighed: Weighed, names: Sequence[MarginName]) -> list[list[Part]]:
    """Return for each unit every part that has a figure."""
    margins = weighed.margins
    plans = [margins.plans[MARGINS.index(name)] for name in names]
    shape = (len(margins.unit_ids), *(len(plan.levels) for plan in plans))
    levels = [margins.cells.levels[name] for name in names]
    found: list[list[Part]] = [[] for _ in margins.unit_ids]
    for place, estimate in _estimates(weighed, _numbered([margins.cells.unit, *levels], shape)).items():
        if estimate.share is None:
            continue
        unit, *numbers = (int(number) for number in np.unravel_index(place, shape))
        texts = tuple(plan.levels[number] for plan, number in zip(plans, numbers, strict=True))
        dossiers = None
        if len(plans) == 1:
            dossiers = round(float(plans[0].shares[unit, numbers[0]] * margins.dossiers[unit]))
        found[unit].append(Part(texts, dossiers, estimate))
    return found


def _numbered(levels: Sequence[IndexArray], shape: tuple[int, ...]) -> IndexArray:
    """Number the part of each cell; -1 where a level is unknown."""
    known = np.all([level >= 0 for level in levels], axis=0)
    number = np.ravel_multi_index([np.maximum(level, 0) for level in levels], shape)
    return np.where(known, number, -1)


def _estimates(weighed: Weighed, part_of_cell: IndexArray) -> dict[int, Estimate]:
    """Estimate the index of each part that has responses, by its number."""
    cells = np.argsort(part_of_cell, kind="stable")
    cells = cells[np.searchsorted(part_of_cell[cells], 0) :]
    numbers, first = np.unique(part_of_cell[cells], return_index=True)
    bounds = np.append(first, len(cells))
    sizes = np.diff(weighed.margins.cells.rows)[cells]
    rows_before = np.append(0, np.cumsum(sizes))[bounds]
    figures = [
        _block(weighed, [cells[bounds[part] : bounds[part + 1]] for part in range(start, end)])
        for start, end in pairwise(_edges(rows_before))
    ]
    if not figures:
        return {}
    joined = Figures.joined(figures)
    ones = np.ones(len(numbers))
    shown = ShownFigures(joined, ones, ones, np.ones(len(numbers), np.bool_), weighed.rule)
    return dict(zip(numbers.tolist(), shown.of(0, weighed.rule.formula), strict=True))


def _edges(rows_before: IndexArray) -> list[int]:
    edges, last = [0], len(rows_before) - 1
    while edges[-1] < last:
        within = int(np.searchsorted(rows_before, rows_before[edges[-1]] + _BLOCK_PATTERNS, side="right")) - 1
        edges.append(min(max(within, edges[-1] + 1), edges[-1] + _BLOCK_PARTS, last))
    return edges


def _block(weighed: Weighed, cells_of_part: Sequence[IndexArray]) -> Figures:
    """Return the official figure of some parts, each given by its cells."""
    tally, margins, rule = weighed.counted, weighed.margins, weighed.rule
    cells = np.concatenate(cells_of_part)
    cell_part = np.repeat(np.arange(len(cells_of_part)), [len(own) for own in cells_of_part])
    starts = margins.cells.rows[cells]
    sizes = margins.cells.rows[cells + 1] - starts
    cell = np.repeat(np.arange(len(cells)), sizes)
    rows = np.arange(len(cell)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + starts[cell]
    psu, psu_part, clustered = _sampling_units(tally.psu[rows], cell_part[cell], len(cells_of_part), weighed)
    answers = Answers(
        unit=cell_part[cell],
        cell=cell,
        cell_unit=cell_part,
        state=states_of(tally.ratings[rows], weighed.layout),
        count=tally.count[rows].astype(np.float64),
        base=weighed.weights.ratio[cells][cell],
        psu=psu,
        psu_unit=psu_part,
        clustered=clustered,
    )
    as_they_are = np.ones(len(cells))
    tables = count_cells(answers)
    given = answers_given(answers, tables, weighed.layout, as_they_are)
    every_factor = replace(rule, factor_minimum=rule.suppress_below)
    parts = person_parts(answers, weighed.layout, as_they_are)
    use = choose_use(given, parts, weighed.layout, every_factor)
    return official_figure(UnweightedTotals(answers, tables), given, use, weighed.layout, rule)


def _sampling_units(
    psu: NDArray[np.int32], part: IndexArray, parts: int, weighed: Weighed
) -> tuple[IndexArray, IndexArray, BoolArray]:
    """Number the sampling units of each part from 0, and tell which parts have enough of them."""
    rule, width = weighed.rule, int(weighed.counted.psu.max(initial=0)) + 1
    keys, local = np.unique(part * width + psu, return_inverse=True)
    owner = (keys // width).astype(np.intp)
    missing: FloatArray = group_sums(part, psu == 0, parts)
    clustered: BoolArray = (missing == 0) & (np.bincount(owner, minlength=parts) >= rule.minimum_psus)
    if rule.psu != "counter_week":
        clustered[:] = False
    return local, owner, clustered
