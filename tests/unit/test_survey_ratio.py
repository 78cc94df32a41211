"""Ratios of totals with their covariance, against R survey."""

import pytest

from vector_figures import check_ratio
from vectors import Case, cases, design


@pytest.mark.parametrize("case", cases("api_ratio"), ids=lambda case: case["id"])
def test_a_ratio_with_covariance_equals_that_of_r(case: Case) -> None:
    check_ratio(case, design(case["design"]))
