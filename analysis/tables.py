"""Weighted counts of ratings, by group and jointly for two items: what totals and variances are made of.

Ratings have few values, so that a pass over the patterns counts an item, or three items taken together; everything
after that is arithmetic on small tables.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sums import FloatArray, IndexArray, group_sums

StateArray = NDArray[np.int8]

# an item is not applicable (-1), skipped (0), or rated 1 to 5; joint tables know only "no rating" (0) and 1 to 5
RATINGS: Final = 7
STATES: Final = 6


def rating_tables(group: IndexArray, state: StateArray, weight: FloatArray, size: int) -> FloatArray:
    """Return the weighted counts (size, K, 7) of -1 .. 5 among the states (K, P) of each item in each group."""
    tables = np.empty((size, len(state), RATINGS))
    first = group * RATINGS + 1
    for item, given in enumerate(state):
        tables[:, item] = group_sums(first + given, weight, size * RATINGS).reshape(size, RATINGS)
    return tables


def joint_tables(
    group: IndexArray, state: StateArray, weights: Sequence[FloatArray], size: int
) -> list[FloatArray]:
    """Return for each row weight the joint counts (size, K, 6, K, 6) of every two items.

    `[:, i, s, j, t]` is the weight of the patterns with state s of item i and t of item j. Three items have only
    216 joint values: one pass counts those, and leaving one item out gives the table of the other two.
    """
    items = len(state)
    rated = np.maximum(state, 0).astype(np.uint8)
    joint = [np.zeros((size, items, STATES, items, STATES)) for _ in weights]
    for chosen in _groups_of_three(items):
        values = STATES ** len(chosen)
        code = rated[chosen[0]]
        for item in chosen[1:]:
            code = code * np.uint8(STATES) + rated[item]
        key = group * values + code
        for tables, weight in zip(joint, weights, strict=True):
            counts = group_sums(key, weight, size * values).reshape(size, *(STATES for _ in chosen))
            letters = "abc"[: len(chosen)]
            for (first, i), (second, j) in combinations(zip(letters, chosen, strict=True), 2):
                pair = np.einsum(f"u{letters}->u{first}{second}", counts)
                tables[:, i, :, j] = pair
                tables[:, j, :, i] = pair.transpose(0, 2, 1)
    states = np.arange(STATES)
    for tables in joint:
        for item in range(items):
            tables[:, item, states, item, states] = tables[:, item, :, (item + 1) % items].sum(axis=2)
    return joint


@cache
def _groups_of_three(items: int) -> tuple[tuple[int, ...], ...]:
    """Choose groups of three items so that every two are together in one; first and last if there are fewer.

    >>> _groups_of_three(5)
    ((0, 1, 2), (0, 3, 4), (1, 2, 3), (1, 2, 4))
    """
    if items < 3:
        return ((0, items - 1),)
    groups = []
    apart = set(combinations(range(items), 2))
    for pair in combinations(range(items), 2):
        if pair in apart:
            options = (tuple(sorted({*pair, item})) for item in range(items) if item not in pair)
            groups.append(max(options, key=lambda group: len(apart.intersection(combinations(group, 2)))))
            apart -= set(combinations(groups[-1], 2))
    return tuple(groups)
