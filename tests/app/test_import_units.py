"""Units and counters come in by file, all or nothing, and can be sent in again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.errors import Fault, ImportRefused
from survey.models import AuditEvent, Counter, Unit, UnitKind
from survey.services import counter, unit
from survey.services.importing import ImportSummary

from commands import hailong
from conftest import TODAY
from factories import Factory

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=TIME_ZONE)
PROVINCE = """Mã;Tên;Loại;Cấp trên;Nhóm;Ngày bắt đầu;Hiệu lực từ;Hiệu lực đến;Đơn vị kế thừa
P1;Phường Tân Hoà;phường;TINH;Phường;01/07/2026;;;
TINH;Tỉnh Ví Dụ;;;;;;;
SNV;Sở Nội vụ;;TINH;Sở;;;;
ĐK;Đặc khu Cồn Xa;special zone;TINH;Xã;;;;
CU;Xã Tân Cũ;;;;;01/01/2010;30/06/2025;P1
"""


def import_units(session: Session, content: str | bytes, *, dry_run: bool = False) -> ImportSummary:
    data = content if isinstance(content, bytes) else content.encode()
    return unit.import_units(session, data, now=NOW, actor="test", file_name="units.csv", dry_run=dry_run)


def import_counters(session: Session, content: str | bytes) -> ImportSummary:
    data = content if isinstance(content, bytes) else content.encode()
    return counter.import_counters(session, data, now=NOW, actor="test", file_name="counters.csv")


def faults_of(run: Callable[[], object]) -> list[Fault]:
    with pytest.raises(ImportRefused) as refused:
        run()
    return refused.value.faults


def stored(session: Session) -> dict[str, Unit]:
    session.expire_all()
    return {unit.code: unit for unit in session.scalars(select(Unit))}


def test_units_are_stored_with_their_place_in_the_tree(session: Session) -> None:
    summary = import_units(session, PROVINCE)
    units = stored(session)
    assert (summary.created, summary.updated) == (5, 0)
    assert units["P1"].parent is units["TINH"]
    assert units["P1"].kind is UnitKind.WARD
    assert units["P1"].start_date == date(2026, 7, 1)
    assert units["P1"].valid_from == date(2025, 7, 1)
    assert units["ĐK"].kind is UnitKind.SPECIAL_ZONE
    assert units["CU"].successor is units["P1"]
    assert units["SNV"].ranking_group == "Sở"


def test_one_stop_shops_get_their_official_names(session: Session) -> None:
    import_units(session, PROVINCE)
    names = {code: unit.one_stop_name for code, unit in stored(session).items()}
    assert names["P1"] == "Trung tâm Phục vụ hành chính công phường Tân Hoà"
    assert names["SNV"] == "Bộ phận Một cửa Sở Nội vụ"
    # The centres exist since 01/07/2025 only.
    assert names["CU"] == "Bộ phận Một cửa xã Tân Cũ"


def test_sending_the_same_file_again_changes_nothing(session: Session) -> None:
    import_units(session, PROVINCE)
    summary = import_units(session, PROVINCE)
    assert (summary.created, summary.updated, summary.unchanged) == (0, 0, 5)


def test_a_blank_cell_keeps_and_a_hyphen_clears(session: Session) -> None:
    import_units(session, PROVINCE)
    import_units(session, "Mã;Tên;Nhóm;Ngày bắt đầu\nP1;Phường Tân Hoà;-;\n")
    changed = stored(session)["P1"]
    assert changed.ranking_group is None
    assert changed.start_date == date(2026, 7, 1)
    assert changed.parent is not None


def test_a_renamed_unit_takes_its_one_stop_shop_along_unless_that_was_named_by_hand(session: Session) -> None:
    import_units(session, PROVINCE)
    import_units(session, "code,name,one_stop_name\nSNV,Sở Nội vụ,Quầy riêng\n")
    import_units(session, "code,name\np1,Phường Tân Hoà Mới\nSNV,Sở Nội vụ và Lao động\n")
    units = stored(session)
    assert units["P1"].one_stop_name.endswith("phường Tân Hoà Mới")
    assert units["SNV"].one_stop_name == "Quầy riêng"


def test_every_fault_is_listed_and_nothing_is_stored(session: Session) -> None:
    content = """Mã,Tên,Loại,Cấp trên,Hiệu lực từ,Hiệu lực đến,Ngày bắt đầu
A1,Phường Một,phường,KHÔNG-CÓ,,,
A2,Phường Hai,tổ dân phố,,,,
A2,Phường Ba,phường,,,,
A3,,phường,,,,
A4,Phường Bốn,,A5,,,
A5,Phường Năm,,A4,,,
A6,Trung tâm Sáu,,,,,
A7,Huyện Bảy,,,,,
A8,Xã Tám,,,01/07/2025,01/06/2025,
A9,Xã Chín,,,,,31/06/2026
B 1,Xã Mười,,,,,
"""
    faults = faults_of(lambda: import_units(session, content))
    assert [(fault.row, fault.column, fault.code) for fault in faults] == [
        (2, "Cấp trên", "unit_not_found"),
        (3, "Loại", "unknown_word"),
        (4, "Mã", "duplicate_row"),
        (5, "Tên", "blank_cell"),
        (6, "Cấp trên", "unit_link_circle"),
        (7, "Cấp trên", "unit_link_circle"),
        (8, "Loại", "unit_kind_needed"),
        (9, "Hiệu lực từ", "unit_before_two_tiers"),
        (10, "Hiệu lực đến", "unit_ends_before_it_begins"),
        (11, "Ngày bắt đầu", "not_a_date"),
        (12, "Mã", "code_letters"),
    ]
    assert stored(session) == {}
    assert session.scalars(select(AuditEvent)).all() == []


def test_a_circle_through_units_known_before_is_found(session: Session) -> None:
    import_units(session, "Mã,Tên,Cấp trên\nA,Xã A,\nB,Xã B,A\nC,Xã C,B\n")
    faults = faults_of(lambda: import_units(session, "Mã,Tên,Cấp trên\nA,Xã A,C\n"))
    assert [fault.code for fault in faults] == ["unit_link_circle"]


def test_a_file_changes_no_day_of_a_known_unit_that_has_passed(session: Session) -> None:
    import_units(session, PROVINCE)
    days = """Mã;Tên;Ngày bắt đầu;Hiệu lực đến
P1;Phường Tân Hoà;01/08/2026;
SNV;Sở Nội vụ;13/08/2026;13/08/2026
CU;Xã Tân Cũ;;31/12/2026
TINH;Tỉnh Ví Dụ;;31/12/2026
"""
    faults = faults_of(lambda: import_units(session, days))
    assert [(fault.row, fault.column, fault.code) for fault in faults if fault.row != 5] == [
        (2, "Ngày bắt đầu", "unit_measures_already"),
        (3, "Ngày bắt đầu", "unit_start_is_past"),
        (3, "Hiệu lực đến", "unit_end_is_past"),
        (4, "Hiệu lực đến", "unit_end_is_over"),
    ]
    below = [fault.params["below"] for fault in faults if fault.code == "unit_end_leaves_below"]
    assert sorted(below) == ["Phường Tân Hoà", "Đặc khu Cồn Xa"], "SNV ends before, and is told so in its own line"
    cleared = faults_of(lambda: import_units(session, "Mã;Tên;Ngày bắt đầu\nP1;Phường Tân Hoà;-\n"))
    assert [fault.code for fault in cleared] == ["unit_measures_already"]


def test_a_file_starts_and_ends_known_units_from_today_on(session: Session) -> None:
    import_units(session, PROVINCE)
    days = """Mã;Tên;Ngày bắt đầu;Hiệu lực đến;Đơn vị kế thừa
P1;Phường Tân Hoà;01/07/2026;31/12/2026;ĐK
SNV;Sở Nội vụ;14/08/2026;;
"""
    import_units(session, days)
    units = stored(session)
    assert units["SNV"].start_date == TODAY
    assert (units["P1"].valid_to, units["P1"].successor) == (date(2026, 12, 31), units["ĐK"])
    # an heir lasts as long as what it takes over
    early = faults_of(lambda: import_units(session, "Mã;Tên;Hiệu lực đến\nĐK;Đặc khu Cồn Xa;30/11/2026\n"))
    assert [fault.code for fault in early] == ["unit_end_of_an_heir"]
    import_units(session, "Mã;Tên;Hiệu lực đến\nP1;Phường Tân Hoà;-\n")
    assert stored(session)["P1"].valid_to is None


def test_a_dry_run_finds_the_same_and_leaves_nothing(session: Session) -> None:
    assert import_units(session, PROVINCE, dry_run=True).created == 5
    assert stored(session) == {}


def test_an_import_is_in_the_audit_trail(session: Session) -> None:
    import_units(session, PROVINCE)
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.actor, event.subject) == ("units.import", "test", "units.csv")


def test_the_template_carries_the_own_units_and_reads_back_without_change(session: Session) -> None:
    import_units(session, PROVINCE)
    sheet = unit.template(session).workbook()
    summary = import_units(session, sheet)
    assert (summary.rows, summary.unchanged) == (5, 5)
    assert unit.template(session).workbook() == sheet


def test_counters_are_stored_with_their_fields(session: Session, factory: Factory) -> None:
    ward = factory.unit(code="P1", name="Phường Tân Hoà")
    import_counters(session, "Mã đơn vị,Mã quầy,Tên quầy,Lĩnh vực\nP1,Q1,Quầy số 1,dat-dai; Hộ tịch\n")
    import_counters(session, "Đơn vị,Mã quầy,Tên quầy\nPhường Tân Hòa,q1,Quầy đất đai\n")
    (found,) = session.scalars(select(Counter).where(Counter.unit_id == ward.id))
    assert found.name == "Quầy đất đai"
    assert {field.code for field in found.fields} == {"dat-dai", "tu-phap-ho-tich"}


def test_faults_of_counters_are_listed(session: Session, factory: Factory) -> None:
    factory.unit(code="P1")
    content = "unit,code,name,fields\nP2,Q1,Quầy,\nP1,Q1,Quầy,may-bay\nP1,Q2,Quầy,Tổng số\nP1,Q3,A,\nP1,q3,B,\n"
    faults = faults_of(lambda: import_counters(session, content))
    assert [(fault.row, fault.column, fault.code) for fault in faults] == [
        (2, "unit", "unit_not_found"),
        (3, "fields", "field_not_found"),
        (4, "fields", "field_not_of_a_counter"),
        (6, "code", "duplicate_row"),
    ]


def test_an_unfilled_template_of_counters_says_so(session: Session, factory: Factory) -> None:
    factory.unit()
    faults = faults_of(lambda: import_counters(session, counter.template(session).workbook()))
    assert [fault.code for fault in faults] == ["template_not_filled"]


def test_the_commands_speak_plainly(app: Flask, tmp_path: Path) -> None:
    file, sheet = tmp_path / "units.csv", tmp_path / "units.xlsx"
    file.write_text(PROVINCE, encoding="utf-16")
    assert "chưa ghi gì" in hailong(app, "units", "import", file, "--dry-run").output
    assert "5 mới" in hailong(app, "units", "import", file).output
    hailong(app, "units", "import", "--template", sheet)
    assert "5 giữ nguyên" in hailong(app, "units", "import", sheet).output
    hailong(app, "units", "import", expect=2)
    missing = hailong(app, "units", "import", tmp_path / "khong-co.csv", expect=1)
    assert "Không đọc được tệp" in missing.stderr


def test_a_refused_file_is_told_line_by_line_with_an_end(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text("Mã,Tên\n" + "A 1,Xã Một\n" * 300, encoding="utf-8")
    told = hailong(app, "units", "import", file, expect=1).stderr
    assert "Dòng 2, cột “Mã”: mã “A 1”" in told
    assert "… và 100 lỗi khác." in told
