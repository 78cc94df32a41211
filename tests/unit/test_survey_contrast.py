"""Contrasts of several figures with their covariance, against R survey."""

import numpy as np
import pytest

from analysis.design import Design
from analysis.estimators import Estimates, estimate, mean, shares, total

from vector_figures import check_estimates
from vectors import Case, as_r_rakes, cases, data


def contrast(case: Case, design: Design) -> Estimates:
    table = data(case["dataset"])
    if case["expected"]["type"] == "nlcon":
        pair = np.stack([table["api.stu"], table["enroll"]], axis=1)
        both = ~np.isnan(pair).any(axis=1)
        return estimate(design, total(design, pair, both).quotient(0, 1))
    if "factor(lik)" in case["call_r"]:
        ratings = estimate(design, shares(design, table["lik"] - 1, 5))
        return ratings.contrast(np.array([[0, 0, 0, 1, 1], [-1, -1, 0, 1, 1], [1, 2, 3, 4, 5]]))
    found = mean(design, np.stack([table["api00"], table["api99"]], axis=1))
    return estimate(design, found).contrast(np.array([[1, -1], [0.5, 0.5]]))


@pytest.mark.parametrize("case", cases("api_contrast"), ids=lambda case: case["id"])
def test_contrasts_equal_those_of_r(case: Case) -> None:
    check_estimates(case, contrast(case, as_r_rakes(case["design"])))
