"""From computed arrays to the frozen score of each unit: what is shown, marked, suppressed or warned about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.calibration_report import calibration_reports, calibration_warnings
from analysis.diagnostics import coverage_shares, effective_counts
from analysis.estimates import MEAN, TOP
from analysis.figures import Figures, Layout, Use
from analysis.leverage import jackknife_factors
from analysis.margins import Margins
from analysis.planning import own_sample, yamane_sample
from analysis.points import to_points
from analysis.rules.score_rule import AGGREGATIONS, Aggregation, Formula, ScoreRule
from analysis.scores import (
    Alternative,
    CalibrationReport,
    Estimate,
    FactorScore,
    FactorStatus,
    ItemScore,
    UnitScore,
    UnitStatus,
    Unweighted,
    Warning,
)
from analysis.shown import ShownFigures
from analysis.sums import BoolArray, group_sums
from analysis.tally import TRUST_LEVELS, Tally
from analysis.weights import UnitWeights


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Everything computed, for all units in the order of their ids.

    `ratings` (U, K, 7) counts the persons for whom an item was not applicable, skipped, and rated 1 to 5.
    """

    margins: Margins
    weights: UnitWeights
    figures: Figures
    unweighted: Figures
    use: Use
    ratings: NDArray[np.int64]
    clustered: BoolArray
    psu_counts: NDArray[np.int64]


def unit_scores(computed: Computed, tally: Tally, layout: Layout, rule: ScoreRule) -> tuple[UnitScore, ...]:
    """Return the score of every unit; `tally` still holds the responses that the rule does not count."""
    assembly = _Assembly(computed, tally, layout, rule)
    return tuple(assembly.unit_score(unit) for unit in range(len(computed.margins.unit_ids)))


class _Assembly:
    """The computed arrays as plain numbers: each column for all units at once, then put together by unit."""

    def __init__(self, computed: Computed, tally: Tally, layout: Layout, rule: ScoreRule) -> None:
        margins, weights = computed.margins, computed.weights
        self._computed, self._layout, self._rule = computed, layout, rule
        cells, units = margins.cells, len(margins.unit_ids)
        remaining = np.ones(units)
        if rule.fpc:
            fraction = margins.responses / np.maximum(margins.dossiers, 1)
            remaining = np.where(fraction < 1, 1 - fraction, 1)
        self._n = margins.responses.astype(np.int64).tolist()
        self._dossiers = np.rint(margins.dossiers).astype(np.int64).tolist()
        weighted = np.rint(margins.dossiers) > 0
        leverage = jackknife_factors(cells.unit, cells.count, weights.columns, weights.ratio, units)
        figures = ShownFigures(computed.figures, remaining, leverage, weighted, rule)
        unweighted = ShownFigures(computed.unweighted, remaining, np.ones(units), np.ones(units, np.bool_), rule)
        self._index = figures.of(layout.official(rule), rule.formula)
        self._unweighted = unweighted.of(0, rule.formula)
        items = [_item_scores(computed, figures, layout, rule, item) for item in range(len(layout.items))]
        factors = [_factor_scores(computed, figures, layout, rule, factor) for factor in range(len(layout.codes))]
        self._items, self._factors = list(zip(*items, strict=True)), list(zip(*factors, strict=True))
        self._alternatives = list(zip(*_alternatives(figures, layout), strict=True))
        self._who = _Responses(tally, margins.unit_ids, rule)
        self._reports = calibration_reports(margins, weights, rule)
        self._effective = effective_counts(cells.unit, cells.count, weights.ratio, units).tolist()
        self._coverage = coverage_shares(margins, rule).tolist()
        self._clustered, self._psu_counts = computed.clustered.tolist(), computed.psu_counts.tolist()

    def unit_score(self, unit: int) -> UnitScore:
        n, dossiers, rule = self._n[unit], self._dossiers[unit], self._rule
        weighted, needed = dossiers > 0, yamane_sample(dossiers)
        index, plain, report = self._index[unit], self._unweighted[unit], self._reports[unit]
        factors = self._factors[unit] if self._factors else ()
        status = _unit_status(n, dossiers, index)
        points, points_lower, points_upper, points_unweighted = (
            None if share is None else to_points(share, rule.conversion)
            for share in (index.share, index.lower, index.upper, plain.share)
        )
        own = None
        if index.share is not None and 0 < index.share < 1:
            own = own_sample(dossiers, index.share, level=rule.level)
        return UnitScore(
            unit_id=self._computed.margins.unit_ids[unit],
            status=status,
            n=n,
            dossiers=dossiers,
            n_effective=self._effective[unit] if n else None,
            coverage_share=self._coverage[unit] if weighted else None,
            response_share=n / dossiers if weighted else None,
            minimum_sample=needed if weighted else None,
            minimum_sample_own=own,
            trust_counts=dict(zip(TRUST_LEVELS, self._who.trust[unit], strict=True)),
            flagged_count=self._who.flagged[unit],
            excluded_count=self._who.excluded[unit],
            index_share=index.share,
            se=index.se,
            lower=index.lower,
            upper=index.upper,
            df=index.df,
            deff=index.deff,
            psu="counter_week" if self._clustered[unit] else "person",
            psu_count=self._psu_counts[unit],
            points=points,
            points_lower=points_lower,
            points_upper=points_upper,
            unweighted=Unweighted(plain, points_unweighted),
            alternatives=self._alternatives[unit],
            factors=factors,
            items=self._items[unit],
            calibration=report,
            warnings=tuple(self._warnings(unit, status, n, dossiers, needed, factors, report)),
        )

    def _warnings(
        self,
        unit: int,
        status: UnitStatus,
        n: int,
        dossiers: int,
        needed: int,
        factors: Sequence[FactorScore],
        report: CalibrationReport | None,
    ) -> list[Warning]:
        rule, computed = self._rule, self._computed
        if status in ("no_dossiers", "no_responses"):
            return [Warning(status)]
        if n < rule.suppress_below:
            return [Warning("suppressed", {"n": n, "minimum": rule.suppress_below})]
        found = [Warning("no_usable_factor")] if status == "suppressed" else []
        if n < rule.mark_below:
            found.append(Warning("few_responses", {"n": n, "minimum": rule.mark_below}))
        if n < needed:
            found.append(Warning("below_minimum_sample", {"n": n, "minimum": needed}))
        if n > dossiers:
            found.append(Warning("more_responses_than_dossiers", {"n": n, "dossiers": dossiers}))
        if rule.fpc and n >= dossiers:
            found.append(Warning("fpc_off"))
        if rule.aggregation == "factors" and rule.formula != "ALLSAT":
            if computed.use.fallback[unit]:
                found.append(Warning("no_factor_reaches_minimum", {"minimum": rule.factor_minimum}))
            found += [
                Warning("factor_left_out", {"factor": factor.code, "n": factor.n, "minimum": rule.factor_minimum})
                for factor in factors
                if factor.status != "used" and factor.weight > 0
            ]
        if rule.psu == "counter_week" and not computed.clustered[unit]:
            psus = int(computed.psu_counts[unit])
            found.append(Warning("few_sampling_units", {"count": psus, "minimum": rule.minimum_psus}))
        return found + (calibration_warnings(report) if report is not None else [])


def _unit_status(n: int, dossiers: int, index: Estimate) -> UnitStatus:
    if dossiers == 0:
        return "no_dossiers"
    if n == 0:
        return "no_responses"
    if index.share is None:
        return "suppressed"
    return "marked" if index.status == "marked" else "scored"


def _item_scores(
    computed: Computed, figures: ShownFigures, layout: Layout, rule: ScoreRule, item: int
) -> list[ItemScore]:
    """Return the score of one item in every unit."""
    return [
        ItemScore(
            layout.items[item],
            top2.n,
            not_applicable,
            skipped,
            None if top2.n < rule.suppress_below else (ones, twos, threes, fours, fives),
            top2,
            mean5,
        )
        for (not_applicable, skipped, ones, twos, threes, fours, fives), top2, mean5 in zip(
            computed.ratings[:, item].tolist(),
            figures.of(layout.item(item, TOP), "TOP2"),
            figures.of(layout.item(item, MEAN), "MEAN5"),
            strict=True,
        )
    ]


def _factor_scores(
    computed: Computed, figures: ShownFigures, layout: Layout, rule: ScoreRule, factor: int
) -> list[FactorScore]:
    """Return the score of one factor in every unit."""
    top, mean = layout.factor(factor, TOP), layout.factor(factor, MEAN)
    if len(only := layout.factor_items[factor]) == 1:
        top, mean = layout.item(only[0], TOP), layout.item(only[0], MEAN)
    top2, mean5 = figures.of(top, "TOP2"), figures.of(mean, "MEAN5")
    estimates = mean5 if rule.formula == "MEAN5" else top2
    if rule.formula == "MEAN04":
        estimates = figures.of(layout.factor(factor, MEAN), "MEAN04")
    by_factors = rule.aggregation == "factors" and rule.formula != "ALLSAT"
    code, weight, use = layout.codes[factor], float(layout.weights[factor]), computed.use
    columns = (use.factor_used, use.factor_weights, computed.figures.factor_parts)
    scores = []
    for estimate, of_top2, of_mean5, used, weight_used, part in zip(
        estimates, top2, mean5, *(column[:, factor].tolist() for column in columns), strict=True
    ):
        status: FactorStatus = "used" if used else "left_out"
        if estimate.n < rule.suppress_below:
            status = "suppressed" if estimate.n else "no_answers"
        shown = by_factors and estimate.share is not None and part == part
        share = part if shown else None
        scores.append(
            FactorScore(code, estimate.n, status, weight, weight_used, share, estimate, of_top2, of_mean5)
        )
    return scores


def _alternatives(figures: ShownFigures, layout: Layout) -> list[list[Alternative]]:
    """Return the index of every unit under each usual formula and aggregation."""
    measures: tuple[tuple[Formula, int], ...] = (("TOP2", TOP), ("MEAN5", MEAN))
    kinds: list[tuple[Formula, Aggregation, int]] = [
        (formula, aggregation, layout.index(aggregation, measure))
        for formula, measure in measures
        for aggregation in AGGREGATIONS
    ]
    kinds.append(("ALLSAT", "pooled", layout.all_satisfied))
    return [
        [Alternative(formula, aggregation, estimate) for estimate in figures.of(place, formula)]
        for formula, aggregation, place in kinds
    ]


class _Responses:
    """Persons of each unit by trust and flag; responses that the rule does not count stand apart."""

    def __init__(self, tally: Tally, unit_ids: Sequence[str], rule: ScoreRule) -> None:
        place = {unit: number for number, unit in enumerate(unit_ids)}
        levels = len(TRUST_LEVELS)
        key = (tally.unit * np.int32(levels) + tally.trust) * np.int32(2) + tally.flagged
        table = np.zeros((len(unit_ids), levels, 2), np.int64)
        table[[place[unit] for unit in tally.unit_ids]] = group_sums(
            key, tally.count, len(tally.unit_ids) * levels * 2
        ).reshape(-1, levels, 2)
        counts = np.isin(TRUST_LEVELS, list(rule.trust_levels))
        self.trust: list[list[int]] = (table.sum(axis=2) * counts).tolist()
        self.flagged: list[int] = table[:, counts, 1].sum(axis=1).tolist()
        self.excluded: list[int] = table[:, ~counts].sum(axis=(1, 2)).tolist()
