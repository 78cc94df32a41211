"""Differences between two groups, against R survey; and many tests at once."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.hypotheses import benjamini_hochberg, difference_test, holm, t_test

from vector_figures import close
from vectors import Case, as_r_rakes, cases, data, design


@pytest.mark.parametrize("case", cases("api_ttest"), ids=lambda case: case["id"])
def test_two_groups_are_compared_as_r_does(case: Case) -> None:
    y, group, name = re.match(r"svyttest\((.*?)~(.*?), (\w+)\)", case["call_r"]).groups()  # type: ignore[union-attr]
    table, expected = data(case["dataset"]), case["expected"]
    found = t_test(as_r_rakes(name), table[y], table.level(group)[0] == 1)
    close(found.estimate, expected["estimate"], case, "difference")
    close([found.lower, found.upper], expected["conf_int"], case, "interval")
    close([found.test.statistic, found.test.p_value], [expected["statistic"], expected["p_value"]], case, "test")
    assert list(found.test.df) == expected["parameter"]


def test_a_group_without_answers_is_refused() -> None:
    table = data("apisrs.csv")
    with pytest.raises(AnalysisError, match="a group of the comparison has no answers"):
        t_test(design("dsrs"), table["api00"], table["api00"] < 0)


def test_the_p_value_stays_exact_far_out_in_the_tail() -> None:
    # twice the lower tail at -40 in R
    assert difference_test(40.0, 1.0, 10).test.p_value == pytest.approx(2.3081e-12, rel=1e-3)


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)


@given(P_VALUES)
def test_adjusted_p_values_are_larger_ordered_alike_and_holm_is_the_stricter(p: np.ndarray) -> None:
    false_discovery, family = benjamini_hochberg(p), holm(p)
    assert (false_discovery >= p - 1e-15).all()
    assert (family >= false_discovery - 1e-15).all()
    assert (family <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(false_discovery[order]) >= 0).all()
    assert (np.diff(family[order]) >= 0).all()


def test_adjustment_leaves_unknown_p_values_aside() -> None:
    # as p.adjust in R, by either method
    np.testing.assert_allclose(benjamini_hochberg(np.array([0.01, np.nan, 0.02])), [0.02, np.nan, 0.02])
    np.testing.assert_allclose(holm(np.array([0.01, np.nan, 0.02])), [0.02, np.nan, 0.02])
