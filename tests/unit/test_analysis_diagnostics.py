"""The year: numbers that people check with a pocket calculator."""

from decimal import Decimal

import pytest

from analysis.rules import load_score_rule
from analysis.scores import QuarterResult
from analysis.year import combine_year


def quarter(name: str, dossiers: int, share: float | None, se: float | None = 0.02, n: int = 100) -> QuarterResult:
    return QuarterResult(name, dossiers, n, share, se if share is not None else None, n - 1)


RULE = load_score_rule()


def test_the_year_weights_quarters_by_their_dossiers_and_gives_points_once() -> None:
    year = combine_year([quarter("Q1", 1000, 0.9), quarter("Q2", 3000, 0.8)], rule=RULE)
    assert year.index_share == pytest.approx(0.825)
    assert year.points == Decimal("24.75")
    assert year.se == pytest.approx(((0.25 * 0.02) ** 2 + (0.75 * 0.02) ** 2) ** 0.5)
    assert year.lower is not None
    assert year.upper is not None
    assert year.lower < 0.825 < year.upper
    assert (year.n, year.dossiers) == (200, 4000)


def test_a_quarter_without_a_score_leaves_both_sums_and_is_named() -> None:
    year = combine_year([quarter("Q1", 1000, 0.9), quarter("Q2", 9000, None), quarter("Q3", 1000, 0.7)], rule=RULE)
    assert year.index_share == pytest.approx(0.8)
    assert (year.quarters, year.missing) == (("Q1", "Q3"), ("Q2",))
    assert year.dossiers == 2000


def test_a_year_of_one_quarter_is_that_quarter() -> None:
    year = combine_year([quarter("Q1", 1000, 0.9, 0.03, 60)], rule=RULE)
    assert (year.index_share, year.se, year.df) == (0.9, pytest.approx(0.03), 59)


def test_a_year_without_any_score_has_no_points() -> None:
    year = combine_year([quarter("Q1", 1000, None)], rule=RULE)
    assert (year.index_share, year.points, year.missing) == (None, None, ("Q1",))
    assert combine_year([], rule=RULE).points is None


def test_a_year_of_full_agreement_still_has_an_interval() -> None:
    year = combine_year([quarter("Q1", 500, 1.0, 0.0, 30), quarter("Q2", 500, 1.0, 0.0, 30)], rule=RULE)
    assert year.points_upper == Decimal("30.00")
    assert year.points_lower is not None
    assert year.points_lower < Decimal("29")


def test_points_are_not_the_mean_of_rounded_points() -> None:
    thirds = [quarter(name, 1, share) for name, share in (("Q1", 0.87654), ("Q2", 0.87689), ("Q3", 0.87691))]
    year = combine_year(thirds, rule=RULE)
    assert year.points == Decimal("26.30")
