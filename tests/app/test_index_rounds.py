"""Rounds of the reform index: through the pages, through files, and the figures of the seed documents."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.criteria import load_criteria
from survey.errors import HailongError, ImportRefused
from survey.messages import fault_line, sentence
from survey.models import (
    AuditEvent,
    IndexEvidence,
    IndexRound,
    IndexScore,
    IndexSheet,
    Role,
    SheetState,
    Unit,
    UnitKind,
)
from survey.services import (
    index_evidence,
    index_file,
    index_result,
    index_round,
    index_sheet,
    index_step,
    index_structure,
    reform_index,
)
from survey.services.index_file import Part
from survey.services.index_round import Band
from survey.services.index_sheet import Given
from survey.services.index_step import Step
from survey.services.reform_index_import import import_index

from commands import hailong
from factories import Factory
from index_rounds import NOW, WHO, begin, full, other_parts, through
from signing_in import csrf_token, sign_in


@pytest.fixture
def top(factory: Factory) -> Unit:
    return factory.unit(code="TINH", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE, ranking_group=None)


@pytest.fixture
def wards(factory: Factory, top: Unit) -> list[Unit]:
    return [factory.unit(code=code, name=f"Phường {code}", parent=top) for code in ("AH", "TL")]


@pytest.fixture
def index(session: Session, wards: list[Unit]) -> IndexRound:
    return begin(session)


# --- through the pages


@pytest.fixture
def clients(app: Flask, factory: Factory, top: Unit, wards: list[Unit]) -> dict[str, FlaskClient]:
    """The ward's own officer, two of the province, and a leader who only reads."""
    found = {}
    for name, unit, role in (
        ("ward", wards[0], Role.REFORM),
        ("other", wards[1], Role.REFORM),
        ("appraiser", top, Role.REFORM),
        ("second", top, Role.SATISFACTION),
        ("leader", wards[0], Role.LEADER),
    ):
        found[name] = app.test_client()
        assert sign_in(found[name], factory.officer(unit, role).email).status_code == 303
    return found


def send(client: FlaskClient, page: str, address: str, **data: Any) -> TestResponse:
    token = csrf_token(client.get("/officer/account"))
    return client.post(f"{page}{address}", data={"csrf_token": token, **data})


def typed(given: Mapping[str, Given]) -> dict[str, str]:
    fields = {}
    for code, line in given.items():
        fields[f"points-{code}"] = "" if line.points is None else str(line.points).replace(".", ",")
        fields[f"note-{code}"] = line.note
        if line.not_applicable:
            fields[f"na-{code}"] = "on"
    return fields


def test_a_sheet_from_self_score_to_publication(
    clients: dict[str, FlaskClient], session: Session, wards: list[Unit]
) -> None:
    begun = send(
        clients["appraiser"], "/officer/index", "", year="2026", kind="par", level="commune",
        rules="index-65-25-10", criteria="criteria-commune-8",
    )  # fmt: skip
    assert begun.status_code == 303, begun.text
    results = begun.location
    page = f"{results}/AH"
    shown = clients["ward"].get(page).text
    assert "Đang tự chấm" in shown
    assert "mẫu tham khảo" in shown

    # A draft may be incomplete; what is sent on may not.
    assert send(clients["ward"], page, "/own", **{"points-1.1.1": "1"}).status_code == 303
    short = send(clients["ward"], page, "/own", **{"points-1.1.1": "1", "then": "1"})
    assert short.status_code == 422
    assert "chưa tự chấm" in short.text
    above = send(clients["ward"], page, "/own", **typed(full()) | {"points-1.1.1": "1,01"})
    assert above.status_code == 422
    assert "vượt điểm tối đa 1" in above.text
    words = send(clients["ward"], page, "/own", **typed(full()) | {"points-1.1.1": "một"})
    assert "“một” không phải số" in words.text
    own = full(**{"3.4": Given(None, not_applicable=True, note="Không có thủ tục phải rà soát")})
    assert send(clients["ward"], page, "/own", **typed(own) | {"then": "1"}).status_code == 303
    assert "Chờ thẩm định" in clients["ward"].get(page).text

    # The ward appraises nobody, least of all itself; a leader only reads.
    assert send(clients["ward"], page, "/appraisal", **typed(own)).status_code == 403
    assert send(clients["ward"], page, "/approve").status_code == 403
    assert clients["leader"].get(page).status_code == 200
    assert send(clients["leader"], page, "/own", **typed(own)).status_code == 403
    assert clients["other"].get(page).status_code == 403

    silent = own | {"1.2": Given(Decimal("0.5"))}
    refused = send(clients["appraiser"], page, "/appraisal", **typed(silent) | {"then": "1"})
    assert refused.status_code == 422
    assert "Hãy ghi ý kiến thẩm định" in refused.text
    heard = own | {"1.2": Given(Decimal("0.5"), note="Thiếu báo cáo quý III")}
    assert send(clients["appraiser"], page, "/appraisal", **typed(heard) | {"then": "1"}).status_code == 303
    appraised = clients["ward"].get(page).text
    assert "Thiếu báo cáo quý III" in appraised
    assert "−0,50" in appraised or "-0,50" in appraised

    # Who appraised does not approve.
    same = send(clients["appraiser"], page, "/approve")
    assert same.status_code == 422
    assert "người thứ hai" in same.text
    assert send(clients["second"], page, "/approve").status_code == 303
    assert send(clients["ward"], results, "/publish", shown="0").status_code == 403
    assert send(clients["second"], results, "/publish", shown="0").status_code == 422, "no total yet"
    assert "Phường AH" not in clients["other"].get(results).text, "what is not published stays out of its sight"
    other_parts(session)
    assert send(clients["second"], results, "/publish", shown="0").status_code == 303
    assert "Đã công bố" in clients["ward"].get(page).text
    late = send(clients["appraiser"], page, "/return", reason="Sửa lại")
    assert late.status_code == 422
    assert "Phường AH" in clients["other"].get(results).text


def test_a_sheet_is_handed_back_with_a_reason(
    clients: dict[str, FlaskClient], session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    through(session, index, wards[0], full(), Step.APPRAISE)
    page = f"/officer/index/{index.id}/AH"
    assert send(clients["second"], page, "/return", reason=" ").status_code == 422
    assert send(clients["second"], page, "/return", reason="Xem lại mục 3").status_code == 303
    session.expire_all()
    assert session.get_one(IndexSheet, (index.id, wards[0].id)).state is SheetState.SUBMITTED
    assert send(clients["second"], page, "/return", reason="Thiếu tài liệu").status_code == 303
    assert "Bị trả lại: Thiếu tài liệu" in clients["ward"].get(page).text


def test_evidence_is_kept_behind_the_sign_in_and_odd_files_are_refused(
    clients: dict[str, FlaskClient], session: Session, index: IndexRound
) -> None:
    page = f"/officer/index/{index.id}/AH"

    def attach(data: bytes, name: str) -> TestResponse:
        return send(clients["ward"], page, "/evidence", criterion="1.1.1", file=(io.BytesIO(data), name))

    assert attach(b"%PDF-1.7 ke hoach", "Kế hoạch 01.pdf").status_code == 303
    for data, name in (
        (b"MZ program", "ke-hoach.exe"),
        (b"MZ program", "ke-hoach.pdf"),
        (b"<svg/>", "anh.svg"),
        (b"PK\x03\x04 broken", "bang.xlsx"),
    ):
        refused = attach(data, name)
        assert refused.status_code == 422
        assert "Chỉ nhận PDF, DOCX, XLSX, PNG, JPG" in refused.text
    with pytest.raises(HailongError) as too_large:
        index_evidence.check_file("to.pdf", b"%PDF-" + bytes(20 * 1024 * 1024))
    assert sentence(too_large.value).startswith("Tệp lớn hơn 20 MB nên không nhận.")
    huge = clients["ward"].post(f"{page}/evidence", content_length=200 * 1024 * 1024, data=b"")
    assert huge.status_code == 413
    assert "tối đa 20 MB" in huge.text
    stored = session.scalars(select(IndexEvidence)).all()
    assert [(one.file_name, one.media_type) for one in stored] == [("Kế hoạch 01.pdf", "application/pdf")]
    address = f"{page}/evidence/{stored[0].id}"
    got = clients["leader"].get(address)
    assert got.data == b"%PDF-1.7 ke hoach"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert clients["other"].get(address).status_code == 403
    session.rollback()
    assert session.scalar(select(func.count()).where(AuditEvent.action == "index.evidence.read")) == 1
    # Evidence stands in for an explanation.
    assert send(clients["ward"], page, f"/evidence/{stored[0].id}/remove").status_code == 303
    session.rollback()
    assert session.scalars(select(IndexEvidence)).all() == []


def test_points_without_evidence_or_explanation_are_not_sent_on(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    index_sheet.save_own(session, index, wards[0], full(**{"1.2": Given(Decimal(1))}), **WHO)
    with pytest.raises(ImportRefused) as refused:
        index_step.take(session, index, wards[0], Step.SUBMIT, **WHO)
    assert [(fault.column, fault.code) for fault in refused.value.faults] == [("1.2", "index_line_unproven")]


def test_approving_all_leaves_what_the_same_person_appraised(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    for ward in wards:
        through(session, index, ward, full(), Step.APPRAISE)
    assert index_step.approve_all(session, index, **WHO) == 0
    assert index_step.approve_all(session, index, now=NOW, actor="b@example.vn") == 2


def test_whoever_gave_points_as_an_appraiser_does_not_approve(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    """Not even where somebody else ended the appraisal, or where the points came from a file."""
    index_sheet.save_own(session, index, wards[0], full(), **WHO)
    index_step.take(session, index, wards[0], Step.SUBMIT, **WHO)
    index_sheet.save_appraisal(session, index, wards[0], full(), now=NOW, actor="first@example.vn")
    book = load_workbook(io.BytesIO(index_file.workbook(session, index, wards[:1])))
    index_file.import_sheets(
        session, index, saved(book), part=Part.APPRAISAL, units=wards[:1], file_name="bang.xlsx", now=NOW,
        actor="file@example.vn",
    )  # fmt: skip
    index_step.take(session, index, wards[0], Step.APPRAISE, now=NOW, actor="last@example.vn")
    for actor in ("first@example.vn", "file@example.vn", "last@example.vn"):
        assert index_step.approve_all(session, index, now=NOW, actor=actor) == 0
        with pytest.raises(HailongError) as refused:
            index_step.take(session, index, wards[0], Step.APPROVE, now=NOW, actor=actor)
        assert refused.value.code == "index_same_person"
    assert index_step.approve_all(session, index, now=NOW, actor="else@example.vn") == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"criteria_id": "criteria-province-8"}, "index_criteria_level"),
        ({"level": "district", "criteria_id": "criteria-district-7"}, "index_district_year"),
        ({"rules_id": "index-total-100"}, "index_rules_without_sheet"),
        ({"criteria_id": "criteria-1"}, "index_criteria_unknown"),
        ({}, "index_round_exists"),
    ],
)
def test_rounds_that_cannot_be(session: Session, index: IndexRound, values: dict[str, Any], code: str) -> None:
    with pytest.raises(HailongError) as refused:
        begin(session, **values)
    assert refused.value.code == code


def test_own_criteria_open_no_district_round_after_the_districts_ended(session: Session) -> None:
    own = replace(load_criteria("criteria-district-8"), last_year=None)
    own = replace(own, head=replace(own.head, id="huyen-rieng"))
    content = index_structure.written(index_structure.content_of(own))
    index_structure.register(session, content, now=NOW, today=NOW.date(), actor="a@example.vn")
    with pytest.raises(HailongError) as refused:
        begin(session, level="district", criteria_id="huyen-rieng")
    assert refused.value.code == "index_district_year"


def test_districts_are_scored_in_rounds_of_their_time(session: Session, wards: list[Unit]) -> None:
    made = begin(
        session, year=2023, level="district", criteria_id="criteria-district-7", rules_id="index-60-10-30"
    )
    assert (made.name, made.level) == ("2023", "district")


# --- as a file


def sheet_of(session: Session, index: IndexRound, units: list[Unit], **cells: Any) -> bytes:
    """The sheet as it goes out, filled in with maxima, then `cells` written over it by address."""
    book = load_workbook(io.BytesIO(index_file.workbook(session, index, units)))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        if row[1].value not in ("thuong", "phat"):
            row[4].value, row[6].value = row[3].value, "KH 01/KH-UBND"
    for address, value in cells.items():
        sheet[address] = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def take_in(session: Session, index: IndexRound, data: bytes, units: list[Unit], part: Part = Part.OWN) -> None:
    index_file.import_sheets(session, index, data, part=part, units=units, file_name="bang.xlsx", **WHO)


def refusal(
    session: Session, index: IndexRound, data: bytes, units: list[Unit], part: Part = Part.OWN
) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        take_in(session, index, data, units, part)
    assert session.scalars(select(IndexScore)).all() == []
    return [fault_line(fault) for fault in refused.value.faults]


def test_a_sheet_filled_in_offline_comes_back(session: Session, index: IndexRound, wards: list[Unit]) -> None:
    take_in(session, index, sheet_of(session, index, wards, F4="x", E4=None), wards)
    view = index_sheet.load(session, index, wards[1])
    assert (view.own.whole.points, view.own.whole.maximum) == (65, 65)
    first = index_sheet.load(session, index, wards[0])
    assert (first.own.whole.points, first.own.whole.maximum) == (64, 64)
    assert first.scores["1.1.1"].self_note == "KH 01/KH-UBND"
    # It goes out again as it came in, and through the appraiser's hands.
    index_step.take(session, index, wards[0], Step.SUBMIT, **WHO)
    book = load_workbook(io.BytesIO(index_file.workbook(session, index, wards[:1])))
    for row in book.worksheets[0].iter_rows(min_row=2):
        row[7].value, row[8].value = row[4].value, row[5].value
    take_in(session, index, saved(book), wards[:1], Part.APPRAISAL)
    assert index_sheet.load(session, index, wards[0]).appraised.whole.points == 64


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"E2": None}, r"Dòng 2.*E2.*chưa tự chấm"),
        ({"E3": "=1+1"}, r"E3.*công thức.*Paste Values"),
        ({"E4": "đủ"}, r"E4.*“đủ” không phải số"),
        ({"E5": 99}, r"E5.*vượt điểm tối đa"),
        ({"B6": "9.9"}, r"B6.*“9.9” không phải tiêu chí"),
        ({"D7": 5}, r"D7.*xê dịch"),
        ({"C8": "Việc khác"}, r"C8.*xê dịch"),
        ({"F9": "x"}, r"F9.*vừa ghi “không phát sinh” vừa ghi điểm"),
        ({"H9": 1}, r"H9.*do người thẩm định ghi"),
        ({"A9": "TL"}, r"TL"),
        ({"K2": "2025 par criteria-commune-8 v1"}, r"K2.*bảng của năm trước"),
        ({"E1": "Điểm"}, r"Điểm"),
    ],
)
def test_a_faulty_sheet_is_refused_whole_with_the_cell(
    session: Session, index: IndexRound, wards: list[Unit], cells: dict[str, Any], told: str
) -> None:
    lines = refusal(session, index, sheet_of(session, index, wards[:1], **cells), wards[:1])
    assert any(re.search(told, line) for line in lines), lines


def test_merged_cells_missing_and_shifted_lines_are_refused(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    def changed(change: Callable[[Any], None]) -> list[str]:
        book = load_workbook(io.BytesIO(sheet_of(session, index, wards[:1])))
        change(book.worksheets[0])
        return refusal(session, index, saved(book), wards[:1])

    assert any("E2:E3" in line for line in changed(lambda sheet: sheet.merge_cells("E2:E3")))
    assert any("thiếu dòng của tiêu chí 1.1.1" in line for line in changed(lambda sheet: sheet.delete_rows(2)))
    # A column pushed in moves every value under the wrong heading.
    shifted = changed(lambda sheet: sheet.move_range("C2:J40", cols=1))
    assert len(shifted) > 10


def test_a_refused_sheet_is_shown_on_the_page_with_its_cells(
    clients: dict[str, FlaskClient], session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    page = f"/officer/index/{index.id}/AH"
    bad = sheet_of(session, index, wards[:1], E5=99, E6="nhiều")
    refused = send(clients["ward"], page, "/sheet", sheet=(io.BytesIO(bad), "bang.xlsx"))
    assert refused.status_code == 422
    assert "E5" in refused.text
    assert "E6" in refused.text
    good = clients["ward"].get(f"{page}/sheet.xlsx").data
    assert load_workbook(io.BytesIO(good)).worksheets[0]["A2"].value == "AH"
    done = send(clients["ward"], page, "/sheet", sheet=(io.BytesIO(sheet_of(session, index, wards[:1])), "b.xlsx"))
    assert done.status_code == 303


# --- the figures of the seed documents


def table(session: Session, content: str, year: int, **options: Any) -> dict[str, Any]:
    import_index(session, content.encode(), year=year, now=NOW, actor="test", file_name="vong.csv", **options)
    found = reform_index.compute(session, year=year, kind=options.get("kind", "par"))
    return {row.unit.code: row.result for row in found.rows}


def town(factory: Factory, name: str, count: int, kind: UnitKind = UnitKind.WARD) -> list[Unit]:
    return [
        factory.unit(
            code=f"{name}{place:02d}", name=f"{name} {place}", kind=kind, valid_from=date(2010, 1, 1),
            valid_to=date(2025, 6, 30),
        )
        for place in range(1, count + 1)
    ]  # fmt: skip


def test_hoai_nhon_2021_and_2022(session: Session, factory: Factory) -> None:
    """Fixtures 1-3: 88.41 exactly, the unprinted 85.28, ranks that rise while points fall."""
    town(factory, "HN", 11, UnitKind.DISTRICT)
    head = "unit,ket-qua,lanh-dao,hai-long,printed\n"
    # Officials 8.00 stood third in 2021, satisfaction 23.82 sixth.
    rows21 = "".join(
        f"HN{place:02d},50,{'8.50' if place < 4 else '5.00'},{'24.00' if place < 7 else '20.00'},\n"
        for place in range(2, 12)
    )
    rows22 = "".join(
        f"HN{place:02d},50,{'6.80' if place < 3 else '5.00'},{'27.00' if place < 6 else '20.00'},\n"
        for place in range(2, 12)
    )
    then = table(session, head + "HN01,53.46,8,23.82,\n" + rows21, 2021, rules_id="index-60-10-30")["HN01"]
    now = table(session, head + "HN01,55.46,6.67,26.28,88.41\n" + rows22, 2022, rules_id="index-60-10-30")["HN01"]
    assert (then.total, now.total) == (Decimal("85.28"), Decimal("88.41"))
    assert now.printed.agrees
    assert (then.rank.place, now.rank.place, now.rank.group_count) == (1, 1, 11)
    assert [part.percent for part in now.components] == [Decimal("92.43"), Decimal("66.70"), Decimal("87.60")]
    assert [part.percent for part in then.components] == [Decimal("89.10"), Decimal("80.00"), Decimal("79.40")]
    assert (now.change_points, now.components[2].change_points) == (Decimal("3.13"), Decimal("2.46"))
    assert now.components[1].change_points == Decimal("-1.33")
    assert (then.components[1].rank.place, now.components[1].rank.place) == (3, 2)
    assert (then.components[2].rank.place, now.components[2].rank.place) == (6, 5)


def test_seventeen_communes_need_a_higher_cut_or_a_side_condition(session: Session, factory: Factory) -> None:
    """Fixture 4: a mean of 91.40 with two "Xuất sắc" cannot come from a cut of 90."""
    town(factory, "C", 17)
    totals = [Decimal("94.00"), Decimal("93.50"), *[Decimal("91.09")] * 14, Decimal("91.04")]
    content = "unit,tong\n" + "".join(f"C{place:02d},{total}\n" for place, total in enumerate(totals, 1))
    by_rules = table(session, content, 2022, rules_id="index-total-100")
    assert {result.grade.title.vi for result in by_rules.values()} == {"Xuất sắc"}
    found = index_round.find_round(session, 2022, "par")
    assert found is not None
    (group,) = {result.group for result in by_rules.values()}
    assert index_result.view(session, found, {unit.id for unit in session.scalars(select(Unit))}).table.means[
        group
    ].total == Decimal("91.40")
    stricter = [Band("Xuất sắc", Decimal("93.5")), Band("Tốt", Decimal(80)), Band("Chưa đạt", Decimal(0))]
    index_round.set_bands(session, found, stricter, **WHO)
    grades = [
        row.result.grade.title.vi for row in reform_index.compute_round(session, found).rows if row.result.grade
    ]
    assert (grades.count("Xuất sắc"), grades.count("Tốt")) == (2, 15)
    with pytest.raises(HailongError) as refused:
        index_round.set_bands(session, found, stricter[:2], **WHO)
    assert refused.value.code == "index_bands"


def test_phu_tai_2023_is_shown_as_06_18(
    clients: dict[str, FlaskClient], session: Session, factory: Factory, top: Unit
) -> None:
    """Fixture 5, on the page: 80.52 points, sixth of eighteen, Tốt."""
    units = town(factory, "PT", 18)
    for unit in units:
        unit.parent_id = top.id
    session.commit()
    points = ["80.52", *(f"{90 - place}" for place in range(5)), *(f"{79 - place}" for place in range(12))]
    content = "unit,tong\n" + "".join(f"PT{place:02d},{one}\n" for place, one in enumerate(points, 1))
    result = table(session, content, 2023, rules_id="index-total-100")["PT01"]
    assert (result.total, result.rank.place, result.grade.title.vi) == (Decimal("80.52"), 6, "Tốt")
    found = index_round.find_round(session, 2023, "par")
    assert found is not None
    page = clients["appraiser"].get(f"/officer/index/{found.id}").text
    assert "06/18" in page
    assert "80,52" in page


def test_tuy_hoa_and_duc_nghia_have_several_indices(session: Session, factory: Factory) -> None:
    """Fixtures 8 and 10: the operation index is not the reform index; three gradings of one unit and year."""
    town(factory, "P", 9)
    content = "unit,tong\nP08,93.86\nP06,92.03\nP07,91.86\n"
    ranks = table(session, content, 2023, rules_id="index-total-100", kind="hoat-dong")
    assert {code: result.rank.place for code, result in ranks.items()} == {"P08": 1, "P06": 2, "P07": 3}
    assert index_round.find_round(session, 2023, "par") is None
    for kind, points in (("par", "75"), ("cntt", "85"), ("hoat-dong", "78")):
        table(session, f"unit,tong\nP01,{points}\n", 2022, rules_id="index-total-100", kind=kind)
    unit = session.scalars(select(Unit).where(Unit.code == "P01")).one()
    grades = {
        past.round.kind: past.row.result.grade.title.vi
        for past in index_result.history(session, unit)
        if past.row.result.grade
    }
    assert grades == {"par": "Khá", "cntt": "Tốt", "hoat-dong": "Khá"}


def test_phu_hoa_2017_has_seven_fields_and_nine_communes(session: Session, factory: Factory) -> None:
    """Fixture 12, as one file of nine sheets."""
    units = town(factory, "PH", 9, UnitKind.COMMUNE)
    made = begin(session, year=2017, criteria_id="criteria-commune-7", rules_id="index-60-10-30")
    assert [unit.code for unit in index_round.units_of(session, made)] == [unit.code for unit in units]
    book = load_workbook(io.BytesIO(index_file.workbook(session, made, units)))
    for row in book.worksheets[0].iter_rows(min_row=2):
        if row[1].value not in ("thuong", "phat"):
            row[4].value = row[7].value = row[3].value
    take_in(session, made, saved(book), units, Part.BOTH)
    rows = reform_index.compute_round(session, made).rows
    assert len(rows) == 9
    assert {row.result.components[0].points for row in rows} == {60}
    assert len(index_sheet.load(session, made, units[0]).own.fields) == 7


def test_binh_dinh_2019_self_score_of_59_69(
    clients: dict[str, FlaskClient], session: Session, factory: Factory, top: Unit
) -> None:
    """The eight fields as printed; through the sheet of a province, and through a file of components."""
    fields = {"1": "7", "2": "5", "3": "13.65", "4": "7.04", "5": "7", "6": "8", "7": "9", "8": "3"}
    made = begin(session, year=2019, level="province", criteria_id="criteria-province-8")
    top.valid_from = date(2010, 1, 1)
    session.commit()
    given = {}
    for field in load_criteria("criteria-province-8").fields:
        left = Decimal(fields[field.code])
        for leaf in field.leaves:
            points = min(left, leaf.maximum)
            left -= points
            given[leaf.code] = Given(points, note="Bảng tự chấm 2019")
    page = f"/officer/index/{made.id}/TINH"
    assert send(clients["appraiser"], page, "/own", **typed(given)).status_code == 303
    shown = clients["appraiser"].get(page).text
    assert "<b>59,69</b>/65" in shown
    assert "<b>13,65</b>/14" in shown
    components = ("chi-dao", "the-che", "thu-tuc", "bo-may", "can-bo", "tai-chinh", "hien-dai", "tac-dong")
    content = "unit," + ",".join(components) + ",printed\nTINH," + ",".join(fields.values()) + ",59.69\n"
    result = table(session, content, 2019, rules_id="index-self-8-fields-65", kind="tu-cham")["TINH"]
    assert (result.total, result.maximum, result.printed.agrees) == (Decimal("59.69"), 65, True)


def test_nam_dinh_2020_printed_89_45_is_within_tolerance(session: Session, factory: Factory) -> None:
    town(factory, "ND", 2)
    content = "unit,ket-qua,printed\nND01,62.62,89.45\nND02,61.46,87.80\n"
    found = table(session, content, 2020, rules_id="index-70-rebased")
    assert [(found[code].total, found[code].printed.agrees) for code in ("ND01", "ND02")] == [
        (Decimal("89.46"), True),
        (Decimal("87.80"), True),
    ]


def test_units_that_merged_keep_their_history(session: Session, factory: Factory) -> None:
    old = town(factory, "CU", 2)
    table(session, "unit,tong\nCU01,80\nCU02,82\n", 2023, rules_id="index-total-100")
    heir = factory.unit(code="MOI", name="Phường Mới", valid_from=date(2025, 7, 1))
    for unit in old:
        unit.successor_id = heir.id
    session.commit()
    table(session, "unit,tong\nMOI,90\n", 2026, rules_id="index-total-100")
    past = [
        (one.round.name, one.row.unit.name, one.row.result.total) for one in index_result.history(session, heir)
    ]
    assert past == [("2026", "Phường Mới", 90), ("2023", "CU 2", 82), ("2023", "CU 1", 80)]
    assert [one.round.name for one in index_result.history(session, old[0])] == ["2023"]


def test_what_did_not_arise_and_the_bonus_reach_the_total(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    given = full(
        **{
            "3.4": Given(None, not_applicable=True, note="không có"),
            "thuong": Given(Decimal("1.5"), note="Sáng kiến"),
        }
    )
    through(session, index, wards[0], given, Step.APPROVE)
    import_index(
        session, b"unit,lanh-dao,hai-long\nAH,8,20\n", year=2026, now=NOW, actor="t", file_name="x.csv",
        rules_id="index-65-25-10", level="commune",
    )  # fmt: skip
    row = reform_index.compute_round(session, index).rows[0]
    # 63 of 63, 8 of 10, 20 of 25 and 1.5 on top: 92.5 of 98.
    assert (row.result.total, row.result.maximum, row.result.percent) == (Decimal("92.50"), 98, Decimal("94.39"))
    assert row.sources["ket-qua"] == "sheet"


def test_a_round_by_the_commands(app: Flask, session: Session, wards: list[Unit], tmp_path: Path) -> None:
    begun = hailong(
        app, "index", "begin", "--round", "2026", "--level", "commune", "--rules", "index-65-25-10",
        "--criteria", "criteria-commune-8",
    )  # fmt: skip
    assert "Đã mở đợt 2026" in begun.output
    asked = ("index", "sheets", "--round", "2026", "--level", "commune")
    empty = tmp_path / "bang.xlsx"
    hailong(app, *asked, "--template", str(empty))
    assert "ô E2" in hailong(app, *asked, str(empty), expect=1).output
    found = index_round.find_round(session, 2026, "par", "commune")
    assert found is not None
    empty.write_bytes(sheet_of(session, found, wards))
    assert "72 dòng, 2 đơn vị" in hailong(app, *asked, str(empty)).output
    for unit in wards:
        index_step.take(session, found, unit, Step.SUBMIT, **WHO)
        index_sheet.save_appraisal(session, found, unit, full(), **WHO)
        index_step.take(session, found, unit, Step.APPRAISE, **WHO)
    index_step.approve_all(session, found, now=NOW, actor="b@example.vn")
    named = ("--round", "2026", "--level", "commune")
    assert "Chưa có gì để công bố" in hailong(app, "index", "publish", *named, expect=1).output
    other_parts(session)
    assert "bản 1" in hailong(app, "index", "publish", *named).output
    assert (
        "không có gì để đính chính" in hailong(app, "index", "publish", *named, "--reason", "x", expect=1).output
    )
    index_round.set_bands(session, found, [Band("Đạt", Decimal(0))], **WHO)
    shown = hailong(app, "index", "compute", *named).output
    assert "Đã công bố bản 1, số liệu đầu vào đã thay đổi" in shown
    assert "phải ghi lý do" in hailong(app, "index", "publish", *named, expect=1).output
    assert "bản 2" in hailong(app, "index", "publish", *named, "--reason", "Bậc xếp loại khác").output
