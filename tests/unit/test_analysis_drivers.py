"""Drivers against direct enumeration in R, and their invariances."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.drivers import drivers, priorities
from analysis.errors import AnalysisError

EXPECTED = Path(__file__).parents[1] / "golden" / "stats" / "expected"


def test_the_attitude_example() -> None:
    want = json.loads((EXPECTED / "drivers_attitude.json").read_text(encoding="utf-8"))["result"]
    with (EXPECTED / "attitude.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcome = np.array([float(row["rating"]) for row in rows])
    predictors = np.array([[float(row[name]) for name in want["predictors"]] for row in rows])
    got = drivers(outcome, predictors, np.ones(len(rows)))
    assert got.n == want["n"]
    assert got.r_squared == pytest.approx(want["r2"], rel=1e-10)
    assert got.lmg == pytest.approx(want["lmg"], rel=1e-10)
    assert got.johnson == pytest.approx(want["johnson"], rel=1e-10)
    assert got.slope == pytest.approx(want["beta_raw"][1:], rel=1e-10)
    assert got.correlation == pytest.approx(want["corr_y"], rel=1e-10)


@given(seed=st.integers(0, 10_000), items=st.integers(1, 6))
def test_shares_add_up_and_follow_the_items_whatever_the_order(seed: int, items: int) -> None:
    rng = np.random.default_rng(seed)
    predictors = rng.normal(size=(40, items)) + rng.normal(size=(40, 1))
    outcome = predictors @ rng.normal(size=items) + rng.normal(size=40)
    count, weight = rng.integers(1, 5, 40), rng.uniform(0.5, 2, 40)
    got = drivers(outcome, predictors, count.astype(float), weight)
    assert got.lmg.sum() == pytest.approx(got.r_squared, rel=1e-9)
    assert got.johnson.sum() == pytest.approx(got.r_squared, rel=1e-9)
    assert (got.lmg > -1e-12).all()
    turned = drivers(7 - 2 * outcome, 10 * predictors[:, ::-1], count.astype(float), 3 * weight)
    assert turned.lmg[::-1] == pytest.approx(got.lmg, rel=1e-9, abs=1e-12)
    rows = drivers(
        np.repeat(outcome, count),
        np.repeat(predictors, count, axis=0),
        np.ones(count.sum()),
        np.repeat(weight, count),
    )
    assert rows.lmg == pytest.approx(got.lmg, rel=1e-12, abs=1e-12)
    assert rows.johnson == pytest.approx(got.johnson, rel=1e-10, abs=1e-12)


def test_twins_share_what_they_explain() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=100)
    got = drivers(one + rng.normal(size=100), np.column_stack([one, one]), np.ones(100))
    assert got.lmg[0] == pytest.approx(got.lmg[1], rel=1e-9)
    assert got.lmg.sum() == pytest.approx(got.r_squared, rel=1e-9)
    assert got.johnson == pytest.approx(got.lmg, rel=1e-6)


def test_low_score_and_high_importance_comes_first() -> None:
    quadrants = priorities(np.array([0.95, 0.60, 0.90, 0.70]), np.array([0.05, 0.30, 0.25, 0.04]))
    assert quadrants == ("maintain", "fix_first", "keep_up", "watch")


def test_an_outcome_without_variation_has_no_drivers() -> None:
    with pytest.raises(AnalysisError, match="vary"):
        drivers(np.full(10, 5.0), np.arange(10.0)[:, None], np.ones(10))


def test_a_long_form_is_sent_to_its_factors() -> None:
    rng = np.random.default_rng(2)
    with pytest.raises(AnalysisError, match="factors of a long form"):
        drivers(rng.normal(size=50), rng.normal(size=(50, 22)), np.ones(50))
