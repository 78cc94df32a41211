"""Means and shares of public data under every kind of design, against R survey."""

import pytest

from vector_figures import check_figures
from vectors import Case, cases, design


@pytest.mark.parametrize("case", cases("api_mean"), ids=lambda case: case["id"])
def test_a_mean_with_covariance_and_design_effect_equals_that_of_r(case: Case) -> None:
    check_figures(case, design(case["design"]))
