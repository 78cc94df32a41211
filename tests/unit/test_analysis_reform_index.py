"""The reform index on published figures: totals, ranks, grades, changes, and units without a score."""

from dataclasses import replace
from decimal import Decimal
from importlib import resources

import pytest

from analysis.errors import AnalysisError
from analysis.points import percent, to_points
from analysis.reform_index import IndexEntry, IndexResult, PreviousIndex, compute_index
from analysis.rules import IndexRules, index_rules_from_toml, load_index_rules, load_score_rule

SPLIT = load_index_rules("index-60-10-30")
TOTALS = load_index_rules("index-total-100")


def entry(unit: str, *points: str | None, group: str = "xa", printed: str | None = None) -> IndexEntry:
    values = {
        part.code: None if text is None else Decimal(text)
        for part, text in zip(SPLIT.components, points, strict=True)
    }
    return IndexEntry(unit, group, values, printed_total=None if printed is None else Decimal(printed))


def total_entry(unit: str, total: str, group: str = "xa") -> IndexEntry:
    return IndexEntry(unit, group, {"tong": Decimal(total)})


def component(result: IndexResult, code: str) -> Decimal | None:
    return next(part for part in result.components if part.code == code).points


def test_hoai_nhon_2022_and_its_change_against_2021() -> None:
    conversion = load_score_rule().conversion
    years = {}
    for year, scores, index in ((2021, ("53.46", "8"), 0.7940), (2022, ("55.46", "6.67"), 0.8760)):
        before = years.get(year - 1)
        previous = {}
        if before is not None:
            points = {part.code: part.points for part in before.components}
            previous = {"hoai-nhon": PreviousIndex(before.total, 1, points)}
        [years[year]] = compute_index(
            [entry("hoai-nhon", *scores, str(to_points(index, conversion)))], SPLIT, previous=previous
        )
    assert component(years[2021], "hai-long") == Decimal("23.82")
    assert component(years[2022], "hai-long") == Decimal("26.28")
    assert years[2021].total == Decimal("85.28")
    assert years[2022].total == Decimal("88.41")
    assert years[2022].change_points == Decimal("3.13")
    changes = {part.code: part.change_points for part in years[2022].components}
    assert changes == {"ket-qua": Decimal("2.00"), "lanh-dao": Decimal("-1.33"), "hai-long": Decimal("2.46")}
    shares = [part.percent for part in years[2022].components]
    assert shares == [Decimal("92.43"), Decimal("66.70"), Decimal("87.60")]
    grade = years[2022].grade
    assert grade is not None
    assert grade.title.vi == "Tốt"


def test_phu_tai_is_sixth_of_eighteen_and_good() -> None:
    totals = ["91.20", "88.75", "86.10", "84.02", "82.33", "80.52", *(str(80 - place) for place in range(12))]
    results = compute_index([total_entry(f"u{place}", total) for place, total in enumerate(totals)], TOTALS)
    phu_tai = results[5]
    assert phu_tai.rank is not None
    assert (phu_tai.rank.place, phu_tai.rank.group_count, phu_tai.rank.tied) == (6, 18, False)
    assert phu_tai.grade is not None
    assert phu_tai.grade.title.vi == "Tốt"


def test_the_wards_of_tuy_hoa_are_first_second_and_third() -> None:
    wards = {"P8": "93.86", "P6": "92.03", "P7": "91.86"}
    results = compute_index([total_entry(unit, total) for unit, total in wards.items()], TOTALS)
    assert [result.rank.place for result in results if result.rank] == [1, 2, 3]


def test_eight_fields_of_binh_dinh_add_up_to_59_69_of_65() -> None:
    rules = load_index_rules("index-self-8-fields-65")
    points = ("7", "5", "13.65", "7.04", "7", "8", "9", "3")
    values = {part.code: Decimal(text) for part, text in zip(rules.components, points, strict=True)}
    [result] = compute_index([IndexEntry("binh-dinh", "tinh", values)], rules)
    assert (result.total, result.maximum, result.grade) == (Decimal("59.69"), Decimal("65"), None)
    assert result.percent == Decimal("91.83")


def test_seventy_points_without_a_survey_are_restated_to_a_hundred() -> None:
    rules = load_index_rules("index-70-rebased")
    entries = [
        IndexEntry(unit, unit, {"ket-qua": Decimal(points)}, printed_total=Decimal(printed))
        for unit, points, printed in (
            ("so", "62.62", "89.45"),
            ("huyen", "61.46", "87.80"),
            ("sai", "61.46", "88.80"),
        )
    ]
    results = compute_index(entries, rules)
    assert [result.total for result in results] == [Decimal("89.46"), Decimal("87.80"), Decimal("87.80")]
    # the source printed 89,45: a hundredth apart still agrees
    assert [result.printed.agrees for result in results if result.printed] == [True, True, False]
    assert [warning.code for warning in results[2].warnings] == ["printed_differs"]


def test_without_satisfaction_there_is_no_total_and_no_rank() -> None:
    scored, unscored = compute_index([entry("a", "50", "8", "20"), entry("b", "60", "10", None)], SPLIT)
    assert (unscored.status, unscored.total, unscored.rank, unscored.grade) == ("unranked", None, None, None)
    assert [warning.code for warning in unscored.warnings] == ["component_missing"]
    assert scored.rank is not None
    assert (scored.rank.place, scored.rank.group_count) == (1, 1)


def test_rules_may_rebase_a_unit_without_satisfaction() -> None:
    rules = changed(SPLIT.id, 'when_missing = "unranked"', 'when_missing = "rebase"')
    full, part = compute_index([entry("a", "54", "9", "24"), entry("b", "54", "9", None)], rules)
    assert (part.total, part.maximum, part.percent) == (Decimal("63"), Decimal("70"), Decimal("90.00"))
    assert full.percent == Decimal("87.00")
    assert part.rank is not None
    assert part.rank.place == 1
    assert [warning.code for warning in part.warnings] == ["component_rebased"]


def test_what_does_not_apply_leaves_the_denominator_only_if_the_rules_say_so() -> None:
    without = IndexEntry("a", "xa", {"ket-qua": Decimal(54), "hai-long": Decimal(27)}, frozenset({"lanh-dao"}))
    rules = changed(SPLIT.id, 'when_not_applicable = "refused"', 'when_not_applicable = "leave"')
    [result] = compute_index([without], rules)
    assert (result.total, result.maximum, result.percent, result.status) == (81, 90, Decimal("90.00"), "ranked")
    with pytest.raises(AnalysisError) as fault:
        compute_index([without], SPLIT)
    assert fault.value.code == "index_not_applicable"


def test_groups_are_ranked_apart_and_ties_share_a_place() -> None:
    results = compute_index(
        [
            *(
                total_entry(unit, total)
                for unit, total in (("a", "90"), ("b", "88.10"), ("c", "88.1"), ("d", "70"))
            ),
            total_entry("e", "50", group="phuong"),
        ],
        TOTALS,
    )
    ranks = [(result.rank.place, result.rank.tied, result.rank.group_count) for result in results if result.rank]
    assert ranks == [(1, False, 4), (2, True, 4), (2, True, 4), (4, False, 4), (1, False, 1)]


def test_a_rank_can_rise_while_points_fall() -> None:
    previous = {"a": PreviousIndex(Decimal("80"), rank=3), "b": PreviousIndex(Decimal("85"), rank=1)}
    a, b, new = compute_index(
        [total_entry("a", "79"), total_entry("b", "78"), total_entry("c", "60")], TOTALS, previous=previous
    )
    assert (a.change_points, a.change_rank) == (Decimal("-1"), 2)
    assert b.change_rank == -1
    assert (new.change_points, new.change_rank) == (None, None)


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("90", "xuat-sac"),
        ("89.99", "tot"),
        ("80", "tot"),
        ("70", "kha"),
        ("55", "trung-binh"),
        ("54.99", "yeu"),
        ("0", "yeu"),
    ],
)
def test_grade_limits(total: str, grade: str) -> None:
    [result] = compute_index([total_entry("a", total)], TOTALS)
    assert result.grade is not None
    assert result.grade.code == grade


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([total_entry("a", "100.01")], "index_points"),
        ([total_entry("a", "-1")], "index_points"),
        ([total_entry("a", "NaN")], "index_points"),
        ([total_entry("a", "1"), total_entry("a", "2")], "index_unit_twice"),
        ([IndexEntry("a", "xa", {"ket-qua": Decimal(1)})], "index_component"),
    ],
)
def test_faulty_entries_are_refused(entries: list[IndexEntry], code: str) -> None:
    with pytest.raises(AnalysisError) as fault:
        compute_index(entries, TOTALS)
    assert fault.value.code == code
    assert fault.value.where.startswith("a")


def test_an_index_is_not_a_percentage_of_its_parts() -> None:
    # 92.43, 66.70 and 87.60 percent of 60, 10 and 30 points are 88.41 only when added as points
    [result] = compute_index([entry("a", "55.46", "6.67", "26.28", printed="88.41")], SPLIT)
    assert result.printed is not None
    assert result.printed.agrees
    assert percent(0.8841) == result.percent


def changed(rule_id: str, old: str, new: str) -> IndexRules:
    text = (resources.files("analysis.rules") / f"{rule_id}.toml").read_text("utf-8")
    assert old in text
    return index_rules_from_toml(text.replace(old, new))


def with_ties(*codes: str) -> IndexRules:
    return replace(SPLIT, ties=codes)


def places(results: tuple[IndexResult, ...]) -> dict[str, tuple[int, bool]]:
    return {one.unit_id: (one.rank.place, one.rank.tied) for one in results if one.rank is not None}


def test_equal_totals_share_a_place_unless_the_rules_say_what_decides() -> None:
    """80 points each; c has the highest satisfaction, a and b the same, of which b settled more in time."""
    a, b, c = entry("a", "50", "6", "24"), entry("b", "51", "5", "24"), entry("c", "49", "6", "25")
    a, b = replace(a, on_time_percent=Decimal("97.10")), replace(b, on_time_percent=Decimal("99.94"))
    d = entry("d", "40", "6", "25")
    everyone = [a, b, c, d]
    assert places(compute_index(everyone, SPLIT)) == {
        "a": (1, True), "b": (1, True), "c": (1, True), "d": (4, False)
    }  # fmt: skip
    assert places(compute_index(everyone, with_ties("hai-long"))) == {
        "a": (2, True), "b": (2, True), "c": (1, False), "d": (4, False)
    }  # fmt: skip
    assert places(compute_index(everyone, with_ties("hai-long", "dung-han"))) == {
        "a": (3, False), "b": (2, False), "c": (1, False), "d": (4, False)
    }  # fmt: skip
    # Who has no on-time rate comes after who has one.
    assert places(compute_index(everyone, with_ties("dung-han")))["c"] == (3, False)


def test_only_what_the_rules_know_can_decide_a_tie() -> None:
    text = (resources.files("analysis.rules") / "index-60-10-30.toml").read_text("utf-8")
    rules = index_rules_from_toml('ties = ["hai-long", "dung-han"]\n' + text)
    assert rules.ties == ("hai-long", "dung-han")
    assert rules.digest() != SPLIT.digest()
    for wrong in ('["diem"]', '["hai-long", "hai-long"]', '"hai-long"'):
        with pytest.raises(AnalysisError) as refused:
            index_rules_from_toml(f"ties = {wrong}\n" + text)
        assert "ties" in (refused.value.where or "")
