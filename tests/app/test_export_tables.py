"""Biểu 1 to 7 of a closed quarter: live totals, zero as zero, nothing hidden that a sum would tell."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.models import Basis, DossierCount, Reader, Response, ResponseExtra, Unit
from survey.services import publication, score
from survey.services.export import export_bytes, quarter_report
from survey.services.package import Package, package_bytes
from survey.services.verification import verify

from cases import send_case
from factories import Factory
from libreoffice import convert

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 10, 2, 8, 30, tzinfo=TIME_ZONE)
HIDDEN = 3
RAW_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: what is tested is the file."""
    return sqlite_url


@pytest.fixture
def units(session: Session, factory: Factory) -> dict[str, Unit]:
    """Two wards with scores, one of three responses, one of none."""
    found = {code: factory.unit(code=code, name=f"Phường {code}") for code in "ABCD"}
    for number, unit in enumerate(found.values()):
        cross = {("dat-dai", "direct", "on_time"): 400 + number, ("dat-dai", "online", "overdue"): 11}
        factory.dossiers(unit, PERIOD.text, cross)
    for code, content, extra in (("A", 70, 20), ("B", 35, 6), ("C", 1, HIDDEN - 1)):
        factory.responses(found[code], "555552", content)
        factory.responses(found[code], "24x221", extra)
    session.add(
        DossierCount(unit_id=found["A"].id, period=PERIOD.text, basis=Basis.PENDING, field="dat-dai", count=9)
    )
    session.commit()
    return found


def closed(session: Session) -> bytes:
    score.close(session, PERIOD, now=NOW, actor="test")
    return export_bytes(session, PERIOD, "xlsx")


def lines(data: bytes, name: str) -> list[dict[str, Any]]:
    """The lines of a table by its headings; those under a common one as "common: own"."""
    sheet = load_workbook(io.BytesIO(data), data_only=True)[name]
    rows = list(sheet.iter_rows(values_only=True))
    common = ""
    headings = []
    for upper, lower in zip(rows[5], rows[6], strict=True):
        common = upper if upper is not None else common
        headings.append(f"{common}: {lower}" if lower else str(common))
    return [
        dict(zip(headings, row, strict=True)) for row in rows[7:] if row[1] is not None and headings[1] is not None
    ]


def packed(session: Session, kind: Package, name: str) -> str:
    """A file of an archive."""
    data = package_bytes(session, PERIOD, kind, now=NOW, actor="test")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def of(data: bytes, name: str, key: str) -> dict[str, Any]:
    return next(line for line in lines(data, name) if key in line.values())


def test_every_table_is_there(session: Session, units: dict[str, Unit]) -> None:
    names = load_workbook(io.BytesIO(closed(session))).sheetnames
    assert [name for name in names if name.startswith("Biểu")] == [f"Biểu {number}" for number in range(1, 8)]


def test_a_total_holds_only_what_is_shown_above_it(session: Session, units: dict[str, Unit]) -> None:
    data = closed(session)
    whole = of(data, "Biểu 1", "Cộng các đơn vị có số")
    assert whole["Phiếu hợp lệ"] == 90 + 41, "without the three of the suppressed ward"
    assert whole["Hồ sơ đã trả (N)"] == 411 + 412 + 414
    ratings = of(data, "Biểu 2", "Tổng số")
    assert ratings["Số người chọn: Rất HL"] == 5 * (70 + 35)
    flow = of(data, "Biểu 5", "Tổng số")
    assert flow["Đã giải quyết: Quá hạn"] == 3 * 11
    assert flow["Đang giải quyết: Tổng số"] == 9


def test_every_sum_is_a_formula_that_libreoffice_recalculates_to_the_same(
    session: Session, units: dict[str, Unit], tmp_path: Path
) -> None:
    data = closed(session)
    book, kept = load_workbook(io.BytesIO(data)), load_workbook(io.BytesIO(data), data_only=True)
    path = tmp_path / "diem.xlsx"
    path.write_bytes(without_cached_values(data))
    folder = convert(path, RAW_CSV)
    compared = 0
    for sheet in book.worksheets:
        with (folder / f"diem-{sheet.title}.csv").open(encoding="utf-8", newline="") as file:
            opened = list(csv.reader(file))
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = opened[cell.row - 1][cell.column - 1]
                    number = float(text.removesuffix("%").replace(",", ".")) / (100 if "%" in text else 1)
                    expected = kept[sheet.title][cell.coordinate].value
                    assert number == pytest.approx(expected, rel=1e-12), f"{sheet.title} {cell.coordinate}"
                    compared += 1
    assert compared > 40


def without_cached_values(data: bytes) -> bytes:
    """Leave the formulas and take their values away, so that a program has to work them out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            target.writestr(entry, content)
    return buffer.getvalue()


def test_fees_trips_and_days_are_counted_and_only_of_enough_people(
    session: Session, units: dict[str, Unit]
) -> None:
    for response in session.query(Response).filter(Response.unit_id == units["A"].id).limit(8).all():
        extra = {"number_hash": response.number_hash, "local_date": response.local_date}
        session.execute(insert(ResponseExtra).values(**extra, version="short-v1", answers="23"))
    session.commit()
    data = closed(session)
    found = of(data, "Biểu 4", "Phường A")
    assert (found["Chi phí ngoài quy định: Trả lời có/không"], found["Chi phí ngoài quy định: Nói có"]) == (90, 20)
    assert found["Chi phí ngoài quy định: Tỷ lệ"] == pytest.approx(20 / 90)
    assert (found["Số lần đi lại: Trung bình"], found["Đúng hẹn (tự khai): Tỷ lệ"]) == (2, 0)
    assert found["Đúng hạn (hệ thống): Tỷ lệ"] == pytest.approx(400 / 411)
    silent = of(data, "Biểu 4", "Phường C")
    assert [value for value in silent.values() if isinstance(value, int | float)] == [silent["STT"]]
    assert of(data, "Biểu 4", "Phường B")["Số lần đi lại: Người trả lời"] is None


def test_feedback_is_printed_as_it_stood_at_closing_and_zero_as_zero(
    session: Session, units: dict[str, Unit]
) -> None:
    for _ in range(2):
        send_case(session, units["A"], day=date(2026, 8, 3))
    data = closed(session)
    assert of(data, "Biểu 6", "Phường A")["Tiếp nhận"] == 2
    assert of(data, "Biểu 6", "Phường A")["Đã xử lý: Quá hạn"] == 0
    assert of(data, "Biểu 6", "Phường D")["Tiếp nhận"] == 0
    send_case(session, units["A"], day=date(2026, 8, 4))
    assert export_bytes(session, PERIOD, "xlsx") == data, "what came in later does not change the report"
    assert verify(session, PERIOD, now=NOW, actor="test").agrees


def test_cases_of_a_unit_without_a_score_are_printed_to_who_may_see_it_and_never_published(
    session: Session, factory: Factory, units: dict[str, Unit]
) -> None:
    top = factory.unit(code="T", name="Tỉnh Bình Minh", ranking_group=None)
    for unit in units.values():
        unit.parent = top
    session.commit()
    for about in ("A", "B"):
        send_case(session, units[about], day=date(2026, 8, 3), reader=Reader.ABOVE)
    send_case(session, units["A"], day=date(2026, 8, 4))
    send_case(session, units["A"], day=date(2026, 8, 4), reader=Reader.LEADER)
    data = closed(session)
    assert of(data, "Biểu 6", "Tỉnh Bình Minh")["Tiếp nhận"] == 2
    assert of(data, "Biểu 6", "Phường A")["Tiếp nhận"] == 1
    assert of(data, "Biểu 6", "Cộng các đơn vị có số")["Tiếp nhận"] == 3
    assert [line["Đơn vị"] for line in lines(data, "Biểu 1")[:-1]].count("Tỉnh Bình Minh") == 0
    (elsewhere,) = quarter_report(session, PERIOD).cases_elsewhere
    assert (elsewhere.code, elsewhere.feedback.received, elsewhere.feedback.open_late) == ("T", 2, 2)
    assert quarter_report(session, PERIOD, {units["A"].id}).cases_elsewhere == ()
    assert len(quarter_report(session, PERIOD, {units["A"].id, top.id}).cases_elsewhere) == 1
    publication.publish(session, PERIOD, now=NOW, actor="test")
    assert json.loads(packed(session, Package.PUBLIC, "so-lieu.json"))["cases_elsewhere"] == []
    whole = packed(session, Package.VERIFICATION, "so-lieu-dai.csv")
    assert f"{PERIOD.text},1,T,Tỉnh Bình Minh,feedback,,,received,2" in whole


def test_the_change_is_told_against_the_quarter_closed_before(session: Session, units: dict[str, Unit]) -> None:
    before = parse_period("2026-Q2")
    for unit in units.values():
        Factory(session).dossiers(unit, before.text, {("dat-dai", "direct", "on_time"): 300})
    Factory(session).responses(units["A"], "112112", 80, local_date=date(2026, 5, 4))
    score.close(session, before, now=datetime(2026, 7, 2, 8, 0, tzinfo=TIME_ZONE), actor="test")
    found = of(closed(session), "Biểu 1", "Phường A")
    assert found["So kỳ trước (điểm): Nhận định"] == "tăng"
    assert found["So kỳ trước (điểm): Chênh lệch"] > 20


def test_no_field_gives_the_figure_of_one_counter_away_nor_does_a_later_counter(
    session: Session, factory: Factory, units: dict[str, Unit]
) -> None:
    for field, number in (("chung-thuc", 20), ("xay-dung", 40)):
        factory.dossiers(units["A"], PERIOD.text, {(field, "direct", "on_time"): 100})
        factory.responses(units["A"], "555552", number, field=field)
    factory.counter(units["A"], ("chung-thuc",))
    factory.counter(units["A"], ("dat-dai", "xay-dung"))
    closed(session)

    def shown() -> tuple[set[str], int]:
        (unit,) = (one for one in quarter_report(session, PERIOD).units if one.code == "A")
        return {part.level for part in unit.annex.fields}, len(unit.annex.cells)

    assert shown() == ({"dat-dai"}, 0), "the 20, and the 40 from which they could be told"
    factory.counter(units["A"], ("chung-thuc",))
    assert shown() == ({"dat-dai"}, 0)
