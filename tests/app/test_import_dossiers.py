"""Dossiers come in as one count a line or as the II.06 table, checked before anything is stored."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.errors import Fault, HailongError, ImportRefused
from survey.messages import fault_line
from survey.models import AuditEvent, DossierCount, ScoreSet, ScoreState, Unit
from survey.services import dossier
from survey.services.dossier import DossierSummary

from commands import hailong
from conftest import TODAY
from factories import Factory

NOW = datetime(2026, 10, 5, 9, tzinfo=TIME_ZONE)
PERIOD = "2026-Q3"
CROSS = """Đơn vị;Lĩnh vực;Kênh tiếp nhận;Kết quả giải quyết;Số hồ sơ
P1;Đất đai, tài nguyên, môi trường;trực tuyến;trước hạn;1.200
P1;dat-dai;trực tiếp;quá hạn;30
P1;Hộ tịch;BCCI;đúng hạn;0
"""
WIDE_HEADER = (
    "Đơn vị;Lĩnh vực;Tiếp nhận: tổng số;Tiếp nhận: trực tuyến;Tiếp nhận: trực tiếp, bưu chính;"
    "Tiếp nhận: từ kỳ trước;Đã giải quyết: tổng số;Trước hạn;Đúng hạn;Quá hạn;"
    "Đang giải quyết: tổng số;Trong hạn;Đang giải quyết: quá hạn;Tỷ lệ đúng hạn (%)\n"
)
WIDE = (
    WIDE_HEADER + "P1;Đất đai;100;60;30;10;90;40;45;5;10;9;1;94,44\nP1;Chứng thực;50;0;50;0;50;0;50;0;0;0;0;100\n"
)


@pytest.fixture
def ward(factory: Factory) -> Unit:
    return factory.unit(code="P1", name="Phường Tân Hoà")


def run(session: Session, content: str | bytes, period: str = PERIOD, *, dry_run: bool = False) -> DossierSummary:
    return dossier.import_dossiers(
        session,
        content if isinstance(content, bytes) else content.encode(),
        parse_period(period),
        now=NOW,
        actor="test",
        file_name="dossiers.csv",
        dry_run=dry_run,
    )


def faults_of(session: Session, content: str | bytes, period: str = PERIOD) -> list[Fault]:
    with pytest.raises(ImportRefused) as refused:
        run(session, content, period)
    assert stored(session) == {}
    return refused.value.faults


def stored(session: Session, period: str = PERIOD) -> dict[tuple[str, ...], int]:
    rows = session.scalars(select(DossierCount).where(DossierCount.period == period))
    return {(row.basis.value, row.field, row.channel, row.outcome): row.count for row in rows}


def test_the_full_cross_is_stored_as_counted(session: Session, ward: Unit) -> None:
    summary = run(session, CROSS)
    assert stored(session) == {
        ("cross", "dat-dai", "online", "early"): 1200,
        ("cross", "dat-dai", "direct", "overdue"): 30,
        ("cross", "tu-phap-ho-tich", "post", "on_time"): 0,
    }
    assert (summary.units, summary.dossiers, summary.replaced) == (1, 1230, ())


def test_two_margins_may_come_in_one_file(session: Session, ward: Unit) -> None:
    run(session, "unit,field,channel,outcome,count\nP1,dat-dai,online,,7\nP1,dat-dai,,overdue,5\n")
    assert stored(session) == {("received", "dat-dai", "online", ""): 7, ("settled", "dat-dai", "", "overdue"): 5}


def test_the_wide_table_becomes_margins_and_the_rest(session: Session, ward: Unit) -> None:
    summary = run(session, WIDE)
    land = {key: number for key, number in stored(session).items() if key[1] == "dat-dai"}
    assert land == {
        ("received", "dat-dai", "online", ""): 60,
        ("received", "dat-dai", "direct", ""): 30,
        ("carried_over", "dat-dai", "", ""): 10,
        ("settled", "dat-dai", "", "early"): 40,
        ("settled", "dat-dai", "", "on_time"): 45,
        ("settled", "dat-dai", "", "overdue"): 5,
        ("pending", "dat-dai", "", ""): 10,
        ("pending_late", "dat-dai", "", ""): 1,
    }
    assert summary.dossiers == 140
    assert summary.warnings == ()


@pytest.mark.parametrize("field", ["", "Tổng số", "tat-ca"])
def test_a_single_total_row_stands_for_all_fields(session: Session, ward: Unit, field: str) -> None:
    run(session, f"unit,field,settled_on_time,settled_overdue\nP1,{field},1878,32\n")
    assert stored(session) == {
        ("settled", "tat-ca", "", "on_time"): 1878,
        ("settled", "tat-ca", "", "overdue"): 32,
    }


def test_a_total_row_beside_fields_would_count_twice(session: Session, ward: Unit) -> None:
    (fault,) = faults_of(session, WIDE + "P1;Tổng số;150;60;80;10;140;40;95;5;10;9;1;\n")
    assert (fault.row, fault.column, fault.code) == (4, "Lĩnh vực", "total_beside_fields")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("101;60;30;10;90;40;45;5;11;10;1;", "Tiếp nhận: tổng số", "parts_do_not_add_up"),
        ("100;60;30;10;91;40;45;5;9;8;1;", "Đã giải quyết: tổng số", "parts_do_not_add_up"),
        ("100;60;30;10;90;40;45;5;10;9;2;", "Đang giải quyết: tổng số", "parts_do_not_add_up"),
        ("100;60;30;10;90;40;45;5;9;8;1;", "Tiếp nhận: tổng số", "balance_wrong"),
        ("100;60;30;10;101;40;56;5;;;;", "Đã giải quyết: tổng số", "settled_more_than_received"),
        ("100;60;;10;90;40;45;5;;;;", "Tiếp nhận: trực tiếp, bưu chính", "part_missing"),
        (";;;;90;40;50;;;;;", "Quá hạn", "part_missing"),
        ("-1;60;30;10;;;;;;;;", "Tiếp nhận: tổng số", "negative_number"),
        ("10,5;60;30;10;;;;;;;;", "Tiếp nhận: tổng số", "fractional_count"),
        ("nhiều;60;30;10;;;;;;;;", "Tiếp nhận: tổng số", "not_a_number"),
        (";;;;90;40;45;5;;;;101", "Tỷ lệ đúng hạn (%)", "percent_outside"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(
    session: Session, ward: Unit, row: str, column: str, code: str
) -> None:
    (fault,) = faults_of(session, f"{WIDE_HEADER}P1;Đất đai;{row}\n")
    assert (fault.row, fault.column, fault.code) == (2, column, code)


def test_a_sum_that_is_wrong_shows_both_numbers(session: Session, ward: Unit) -> None:
    header = "Đơn vị,Tiếp nhận: tổng số,Tiếp nhận: trực tuyến,Tiếp nhận: trực tiếp,Từ kỳ trước\n"
    (fault,) = faults_of(session, f'{header}P1,"7.698","4.302","3.087",308\n')
    assert fault_line(fault) == (
        "Dòng 2, cột “Tiếp nhận: tổng số”: ghi 7.698 nhưng “Tiếp nhận: trực tuyến” + “Tiếp nhận: trực tiếp” + "
        "“Từ kỳ trước” = 7.697. Hãy sửa tổng hoặc các phần."
    )


def test_all_faults_of_a_long_table_are_listed(session: Session, ward: Unit) -> None:
    content = """unit,field,channel,outcome,count
P7,dat-dai,online,early,1
P1,may-bay,online,early,1
P1,dat-dai,máy bay,early,1
P1,dat-dai,online,early,2
P1,dat-dai,online,early,3
P1,dat-dai,online,,3
P1,dat-dai,,,4
P1,dat-dai,online,on_time,
Phường Tân Hoá,dat-dai,online,early,1
"""
    assert [(fault.row, fault.column, fault.code) for fault in faults_of(session, content)] == [
        (2, "unit", "unit_not_found"),
        (3, "field", "field_not_found"),
        (4, "channel", "unknown_word"),
        (6, None, "duplicate_row"),
        (7, None, "mixed_basis"),
        (8, None, "neither_channel_nor_outcome"),
        (9, "count", "blank_cell"),
        # Another tone is another place; the placing of the tone mark is not.
        (10, "unit", "unit_not_found_similar"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("unit,field,count\nP1,dat-dai,3\n", "no_count_columns"),
        ("unit,field\nP1,dat-dai\n", "no_count_columns"),
        ("unit,channel,count,settled_total\nP1,online,3,3\n", "two_forms_at_once"),
    ],
)
def test_a_table_in_neither_form_is_refused(session: Session, ward: Unit, content: str, code: str) -> None:
    assert code in [fault.code for fault in faults_of(session, content)]


def test_a_printed_rate_that_differs_is_reported_and_imported(session: Session, ward: Unit) -> None:
    summary = run(session, "Đơn vị;Đúng hạn;Quá hạn;Tỷ lệ đúng hạn (%)\nP1;47.563;27;99,47\n")
    (warning,) = summary.warnings
    assert "tính được 99,94%, bản in ghi 99,47%" in fault_line(warning)
    assert sum(stored(session).values()) == 47590


def test_a_printed_rate_within_a_hundredth_agrees(session: Session, ward: Unit) -> None:
    summary = run(session, "Đơn vị;Đúng hạn;Quá hạn;Tỷ lệ đúng hạn (%)\nP1;47.563;27;99,95\n")
    assert summary.warnings == ()


def test_importing_again_replaces_only_the_units_of_the_file(
    session: Session, ward: Unit, factory: Factory
) -> None:
    factory.unit(code="P2")
    both = "unit,channel,outcome,count\nP1,online,early,5\nP1,direct,early,5\nP2,online,early,6\n"
    run(session, both)
    run(session, both, "2026-Q2")
    summary = run(session, "unit,outcome,count\nP1,overdue,9\n")
    assert summary.replaced == ("P1",)
    assert stored(session) == {("settled", "tat-ca", "", "overdue"): 9, ("cross", "tat-ca", "online", "early"): 6}
    assert session.scalar(select(func.sum(DossierCount.count)).where(DossierCount.period == "2026-Q2")) == 16


def test_a_period_has_one_spelling(session: Session, ward: Unit) -> None:
    run(session, CROSS, "2026-07-01..2026-09-30")
    assert len(stored(session, "2026-Q3")) == 3


def test_a_closed_period_takes_no_more_dossiers(session: Session, ward: Unit) -> None:
    session.add(
        ScoreSet(
            period=PERIOD,
            revision=1,
            state=ScoreState.CLOSED,
            computed_at=NOW,
            rule="r",
            rule_digest="",
            versions=[],
            program_version="0",
            tally_digest="",
            response_count=0,
        )
    )
    session.commit()
    with pytest.raises(HailongError) as refused:
        run(session, CROSS)
    assert refused.value.code == "period_closed"
    assert stored(session) == {}


def test_a_period_that_has_not_begun_or_still_runs_says_so(session: Session, ward: Unit) -> None:
    with pytest.raises(HailongError) as refused:
        run(session, CROSS, "2027-Q1")
    assert refused.value.code == "period_not_started"
    assert [warning.code for warning in run(session, CROSS, "2026-Q4").warnings] == ["period_still_running"]


def test_units_outside_their_time_are_faults_and_before_their_start_a_warning(
    session: Session, ward: Unit, factory: Factory
) -> None:
    factory.unit(
        code="OLD", name="Xã Cũ", valid_from=date(2010, 1, 1), valid_to=date(2025, 6, 30), successor_id=ward.id
    )
    factory.unit(code="NEW", name="Xã Mới", valid_from=date(2026, 10, 1))
    factory.unit(code="LATE", name="Xã Muộn", start_date=date(2026, 12, 1))
    factory.unit(code="NONE", name="Xã Chưa", start_date=None)
    header = "unit,outcome,count\n"
    faults = faults_of(session, header + "OLD,early,1\nNEW,early,1\n")
    assert [(fault.row, fault.code) for fault in faults] == [(2, "unit_no_longer"), (3, "unit_not_yet")]
    assert "Phường Tân Hoà (P1)" in fault_line(faults[0])
    warnings = run(session, header + "LATE,early,1\nNONE,early,1\nP1,early,1\n").warnings
    assert [(warning.row, warning.code) for warning in warnings] == [
        (2, "unit_starts_later"),
        (3, "unit_without_start"),
    ]


def test_a_dry_run_reports_and_leaves_the_old_figures(session: Session, ward: Unit) -> None:
    run(session, CROSS)
    before = stored(session)
    assert run(session, WIDE, dry_run=True).replaced == ("P1",)
    assert stored(session) == before
    assert len(session.scalars(select(AuditEvent)).all()) == 1


def test_the_audit_trail_names_period_and_counts(session: Session, ward: Unit) -> None:
    run(session, CROSS)
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("dossiers.import", PERIOD)
    assert event.detail == {
        "file": "dossiers.csv",
        "units": 1,
        "dossiers": 1230,
        "replaced": [],
        "codes": ["P1"],
    }


def test_the_template_has_the_fields_of_the_counters_and_can_be_partly_filled(
    session: Session, ward: Unit, factory: Factory
) -> None:
    factory.counter(ward, ("dat-dai", "chung-thuc"))
    sheet = dossier.template(session, NOW)
    assert [(row["unit"], row["field"]) for row in sheet.rows] == [
        ("P1", "Chứng thực, sao y"),
        ("P1", "Đất đai, tài nguyên, môi trường"),
    ]
    assert [fault.code for fault in faults_of(session, sheet.workbook())] == ["template_not_filled"]
    filled = f"{WIDE_HEADER}P1;Chứng thực, sao y;;;;;;;;;;;;\nP1;Đất đai;;;;;12;3;9;0;;;;\n"
    assert run(session, filled).blank_rows == 1


def test_the_command_prints_what_it_did(app: Flask, tmp_path: Path, ward: Unit) -> None:
    file = tmp_path / "hồ sơ.csv"
    file.write_text("Đơn vị;Đúng hạn;Quá hạn;Tỷ lệ đúng hạn (%)\nP1;47.563;27;99,47\n", encoding="utf-8-sig")
    period = f"{TODAY.year - 1}-Q4"
    dry = hailong(app, "dossiers", "import", file, "--period", period, "--dry-run").output
    assert "chạy thử, chưa ghi gì" in dry
    done = hailong(app, "dossiers", "import", file, "--period", period).output
    assert "1 đơn vị, 47.590 hồ sơ" in done
    assert "tính được 99,94%, bản in ghi 99,47%" in done
    assert "Đã thay số cũ" in hailong(app, "dossiers", "import", file, "--period", period).output
    hailong(app, "dossiers", "import", file, expect=2)
    hailong(app, "dossiers", "import", file, "--period", "quý ba", expect=2)


def test_more_settled_than_received_is_pointed_out_where_nothing_carried_over_is_told(
    session: Session, factory: Factory
) -> None:
    factory.unit(code="A", name="Phường An Hoà")
    content = "unit,field,channel,outcome,count\nA,Đất đai,online,,50\nA,Đất đai,,on_time,500\n"
    (warning,) = run(session, content).warnings
    assert fault_line(warning).startswith("Phường An Hoà: đã giải quyết 500 hồ sơ nhưng chỉ tiếp nhận 50.")
    assert run(session, content.replace(",500", ",40")).warnings == ()


def test_a_sheet_without_any_count_column_is_told_what_it_lacks(session: Session, ward: Unit) -> None:
    faults = faults_of(session, "unit,field\nP1,dat-dai\n")
    assert [fault.code for fault in faults] == ["no_count_columns"]
