"""Ranks with ties."""

from decimal import Decimal

from analysis.ranking import competition_ranks


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
