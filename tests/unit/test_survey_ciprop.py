"""Intervals of shares by every method, against R survey."""

import re

import numpy as np
import pytest

from analysis.estimators import estimate, mean
from analysis.intervals import INTERVAL_METHODS, asin, interval

from vector_figures import close
from vectors import Case, cases, data, design


def share(case: Case) -> tuple[np.ndarray, ...]:
    """Return the share with variance, persons and degrees of freedom."""
    name = re.match(r"svyciprop\(~(\w+)", case["call_r"])[1]  # type: ignore[index]
    own = design(case["design"])
    found = estimate(own, mean(own, data(case["dataset"])[name]))
    return found.estimate, np.diag(found.covariance), found.n, np.array([float(found.df)])


@pytest.mark.parametrize("case", cases("api_ciprop"), ids=lambda case: case["id"])
def test_an_interval_equals_that_of_r(case: Case) -> None:
    method = re.search('method="(.*?)"', case["call_r"])[1]  # type: ignore[index]
    p, variance, n, df = share(case)
    close(p, case["expected"]["estimate"], case, "estimate")
    close(np.sqrt(variance), case["expected"]["se"], case, "se")
    ends = interval(method, p, variance, n, df)  # type: ignore[arg-type]
    if method == "asin":
        # R lets the sine turn back at the end of the scale
        ends = asin(p, variance, df, folded=True)
    # R reads the likelihood ends off a spline through a dozen points, which is good to about 1e-3 only
    tolerance = {"rtol": 1.5e-3} if method == "likelihood" else {}
    close(ends, case["expected"]["ci95"], {**case, **tolerance}, "interval")


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@pytest.mark.parametrize("name", ["none", "all1"])
def test_no_interval_of_a_share_of_nothing_or_everything_has_zero_width(name: str, method: str) -> None:
    own = design("dstrat")
    found = estimate(own, mean(own, data("apistrat.csv")[name]))
    df = np.array([float(found.df)])
    lower, upper = interval(method, found.estimate, np.diag(found.covariance), found.n, df)  # type: ignore[arg-type]
    assert 0 <= lower[0] < upper[0] <= 1
    assert upper[0] - lower[0] > 0.01
