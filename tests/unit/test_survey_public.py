"""Textbook samples, against R survey; and the numbers printed in papers and manuals."""

import numpy as np
import pytest

from analysis.design import Design
from analysis.margin_checks import Margin
from analysis.reweighting import post_stratify

from vector_figures import check_by, check_figures, check_ratio
from vectors import Case, cases, data, plain

CHECKS = {"mean": check_figures, "total": check_figures, "ratio": check_ratio, "by": check_by}


def public_design(case: Case) -> Design:
    design = plain(case["dataset"], case["design_spec"])
    if case["design"] == "psups":
        code, levels = data(case["dataset"]).level("poststr")
        return post_stratify(design, Margin("poststr", levels, code, np.array([[7.0, 25.0]]))).design
    return design


@pytest.mark.parametrize("case", cases("public"), ids=lambda case: case["id"])
def test_textbook_samples_give_the_figures_of_r(case: Case) -> None:
    CHECKS[case["expected"]["type"]](case, public_design(case))
