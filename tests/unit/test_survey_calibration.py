"""Weights and figures after post-stratification, raking, calibration and trimming, against R survey."""

import csv

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.estimators import estimate, mean
from analysis.reweighting import calibrate

from vector_figures import check_by, check_figures, check_ratio
from vectors import CALIBRATED, GOLDEN, X_API99, Case, as_r_rakes, auxiliary, cases, data, design, reweighted

CHECKS = {"mean": check_figures, "total": check_figures, "ratio": check_ratio, "by": check_by}


@pytest.mark.parametrize("name", CALIBRATED)
def test_weights_equal_those_of_r(name: str) -> None:
    with (GOLDEN / "weights" / f"{name}.csv").open(encoding="utf-8") as file:
        expected = [float(row["w"]) for row in csv.DictReader(file)]
    np.testing.assert_allclose(reweighted(name).design.weight, expected, rtol=1e-9)


@pytest.mark.parametrize("case", cases("api_calibration"), ids=lambda case: case["id"])
def test_figures_equal_those_of_r(case: Case) -> None:
    CHECKS[case["expected"]["type"]](case, as_r_rakes(case["design"]))


def test_raking_has_the_exact_error_of_the_same_calibration() -> None:
    # R gives 9.35066 after rake() and 9.34101 after calibrate(calfun="raking") for the same weights
    raked = design("rake_strat_2m")
    assert estimate(raked, mean(raked, data("apistrat.csv")["api00"])).se[0] == pytest.approx(9.34100682969)


def test_bounds_that_cannot_be_met_are_refused() -> None:
    x, totals = auxiliary(data("apiclus1.csv"), X_API99)
    with pytest.raises(AnalysisError, match=r"got: 0\.95, 1\.05.*remedy: widen the bounds") as caught:
        calibrate(design("dclus1"), x, totals, method="logit", bounds=(0.95, 1.05))
    assert caught.value.code == "calibration_infeasible"
