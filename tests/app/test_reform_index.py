"""The reform index: points from files, satisfaction from closed quarters, totals, ranks, grades, changes."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.ranking import Rank
from survey.config import TIME_ZONE
from survey.errors import Fault, HailongError, ImportRefused
from survey.messages import fault_line
from survey.models import IndexEntry, IndexRound, Unit
from survey.services import reform_index
from survey.services.importing import ImportSummary
from survey.services.reform_index import IndexRow
from survey.services.reform_index_import import import_index, template

from commands import hailong
from factories import Factory
from index_rounds import close_quarter

NOW = datetime(2026, 10, 5, 9, tzinfo=TIME_ZONE)


def run(session: Session, content: str | bytes, year: int = 2026, **options: Any) -> ImportSummary:
    data = content if isinstance(content, bytes) else content.encode()
    return import_index(session, data, year=year, now=NOW, actor="test", file_name="index.csv", **options)


def faults_of(session: Session, content: str, **options: Any) -> list[Fault]:
    with pytest.raises(ImportRefused) as refused:
        run(session, content, **options)
    assert session.scalars(select(IndexRound)).all() == []
    return refused.value.faults


def rows(session: Session, year: int = 2026, **options: Any) -> dict[str, IndexRow]:
    return {row.unit.code: row for row in reform_index.compute(session, year=year, **options).rows}


@pytest.fixture
def wards(factory: Factory) -> tuple[Unit, Unit]:
    return factory.unit(code="A", name="Phường A"), factory.unit(code="B", name="Phường B")


LONG = "unit,component,points,percent,max\n"
BOTH = LONG + "A,ket-qua,50,,60\nA,Đánh giá của lãnh đạo,8,,10\nB,results,55,,60\nB,leaders,9,,10\n"


def test_components_are_known_by_code_title_or_clear_words(session: Session, wards: object) -> None:
    run(session, BOTH)
    stored = {(entry.unit_id, entry.component): entry.points for entry in session.scalars(select(IndexEntry))}
    assert sorted(points for points in stored.values() if points is not None) == [8, 9, 50, 55]
    assert {component for _, component in stored} == {"ket-qua", "lanh-dao"}


def test_without_satisfaction_there_is_no_total_and_no_rank(session: Session, wards: object) -> None:
    summary = run(session, BOTH)
    row = rows(session)["A"]
    assert (row.result.total, row.result.rank, row.result.grade) == (None, None, None)
    words = " ".join(fault_line(fault) for fault in summary.warnings)
    assert "Phường A, Phường B chưa có điểm “Mức độ hài lòng" in words


def test_satisfaction_comes_from_the_closed_quarters(session: Session, wards: tuple[Unit, Unit]) -> None:
    a, b = wards
    run(session, BOTH)
    close_quarter(session, "2026-Q2", {a: 0.80, b: 0.90}, dossiers=1000)
    close_quarter(session, "2026-Q3", {a: 0.90}, dossiers=3000)
    found = rows(session)
    # A: (1000 · 0.80 + 3000 · 0.90) / 4000 = 87.5% of 30 = 26.25; B: 27.00 from one quarter.
    assert found["A"].result.total == Decimal("84.25")
    assert found["B"].result.total == Decimal("91.00")
    assert found["A"].result.rank == Rank(place=2, group_count=2, tied=False)
    assert found["B"].result.rank == Rank(place=1, group_count=2, tied=False)
    assert found["A"].sources == {"ket-qua": "entered", "lanh-dao": "entered", "hai-long": "closed"}
    faults = [fault_line(fault) for fault in reform_index.warning_faults(reform_index.compute(session, year=2026))]
    assert "Phường B: điểm hài lòng của năm còn thiếu 2026-Q1, 2026-Q3, 2026-Q4." in faults


def test_the_closed_quarters_win_over_an_entered_figure_and_say_so(
    session: Session, wards: tuple[Unit, Unit]
) -> None:
    close_quarter(session, "2026-Q3", {wards[0]: 0.876})
    summary = run(session, LONG + "A,ket-qua,50,,\nA,lanh-dao,8,,\nA,hai-long,27.00,,\n")
    told = [fault_line(fault) for fault in summary.warnings]
    assert any("là 26,28, khác điểm đã nhập 27" in line for line in told)
    assert rows(session)["A"].result.total == Decimal("84.28")


@pytest.mark.parametrize(("percent", "points"), [("87,60", "26.28"), ("79,40", "23.82"), ("87,95", "26.39")])
def test_a_percentage_is_converted_once(session: Session, wards: object, percent: str, points: str) -> None:
    run(session, f"unit;component;percent\nA;hai-long;{percent}\nA;ket-qua;100\nA;lanh-dao;0\n")
    result = rows(session)["A"].result
    assert result.components[2].points == Decimal(points)
    assert result.total == Decimal(points) + 60


def test_one_line_a_unit_with_a_column_per_component(session: Session, wards: object) -> None:
    run(
        session,
        "STT;Đơn vị;Kết quả cải cách hành chính;Đánh giá của lãnh đạo;Tỷ lệ hai-long;Tổng điểm\n"
        "1;Phường A;55,46;6,67;87,60;88,41\n2;Phường B;50;;;\n",
    )
    found = rows(session)
    assert found["A"].result.total == Decimal("88.41")
    assert found["A"].result.printed is not None
    assert found["A"].result.printed.agrees
    assert found["B"].result.total is None


def test_a_printed_total_that_differs_is_reported_with_both_numbers(session: Session, wards: object) -> None:
    summary = run(session, "unit;ket-qua;lanh-dao;hai-long;printed\nA;50;8;25;83,10\n")
    assert [fault_line(fault) for fault in summary.warnings] == [
        "Phường A: tính được 83,00 điểm, bản in ghi 83,10 điểm."
    ]
    assert rows(session)["A"].result.total == Decimal("83.00")


def test_equal_totals_share_a_rank_and_the_next_is_skipped(session: Session, factory: Factory) -> None:
    for code in "ABCD":
        factory.unit(code=code)
    factory.unit(code="S", ranking_group="Sở")
    content = "unit,tong\nA,90\nB,80\nC,80\nD,70\nS,60\n"
    run(session, content, rules_id="index-total-100")
    ranks = {code: row.result.rank for code, row in rows(session).items()}
    assert {code: (rank.place, rank.group_count, rank.tied) for code, rank in ranks.items() if rank} == {
        "A": (1, 4, False),
        "B": (2, 4, True),
        "C": (2, 4, True),
        "D": (4, 4, False),
        "S": (1, 1, False),
    }


def test_change_is_told_in_points_and_in_ranks(session: Session, wards: object) -> None:
    run(session, "unit,tong\nA,70\nB,80\n", 2025, rules_id="index-total-100")
    run(session, "unit,tong\nA,85\nB,79.5\n", 2026, rules_id="index-total-100")
    found = rows(session)
    assert (found["A"].result.change_points, found["A"].result.change_rank) == (Decimal("15.00"), 1)
    assert (found["B"].result.change_points, found["B"].result.change_rank) == (Decimal("-0.50"), -1)


def test_several_kinds_of_index_live_side_by_side(session: Session, wards: object) -> None:
    run(session, "unit,tong\nA,70\n", rules_id="index-total-100", kind="par")
    run(session, "unit,tong\nA,90\n", rules_id="index-total-100", kind="cntt")
    assert rows(session, kind="par")["A"].result.total == 70
    assert rows(session, kind="cntt")["A"].result.total == 90


def test_a_line_left_blank_is_a_component_still_missing(session: Session, wards: object) -> None:
    summary = run(session, LONG + "A,ket-qua,,,60\nA,lanh-dao,8,,10\n")
    assert summary.blank_rows == 1
    assert [fault.code for fault in summary.warnings] == ["index_component_missing"] * 2


def test_every_fault_is_listed_and_nothing_is_stored(session: Session, wards: object) -> None:
    content = """unit,component,points,percent,max,not_applicable,printed
Z,ket-qua,5,,,,
A,kinh-te,5,,,,
A,ket-qua,60.01,,60,,88
A,lanh-dao,5,,15,,89
B,ket-qua,,,60,,
B,lanh-dao,,101,,,
B,hai-long,,,,x,
A,lanh-dao,6,,,,
B,,5,,,,
"""
    assert [(fault.row, fault.column, fault.code) for fault in faults_of(session, content)] == [
        (2, "unit", "unit_not_found"),
        (3, "component", "component_not_found"),
        (4, "points", "points_above_maximum"),
        (5, "max", "maximum_differs"),
        (5, "printed", "printed_totals_differ"),
        (7, "percent", "percent_outside"),
        (8, "not_applicable", "not_applicable_refused"),
        (9, None, "duplicate_row"),
        (10, "component", "blank_cell"),
    ]


def test_a_sheet_without_points_or_in_two_forms_is_refused(session: Session, wards: object) -> None:
    for content, code in (
        ("unit,component\nA,ket-qua\n", "no_component_columns"),
        ("unit,component,points,lanh-dao\nA,ket-qua,3,4\n", "two_forms_at_once"),
    ):
        assert code in [fault.code for fault in faults_of(session, content)]


def test_rules_and_kinds_that_do_not_exist_are_named(session: Session, wards: object) -> None:
    for options, code in (
        ({"rules_id": "index-1-2-3"}, "index_rules_unknown"),
        ({"rules_id": "score-top2-factors"}, "index_rules_unknown"),
        ({"kind": "Chỉ số"}, "index_kind_letters"),
    ):
        with pytest.raises(HailongError) as refused:
            run(session, BOTH, **options)
        assert refused.value.code == code
    with pytest.raises(HailongError) as refused:
        reform_index.compute(session, year=2019)
    assert refused.value.code == "no_index_round"


def test_rules_of_a_round_change_only_when_every_unit_is_entered_anew(session: Session, wards: object) -> None:
    run(session, BOTH)
    with pytest.raises(HailongError) as refused:
        run(session, "unit,tong\nA,70\n", rules_id="index-total-100")
    assert refused.value.code == "index_rules_differ"
    summary = run(session, "unit,tong\nA,70\nB,71\n", rules_id="index-total-100")
    assert summary.replaced == ("A", "B")
    assert rows(session)["B"].result.total == 71


def test_importing_again_replaces_only_the_units_of_the_file(session: Session, wards: object) -> None:
    run(session, "unit,tong,printed\nA,70,70\nB,60,60\n", rules_id="index-total-100")
    assert run(session, "unit,tong\nA,71\n").replaced == ("A",)
    found = rows(session)
    assert (found["A"].result.total, found["A"].result.printed) == (71, None)
    assert found["B"].result.total == 60


def test_a_dry_run_checks_and_leaves_nothing(session: Session, wards: object) -> None:
    assert run(session, BOTH, dry_run=True).created == 2
    assert session.scalars(select(IndexRound)).all() == []


def test_the_template_asks_for_what_is_entered(session: Session, wards: object) -> None:
    sheet = template(session, year=2026)
    assert [(row["unit"], row["max"]) for row in sheet.rows] == [("A", 60), ("A", 10), ("B", 60), ("B", 10)]
    with pytest.raises(ImportRefused) as refused:
        run(session, sheet.workbook())
    assert [fault.code for fault in refused.value.faults] == ["template_not_filled"]


def test_the_commands_print_a_table_and_full_numbers(app: Flask, tmp_path: Path, wards: object) -> None:
    file = tmp_path / "index.csv"
    file.write_text("unit,ket-qua,lanh-dao,hai-long\nA,55.46,6.67,26.28\nB,50,8,\n", encoding="utf-8")
    hailong(app, "index", "import", file, "--round", 2026)
    shown = hailong(app, "index", "compute", "--round", 2026).output
    line = next(line for line in shown.splitlines() if "Phường A" in line)
    assert line.split() == ["01/01", "Phường", "A", "55,46", "6,67", "26,28", "88,41", "Tốt"]
    assert "chưa xếp hạng  Phường B" in shown
    plain = json.loads(hailong(app, "index", "compute", "--round", 2026, "--json").stdout)
    first = plain["units"][0]
    assert (first["unit"], first["total"], first["rank"], first["grade"]) == ("A", "88.41", 1, "Tốt")
    assert "Chưa có điểm của đợt 2020" in hailong(app, "index", "compute", "--round", 2020, expect=1).stderr
