"""The trees of criteria, the sums of a sheet, and what they make of the index."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from importlib import resources

import pytest

from analysis.criteria import criteria_from_toml, list_criteria, load_criteria
from analysis.criteria_points import sum_sheet
from analysis.errors import AnalysisError
from analysis.reform_index import IndexEntry, compute_index
from analysis.rules import BandCondition, load_index_rules

COMMUNE = load_criteria("criteria-commune-8")


def test_presets_exist_for_both_structures_of_every_level_and_add_up() -> None:
    sets = {(found.level, len(found.fields)): found for found in list_criteria()}
    assert set(sets) == {(level, count) for level in ("province", "commune", "district") for count in (7, 8)}
    assert all(found.head.reference for found in sets.values())
    assert {found.maximum for (_, count), found in sets.items() if count == 8} == {Decimal(65)}
    # Districts exist no more; only rounds of years that had them may use their criteria.
    assert {level for (level, _), found in sets.items() if found.last_year} == {"district"}


def test_the_maxima_of_the_eight_fields_are_those_of_binh_dinh() -> None:
    assert [str(field.maximum) for field in COMMUNE.fields] == ["7", "5", "14", "7.5", "8", "8.5", "9", "6"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("maximum = 7\n", "maximum = 8\n"),
        ('"1.2"', '"1.3"'),
        ("bonus_limit", "bonus_limt"),
        ('code = "2"', 'code = "1"'),
        ('code = "1.2"', 'code = "1"'),
    ],
)
def test_a_tree_that_does_not_add_up_is_refused(old: str, new: str) -> None:
    text = (resources.files("analysis.criteria") / "criteria-commune-8.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(AnalysisError):
        criteria_from_toml(text.replace(old, new, 1))


def full() -> dict[str, Decimal | None]:
    return {leaf.code: leaf.maximum for field in COMMUNE.fields for leaf in field.leaves}


def test_what_does_not_arise_leaves_the_denominator() -> None:
    points = full() | {"3.4": None}
    assert sum_sheet(points, COMMUNE).whole.points is None
    assert sum_sheet(points, COMMUNE).missing == ("3.4",)
    summed = sum_sheet(points, COMMUNE, not_applicable={"3.4"})
    assert (summed.whole.points, summed.whole.maximum, summed.whole.percent) == (63, 63, 100)
    assert (summed.fields["3"].points, summed.fields["3"].maximum) == (12, 12)


def test_bonus_and_penalty_stand_beside_the_sum() -> None:
    summed = sum_sheet(full() | {"thuong": Decimal("1.5"), "phat": Decimal(2)}, COMMUNE)
    assert (summed.whole.points, summed.adjustment) == (65, Decimal("-0.5"))


def entry(**values: object) -> IndexEntry:
    points = {"ket-qua": Decimal(54), "lanh-dao": Decimal(10), "hai-long": Decimal(26)}
    return IndexEntry(unit_id="A", group="", points=points, **values)  # type: ignore[arg-type]


def test_a_smaller_denominator_changes_percentage_and_grade() -> None:
    rules = load_index_rules("index-60-10-30")
    (plain,) = compute_index([entry()], rules)
    (less,) = compute_index([entry(maxima={"ket-qua": Decimal(55)})], rules)
    assert (plain.total, plain.maximum, plain.percent) == (90, 100, 90)
    assert (less.total, less.maximum, less.percent) == (90, 95, Decimal("94.74"))


@pytest.mark.parametrize(("adjustment", "total"), [("2", "92"), ("-3", "87"), ("40", "100"), ("-200", "0")])
def test_bonus_and_penalty_stay_within_the_scale(adjustment: str, total: str) -> None:
    (found,) = compute_index([entry(adjustment=Decimal(adjustment))], load_index_rules("index-60-10-30"))
    assert found.total == Decimal(total)


def test_a_side_condition_holds_a_grade_back_and_says_so() -> None:
    rules = load_index_rules("index-60-10-30")
    first = replace(rules.bands[0], conditions=(BandCondition("hai-long", Decimal(90)),))
    strict = replace(rules, bands=(first, *rules.bands[1:]))
    (found,) = compute_index([entry()], strict)
    assert found.grade is not None
    assert found.grade_held_back is not None
    assert (found.grade.code, found.grade_held_back.code) == ("tot", "xuat-sac")
    (plain,) = compute_index([entry()], rules)
    assert (plain.grade, plain.grade_held_back) == (rules.bands[0], None)
