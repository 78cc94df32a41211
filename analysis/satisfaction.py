"""From a tally and the units' dossiers to the satisfaction index of every unit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.estimates import Answers, count_cells, weighted_totals
from analysis.figures import (
    FactorSpec,
    Figures,
    Layout,
    Use,
    answers_given,
    choose_use,
    figures_of,
    lay_out,
    official_figure,
    person_parts,
)
from analysis.margins import Margins, plan_margins
from analysis.population import Population
from analysis.results import Computed, unit_scores
from analysis.rules.score_rule import ScoreRule
from analysis.scores import ScoreTable
from analysis.sums import BoolArray, IndexArray
from analysis.tally import Tally
from analysis.unweighted import UnweightedTotals
from analysis.weights import UnitWeights, weight_units
from analysis.year import combine_year

__all__ = ["FactorSpec", "Weighed", "combine_year", "score_units", "score_weighed", "states_of", "weigh"]

# units are worked on in blocks of about this many patterns: arrays that fit the processor's cache are faster
_BLOCK_PATTERNS = 60_000
_BLOCK_UNITS = 128


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Everybody's responses with their weights, from which scores and their breakdowns are made.

    `tally` is all that was counted, `counted` the part that the rule admits.
    """

    tally: Tally
    counted: Tally
    margins: Margins
    weights: UnitWeights
    sampling: "_SamplingUnits"
    layout: Layout
    rule: ScoreRule


def score_units(
    tally: Tally,
    population: Population,
    *,
    rule: ScoreRule,
    factors: Sequence[FactorSpec],
    progress: Callable[[float], None] | None = None,
) -> ScoreTable:
    """Score every unit of the tally and of the population under one rule.

    Units come back in the order of their ids. `progress` is called with the share of the work done (0 to 1).
    Raises `AnalysisError` when the factors do not fit the tally's items or the rule's factor weights.
    """
    if not tally.unit_ids and not population.unit_ids:
        return ScoreTable(rule.id, rule.head.version, tally.digest(), ())
    return score_weighed(weigh(tally, population, rule=rule, factors=factors), progress=progress)


def weigh(tally: Tally, population: Population, *, rule: ScoreRule, factors: Sequence[FactorSpec]) -> Weighed:
    """Weight the responses of every unit to its dossiers; raises `AnalysisError` as `score_units` does."""
    layout = lay_out(tally.items, factors, rule)
    counted = tally.with_trust(rule.trust_levels)
    margins = plan_margins(counted, population, rule)
    weights = weight_units(margins, rule)
    return Weighed(tally, counted, margins, weights, _SamplingUnits(counted, margins, rule), layout, rule)


def score_weighed(weighed: Weighed, *, progress: Callable[[float], None] | None = None) -> ScoreTable:
    """Score every unit, in the order of their ids."""
    counted, margins, weights, sampling = weighed.counted, weighed.margins, weighed.weights, weighed.sampling
    tally, layout, rule = weighed.tally, weighed.layout, weighed.rule
    blocks: list[tuple[Figures, Use, Figures, NDArray[np.int64]]] = []
    unit_count = len(margins.unit_ids)
    for first, last in _blocks(margins):
        blocks.append(_score_block(counted, margins, weights, sampling, layout, rule, first, last))
        if progress is not None:
            progress(last / unit_count)
    computed = Computed(
        margins=margins,
        weights=weights,
        figures=Figures.joined([block[0] for block in blocks]),
        use=Use.joined([block[1] for block in blocks]),
        unweighted=Figures.joined([block[2] for block in blocks]),
        ratings=np.concatenate([block[3] for block in blocks]),
        clustered=sampling.clustered,
        psu_counts=sampling.counts,
    )
    return ScoreTable(
        rule_id=rule.id,
        rule_version=rule.head.version,
        tally_digest=tally.digest(),
        units=unit_scores(computed, tally, layout, rule),
    )


def _score_block(
    tally: Tally,
    margins: Margins,
    weights: UnitWeights,
    sampling: "_SamplingUnits",
    layout: Layout,
    rule: ScoreRule,
    first: int,
    last: int,
) -> tuple[Figures, Use, Figures, NDArray[np.int64]]:
    cells = _slice(margins.cells.unit, first, last)
    bounds = margins.cells.rows[cells.start : cells.stop + 1]
    rows = slice(int(bounds[0]), int(bounds[-1]))
    cell = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    psu, psu_unit = sampling.local(rows, first, last)
    answers = Answers(
        unit=margins.cells.unit[cells][cell] - first,
        cell=cell,
        cell_unit=margins.cells.unit[cells] - first,
        state=states_of(tally.ratings[rows], layout),
        count=tally.count[rows].astype(np.float64),
        base=None,
        psu=psu,
        psu_unit=psu_unit,
        clustered=sampling.clustered[first:last],
    )
    ratio = weights.ratio[cells]
    tables = count_cells(answers)
    given = answers_given(answers, tables, layout, ratio)
    use = choose_use(given, person_parts(answers, layout, ratio), layout, rule)
    totals = weighted_totals(answers, tables, ratio, weights.columns[cells])
    return (
        figures_of(totals, given, use, layout, rule),
        use,
        official_figure(UnweightedTotals(answers, tables), given, use, layout, rule),
        tables.by_unit(tables.persons)[:, :-1].astype(np.int64),
    )


class _SamplingUnits:
    """The primary sampling units: counter × week where a unit has enough of them, else the person."""

    def __init__(self, tally: Tally, margins: Margins, rule: ScoreRule) -> None:
        units = len(margins.unit_ids)
        self._psu = tally.psu
        self._present = self._unit = np.zeros(0, np.intp)
        self.counts: NDArray[np.int64] = np.zeros(units, np.int64)
        self.clustered: BoolArray = np.zeros(units, np.bool_)
        if not tally.psu.any():
            return
        row_unit = np.repeat(margins.cells.unit, np.diff(margins.cells.rows))
        # psu numbers rise with the units, whose order is the tally's
        self._present = np.flatnonzero(np.bincount(tally.psu)[1:]) + 1
        unit_of_psu = np.zeros(int(tally.psu.max()) + 1, np.intp)
        unit_of_psu[tally.psu] = row_unit
        self._unit = unit_of_psu[self._present]
        self.counts = np.bincount(self._unit, minlength=units)
        without = np.bincount(row_unit[tally.psu == 0], minlength=units)
        if rule.psu == "counter_week":
            self.clustered = (without == 0) & (self.counts >= rule.minimum_psus)

    def local(self, rows: slice, first: int, last: int) -> tuple[IndexArray, IndexArray]:
        """Number the sampling units of a block from 0; return them by row and their units."""
        if not self.clustered[first:last].any():
            return np.zeros(rows.stop - rows.start, np.intp), np.zeros(0, np.intp)
        block = _slice(self._unit, first, last)
        return (
            np.searchsorted(self._present[block], self._psu[rows]),
            self._unit[block] - first,
        )


def states_of(ratings: NDArray[np.int8], layout: Layout) -> NDArray[np.int8]:
    """Return ratings by item, and last the pseudo item ALLSAT: 5 if every answer is 4 or 5, else 1 (0: none)."""
    states = np.empty((len(layout.items) + 1, len(ratings)), np.int8)
    states[:-1] = ratings.T
    asked = states[layout.pooled_items()]
    answered = (asked > 0).any(axis=0)
    states[-1] = np.where(answered, np.where(((asked <= 0) | (asked >= 4)).all(axis=0), 5, 1), 0)
    return states


def _blocks(margins: Margins) -> Iterator[tuple[int, int]]:
    units = len(margins.unit_ids)
    ends = margins.cells.rows[np.searchsorted(margins.cells.unit, np.arange(units), side="right")]
    first = 0
    while first < units:
        start = int(ends[first - 1]) if first else 0
        within = int(np.searchsorted(ends, start + _BLOCK_PATTERNS, side="right"))
        last = min(max(within, first + 1), first + _BLOCK_UNITS, units)
        yield first, last
        first = last


def _slice(ordered: IndexArray, first: int, last: int) -> slice:
    start, stop = np.searchsorted(ordered, (first, last))
    return slice(int(start), int(stop))
