"""Which parts of a unit's responses may be shown where rows, columns and their crossings stand side by side.

Rows are fields and columns channels, or whatever two ways the persons of a unit are split. Readers have the total,
and every crossing adds up to its row and its column, so what is left out of one table may follow from the others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.suppression import is_small, protect, told_group

# A level, None where it is not known; a place is a crossing, a row's total (row, ALL) or a column's (ALL, column).
Level = str | None
Place = tuple[Level, Level]
ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class ShownParts:
    """What may be shown of the rows, the columns and the crossings."""

    rows: frozenset[Level]
    columns: frozenset[Level]
    crossings: frozenset[Place]


def shown_parts(
    persons: Mapping[Place, int], *, least: int, left_out: Collection[Level | Place] = ()
) -> ShownParts:
    """Tell which parts rest on `least` persons, none fewer of whom follow from what else is shown.

    A part of fewer persons is not shown; nor are as many others as it takes that it follows from no sums of
    shown ones (`suppression.protect`), alone or with up to three other crossings that are few even together.
    Crossings go before totals. `persons` counts each crossing; what is not shown anyway is named in `left_out`:
    places, or a level for all of it.

    Three persons in one corner: without them the rest of their row would follow from its column.

    >>> found = shown_parts({("a", "x"): 40, ("a", "y"): 3, ("b", "x"): 20, ("b", "y"): 30}, least=5)
    >>> sorted(found.rows), sorted(found.columns), sorted(found.crossings)
    (['a', 'b'], ['x', 'y'], [])
    """
    counts, sums = _tables(persons)
    small = {place for place, count in counts.items() if is_small(count, least)}
    hidden = {place for place in counts if not {place, *place}.isdisjoint(left_out)}
    cost = {place: int(ALL in place) for place in counts}
    while small:
        hidden |= protect(counts, sums, small=small, withheld=hidden, cost=cost).withheld
        unknown = [{place: sign for place, sign in one.items() if place in hidden} for one in sums]
        crossings = [place for place in persons if place in hidden]
        group = told_group(counts, unknown, crossings, least=least)
        further = None if group is None else _one_more(counts, sums, hidden, group)
        if further is None:
            break
        small.add(further)
        hidden.add(further)
    shown = counts.keys() - hidden
    return ShownParts(
        rows=frozenset(row for row, column in shown if column == ALL),
        columns=frozenset(column for row, column in shown if row == ALL),
        crossings=frozenset(place for place in shown if ALL not in place),
    )


def _tables(persons: Mapping[Place, int]) -> tuple[dict[Place, int], list[dict[Place, int]]]:
    """Count rows and columns too, and set out each sum: what adds up (1) to what (-1); the total is known."""
    counts = {place: count for place, count in persons.items() if count}
    for (row, column), count in [*counts.items()]:
        counts[row, ALL] = counts.get((row, ALL), 0) + count
        counts[ALL, column] = counts.get((ALL, column), 0) + count
    lines: dict[tuple[int, Level], dict[Place, int]] = {}
    for row, column in counts:
        # Of a row its crossings and its total, of a column likewise; of all rows, and all columns, the totals.
        lines.setdefault((0, row), {})[row, column] = -1 if column == ALL and row != ALL else 1
        lines.setdefault((1, column), {})[row, column] = -1 if row == ALL and column != ALL else 1
    return counts, [*lines.values()]


def _one_more(
    counts: Mapping[Place, int],
    sums: Sequence[Mapping[Place, int]],
    hidden: Collection[Place],
    group: Collection[Place],
) -> Place | None:
    """Choose what to hide so that a group does not follow: the smallest shown crossing beside it, else a total."""
    beside = [one for one in sums if not one.keys().isdisjoint(group)]
    for lines in (beside, sums):
        left = {place for one in lines for place in one if place not in hidden}
        if left:
            return min(left, key=lambda place: (ALL in place, counts[place], repr(place)))
    return None
