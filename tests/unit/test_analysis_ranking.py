"""Ranks with ties, and with their uncertainty."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analysis.errors import AnalysisError
from analysis.intervals import share_interval
from analysis.ranking import competition_ranks, joint_level, normal_rank_ranges, rank_chances, rank_ranges

EXPECTED = Path(__file__).parents[1] / "golden" / "stats" / "expected"


def test_equal_values_share_a_place_and_the_next_places_are_skipped() -> None:
    ranks = competition_ranks({unit: Decimal(value) for unit, value in zip("abcd", (90, 88, 88, 70), strict=True)})
    assert [(rank.place, rank.tied) for rank in ranks.values() if rank] == [
        (1, False),
        (2, True),
        (2, True),
        (4, False),
    ]


def test_units_without_a_value_have_no_rank_and_are_not_counted() -> None:
    ranks = competition_ranks({"a": Decimal(5), "b": None})
    assert ranks["b"] is None
    assert ranks["a"] is not None
    assert ranks["a"].group_count == 1


def test_the_same_number_written_differently_is_a_tie() -> None:
    ranks = competition_ranks({"a": Decimal("88.10"), "b": Decimal("88.1")})
    assert [rank.place for rank in ranks.values() if rank] == [1, 1]


def test_nobody_to_rank() -> None:
    assert competition_ranks({}) == {}


def example() -> dict[str, Any]:
    return json.loads((EXPECTED / "rank_uncertainty.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("joint", ["bonferroni", "independence"])
def test_joint_ranges_of_places_against_r(joint: Any) -> None:
    want = example()
    ranges = normal_rank_ranges(np.array(want["theta"]), np.array(want["se"]), joint=joint)
    assert ranges.place.tolist() == want["rank_point"]
    assert ranges.lower == pytest.approx(want["joint"][joint]["lo"], rel=1e-12)
    assert ranges.upper == pytest.approx(want["joint"][joint]["hi"], rel=1e-12)
    assert ranges.best.tolist() == want["joint"][joint]["rank_best"]
    assert ranges.worst.tolist() == want["joint"][joint]["rank_worst"]


def test_expected_places_against_r_and_simulated_chances_agree_with_them() -> None:
    want = example()
    chances = rank_chances(np.array(want["theta"]), np.array(want["se"]), seed=7, draws=40_000)
    assert chances.expected == pytest.approx(want["expected_rank"], rel=1e-12)
    assert chances.probability @ np.arange(1, 13) == pytest.approx(chances.expected, abs=0.05)
    assert chances.within(12) == pytest.approx(np.ones(12))


def test_equal_seeds_give_equal_chances_and_others_do_not() -> None:
    value, se = np.array([0.9, 0.88, 0.87]), np.array([0.02, 0.01, 0.03])
    first, second, other = (rank_chances(value, se, seed=seed).probability for seed in (5, 5, 6))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_units_without_any_error_share_a_tied_place_evenly() -> None:
    chances = rank_chances(np.array([1.0, 1.0, 0.5]), np.zeros(3), seed=1)
    assert chances.expected.tolist() == [1.5, 1.5, 3.0]
    assert chances.probability[2].tolist() == [0, 0, 1]
    assert chances.probability[0, 0] == pytest.approx(0.5, abs=0.03)
    ranges = normal_rank_ranges(np.array([1.0, 1.0, 0.5]), np.zeros(3))
    assert (ranges.place.tolist(), ranges.best.tolist(), ranges.worst.tolist()) == (
        [1, 1, 3],
        [1, 1, 3],
        [2, 2, 3],
    )


@given(
    value=arrays.arrays(float, st.integers(1, 12), elements=st.integers(50, 60).map(float)),
    data=st.data(),
)
def test_every_range_holds_the_place_and_is_what_its_definition_counts(value: np.ndarray, data: Any) -> None:
    se = data.draw(arrays.arrays(float, len(value), elements=st.sampled_from([0.0, 0.5, 1.0, 4.0])))
    ranges = normal_rank_ranges(value, se)
    for unit in range(len(value)):
        others = np.arange(len(value)) != unit
        surely_above = (ranges.lower >= ranges.upper[unit]) & others
        surely_below = (ranges.upper <= ranges.lower[unit]) & others
        # units that touch without width are tied: they are neither surely above nor below
        tied = (ranges.lower == ranges.upper) & (value == value[unit]) & (se[unit] == 0) & others
        assert ranges.best[unit] == 1 + (surely_above & ~tied).sum()
        assert ranges.worst[unit] == len(value) - (surely_below & ~tied).sum()
        assert ranges.best[unit] <= ranges.place[unit] <= ranges.worst[unit]
    chances = rank_chances(value, se, seed=3, draws=50)
    assert chances.probability.sum(axis=0) == pytest.approx(np.ones(len(value)))
    assert chances.probability.sum(axis=1) == pytest.approx(np.ones(len(value)))


def test_a_unit_without_a_score_cannot_be_ranked() -> None:
    with pytest.raises(AnalysisError, match="no figure"):
        rank_chances(np.array([0.9, np.nan]), np.array([0.1, 0.1]), seed=1)
    with pytest.raises(AnalysisError, match="no figure"):
        rank_ranges(np.array([0.9, 0.8]), np.array([0.8, 0.85]), np.array([0.95, 0.9]))


def test_a_unit_at_full_agreement_of_twenty_is_not_surely_the_first() -> None:
    share, n = np.array([1.0, 0.97, 0.95, 0.90]), np.array([20.0, 400, 400, 400])
    variance = share * (1 - share) / (n - 1)
    level = joint_level(4)
    # a normal interval of width 0 would put it first for certain
    assert normal_rank_ranges(share, np.sqrt(variance)).worst[0] == 1
    ranges = rank_ranges(share, *share_interval(share, variance, n, n - 1, level))
    assert (ranges.best[0], ranges.worst[0]) == (1, 4)
