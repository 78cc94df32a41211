"""Numbers printed in papers and manuals, to the last digit printed."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from analysis.design import Design
from analysis.estimators import Estimates, Linearised, estimate, mean, ratio, total
from analysis.margin_checks import Margin
from analysis.quantiles import quantiles
from analysis.reweighting import calibrate, post_stratify

from vectors import Case, cases, data, design, plain

PLAIN = {case["design"]: case for case in cases("public")}


def greg() -> Design:
    """Return the cluster sample calibrated to the count and the sum of api99."""
    x = np.stack([np.ones(183), data("apiclus1.csv")["api99"]], axis=1)
    return calibrate(design("dclus1"), x, np.array([6194, 3914069])).design


def textbook(name: str) -> Design:
    case = PLAIN[name]
    own = plain(case["dataset"], case["design_spec"])
    if name == "psups":
        code, levels = data("unemp_ps.csv").level("poststr")
        return post_stratify(own, Margin("poststr", levels, code, np.array([[7.0, 25.0]]))).design
    return own


def figure(own: Design, table: str, estimator: Callable[..., Linearised], *names: str) -> Estimates:
    columns = [data(table)[name] for name in names]
    known = ~np.isnan(np.stack(columns)).any(axis=0)
    return estimate(own, estimator(own, *columns, known))


def computed(case: Case) -> tuple[float, float]:
    what, api = case["id"], data("apiclus1.csv")
    if what.startswith("quantile"):
        found = quantiles(design("dclus1"), api["api00"], np.array([float(what.split()[-1])]))
        return found.quantile[0], found.se[0]
    if what == "ratio clus1 H":
        own = design("dclus1")
        pair = estimate(own, ratio(own, api["api.stu"], api["enroll"], api["stype"] == "H"))
    elif what == "greg domain":
        own = design("cal_lin_clus1")
        pair = estimate(own, mean(own, api["api00"], api["comp.imp"] == "Yes"))
    else:
        makers: dict[str, Callable[[], Estimates]] = {
            "api00 mean clus1": lambda: figure(design("dclus1"), "apiclus1.csv", mean, "api00"),
            "enroll total clus1": lambda: figure(design("dclus1"), "apiclus1.csv", total, "enroll"),
            "ratio clus1": lambda: figure(design("dclus1"), "apiclus1.csv", ratio, "api.stu", "enroll"),
            "greg clus1 mean": lambda: figure(greg(), "apiclus1.csv", mean, "api00"),
            "greg clus1 enroll": lambda: figure(greg(), "apiclus1.csv", total, "enroll"),
            "hospital mean": lambda: figure(textbook("dhosp"), "hospital.csv", mean, "births"),
            "hospital total": lambda: figure(textbook("dhosp"), "hospital.csv", total, "births"),
            "unemp strat mean": lambda: figure(textbook("dunemp"), "unemp_str.csv", mean, "ue91"),
            "unemp strat ratio": lambda: figure(textbook("dunemp"), "unemp_str.csv", ratio, "ue91", "lab91"),
            "unemp poststrat mean": lambda: figure(textbook("psups"), "unemp_ps.csv", mean, "ue91"),
            "unemp poststrat total": lambda: figure(textbook("psups"), "unemp_ps.csv", total, "ue91"),
        }
        pair = makers[what]()
    return pair.estimate[0], pair.se[0]


def as_printed(value: float, printed: float) -> float:
    """Round a number to the digits that were printed."""
    return round(value, max(-int(Decimal(repr(printed)).normalize().as_tuple().exponent), 0))


@pytest.mark.parametrize("case", cases("published"), ids=lambda case: case["id"])
def test_the_published_number_comes_out(case: Case) -> None:
    value, se = computed(case)
    assert value == pytest.approx(case["computed_estimate"], rel=1e-9)
    assert se == pytest.approx(case["computed_se"], rel=1e-9)
    assert as_printed(value, case["published_estimate"]) == pytest.approx(case["published_estimate"])
    assert as_printed(se, case["published_se"]) == pytest.approx(case["published_se"])
