"""How many answers are needed, and what was reached: numbers that people check with a pocket calculator."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.planning import achieved_half_width, exact_sample, own_sample, yamane_sample


@pytest.mark.parametrize(
    ("dossiers", "five", "ten"),
    [
        (100, 80, 50),
        (308, 175, 76),
        (500, 223, 84),
        (1000, 286, 91),
        (1910, 331, 96),
        (3087, 355, 97),
        (7697, 381, 99),
        (47590, 397, 100),
    ],
)
def test_yamane(dossiers: int, five: int, ten: int) -> None:
    assert yamane_sample(dossiers) == five
    assert yamane_sample(dossiers, Fraction(1, 10)) == ten


@given(dossiers=st.integers(2, 100_000), share=st.floats(0.01, 0.99))
def test_the_own_sample_gives_the_half_width_it_promises(dossiers: int, share: float) -> None:
    n = own_sample(dossiers, share)
    assert 1 <= n <= dossiers

    def half_width(size: int) -> float:
        left = (dossiers - size) / (dossiers - 1)
        return 1.959963984540054 * (share * (1 - share) / size * left) ** 0.5

    assert half_width(n) <= 0.05 + 1e-9
    assert n == 1 or half_width(n - 1) > 0.05 - 1e-3


@given(
    dossiers=st.integers(1, 60_000),
    share=st.floats(0, 1),
    effect=st.floats(0.5, 6),
    wanted=st.floats(0.01, 0.2),
)
def test_the_exact_sample_is_the_smallest_that_keeps_its_promise(
    dossiers: int, share: float, effect: float, wanted: float
) -> None:
    n = exact_sample(dossiers, share, half_width=wanted, design_effect=effect)
    assert 1 <= n <= dossiers
    assert achieved_half_width(n, dossiers, share, design_effect=effect) <= wanted
    assert n == 1 or achieved_half_width(n - 1, dossiers, share, design_effect=effect) > wanted


def test_nobody_is_certain_because_everyone_asked_was_satisfied() -> None:
    assert exact_sample(10_000, 1.0) == 35
    assert achieved_half_width(10, 10_000, 1.0) > 0.1


def test_a_half_width_against_hand_computation() -> None:
    # Wilson 1927 at 80 of 100 without end of the population: 71.1% to 86.7%
    assert achieved_half_width(100, 10**9, 0.8) == pytest.approx((0.8666 - 0.7112) / 2, abs=1e-4)
    assert achieved_half_width(50, 50, 0.8) == 0


def test_correlated_answers_need_more_persons() -> None:
    alone, together = (exact_sample(5000, 0.85, design_effect=effect) for effect in (1.0, 2.0))
    assert alone < together < 2 * alone + 1
    assert own_sample(5000, 0.85, design_effect=2.0) > own_sample(5000, 0.85)


def test_more_answers_than_dossiers_and_impossible_wishes() -> None:
    with pytest.raises(AnalysisError, match="cannot be planned"):
        achieved_half_width(0, 100, 0.8)
    with pytest.raises(AnalysisError, match="cannot be planned"):
        exact_sample(100, 1.2)
    with pytest.raises(AnalysisError, match="cannot be planned"):
        exact_sample(0, 0.8)
