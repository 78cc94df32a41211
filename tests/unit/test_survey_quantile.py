"""Quantiles with Woodruff intervals, against R survey."""

import re

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.quantiles import quantiles

from vector_figures import close
from vectors import Case, cases, data, design


@pytest.mark.parametrize("case", cases("api_quantile"), ids=lambda case: case["id"])
def test_quantiles_equal_those_of_r(case: Case) -> None:
    method, rule = re.search(r'interval.type="(\w+)", qrule="(\w+)"', case["call_r"]).groups()  # type: ignore[union-attr]
    for name, expected in case["expected"]["values"].items():
        found = quantiles(
            design(case["design"]),
            data(case["dataset"])[name],
            np.array(expected["prob"]),
            rule=rule,  # type: ignore[arg-type]
            interval=method,  # type: ignore[arg-type]
        )
        close(found.quantile, expected["quantile"], case, name)
        close(found.lower, expected["ci95_lo"], case, f"{name} lower")
        close(found.upper, expected["ci95_hi"], case, f"{name} upper")
        close(found.se, expected["se"], case, f"{name} se")


def test_quantiles_of_nobody_are_refused() -> None:
    with pytest.raises(AnalysisError, match="nobody answered"):
        quantiles(design("dsrs"), np.full(200, np.nan), np.array([0.5]))
