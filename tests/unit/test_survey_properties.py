"""What must hold for every sample: patterns equal persons, order and scale do not matter, margins are met."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.estimators import design_effect, domain_figures, estimate, kish, mean, ratio, total
from analysis.hypotheses import t_test, table_test
from analysis.intervals import INTERVAL_METHODS, IntervalMethod, interval
from analysis.margin_checks import Margin
from analysis.newton import Method
from analysis.quantiles import quantiles
from analysis.reweighting import calibrate_to_margins, post_stratify
from analysis.sampling import sample_design
from analysis.trimming import trim

SEEDS = st.integers(0, 2**32 - 1)


@dataclass
class Sample:
    """Patterns with their counts, and how the persons behind them were drawn."""

    count: np.ndarray
    weight: np.ndarray
    stratum: np.ndarray
    unit: np.ndarray | None
    rating: np.ndarray
    group: np.ndarray
    levels: np.ndarray
    totals: np.ndarray

    def persons(self) -> "Sample":
        """Return the same sample with a row for every person."""
        each = np.repeat(np.arange(len(self.count)), self.count.astype(int))
        return Sample(
            np.ones(len(each)),
            self.weight[each],
            self.stratum[each],
            None if self.unit is None else self.unit[each],
            self.rating[each],
            self.group[each],
            self.levels[each],
            self.totals,
        )

    def shuffled(self, order: np.ndarray) -> "Sample":
        return Sample(
            self.count[order],
            self.weight[order],
            self.stratum[order],
            None if self.unit is None else self.unit[order],
            self.rating[order],
            self.group[order],
            self.levels[order],
            self.totals,
        )

    def design(self, scale: float = 1.0) -> Design:
        return sample_design(
            rows=len(self.count),
            count=self.count,
            weight=self.weight * scale,
            strata=self.stratum,
            units=() if self.unit is None else [self.unit],
            fpc=[np.full(len(self.count), 5000.0)],
            lonely="adjust",
        )

    def margin(self) -> Margin:
        return Margin("level", ("a", "b", "c"), self.levels, self.totals[None, :])


def sample(seed: int, *, clustered: bool) -> Sample:
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(12, 60))
    rating = rng.integers(1, 6, rows).astype(float)
    rating[rng.random(rows) < 0.1] = np.nan
    rating[:4] = [1, 5, 2, 4]
    levels = rng.integers(0, 3, rows)
    levels[:6] = [0, 1, 2, 0, 1, 2]
    group = rng.random(rows) < 0.5
    group[:4] = [True, True, False, False]
    return Sample(
        count=rng.integers(1, 5, rows).astype(float),
        weight=rng.uniform(0.5, 3, rows),
        stratum=rng.integers(0, 2, rows),
        unit=rng.integers(0, 7, rows) if clustered else None,
        rating=rating,
        group=group,
        levels=levels,
        totals=rng.uniform(100, 200, 3),
    )


def everything(own: Sample, method: Method, scale: float = 1.0) -> np.ndarray:
    """Return one long row of figures of the calibrated sample."""
    bounds = (0.01, 60.0 / scale) if method == "logit" else None
    design = calibrate_to_margins(own.design(scale), [own.margin()], method=method, bounds=bounds).design
    values = np.stack([own.rating, (own.rating >= 4) * 1.0 + 0 * own.rating], axis=1)
    means = estimate(design, mean(design, values))
    sums = estimate(design, total(design, values))
    share = estimate(design, ratio(design, values[:, 1], values[:, 0]))
    part = domain_figures(design, values, own.group)
    middle = quantiles(design, own.rating, np.array([0.25, 0.5]))
    gap = t_test(design, own.rating, own.group)
    ratings = np.where(np.isnan(own.rating), 0, own.rating >= 4).astype(int)
    table = table_test(design, ratings, own.group.astype(int), (2, 2))
    return np.concatenate(
        [
            means.estimate,
            means.covariance.ravel(),
            sums.estimate,
            sums.se,
            share.estimate,
            share.se,
            part.estimate,
            part.variance,
            part.deff,
            part.effective,
            part.df,
            middle.quantile,
            design_effect(design, values, np.diag(means.covariance)),
            [gap.estimate, gap.se, gap.test.p_value, table.statistic, table.p_value, means.df],
        ]
    )


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.booleans(), st.sampled_from(["raking", "linear", "logit"]))
def test_patterns_equal_persons(seed: int, clustered: bool, method: Method) -> None:
    own = sample(seed, clustered=clustered)
    patterns, persons = everything(own, method), everything(own.persons(), method)
    np.testing.assert_allclose(patterns, persons, rtol=1e-12, atol=1e-12 * np.nanmax(np.abs(persons)))


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.booleans())
def test_the_order_of_rows_does_not_matter(seed: int, clustered: bool) -> None:
    own = sample(seed, clustered=clustered)
    order = np.random.default_rng(seed).permutation(len(own.count))
    figures, again = everything(own, "raking"), everything(own.shuffled(order), "raking")
    np.testing.assert_allclose(again, figures, rtol=1e-9, atol=1e-12 * np.nanmax(np.abs(figures)))


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.floats(0.1, 50))
def test_base_weights_in_another_unit_give_the_same_calibrated_figures(seed: int, scale: float) -> None:
    own = sample(seed, clustered=False)
    figures, again = everything(own, "raking"), everything(own, "raking", scale)
    np.testing.assert_allclose(again, figures, rtol=1e-7, atol=1e-10 * np.nanmax(np.abs(figures)))


@given(SEEDS)
def test_equal_weights_are_no_weights(seed: int) -> None:
    own = sample(seed, clustered=False)
    rows = len(own.count)
    plain = sample_design(rows=rows, count=own.count)
    equal = sample_design(rows=rows, count=own.count, weight=np.full(rows, 7.0))
    one, other = (estimate(design, mean(design, own.rating)) for design in (plain, equal))
    given_rows = ~np.isnan(own.rating)
    answers = np.repeat(own.rating[given_rows], own.count[given_rows].astype(int))
    assert one.estimate[0] == pytest.approx(answers.mean())
    assert other.estimate[0] == pytest.approx(one.estimate[0], rel=1e-12)
    assert other.se[0] == pytest.approx(one.se[0], rel=1e-12)
    assert kish(equal, given_rows[:, None])[0] == pytest.approx(len(answers))


@settings(deadline=None)
@given(SEEDS, st.sampled_from(["raking", "linear", "logit"]))
def test_margins_are_met_and_weights_stay_within_bounds(seed: int, method: Method) -> None:
    own = sample(seed, clustered=False)
    both = own.totals.sum() * np.array([[0.4, 0.6]])
    second = Margin("group", ("no", "yes"), own.group.astype(np.intp), both)
    try:
        free = calibrate_to_margins(own.design(), [own.margin(), second]).ratio
    except AnalysisError:
        # nobody stands in some cross of the levels: then no weights at all may exist
        reject()
    # raking shows that these bounds can be met, whatever the method
    low, high = 0.9 * min(free.min(), 1), 1.1 * max(free.max(), 1)
    found = calibrate_to_margins(own.design(), [own.margin(), second], method=method, bounds=(low, high))
    assert (found.ratio >= low - 1e-12).all()
    assert (found.ratio <= high + 1e-12).all()
    assert found.gap < 1e-10
    for margin in (own.margin(), second):
        reached = np.bincount(margin.code, found.design.row_weight)
        np.testing.assert_allclose(reached, margin.totals[0], rtol=1e-9)


@given(SEEDS)
def test_post_stratification_is_raking_to_one_margin(seed: int) -> None:
    own = sample(seed, clustered=False)
    first = post_stratify(own.design(), own.margin()).design
    second = calibrate_to_margins(own.design(), [own.margin()]).design
    np.testing.assert_allclose(first.weight, second.weight, rtol=1e-9)
    one, other = (estimate(design, mean(design, own.rating)).se[0] for design in (first, second))
    assert one == pytest.approx(other, rel=1e-8)


@given(SEEDS)
def test_strict_trimming_keeps_the_sum_and_the_bounds(seed: int) -> None:
    own = sample(seed, clustered=False)
    design = own.design()
    middle = float(np.average(design.weight, weights=design.count))
    trimmed = trim(design, lower=0.7 * middle, upper=1.4 * middle, strict=True)
    assert trimmed.row_weight.sum() == pytest.approx(design.row_weight.sum())
    assert trimmed.weight.min() >= 0.7 * middle - 1e-9
    assert trimmed.weight.max() <= 1.4 * middle + 1e-9


@settings(max_examples=400)
@given(
    st.sampled_from(INTERVAL_METHODS),
    st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1)),
    st.one_of(st.just(0.0), st.floats(1e-6, 100)),
    st.integers(2, 100_000),
    st.integers(1, 99_999),
    st.sampled_from([0.5, 0.9, 0.95, 0.999]),
)
def test_an_interval_lies_within_0_and_1_and_contains_the_share(
    method: IntervalMethod, share: float, deff: float, n: int, df: int, level: float
) -> None:
    p, persons, freedom = np.array([share]), np.array([float(n)]), np.array([float(min(df, n - 1))])
    lower, upper = interval(method, p, deff * p * (1 - p) / n, persons, freedom, level)
    assert lower[0] <= share + 1e-12
    assert upper[0] >= share - 1e-12
    assert upper[0] > lower[0]
    if method != "mean":
        assert lower[0] >= 0
        assert upper[0] <= 1


@given(SEEDS, st.booleans(), st.floats(0.01, 1000))
def test_weights_in_another_unit_scale_totals_and_leave_means(seed: int, clustered: bool, scale: float) -> None:
    own = sample(seed, clustered=clustered)
    rows = len(own.count)
    units = () if own.unit is None else [own.unit]
    one, other = (
        sample_design(
            rows=rows,
            count=own.count,
            weight=own.weight * factor,
            strata=own.stratum,
            units=units,
            lonely="adjust",
        )
        for factor in (1.0, scale)
    )
    means, again = (estimate(design, mean(design, own.rating)) for design in (one, other))
    assert again.estimate[0] == pytest.approx(means.estimate[0], rel=1e-12)
    assert again.se[0] == pytest.approx(means.se[0], rel=1e-9)
    sums, scaled = (estimate(design, total(design, own.rating)) for design in (one, other))
    assert scaled.estimate[0] == pytest.approx(scale * sums.estimate[0], rel=1e-12)
    assert scaled.se[0] == pytest.approx(scale * sums.se[0], rel=1e-9)


def test_a_wider_level_gives_a_wider_interval() -> None:
    p, v, n, df = np.array([0.9]), np.array([0.001]), np.array([100.0]), np.array([50.0])
    for method in INTERVAL_METHODS:
        narrow, wide = (interval(method, p, v, n, df, level) for level in (0.9, 0.99))
        assert wide[0][0] < narrow[0][0]
        assert wide[1][0] > narrow[1][0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": np.array([0, 0, 0, 0])}, "margin_empty_level"),
        ({"totals": np.array([[10.0, 0.0]])}, "margin_foreign_level"),
        ({"totals": np.array([[0.0, 0.0]])}, "margin_zero_total"),
        ({"totals": np.array([[-1.0, 5.0]])}, "margin_total"),
    ],
)
def test_impossible_margins_say_what_where_and_how_to_mend(change: dict[str, np.ndarray], code: str) -> None:
    usual = {"name": "field", "levels": ("land", "civil"), "code": np.array([0, 0, 1, 1]),
             "totals": np.array([[10.0, 20.0]])}  # fmt: skip
    margin = Margin(**{**usual, **change})  # type: ignore[arg-type]
    with pytest.raises(AnalysisError, match="field") as caught:
        calibrate_to_margins(sample_design(rows=4), [margin], group_names=("U1",))
    assert caught.value.code == code
    assert caught.value.where.startswith("U1, field")
    assert caught.value.remedy


def test_margins_of_different_populations_are_refused() -> None:
    code = np.array([0, 0, 1, 1])
    margins = [Margin(name, ("a", "b"), code, np.array([[10.0, size]])) for name, size in (("x", 20), ("y", 30))]
    with pytest.raises(AnalysisError, match="add up to different totals"):
        calibrate_to_margins(sample_design(rows=4), margins)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"weight": np.array([1.0, -1.0])}, "design_weight"),
        ({"weight": np.array([0.0, 0.0])}, "design_empty"),
        ({"fpc": [np.array([1.5, 1.5])]}, "design_fpc"),
        ({"fpc": [np.array([10.0, 20.0])]}, "design_fpc"),
        ({"fpc": [np.array([10.0, 10.0])] * 2}, "design_fpc_stages"),
        ({"lonely": "guess"}, "design_lonely_rule"),
    ],
)
def test_impossible_designs_are_refused(options: dict[str, object], code: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        sample_design(rows=2, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
