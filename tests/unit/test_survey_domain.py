"""Figures by domain and their degrees of freedom, against R survey."""

import pytest

from vector_figures import check_by
from vectors import Case, cases, data, design

BY = [case for case in cases("api_domain") if case["expected"]["type"] == "by"]
DEGF = [case for case in cases("api_domain") if case["expected"]["type"] == "degf"]


@pytest.mark.parametrize("case", BY, ids=lambda case: case["id"])
def test_figures_by_domain_equal_those_of_r(case: Case) -> None:
    check_by(case, design(case["design"]))


@pytest.mark.parametrize("case", DEGF, ids=lambda case: case["id"])
def test_degrees_of_freedom_count_the_domain(case: Case) -> None:
    own, table = design(case["design"]), data(case["dataset"])
    found = {
        "all": own.degrees_of_freedom(),
        "domain_stypeH": own.degrees_of_freedom(table["stype"] == "H"),
        "domain_meals50": own.degrees_of_freedom(table["meals"] > 50),
    }
    assert found == {key: value for key, value in case["expected"].items() if key != "type"}
