"""The tally: database rows in any order become the same distinct patterns, and nonsense is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.tally import Tally, TallyBuilder, TallyRow

POSITIONS = {"v1": {"q1": 0, "q2": 1}, "v2": {"q2": 1, "q1": 2}, "v0": {"q1": 0}}


def row(**changes: object) -> TallyRow:
    columns: dict[str, object] = {
        "unit": "P1",
        "version": "v1",
        "trust": "counter",
        "flagged": False,
        "field": "dat-dai",
        "channel": "truc-tiep",
        "outcome": None,
        "counter": None,
        "week": None,
        "answers": "54y",
        "count": 1,
    }
    return tuple((columns | changes).values())  # type: ignore[return-value]


def build(*chunks: list[TallyRow]) -> Tally:
    builder = TallyBuilder(("q1", "q2"), POSITIONS)
    for chunk in chunks:
        builder.add(chunk)
    return builder.build()


def test_answers_become_ratings_by_version() -> None:
    tally = build([row(answers="5-n"), row(version="v2", answers="n4x"), row(version="v0", answers="1")])
    assert sorted(map(tuple, tally.ratings.tolist())) == [(-1, 4), (1, -1), (5, 0)]


def test_what_is_not_rated_leaves_the_pattern_and_equal_patterns_are_added_up() -> None:
    tally = build([row(answers="54y", count=3), row(answers="54n", count=2)], [row(version="v2", answers="k45")])
    assert tally.pattern_count == 1
    assert tally.response_count == 6


def test_unknown_levels_are_told_apart_from_known_ones() -> None:
    tally = build([row(field=None, channel=None), row(outcome="overdue")])
    assert tally.field.tolist() == [-1, 0]
    assert tally.channel.tolist() == [-1, 0]
    assert sorted(tally.outcome.tolist()) == [-1, 0]
    assert tally.outcome_levels == ("overdue",)


def test_counter_and_week_number_the_sampling_units_inside_each_unit() -> None:
    tally = build(
        [
            row(unit=unit, counter=counter, week=week, answers=answers)
            for unit in ("P2", "P1")
            for counter in (None, 7)
            for week in (30, 31)
            for answers in ("11n", "55n")
        ]
    )
    by_unit = [sorted(set(tally.psu[tally.unit == unit].tolist())) for unit in (0, 1)]
    assert by_unit == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert build([row()]).psu.tolist() == [0]


def test_selecting_keeps_what_the_mask_says() -> None:
    tally = build([row(trust="dossier"), row(trust="assisted", flagged=True, count=4), row(count=2)])
    assert tally.with_trust(("dossier", "counter")).response_count == 3
    assert tally.without_flagged().response_count == 3
    assert tally.with_trust(()).response_count == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answers": "64n"}, "tally_rating"),
        ({"answers": "5yn"}, "tally_rating"),
        ({"answers": "5ấn"}, "tally_rating"),
        ({"version": "v9"}, "tally_version"),
        ({"version": "v2", "answers": "54"}, "tally_position"),
        ({"trust": "hearsay"}, "tally_trust"),
        ({"trust": None}, "tally_trust"),
        ({"count": 0}, "tally_count"),
        ({"unit": None}, "tally_unit"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(AnalysisError) as fault:
        build([row(), row(**changes)])
    assert fault.value.code == code


def test_answers_of_one_version_have_one_length() -> None:
    with pytest.raises(AnalysisError) as fault:
        build([row(answers="54n"), row(answers="54")])
    assert fault.value.code == "tally_answer_length"
    assert fault.value.got == "54"


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(AnalysisError) as fault:
        build([row(), row()[:-1]])  # type: ignore[list-item]
    assert fault.value.code == "tally_row"


def test_items_must_be_named_once() -> None:
    with pytest.raises(AnalysisError):
        TallyBuilder(("q1", "q1"), POSITIONS)


rows = st.builds(
    lambda **columns: row(**columns),
    unit=st.sampled_from(["P10", "P2", "S1"]),
    trust=st.sampled_from(["dossier", "counter", "assisted"]),
    flagged=st.booleans(),
    field=st.sampled_from([None, "dat-dai", "ho-tich"]),
    outcome=st.sampled_from([None, "early", "overdue"]),
    counter=st.sampled_from([None, 3, 12]),
    week=st.integers(2600, 2612),
    answers=st.text("12345x-", min_size=3, max_size=3),
    count=st.integers(1, 5),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(rows, min_size=1, max_size=40), data=st.data())
def test_neither_order_nor_chunks_change_the_tally(rows: list[TallyRow], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    one, other = build(rows), build(shuffled[:cut], shuffled[cut:])
    assert one.digest() == other.digest()
    assert one.response_count == sum(row[-1] for row in rows)
    assert one.pattern_count == len({(*row[:1], *row[2:9], row[9][:2]) for row in rows})


def test_the_digest_sees_every_person() -> None:
    base = [row(count=3), row(answers="44n")]
    digests = {
        build(rows).digest()
        for rows in (
            base,
            [row(count=2), base[1]],
            [base[0]],
            [row(count=3, flagged=1), base[1]],
            [row(count=3, field="x"), base[1]],
        )
    }
    assert len(digests) == 5


def test_many_items_need_more_than_one_sort_word() -> None:
    items = [f"i{number}" for number in range(40)]
    rng = np.random.default_rng(1)
    texts = ["".join(rng.choice(list("12345x-"), 40)) for _ in range(50)]
    digests = set()
    for order in (texts, texts[::-1]):
        builder = TallyBuilder(items, {"v": {item: place for place, item in enumerate(items)}})
        builder.add([row(version="v", answers=text) for text in order + texts[:10]])
        tally = builder.build()
        assert (tally.pattern_count, tally.response_count) == (50, 60)
        digests.add(tally.digest())
    assert len(digests) == 1
