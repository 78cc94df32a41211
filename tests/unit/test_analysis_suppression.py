"""Withheld cells: nobody gets a small one back by adding and subtracting what is published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.suppression import computable, is_small, protect

LEAST = 5
WAYS = ("dossier", "counter", "assisted")
COUNT = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 300))
Cell = tuple[str, str]


def table(rows: list[list[int]]) -> tuple[dict[Cell, int], list[dict[Cell, int]], set[Cell], dict[Cell, int]]:
    """Units by way in, with the total of each unit and the row of the level above."""
    counts = {(f"U{u}", way): n for u, row in enumerate(rows) for way, n in zip(WAYS, row, strict=True)}
    sums: list[dict[Cell, int]] = []
    fixed: set[Cell] = set()
    for u, row in enumerate(rows):
        counts[f"U{u}", "n"] = sum(row)
        fixed.add((f"U{u}", "n"))
        sums.append({(f"U{u}", "n"): -1} | {(f"U{u}", way): 1 for way in WAYS})
    for way in WAYS:
        counts["above", way] = sum(counts[f"U{u}", way] for u in range(len(rows)))
        sums.append({("above", way): -1} | {(f"U{u}", way): 1 for u in range(len(rows))})
    counts["above", "n"] = sum(map(sum, rows))
    fixed.add(("above", "n"))
    sums.append({("above", "n"): -1} | {("above", way): 1 for way in WAYS})
    return counts, sums, fixed, {("above", way): 9 for way in WAYS}


def possible(
    cell: Cell, counts: dict[Cell, int], sums: list[dict[Cell, int]], withheld: frozenset[Cell]
) -> tuple[float, float]:
    """What a reader can still believe of a withheld cell: by linear programming, with nothing below zero."""
    names = sorted(withheld)
    matrix = np.array([[one.get(name, 0) for name in names] for one in sums], float)
    known = [-sum(sign * counts[name] for name, sign in one.items() if name not in withheld) for one in sums]
    aim = np.array([float(name == cell) for name in names])
    ends = [linprog(sign * aim, A_eq=matrix, b_eq=known, bounds=(0, None)) for sign in (1, -1)]
    assert all(end.status in (0, 3) for end in ends)
    return float(ends[0].fun or 0), np.inf if ends[1].status == 3 else -float(ends[1].fun or 0)


@given(
    st.lists(st.lists(COUNT, min_size=3, max_size=3).filter(lambda row: sum(row) >= LEAST), min_size=1, max_size=7)
)
def test_no_small_cell_follows_from_margins_and_the_level_above(rows: list[list[int]]) -> None:
    counts, sums, fixed, cost = table(rows)
    small = {cell for cell, n in counts.items() if is_small(n, LEAST) and cell not in fixed}
    found = protect(counts, sums, small=small, public=fixed, cost=cost)
    assert not found.exposed
    assert small <= found.withheld
    assert not found.withheld & fixed
    for cell in small:
        low, high = possible(cell, counts, sums, found.withheld)
        assert low < counts[cell] < high, cell


@given(
    st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_what_an_earlier_publication_withheld_stays_withheld_in_the_next(
    rows: list[list[int]], changes: list[int]
) -> None:
    """Two revisions: as a reader may take a small change for known, a cell of the first must not follow."""
    rows = [[row[0] + LEAST, *row[1:]] for row in rows]
    counts, sums, fixed, cost = table(rows)
    small = {cell for cell, n in counts.items() if is_small(n, LEAST) and cell not in fixed}
    first = protect(counts, sums, small=small, public=fixed, cost=cost)

    later_rows = [[row[0], row[1], row[2] + change] for row, change in zip(rows, changes, strict=False)]
    later, later_sums, later_fixed, later_cost = table(later_rows)
    both = {("old", *cell): n for cell, n in counts.items()} | {("new", *cell): n for cell, n in later.items()}
    every = [{("old", *c): s for c, s in one.items()} for one in sums]
    every += [{("new", *c): s for c, s in one.items()} for one in later_sums]
    every += [{("new", *c): 1, ("old", *c): -1} for c in counts if abs(later[c] - counts[c]) < LEAST]
    old_withheld = {("old", *c) for c in first.withheld}
    new_small = {("new", *c) for c, n in later.items() if is_small(n, LEAST) and c not in later_fixed}
    found = protect(
        both,
        every,
        small={("old", *c) for c in small} | new_small,
        withheld=old_withheld,
        public={("old", *c) for c in counts if c not in first.withheld} | {("new", *c) for c in later_fixed},
        cost={("new", *c): n for c, n in later_cost.items()},
    )
    told = computable(found.withheld, every)
    # what was printed before and is small only now cannot be taken back; nothing else may follow
    printed = {("new", *c) for c in later if ("new", *c) in new_small and c not in first.withheld}
    assert not told & {("old", *c) for c in small}
    assert found.exposed <= printed


def test_a_single_small_cell_takes_three_others_with_it() -> None:
    counts, sums, fixed, cost = table([[20, 30, 2], [40, 50, 60], [70, 80, 90]])
    found = protect(counts, sums, small={("U0", "assisted")}, public=fixed, cost=cost)
    assert found.withheld == {("U0", "assisted"), ("U0", "dossier"), ("U1", "dossier"), ("U1", "assisted")}


def test_zero_is_printed_as_zero() -> None:
    counts, sums, fixed, cost = table([[0, 30, 2], [0, 50, 60], [0, 80, 90]])
    found = protect(counts, sums, small={("U0", "assisted")}, public=fixed, cost=cost)
    assert not any(cell[1] == "dossier" for cell in found.withheld)


def test_what_cannot_be_taken_back_is_named() -> None:
    found = protect({"a": 2, "whole": 2}, [{"a": 1, "whole": -1}], small={"a"}, public={"whole"})
    assert found.exposed == {"a"}


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (4, True), (5, False)])
def test_which_counts_are_small(count: int, small: bool) -> None:
    assert is_small(count, LEAST) is small
