"""Fay-Herriot against R (metafor and the published milk data), at the boundary, and with variances of 0."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.small_area import fay_herriot, smoothed_variances

EXPECTED = Path(__file__).parents[1] / "golden" / "stats" / "expected"


def problem(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
    case = json.loads((EXPECTED / f"fay_herriot_{name}.json").read_text(encoding="utf-8"))
    if name != "milk":
        return (*(np.array(case[key], float) for key in ("y", "D", "X")), case)  # type: ignore[return-value]
    with (EXPECTED / "milk.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    area = np.array([int(row["major_area"]) for row in rows])
    design = np.column_stack([np.ones(len(rows)), *((area == number).astype(float) for number in (2, 3, 4))])
    direct = np.array([float(row["direct_est"]) for row in rows])
    return direct, np.array([float(row["std_error"]) for row in rows]) ** 2, design, case


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
@pytest.mark.parametrize("name", ["milk", "sipas_index_mean", "sipas_index_top2", "zero"])
def test_against_r(name: str, method: Any) -> None:
    y, variance, design, case = problem(name)
    want = case["fits"][method]
    got = fay_herriot(y, variance, design, method=method)
    assert got.between_variance == pytest.approx(want["sigma2_v"], rel=1e-7, abs=1e-15)
    assert got.slope == pytest.approx(want["beta"], rel=1e-7)
    assert got.slope_se == pytest.approx(want["beta_se"], rel=1e-7)
    assert got.estimate == pytest.approx(want["eblup"], rel=1e-7)
    for mine, its in (("share_of_own", "gamma"), ("g1", "g1"), ("g2", "g2"), ("g3", "g3"), ("mse", "mse")):
        assert getattr(got, mine) == pytest.approx(want[its], rel=1e-6), its
    assert got.between_variance_se**2 == pytest.approx(want["var_sigma2_v"], rel=1e-6)
    assert got.status == "indicative"


def test_a_unit_without_answers_gets_what_its_covariates_say() -> None:
    y, variance, design, _ = problem("milk")
    known = fay_herriot(y, variance, design)
    got = fay_herriot(np.append(y, np.nan), np.append(variance, np.nan), np.vstack([design, [1, 0, 0, 1]]))
    assert got.estimate[:-1] == pytest.approx(known.estimate)
    assert got.estimate[-1] == pytest.approx(known.slope @ [1, 0, 0, 1])
    assert got.share_of_own[-1] == 0
    assert got.mse[-1] > known.between_variance


def test_a_variance_of_zero_is_certainty_and_is_refused_until_smoothed() -> None:
    y, variance, n = (
        np.array([1.0, 0.8, 0.85, 0.7]),
        np.array([0, 0.002, 0.001, 0.004]),
        np.array([6.0, 90, 150, 60]),
    )
    with pytest.raises(AnalysisError, match="cannot be fitted"):
        fay_herriot(y, variance, np.ones((4, 1)))
    smoothed, replaced = smoothed_variances(variance, n)
    assert replaced.tolist() == [True, False, False, False]
    got = fay_herriot(y, smoothed, np.ones((4, 1)))
    # six content persons move towards the others, ninety do not
    assert got.estimate[0] < 0.95
    assert abs(got.estimate[1] - 0.8) < 0.02


def test_the_pooled_variance_leaves_out_nobody() -> None:
    variance, replaced = smoothed_variances(np.array([0.0, 0.25 / 100, np.nan]), np.array([101.0, 100, 1]))
    assert replaced.tolist() == [True, False, True]
    # half of the persons are in a unit without spread
    assert variance[2] == pytest.approx(0.25 * 99 / 199)


def test_nothing_to_learn_from() -> None:
    with pytest.raises(AnalysisError, match="no unit has a variance"):
        smoothed_variances(np.zeros(3), np.array([10.0, 20, 30]))
    with pytest.raises(AnalysisError, match="cannot be fitted"):
        fay_herriot(np.array([0.9, np.nan]), np.array([0.01, 0.01]), np.ones((2, 1)))


@given(seed=st.integers(0, 10_000), units=st.integers(4, 30), method=st.sampled_from(["REML", "ML", "FH"]))
def test_estimates_lie_between_the_own_and_the_common_figure_on_any_scale(
    seed: int, units: int, method: Any
) -> None:
    rng = np.random.default_rng(seed)
    variance = rng.uniform(0.2, 3, units)
    y = 50 + rng.normal(size=units) * 2 + rng.normal(size=units) * np.sqrt(variance)
    got = fay_herriot(y, variance, np.ones((units, 1)), method=method)
    common = got.slope[0]
    assert (got.estimate >= np.minimum(y, common) - 1e-9).all()
    assert (got.estimate <= np.maximum(y, common) + 1e-9).all()
    assert (got.mse >= 0).all()
    scaled = fay_herriot(y / 100, variance / 10_000, np.ones((units, 1)), method=method)
    assert scaled.estimate * 100 == pytest.approx(got.estimate, rel=1e-6)
