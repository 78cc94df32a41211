"""Ranks inside a group."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in a group: equal values share a place and the places after it are skipped (1, 2, 2, 4)."""

    place: int
    group_count: int
    tied: bool


def competition_ranks(values: Mapping[str, Decimal | None]) -> Mapping[str, Rank | None]:
    """Rank units by value, highest first; a unit without a value has no rank and is not in the group's count.

    >>> ranks = competition_ranks({"a": Decimal(9), "b": Decimal(8), "c": Decimal(8), "d": Decimal(7), "e": None})
    >>> [ranks[unit].place for unit in "abcd"], ranks["b"].tied, ranks["a"].group_count, ranks["e"]
    ([1, 2, 2, 4], True, 4, None)
    """
    holders = Counter(value for value in values.values() if value is not None)
    places: dict[Decimal, int] = {}
    place = 1
    for value in sorted(holders, reverse=True):
        places[value] = place
        place += holders[value]
    return {
        unit: None
        if value is None
        else Rank(place=places[value], group_count=holders.total(), tied=holders[value] > 1)
        for unit, value in values.items()
    }
