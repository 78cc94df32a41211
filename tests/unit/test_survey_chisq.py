"""Chi-square tests of tables, against R survey."""

import re

import pytest

from analysis.errors import AnalysisError
from analysis.hypotheses import table_test

from vector_figures import close
from vectors import Case, as_r_rakes, cases, data, design


@pytest.mark.parametrize("case", cases("api_chisq"), ids=lambda case: case["id"])
def test_a_table_is_tested_as_r_does(case: Case) -> None:
    pattern = r'svychisq\(~(.*?)\+(.*?), (\w+), statistic="(\w+)"'
    first, second, name, kind = re.match(pattern, case["call_r"]).groups()  # type: ignore[union-attr]
    rows, row_levels = data(case["dataset"]).level(first)
    columns, column_levels = data(case["dataset"]).level(second)
    shape = len(row_levels), len(column_levels)
    found = table_test(as_r_rakes(name), rows, columns, shape, kind=kind)  # type: ignore[arg-type]
    close([found.statistic, found.p_value], [case["expected"][key] for key in ("statistic", "p_value")], case, "")
    close(found.df, case["expected"]["parameter"], case, "degrees of freedom")


def test_a_table_with_an_empty_level_is_refused() -> None:
    table = data("apisrs.csv")
    code, _ = table.level("awards")
    with pytest.raises(AnalysisError, match="a level of the table has no answers"):
        table_test(design("dsrs"), code, code + 1, (2, 3))
