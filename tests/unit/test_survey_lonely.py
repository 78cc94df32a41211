"""Strata with a single sampling unit under every rule, against R survey."""

import numpy as np
import pytest

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.estimators import domain_figures, estimate, mean
from analysis.sampling import sample_design

from vector_figures import check_by, check_figures
from vectors import Case, cases, plain, refused


def lonely_design(case: Case) -> Design:
    options = case["options"]
    return plain(
        case["dataset"],
        case["design_spec"],
        lonely=options["survey.lonely.psu"],
        lonely_in_domains=options["survey.adjust.domain.lonely"],
    )


@pytest.mark.parametrize("case", cases("api_lonely"), ids=lambda case: case["id"])
def test_every_rule_gives_the_figures_of_r(case: Case) -> None:
    (check_by if case["expected"]["type"] == "by" else check_figures)(case, lonely_design(case))


@pytest.mark.parametrize("case", refused("api_lonely"), ids=lambda case: case["id"])
def test_the_rule_fail_names_the_stratum_and_the_remedy(case: Case) -> None:
    with pytest.raises(AnalysisError, match=r"where: H1.*stage 1.*remedy: .*adjust") as caught:
        check_figures({**case, "call_r": "svymean(~api00, dlon)"}, lonely_design(case))
    assert caught.value.code == "design_lonely"


def test_a_domain_that_leaves_one_unit_follows_the_rule_when_asked() -> None:
    strata, y = np.array(["a", "a", "b", "b"]), np.array([1.0, 2.0, 3.0, 5.0])
    only = np.array([True, True, True, False])
    figures = {
        asked: domain_figures(
            sample_design(rows=4, strata=strata, lonely="adjust", lonely_in_domains=asked), y[:, None], only
        )
        for asked in (False, True)
    }
    # about the mean 2: -1, 0 in a; 1 in b, centred at half of it or, by the rule, at zero
    z = np.array([-1.0, 0.0, 1.0, 0.0]) / 3
    usual = 2 * (z[:2].var() * 2 + z[2:].var() * 2)
    assert figures[False].variance[0] == pytest.approx(usual)
    assert figures[True].variance[0] == pytest.approx(2 * (z[:2].var() * 2 + z[2] ** 2))


def test_a_stratum_sampled_to_the_last_unit_adds_no_variance_and_is_not_lonely() -> None:
    design = sample_design(
        rows=3, strata=np.array(["a", "b", "b"]), fpc=[np.array([1.0, 10.0, 10.0])], lonely="fail"
    )
    assert estimate(design, mean(design, np.array([1.0, 2.0, 3.0]))).se[0] > 0


def test_an_average_over_no_good_stratum_is_unknown_and_not_zero() -> None:
    design = sample_design(rows=2, strata=np.array(["a", "b"]), lonely="average")
    assert np.isnan(estimate(design, mean(design, np.array([1.0, 2.0]))).covariance[0, 0])
