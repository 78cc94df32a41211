"""What stands beside a score: parts of a unit, importance of factors, standing in a group."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from random import Random

import numpy as np
import pytest

from analysis.breakdown import break_down
from analysis.crossed import Place, shown_parts
from analysis.importance import importances
from analysis.population import DossierRow, population_from_rows
from analysis.rules import load_score_rule
from analysis.satisfaction import FactorSpec, Weighed, score_weighed, weigh
from analysis.standing import Ranked, standings
from analysis.tally import TallyBuilder, TallyRow

ITEMS = ("a", "b", "c")
FACTORS = tuple(FactorSpec(item, (item,)) for item in ITEMS)


def weighed(rows: list[TallyRow], dossiers: dict[tuple[str, str], int]) -> Weighed:
    builder = TallyBuilder(ITEMS, {"v": {item: place for place, item in enumerate(ITEMS)}})
    builder.add(rows)
    population = population_from_rows(
        DossierRow("U", "received", field, channel, None, count) for (field, channel), count in dossiers.items()
    )
    return weigh(builder.build(), population, rule=load_score_rule(), factors=FACTORS)


def row(field: str, channel: str, answers: str, count: int) -> TallyRow:
    return ("U", "v", "counter", 0, field, channel, None, None, None, answers, count)


def test_a_part_is_weighted_as_the_unit_and_has_an_interval() -> None:
    unit = weighed(
        [
            row("land", "direct", "555", 60),
            row("land", "direct", "111", 20),
            row("land", "online", "555", 10),
            row("land", "online", "111", 10),
            row("civil", "direct", "555", 100),
        ],
        {("land", "direct"): 500, ("land", "online"): 500, ("civil", "direct"): 1000, ("civil", "online"): 0},
    )
    fields = {part.levels[0]: part for part in break_down(unit)[0].fields}
    assert (fields["land"].dossiers, fields["civil"].dossiers) == (1000, 1000)
    # 1,500 direct and 500 online dossiers: what the unit's own weights make of 60/80 and 10/20
    ratio = dict(zip(_cells(unit), unit.weights.ratio, strict=True))
    direct, online = ratio["land", "direct"], ratio["land", "online"]
    expected = (60 * direct + 10 * online) / (80 * direct + 20 * online)
    assert fields["land"].estimate.share == pytest.approx(expected, abs=1e-12)
    assert fields["land"].estimate.lower is not None
    assert fields["land"].estimate.upper is not None
    assert fields["land"].estimate.lower < expected < fields["land"].estimate.upper
    assert fields["land"].estimate.n == 100
    # everyone agreed, and still it is no certainty
    assert fields["civil"].estimate.share == 1
    assert fields["civil"].estimate.lower == pytest.approx(0.9638, abs=1e-4)


def test_the_parts_of_equal_weights_are_plain_shares() -> None:
    unit = weighed(
        [row("land", "direct", "511", 40), row("land", "direct", "555", 40), row("land", "online", "115", 30)],
        {("land", "direct"): 80, ("land", "online"): 30},
    )
    parts = {part.levels: part.estimate.share for part in break_down(unit)[0].cells}
    assert parts["land", "direct"] == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert parts["land", "online"] == pytest.approx(1 / 3)
    whole = break_down(unit)[0].fields[0]
    assert whole.estimate.share == pytest.approx(score_weighed(unit).units[0].index_share)


def test_nothing_rests_on_fewer_than_five_nor_follows_by_subtraction() -> None:
    unit = weighed(
        [
            row("land", "direct", "555", 40),
            row("civil", "direct", "511", 20),
            row("trade", "direct", "111", 3),
        ],
        {("land", "direct"): 400, ("civil", "direct"): 200, ("trade", "direct"): 30},
    )
    # the three persons of "trade" would be what is left of 63; so "civil", the smallest shown, goes as well
    (found,) = break_down(unit)
    assert [part.levels for part in found.fields] == [("land",)]
    assert [part.levels for part in found.channels] == [("direct",)]
    assert [part.levels for part in found.cells] == [("land", "direct")]


def test_few_persons_of_no_known_field_do_not_follow_from_the_known_ones() -> None:
    unit = weighed(
        [
            row("land", "direct", "555", 40),
            row("civil", "direct", "511", 20),
            ("U", "v", "counter", 0, None, "direct", None, None, None, "111", 3),
        ],
        {("land", "direct"): 400, ("civil", "direct"): 200},
    )
    (found,) = break_down(unit)
    assert [part.levels for part in found.fields] == [("land",)]
    assert [part.levels for part in found.cells] == [("land", "direct")]


@pytest.mark.parametrize(
    ("persons", "rows", "columns", "crossings"),
    [
        # 3 in the corner: hiding one more in its row and one in its column is not enough, since the one in its row
        # follows from its own column
        ({"ax": 40, "ay": 3, "bx": 20, "by": 30}, "ab", "xy", []),
        ({"ax": 40, "bx": 20, "by": 30}, "ab", "xy", ["ax", "bx", "by"]),
        ({"ax": 40, "ay": 3, "bx": 20, "by": 3}, "ab", "xy", []),
        # a whole row of few goes, and the smallest other row with it
        ({"ax": 40, "ay": 40, "bx": 20, "by": 20, "cx": 3}, "a", "xy", ["ax", "ay", "by"]),
        # two small ones in a row cannot be told apart, but together they are still few
        ({"ax": 40, "ay": 1, "az": 2, "bx": 30, "by": 20, "bz": 20}, "ab", "xyz", []),
        # where few are left of everything, nothing but the whole is shown
        ({"ax": 3, "bx": 40}, "", "x", []),
    ],
)
def test_hiding_goes_on_until_nothing_follows(
    persons: dict[str, int], rows: str, columns: str, crossings: list[str]
) -> None:
    counts: dict[Place, int] = {(place[0], place[1]): count for place, count in persons.items()}
    found = shown_parts(counts, least=5)
    assert (found.rows, found.columns) == (frozenset(rows), frozenset(columns))
    assert found.crossings == {(place[0], place[1]) for place in crossings}


def test_what_is_hidden_is_no_difference_of_what_is_shown() -> None:
    """At random tables: no few persons, alone or together, solve the sums that a reader can write down."""
    chance = Random(3)
    for _ in range(60):
        rows, columns = "abcd"[: chance.randint(1, 4)], "xyz"[: chance.randint(1, 3)]
        counts: dict[Place, int] = {
            (row, column): chance.choice((0, 1, 3, 4, 6, 12, 40)) for row in rows for column in columns
        }
        if sum(counts.values()) < 5:
            continue  # such a unit has no page
        found = shown_parts(counts, least=5)
        unknown = [place for place, count in counts.items() if count and place not in found.crossings]
        # what a reader can write down: the hidden crossings of every line whose total is shown, and of all
        lines = [[place for place in unknown if place[0] == row] for row in rows if row in found.rows]
        lines += [
            [place for place in unknown if place[1] == column] for column in columns if column in found.columns
        ]
        known = np.array([[place in line for place in unknown] for line in [*lines, unknown]], float)
        rank = np.linalg.matrix_rank(known)
        for size in range(1, 5):
            for group in combinations(unknown, size):
                if sum(counts[place] for place in group) < 5:
                    one = np.array([place in group for place in unknown], float)
                    assert np.linalg.matrix_rank(np.vstack([known, one])) > rank, (counts, group)


def test_importance_is_the_correlation_with_the_other_factors() -> None:
    rows = [row("land", "direct", answers, 30) for answers in ("551", "442", "223", "114", "335")]
    (found,) = importances(weighed(rows, {("land", "direct"): 900}))
    assert found is not None
    values = np.repeat([[5, 5, 1], [4, 4, 2], [2, 2, 3], [1, 1, 4], [3, 3, 5]], 30, axis=0)
    expected = np.corrcoef(values[:, 0], values[:, 1] + values[:, 2])[0, 1]
    assert found.factors[0].correlation == pytest.approx(expected)
    assert (found.n, found.factors[0].mean_share) == (150, pytest.approx(0.5))


def test_importance_needs_persons_and_answers_that_vary() -> None:
    few = [row("land", "direct", "551", 50), row("land", "direct", "115", 40)]
    alike = [row("land", "direct", "555", 150), row("land", "direct", "515", 50)]
    assert importances(weighed(few, {("land", "direct"): 900})) == (None,)
    assert importances(weighed(alike, {("land", "direct"): 900})) == (None,)


def ranked(name: str, points: str, se: float, n: int = 400) -> Ranked:
    share = float(points) / 30
    return Ranked(name, Decimal(points), share, se, share - 1.966 * se, min(share + 1.966 * se, 1), n, n - 1)


def test_a_standing_says_what_cannot_be_told_apart() -> None:
    found = {
        one.unit_id: one
        for one in standings(
            [ranked("a", "27.00", 0.004), ranked("b", "24.00", 0.01), ranked("c", "24.00", 0.01),
             ranked("d", "23.70", 0.01), ranked("e", "18.00", 0.01)]
        )
    }  # fmt: skip
    assert [found[name].place for name in "abcde"] == [1, 2, 2, 4, 5]
    assert (found["a"].best, found["a"].worst, found["a"].alike) == (1, 1, ())
    assert (found["b"].best, found["b"].worst, found["b"].tied) == (2, 4, True)
    # places 2 and 4 are neighbours: the tie has skipped 3
    assert (found["b"].alike, found["b"].alike_count, found["b"].pair_count) == (((2, 4),), 2, 10)
    assert found["d"].alike == ((2, 2),)
    assert found["a"].top_chance == pytest.approx(1)
    assert found["e"].top_chance == 0


def test_a_unit_where_everybody_agreed_is_not_certain_to_be_first() -> None:
    whole = Ranked("a", Decimal("30.00"), 1.0, 0.0, 0.883, 1.0, 30, 29)
    first, second = standings([whole, ranked("b", "29.10", 0.012)])
    assert (first.place, first.worst, first.alike_count) == (1, 2, 1)
    assert second.best == 1
    assert first.top_chance is not None
    assert first.top_chance < 0.95


def test_a_group_without_scores_has_no_standings() -> None:
    assert standings([]) == ()


def _cells(unit: Weighed) -> list[tuple[str, str]]:
    fields, channels = unit.margins.plans[0].levels, unit.margins.plans[1].levels
    levels = unit.margins.cells.levels
    return [(fields[f], channels[c]) for f, c in zip(levels["field"], levels["channel"], strict=True)]
