"""Cells of published counts that are withheld so that no small one can be worked out.

A count of one to four persons is withheld (primary suppression). Whoever has the total of its row would subtract;
so further cells are withheld (complementary suppression) until no small one follows from what is published:

* L. H. Cox (1980), Suppression methodology and statistical disclosure control, JASA 75, 377-385: what is withheld
  must not be a unique solution of the sums that the table has.
* D. Gusfield (1988), A graph theoretic approach to statistical data security, SIAM J. Comput. 17, 552-571: in a
  table with its margins a withheld cell is safe where it lies on a circle of withheld cells.
* A. Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4: linked tables, where a cell stands
  in several of them, are protected together, and with what was published before.

All sums that readers know are taken as one linear system over the withheld cells, solved in whole numbers. A zero
says nothing about a person and is never withheld, so every unknown is at least 1: one that is no unique solution
can have been smaller or larger, but where as many unknowns as persons are left, each of which is then one.
"""

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations
from random import Random
from typing import Generic, TypeVar

Cell = TypeVar("Cell", bound=Hashable)
_PRIME = 2**61 - 1
_LARGEST_GROUP = 4


@dataclass(frozen=True, slots=True)
class Protected(Generic[Cell]):
    """The cells to withhold; `exposed` are small ones that what is already public gives away."""

    withheld: frozenset[Cell]
    exposed: frozenset[Cell]


def is_small(count: int, least: int) -> bool:
    """Tell whether a count may not be shown: some persons, but fewer than `least`."""
    return 0 < count < least


def computable(withheld: Collection[Cell], sums: Iterable[Collection[Cell]]) -> set[Cell]:
    """Return the withheld cells that follow from the others: each sum is of known total, with any signs.

    A row of two withheld cells tells neither; with another sum that holds only one of them, both are known:

    >>> sorted(computable({"a", "b"}, [{"a", "b", "c"}]))
    []
    >>> sorted(computable({"a", "b"}, [{"a", "b", "c"}, {"b", "d"}]))
    ['a', 'b']
    """
    unknown = set(withheld)
    return _solved([dict.fromkeys((cell for cell in one if cell in unknown), 1) for one in sums])


def told_group(
    counts: Mapping[Cell, int], sums: Iterable[Mapping[Cell, int]], among: Iterable[Cell], *, least: int
) -> tuple[Cell, ...] | None:
    """Return a group of unknown cells that hold fewer than `least` together and whose sum follows, if any does.

    `sums` hold nothing but unknowns, each with its sign; looked at are groups of up to four cells of `among`.

    >>> sorted(told_group({"a": 1, "b": 2}, [{"a": 1, "b": 1}], ["a", "b"], least=5))
    ['a', 'b']
    """
    values = _drawn(sums)
    cells = [cell for cell in among if cell in values]
    for size in range(1, min(least, _LARGEST_GROUP + 1)):
        # Each of the others holds one at least.
        few = [cell for cell in cells if counts[cell] <= least - size]
        for group in _adding_to_nothing(few, values, size):
            if sum(counts[cell] for cell in group) < least:
                return group
    return None


def _adding_to_nothing(cells: Sequence[Cell], values: Mapping[Cell, int], size: int) -> Iterator[tuple[Cell, ...]]:
    """Find the groups of `size` cells whose values add up to nothing: to each half the other is looked up."""
    halves: dict[int, list[tuple[Cell, ...]]] = {}
    for half in combinations(cells, size // 2):
        halves.setdefault(-sum(values[cell] for cell in half) % _PRIME, []).append(half)
    for other in combinations(cells, size - size // 2):
        for half in halves.get(sum(values[cell] for cell in other) % _PRIME, ()):
            if set(half).isdisjoint(other):
                yield *half, *other


def protect(
    counts: Mapping[Cell, int],
    sums: Sequence[Mapping[Cell, int]],
    *,
    small: Collection[Cell],
    withheld: Collection[Cell] = (),
    public: Collection[Cell] = (),
    cost: Mapping[Cell, int] | None = None,
) -> Protected[Cell]:
    """Withhold what is `small` and as many further cells as it takes that none of it can be computed.

    `sums` are all that a reader knows to add up: cell → its sign, the whole being a number that the reader has.
    Cells in `withheld` are so already, and those in `public` are out and cannot be taken back. Among the others
    those of the lowest `cost` go first, then the smallest.
    """
    table = _Table(counts, sums, kept=set(public), cost=cost or {})
    for cell in {*small, *withheld}:
        table.hide(cell)
    exposed: set[Cell] = set()
    while True:
        solved = table.solved()
        told = sorted((solved & set(small)) - exposed, key=repr)
        if not told:
            return Protected(frozenset(table.hidden), frozenset(exposed))
        # As many at once as do not meddle with each other: a nation has thousands of units.
        done: set[int] = set()
        for cell in told:
            found = table.next_to(cell, solved)
            if found is not None and found[0] not in done:
                done.add(found[0])
                table.hide(found[1])
        if not done:
            exposed.update(told)


class _Table(Generic[Cell]):
    """The sums with what is withheld in them so far."""

    def __init__(
        self, counts: Mapping[Cell, int], sums: Sequence[Mapping[Cell, int]], *, kept: set[Cell],
        cost: Mapping[Cell, int],
    ) -> None:  # fmt: skip
        self.hidden: set[Cell] = set()
        self._counts, self._sums, self._kept, self._cost = counts, sums, kept, cost
        self._hidden_in: list[dict[Cell, int]] = [{} for _ in sums]
        self._of: dict[Cell, list[int]] = {}
        for place, one in enumerate(sums):
            for cell in one:
                self._of.setdefault(cell, []).append(place)

    def hide(self, cell: Cell) -> None:
        self.hidden.add(cell)
        for place in self._of.get(cell, ()):
            self._hidden_in[place][cell] = self._sums[place][cell]

    def solved(self) -> set[Cell]:
        return _solved(self._hidden_in)

    def next_to(self, cell: Cell, solved: set[Cell]) -> tuple[int, Cell] | None:
        """Choose a sum that leads to `cell`, the one that tells most directly, and what else to withhold in it."""
        alone = [place for place in self._of.get(cell, ()) if self._hidden_in[place].keys() == {cell}]
        for place in alone or [*self._leading_to(cell, solved), *self._leading_to(cell, self.hidden)]:
            left = [one for one in self._sums[place] if self._may_hide(one)]
            if left:
                return place, min(left, key=lambda one: self._preference(one, place))
            if alone:
                return None
        return None

    def _leading_to(self, cell: Cell, solved: set[Cell]) -> list[int]:
        """The sums that lead to a cell over others that are solved: with one unknown first, then the nearest."""
        distance: dict[int, int] = {}
        waiting, seen = deque([(cell, 0)]), {cell}
        while waiting:
            at, steps = waiting.popleft()
            for place in self._of.get(at, ()):
                if place in distance:
                    continue
                distance[place] = steps
                for other in self._hidden_in[place]:
                    if other in solved and other not in seen:
                        seen.add(other)
                        waiting.append((other, steps + 1))
        return sorted(distance, key=lambda place: (min(len(self._hidden_in[place]), 2), distance[place], place))

    def _may_hide(self, cell: Cell) -> bool:
        return cell not in self.hidden and cell not in self._kept and self._counts.get(cell, 0) > 0

    def _preference(self, cell: Cell, place: int) -> tuple[int, bool, int, str]:
        """The cheapest first; then what closes a circle with something withheld elsewhere, then the smallest."""
        alone = not any(self._hidden_in[there] for there in self._of[cell] if there != place)
        return self._cost.get(cell, 0), alone, self._counts[cell], repr(cell)


def _solved(rows: Iterable[Mapping[Cell, int]]) -> set[Cell]:
    """Return the unknowns with exactly one solution."""
    return {cell for cell, value in _drawn(rows).items() if not value}


def _drawn(rows: Iterable[Mapping[Cell, int]]) -> dict[Cell, int]:
    """Draw one solution of the homogeneous system, in whole numbers modulo a prime.

    What the sums tell is zero in it; what is free to move is zero by chance once in 10^18 times.
    """
    pivots: dict[Cell, dict[Cell, int]] = {}
    order: dict[Cell, int] = {}
    for row in sorted((dict(row) for row in rows if row), key=len):
        _reduce(row, pivots, order)
        if not row:
            continue
        pivot = min(row, key=repr)
        inverse = pow(row.pop(pivot), -1, _PRIME)
        order[pivot] = len(pivots)
        pivots[pivot] = {cell: value * inverse % _PRIME for cell, value in row.items()}
    chance = Random(len(pivots))  # noqa: S311  repeatable, not secret
    drawn: dict[Cell, int] = {}
    for pivot, rest in reversed(pivots.items()):
        whole = 0
        for cell in sorted(rest, key=repr):
            if cell not in drawn:
                drawn[cell] = chance.randrange(1, _PRIME)
            whole += rest[cell] * drawn[cell]
        drawn[pivot] = -whole % _PRIME
    return drawn


def _reduce(row: dict[Cell, int], pivots: Mapping[Cell, Mapping[Cell, int]], order: Mapping[Cell, int]) -> None:
    """Replace what earlier sums tell, the earliest first: a pivot's own sum can only hold later ones."""
    waiting = [(order[cell], cell) for cell in row if cell in order]
    heapify(waiting)
    while waiting:
        _, pivot = heappop(waiting)
        times = row.pop(pivot, 0)
        if not times:
            continue
        for cell, value in pivots[pivot].items():
            if cell not in row and cell in order:
                heappush(waiting, (order[cell], cell))
            left = (row.get(cell, 0) - times * value) % _PRIME
            if left:
                row[cell] = left
            else:
                row.pop(cell, None)
