"""Intervals of shares by every method, against R survey."""

import re

import numpy as np
import pytest
from scipy.stats import t as student

from analysis.estimators import estimate, mean
from analysis.intervals import INTERVAL_METHODS, asin, interval

from vector_figures import close
from vector_profile import spline_ends
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
    elif method == "likelihood":
        # R reads these ends off a spline; ours are exact, as the two tests below show
        ends = spline_ends(*answers(case), float(variance[0]), float(df[0]))
    close(ends, case["expected"]["ci95"], case, "interval")


def answers(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return the answers given and their weights."""
    values = data(case["dataset"])[re.match(r"svyciprop\(~(\w+)", case["call_r"])[1]]  # type: ignore[index]
    answered = ~np.isnan(values)
    return values[answered], design(case["design"]).weight[answered]


PROFILED = [case for case in cases("api_ciprop") if "likelihood" in case["call_r"]]


@pytest.mark.parametrize("case", PROFILED, ids=lambda case: case["id"])
def test_a_likelihood_end_lies_where_the_scaled_deviance_reaches_its_limit(case: Case) -> None:
    p, variance, n, df = (float(value[0]) for value in share(case))
    scale = variance / (p * (1 - p) / n) * n / (n - 1)
    for end in interval("likelihood", *share(case)):
        x = float(end[0])
        deviance = 2 * n * (p * np.log(p / x) + (1 - p) * np.log((1 - p) / (1 - x)))
        assert deviance / scale == pytest.approx(student.ppf(0.975, df) ** 2, rel=1e-10)


@pytest.mark.parametrize("case", PROFILED, ids=lambda case: case["id"])
def test_the_spline_of_r_is_all_that_parts_its_likelihood_ends_from_ours(case: Case) -> None:
    spline = spline_ends(*answers(case), float(share(case)[1][0]), float(share(case)[3][0]))
    close(spline, case["expected"]["ci95"], {**case, "rtol": 1e-7}, "R's algorithm")
    close(interval("likelihood", *share(case)), spline, {**case, "rtol": 1.5e-3}, "exact ends")


def test_an_arcsine_interval_stops_at_the_end_of_the_scale_where_r_turns_back() -> None:
    p, variance, df = np.array([0.01, 0.99]), np.array([0.009, 0.009]), np.array([30.0, 30.0])
    folded = asin(p, variance, df, folded=True)
    assert folded[0][0] > 0.01
    assert folded[1][1] < 0.99
    lower, upper = interval("asin", p, variance, np.array([31.0, 31.0]), df)
    assert lower[0] == 0
    assert upper[1] == 1
    assert upper[0] == folded[1][0]
    assert lower[1] == folded[0][1]


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@pytest.mark.parametrize("name", ["none", "all1"])
def test_no_interval_of_a_share_of_nothing_or_everything_has_zero_width(name: str, method: str) -> None:
    own = design("dstrat")
    found = estimate(own, mean(own, data("apistrat.csv")[name]))
    df = np.array([float(found.df)])
    lower, upper = interval(method, found.estimate, np.diag(found.covariance), found.n, df)  # type: ignore[arg-type]
    assert 0 <= lower[0] < upper[0] <= 1
    assert upper[0] - lower[0] > 0.01
