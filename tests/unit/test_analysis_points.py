"""Points: rounding once, half up, as on paper."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.points import Conversion, Step, add_points, check_printed, percent, percent_of, to_points

THIRTY = Conversion(Decimal(30))


@pytest.mark.parametrize(
    ("share", "points"),
    [
        (0.8760, "26.28"),
        (0.7940, "23.82"),
        (0.8795, "26.39"),
        (0.84, "25.20"),
        (1098 / 1230, "26.78"),
        (0.0, "0.00"),
        (1.0, "30.00"),
        # a sum of binary fractions a breath below the half
        (0.1 + 0.2 + 0.3 + 0.2795, "26.39"),
    ],
)
def test_an_index_becomes_points_of_thirty(share: float, points: str) -> None:
    assert to_points(share, THIRTY) == Decimal(points)


def test_a_step_table_gives_the_highest_step_reached() -> None:
    steps = Conversion(
        Decimal(30),
        (Step(Decimal("0.9"), Decimal(30)), Step(Decimal("0.8"), Decimal(25)), Step(Decimal("0.5"), Decimal(15))),
    )
    assert [to_points(share, steps) for share in (0.95, 0.9, 0.8999999, 0.5, 0.2)] == [
        Decimal(points) for points in ("30.00", "30.00", "25.00", "15.00", "0.00")
    ]


def test_a_share_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(AnalysisError) as fault:
        to_points(float("nan"), THIRTY)
    assert fault.value.code == "share_not_finite"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1878, 1910, "98.32"),
        (47563, 47590, "99.94"),
        (Decimal("62.62"), 70, "89.46"),
        (Decimal("61.46"), 70, "87.80"),
        (35268, 36630, "96.28"),
        (20, 7725, "0.26"),
    ],
)
def test_percentages_of_the_sources(part: Decimal | int, whole: int, expected: str) -> None:
    assert percent_of(part, whole) == Decimal(expected)


def test_a_percentage_of_nothing_is_nothing() -> None:
    assert percent_of(0, 0) is None


def test_printed_figures_are_held_against_the_computed_ones() -> None:
    late = check_printed(Decimal("99.47"), percent(47563 / 47590))
    assert not late.agrees
    assert late.difference == Decimal("-0.47")
    assert check_printed(Decimal("89.45"), Decimal("89.46")).agrees


def test_points_add_up_as_printed() -> None:
    assert add_points(map(Decimal, ("55.46", "6.67", "26.28"))) == Decimal("88.41")


MAXIMA = st.decimals("0.01", 100, places=2)


@st.composite
def step_tables(draw: st.DrawFn) -> Conversion:
    """Draw a table of steps whose points rise with the index, in any order, with up to four decimals."""
    starts = draw(st.lists(st.decimals(0, 1, places=4), min_size=1, max_size=8, unique=True))
    points = draw(st.lists(st.decimals(0, 100, places=4), min_size=len(starts), max_size=len(starts)))
    steps = [Step(*pair) for pair in zip(sorted(starts), sorted(points), strict=True)]
    return Conversion(max(*points, Decimal("0.01")), tuple(draw(st.permutations(steps))))


@st.composite
def two_shares(draw: st.DrawFn) -> tuple[float, float]:
    """Draw two shares in rising order: far apart, or a few units in the last place from a half to be rounded."""
    low = draw(st.floats(0, 1) | st.integers(0, 20_000).map(lambda half: half / 20_000))
    near = st.integers(0, 40).map(lambda steps: min(low + steps * math.ulp(low), 1.0))
    other = draw(st.floats(0, 1) | near)
    return min(low, other), max(low, other)


@given(shares=two_shares(), conversion=MAXIMA.map(Conversion) | step_tables(), places=st.integers(0, 4))
def test_a_higher_index_never_has_fewer_points(
    shares: tuple[float, float], conversion: Conversion, places: int
) -> None:
    fewer, more = (to_points(share, conversion, places=places) for share in shares)
    assert fewer <= more


@given(numerator=st.integers(0, 10_000))
def test_four_decimals_convert_exactly(numerator: int) -> None:
    exact = Decimal(numerator) * 30 / 10_000
    assert abs(to_points(numerator / 10_000, THIRTY) - exact) <= Decimal("0.005")
    assert (
        to_points(numerator / 10_000, THIRTY)
        == (exact * 100 + Decimal("0.5")).to_integral_value("ROUND_FLOOR") / 100
    )
