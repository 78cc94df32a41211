"""From computed arrays to the frozen score of each unit: what is shown, marked, suppressed or warned about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.calibration_report import calibration_reports, calibration_warnings
from analysis.diagnostics import coverage_shares, effective_counts
from analysis.estimates import MEAN, TOP
from analysis.figures import Figures, Layout, Use
from analysis.intervals import share_interval
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
    ValueStatus,
    Warning,
)
from analysis.sums import BoolArray, FloatArray
from analysis.tally import TRUST_LEVELS, Tally
from analysis.weights import UnitWeights

_MEASURE: dict[Formula, int] = {"TOP2": TOP, "ALLSAT": TOP, "MEAN5": MEAN, "MEAN04": MEAN}


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Everything computed, for all units in the order of their ids."""

    margins: Margins
    weights: UnitWeights
    figures: Figures
    unweighted: Figures
    use: Use
    clustered: BoolArray
    psu_counts: NDArray[np.int64]


def unit_scores(computed: Computed, tally: Tally, layout: Layout, rule: ScoreRule) -> tuple[UnitScore, ...]:
    """Return the score of every unit; `tally` still holds the responses that the rule does not count."""
    assembly = _Assembly(computed, tally, layout, rule)
    return tuple(assembly.unit_score(unit) for unit in range(len(computed.margins.unit_ids)))


class _Assembly:
    """The computed arrays as plain numbers, put together unit by unit."""

    def __init__(self, computed: Computed, tally: Tally, layout: Layout, rule: ScoreRule) -> None:
        margins = computed.margins
        self._computed, self._layout, self._rule = computed, layout, rule
        remaining = np.ones(len(margins.unit_ids))
        if rule.fpc:
            fraction = margins.responses / np.maximum(margins.dossiers, 1)
            remaining = np.where(fraction < 1, 1 - fraction, 1)
        cells, units, weights = margins.cells, len(margins.unit_ids), computed.weights
        factors = jackknife_factors(cells.unit, cells.count, weights.columns, weights.ratio, units)
        self._figures = _Estimates(computed.figures, remaining, factors, rule)
        self._unweighted = _Estimates(computed.unweighted, remaining, np.ones(units), rule)
        self._counts = _Counts(tally, margins.unit_ids, rule)
        self._reports = calibration_reports(margins, weights, rule)
        self._effective = effective_counts(cells.unit, cells.count, weights.ratio, units).tolist()
        self._coverage = coverage_shares(margins, rule).tolist()
        formulas: tuple[Formula, ...] = ("TOP2", "MEAN5")
        self._alternative_places: list[tuple[Formula, Aggregation, int]] = [
            (formula, aggregation, layout.index(aggregation, _MEASURE[formula]))
            for formula in formulas
            for aggregation in AGGREGATIONS
        ]
        self._alternative_places.append(("ALLSAT", "pooled", layout.all_satisfied))

    def unit_score(self, unit: int) -> UnitScore:
        margins, rule, layout = self._computed.margins, self._rule, self._layout
        n, dossiers = int(margins.responses[unit]), round(float(margins.dossiers[unit]))
        weighted = dossiers > 0
        index = self._figures.estimate(unit, layout.official(rule), rule.formula, weighted=weighted)
        plain = self._unweighted.estimate(unit, 0, rule.formula)
        status = _unit_status(n, dossiers, index)
        report = self._reports[unit]
        points = [
            None if share is None else to_points(share, rule.conversion)
            for share in (index.share, index.lower, index.upper, plain.share)
        ]
        own = None
        if index.share is not None and 0 < index.share < 1:
            own = own_sample(dossiers, index.share, level=rule.level)
        items = tuple(self._item(unit, item, weighted) for item in range(len(layout.items)))
        factors = tuple(self._factor(unit, factor, items, weighted) for factor in range(len(layout.codes)))
        return UnitScore(
            unit_id=margins.unit_ids[unit],
            status=status,
            n=n,
            dossiers=dossiers,
            n_effective=self._effective[unit] if n else None,
            coverage_share=self._coverage[unit] if weighted else None,
            response_share=n / dossiers if weighted else None,
            minimum_sample=yamane_sample(dossiers) if weighted else None,
            minimum_sample_own=own,
            trust_counts=self._counts.trust(unit),
            flagged_count=self._counts.flagged[unit],
            excluded_count=self._counts.excluded[unit],
            index_share=index.share,
            se=index.se,
            lower=index.lower,
            upper=index.upper,
            df=index.df,
            deff=index.deff,
            psu="counter_week" if self._computed.clustered[unit] else "person",
            psu_count=int(self._computed.psu_counts[unit]),
            points=points[0],
            points_lower=points[1],
            points_upper=points[2],
            unweighted=Unweighted(plain, points[3]),
            alternatives=self._alternatives(unit, weighted),
            factors=factors,
            items=items,
            calibration=report,
            warnings=tuple(self._warnings(unit, status, n, dossiers, factors, report)),
        )

    def _alternatives(self, unit: int, weighted: bool) -> tuple[Alternative, ...]:
        return tuple(
            Alternative(formula, aggregation, self._figures.estimate(unit, place, formula, weighted=weighted))
            for formula, aggregation, place in self._alternative_places
        )

    def _factor(self, unit: int, factor: int, items: Sequence[ItemScore], weighted: bool) -> FactorScore:
        layout, rule, use = self._layout, self._rule, self._computed.use
        if len(layout.factor_items[factor]) == 1:
            only = items[layout.factor_items[factor][0]]
            top2, mean5 = only.top2, only.mean5
        else:
            top2 = self._figures.estimate(unit, layout.factor(factor, TOP), "TOP2", weighted=weighted)
            mean5 = self._figures.estimate(unit, layout.factor(factor, MEAN), "MEAN5", weighted=weighted)
        estimate = mean5 if rule.formula == "MEAN5" else top2
        if rule.formula == "MEAN04":
            estimate = self._figures.estimate(unit, layout.factor(factor, MEAN), "MEAN04", weighted=weighted)
        shown = estimate.share is not None
        by_factors = shown and rule.aggregation == "factors" and rule.formula != "ALLSAT"
        status: FactorStatus = "used"
        if estimate.n == 0:
            status = "no_answers"
        elif estimate.n < rule.suppress_below:
            status = "suppressed"
        elif not use.factor_used[unit, factor]:
            status = "left_out"
        part = float(self._computed.figures.factor_parts[unit, factor])
        return FactorScore(
            code=layout.codes[factor],
            n=estimate.n,
            status=status,
            weight=float(layout.weights[factor]),
            weight_used=float(use.factor_weights[unit, factor]),
            variance_share=part if by_factors and part == part else None,
            estimate=estimate,
            top2=top2,
            mean5=mean5,
        )

    def _item(self, unit: int, item: int, weighted: bool) -> ItemScore:
        counts = self._counts.ratings[item][unit]
        top2 = self._figures.estimate(unit, self._layout.item(item, TOP), "TOP2", weighted=weighted)
        ones, twos, threes, fours, fives = counts[2:]
        return ItemScore(
            code=self._layout.items[item],
            n=top2.n,
            not_applicable_count=counts[0],
            skipped_count=counts[1],
            rating_counts=None if top2.n < self._rule.suppress_below else (ones, twos, threes, fours, fives),
            top2=top2,
            mean5=self._figures.estimate(unit, self._layout.item(item, MEAN), "MEAN5", weighted=weighted),
        )

    def _warnings(
        self,
        unit: int,
        status: UnitStatus,
        n: int,
        dossiers: int,
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
        if n < (needed := yamane_sample(dossiers)):
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


class _Estimates:
    """Figures of all units as plain numbers, ready to be shown one by one."""

    def __init__(
        self, figures: Figures, remaining: FloatArray, jackknife_factors: FloatArray, rule: ScoreRule
    ) -> None:
        variance = figures.variance * remaining[:, None]
        simple = figures.simple_variance
        believed = variance
        if rule.interval_variance == "corrected":
            # few dissatisfied in a level of high weight look like none: never below simple random sampling
            believed = np.fmax(variance, simple * remaining[:, None]) * jackknife_factors[:, None]
        # an item answered in one sampling unit only still deserves an interval, the widest one
        df = np.maximum(figures.sampled - 1, 1)
        lower, upper = share_interval(figures.share, believed, figures.persons, df, rule.level)
        deff = np.divide(variance, simple, out=np.full_like(variance, np.nan), where=simple > 0)
        self._rule = rule
        columns = (figures.persons, figures.share, np.sqrt(variance), lower, upper, df, deff)
        # one flat list: a list for each figure would keep the garbage collector busy
        self._width, self._places = len(columns), variance.shape[1]
        self._numbers: list[float] = np.stack(columns, axis=2).ravel().tolist()

    def estimate(self, unit: int, place: int, formula: Formula, *, weighted: bool = True) -> Estimate:
        start = (unit * self._places + place) * self._width
        persons, share, se, lower, upper, df, deff = self._numbers[start : start + self._width]
        n = int(persons)
        if n == 0 or share != share:
            return Estimate(n, "no_answers" if n == 0 else "suppressed")
        if n < self._rule.suppress_below:
            return Estimate(n, "suppressed")
        if not weighted:
            return Estimate(n, "no_weights")
        if formula == "MEAN5":
            share, lower, upper = 0.2 + 0.8 * share, 0.2 + 0.8 * lower, 0.2 + 0.8 * upper
            se *= 0.8
        status: ValueStatus = "marked" if n < self._rule.mark_below else "shown"
        return Estimate(n, status, share, se, lower, upper, int(df), deff if deff == deff else None)


class _Counts:
    """Persons by trust, flag and rating; responses that the rule does not count stand apart."""

    def __init__(self, tally: Tally, unit_ids: Sequence[str], rule: ScoreRule) -> None:
        place = {unit: number for number, unit in enumerate(unit_ids)}
        units = np.array([place[unit] for unit in tally.unit_ids], np.intp)[tally.unit]
        counts = np.isin(tally.trust, [TRUST_LEVELS.index(level) for level in rule.trust_levels])
        counted = tally.count * counts
        size = len(unit_ids)
        self._trust = _table(units, tally.trust, counted, size, len(TRUST_LEVELS))
        self.flagged = _table(units, tally.flagged, counted, size, 2)[:, 1].tolist()
        self.excluded = _table(units, counts, tally.count, size, 2)[:, 0].tolist()
        self.ratings: list[list[list[int]]] = [
            _table(units, tally.ratings[:, item] + 1, counted, size, 7).tolist()
            for item in range(len(tally.items))
        ]

    def trust(self, unit: int) -> dict[str, int]:
        return dict(zip(TRUST_LEVELS, self._trust[unit].tolist(), strict=True))


def _table(
    unit: NDArray[np.intp], level: NDArray[np.int8] | BoolArray, count: NDArray[np.int64], units: int, levels: int
) -> NDArray[np.int64]:
    sums = np.bincount(unit * levels + level, count, units * levels)
    table: NDArray[np.int64] = np.rint(sums).astype(np.int64).reshape(units, levels)
    return table
