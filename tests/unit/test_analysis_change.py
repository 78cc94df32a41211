"""Differences, trends and ordered groups against R, and what few periods cannot say."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.change import Figures, difference, jonckheere, mann_kendall
from analysis.errors import AnalysisError

EXPECTED = Path(__file__).parents[1] / "golden" / "stats" / "expected"


def expected(name: str) -> Any:
    return json.loads((EXPECTED / name).read_text(encoding="utf-8"))


def quarter_rows(design: str) -> list[dict[str, str]]:
    with (EXPECTED / "sipas_quarter_difference.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["design"] == design]
    # where a quarter has no variance the expected interval has no width: tested below
    return [row for row in rows if float(row["se_q1"] or 0) > 0 and float(row["se_q2"] or 0) > 0]


@pytest.mark.parametrize("design", ["indep", "counter_psu"])
def test_differences_of_quarters_against_r(design: str) -> None:
    rows = quarter_rows(design)
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name[:2] in
              ("q1", "q2", "di", "se", "co", "df", "t", "p_", "ci")}  # fmt: skip
    half = column["df"] / 2
    change = difference(
        Figures(column["q1"], column["se_q1"], half, half, 4),
        Figures(column["q2"], column["se_q2"], half, half, 4),
        covariance=column["cov12"],
    )
    assert len(rows) > 100
    assert change.difference == pytest.approx(column["diff"], rel=1e-10, abs=1e-14)
    assert change.se == pytest.approx(column["se_diff"], rel=1e-10)
    assert change.p_value == pytest.approx(column["p_value"], rel=1e-8)
    assert change.lower == pytest.approx(np.maximum(column["ci95_lo"], -4), rel=1e-8, abs=1e-12)
    assert change.upper == pytest.approx(np.minimum(column["ci95_hi"], 4), rel=1e-8, abs=1e-12)
    assert not change.smoothed.any()


def test_two_quarters_of_full_agreement_do_not_prove_that_nothing_changed() -> None:
    full = Figures(np.array([1.0]), np.array([0.0]), np.array([20.0]), np.array([19.0]))
    change = difference(full, full)
    assert change.smoothed.all()
    assert change.lower[0] < -0.05
    assert change.upper[0] > 0.05
    assert change.p_value[0] == 1


def test_a_quarter_without_a_figure_has_no_change() -> None:
    nothing = Figures(np.array([np.nan]), np.array([np.nan]), np.array([0.0]), np.array([np.nan]))
    some = Figures(np.array([0.9]), np.array([0.02]), np.array([200.0]), np.array([199.0]))
    assert np.isnan(difference(nothing, some).difference).all()
    assert np.isnan(difference(nothing, some).p_value).all()


def test_a_covariance_that_cannot_be_is_refused() -> None:
    some = Figures(np.array([0.9]), np.array([0.02]), np.array([200.0]), np.array([199.0]))
    with pytest.raises(AnalysisError, match="covariance"):
        difference(some, some, covariance=0.001)


@pytest.mark.parametrize("name", ["up8", "ties", "flat", "n4", "nile"])
def test_mann_kendall_and_sen_slope_against_r(name: str) -> None:
    want = expected("mann_kendall.json")["series"][name]
    got = mann_kendall(np.array(want["x"], float))
    assert (got.n, got.s) == (want["n"], want["S"])
    assert got.variance == pytest.approx(want["varS"], rel=1e-12)
    assert got.z == pytest.approx(want["z_continuity"], rel=1e-12)
    assert got.exact == (want["p_exact"] is not None)
    assert got.p_value == pytest.approx(want["p_exact"] or want["p_continuity"], rel=1e-10)
    assert got.slope == pytest.approx(want["sen_slope"], rel=1e-12)
    if want["tau_b"] is None:
        assert np.isnan(got.tau)
    else:
        assert got.tau == pytest.approx(want["tau_b"], rel=1e-12)
    assert got.slope_lower <= got.slope <= got.slope_upper


@given(values=st.permutations(range(6)))
def test_the_exact_test_counts_all_orders(values: list[int]) -> None:
    def s_of(series: Any) -> int:
        return sum((b > a) - (b < a) for i, a in enumerate(series) for b in series[i + 1 :])

    got = mann_kendall(np.array(values, float))
    assert got.s == s_of(values)
    assert 0 < got.p_value <= 1
    mirrored = mann_kendall(-np.array(values, float))
    assert (mirrored.p_value, mirrored.slope) == (got.p_value, -got.slope)


def test_four_quarters_can_never_show_a_trend_and_five_can() -> None:
    four, five = mann_kendall(np.array([1.0, 2, 3, 4])), mann_kendall(np.array([1.0, 2, 3, 4, 5]))
    assert four.p_value == four.smallest_p == pytest.approx(1 / 12)
    assert five.p_value == five.smallest_p < 0.05


def test_a_quarter_without_a_score_leaves_the_series_with_its_time() -> None:
    gap = mann_kendall(np.array([80.0, 81, np.nan, 83, 84]))
    assert gap.n == 4
    assert gap.slope == 1


def test_two_periods_are_no_trend() -> None:
    with pytest.raises(AnalysisError, match="three or more periods"):
        mann_kendall(np.array([1.0, np.nan, 3.0]))


@pytest.mark.parametrize("name", ["airquality_ozone_by_month", "likert"])
def test_jonckheere_against_r_from_rows_and_from_counts(name: str) -> None:
    want = expected("jonckheere.json")[name]
    values, group = np.array(want["x"], float), np.array(want["g"], float)
    counted = Counter(zip(want["x"], want["g"], strict=True))
    patterns = np.array([(x, g, n) for (x, g), n in counted.items()], float).T
    for got in (jonckheere(values, group, np.ones(len(values))), jonckheere(*patterns)):
        assert got.j == want["J"]
        assert got.mean == want["EJ"]
        assert got.variance == pytest.approx(want["varJ"], rel=1e-12)
        assert got.z == pytest.approx(want["z"], rel=1e-12)
        assert got.p_value == pytest.approx(want["p_two_sided"], rel=1e-12)
        assert got.p_rising == pytest.approx(want["p_increasing"], rel=1e-12)


def test_one_group_has_no_order() -> None:
    with pytest.raises(AnalysisError, match="two groups"):
        jonckheere(np.array([1.0, 2]), np.ones(2), np.array([5.0, 5]))
