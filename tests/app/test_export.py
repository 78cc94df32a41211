"""The files of a closed quarter: nothing suppressed in them, equal numbers in each, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import Unit
from survey.reports.wording import method_lines
from survey.services import score
from survey.services.export import export_bytes, quarter_report

from commands import hailong
from factories import Factory

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 10, 2, 8, 30, tzinfo=TIME_ZONE)
SILENT_COUNT = 3


@pytest.fixture
def quarter(session: Session, factory: Factory) -> dict[str, Unit]:
    """A closed quarter with a well answered, a thinly answered, a nearly silent and a silent ward."""
    names = {"A": "Phường An", "B": "Phường Bình", "C": "Phường Cẩm", "D": "=1+1", "E": "Phường Én"}
    units = {code: factory.unit(code=code, name=name) for code, name in names.items()}
    for unit in units.values():
        factory.dossiers(
            unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 400, ("dat-dai", "online", "early"): 87}
        )
    for code, content, discontent in (("A", 70, 20), ("E", 35, 0), ("B", 8, 4), ("C", 1, SILENT_COUNT - 1)):
        factory.responses(units[code], "555552", content)
        factory.responses(units[code], "22x222", discontent)
    score.close(session, PERIOD, now=NOW, actor="test")
    return units


def as_json(session: Session, unit_ids: set[int] | None = None) -> dict[str, dict[str, Any]]:
    content = json.loads(export_bytes(session, PERIOD, "json", unit_ids))
    return {unit["code"]: unit for unit in content["units"]}


def test_the_json_carries_each_figure_with_its_company(session: Session, quarter: dict[str, Unit]) -> None:
    content = json.loads(export_bytes(session, PERIOD, "json"))
    unit = next(unit for unit in content["units"] if unit["code"] == "A")
    figures = unit["figures"]
    assert (unit["responses"], unit["dossiers"], unit["rank"], unit["group_count"]) == (90, 487, 2, 2)
    assert figures["points_lower"] < figures["points"] < figures["points_upper"]
    assert figures["points"] == pytest.approx(30 * figures["index_share"], abs=0.005)
    assert figures["effective_responses"] > 0
    assert figures["coverage_share"] < 1  # nobody answered for the online dossiers
    assert {factor["code"]: factor["n"] for factor in unit["factors"]}["officials"] == 70
    assert content["method"]["rule"] == "score-top2-factors"
    assert content["method"]["questionnaires"] == ["short-v1"]
    assert re.fullmatch("[0-9a-f]{64}", content["method"]["tally_digest"])
    assert content["closed_at"] == "2026-10-02T08:30:00+07:00"


def test_of_a_suppressed_unit_no_number_is_told_anywhere(session: Session, quarter: dict[str, Unit]) -> None:
    unit = as_json(session)["C"]
    told = {key: value for key, value in unit.items() if isinstance(value, int | float) and value is not False}
    assert told == {}
    assert (unit["figures"], unit["factors"], unit["trust_counts"], unit["warnings"]) == (None, [], {}, [])
    assert unit["status_text"] == "dưới 5 phiếu, không hiện điểm"
    line = next(row for row in csv_rows(session) if row["code"] == "C")
    assert [value for key, value in line.items() if key in ("responses", "dossiers", "points", "index_share")] == [
        ""
    ] * 4
    for name, rows in sheets(export_bytes(session, PERIOD, "xlsx")).items():
        numbers = [value for row in rows if "Phường Cẩm" in row for value in row if isinstance(value, int | float)]
        assert len(numbers) <= 1, f"{name}: only its place in the list"


def test_no_sum_gives_a_suppressed_unit_away(session: Session, quarter: dict[str, Unit]) -> None:
    text = export_bytes(session, PERIOD, "json").decode()
    assert f": {90 + 35 + 12 + SILENT_COUNT}" not in text


def test_a_thin_sample_is_marked_and_not_ranked(session: Session, quarter: dict[str, Unit]) -> None:
    unit = as_json(session)["B"]
    assert (unit["status_text"], unit["rank"], unit["responses"]) == ("chưa đủ mẫu", None, 12)
    assert unit["figures"]["points"] is not None
    assert any("chưa đủ mẫu" in warning["text"] for warning in unit["warnings"])


def test_no_response_is_printed_as_zero(session: Session, quarter: dict[str, Unit]) -> None:
    assert as_json(session)["D"]["responses"] == 0
    assert next(row for row in csv_rows(session) if row["code"] == "D")["responses"] == "0"


def csv_rows(session: Session) -> list[dict[str, str]]:
    data = export_bytes(session, PERIOD, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheets(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_the_csv_has_one_line_a_unit_and_no_formulas(session: Session, quarter: dict[str, Unit]) -> None:
    rows = csv_rows(session)
    assert sorted(row["code"] for row in rows) == ["A", "B", "C", "D", "E"]
    assert next(row["name"] for row in rows if row["code"] == "D") == "'=1+1"
    plain = as_json(session)
    for row in rows:
        figures = plain[row["code"]]["figures"]
        if figures is not None:
            assert float(row["index_share"]) == figures["index_share"]
            assert float(row["points"]) == figures["points"]


def test_the_workbook_holds_real_numbers_in_official_layout(session: Session, quarter: dict[str, Unit]) -> None:
    book = load_workbook(io.BytesIO(export_bytes(session, PERIOD, "xlsx")))
    sheet = book["Biểu 1"]
    headings = [cell.value for cell in sheet[6]]
    assert headings[:4] == ["STT", "Đơn vị", "Nhóm xếp hạng", "Hồ sơ đã trả (N)"]
    points_at = headings.index("Điểm quy đổi (/30)") + 1
    row = next(row for row in range(8, 13) if sheet.cell(row, 2).value == "Phường An")
    points = sheet.cell(row, points_at)
    assert points.value == as_json(session)["A"]["figures"]["points"]
    assert (points.data_type, points.number_format) == ("n", "[$-42A]#,##0.00")
    assert sheet.freeze_panes == "C8"
    assert sheet.print_title_rows == "$6:$7"
    assert sheet.page_setup.orientation == "landscape"
    formula = next(sheet.cell(row, 2) for row in range(8, 13) if sheet.cell(row, 2).value == "=1+1")
    assert formula.data_type == "s"
    method = dict(row[:2] for row in sheets(export_bytes(session, PERIOD, "xlsx"))["Biểu 7"] if row[1])
    assert method["Phiên bản phiếu"] == "short-v1"


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_the_same_quarter_gives_the_same_bytes(session: Session, quarter: dict[str, Unit], kind: str) -> None:
    first = export_bytes(session, PERIOD, kind)
    session.expire_all()
    with force_locale("en"):
        assert export_bytes(session, PERIOD, kind) == first


def test_the_times_in_the_workbook_are_the_closing_time(session: Session, quarter: dict[str, Unit]) -> None:
    with zipfile.ZipFile(io.BytesIO(export_bytes(session, PERIOD, "xlsx"))) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-10-02T01:30:00Z"}


def test_units_that_one_may_not_see_are_left_out_but_count_in_the_rank(
    session: Session, quarter: dict[str, Unit]
) -> None:
    units = as_json(session, {quarter["A"].id})
    assert list(units) == ["A"]
    assert (units["A"]["rank"], units["A"]["group_count"]) == (2, 2)


def test_the_command_writes_to_the_output_where_no_file_is_wanted(
    app: Flask, tmp_path: Path, quarter: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = hailong(app, "export", PERIOD.text, "--format", "json", "--out", "-")
    assert json.loads(done.stdout)["period"]["text"] == PERIOD.text
    refused = hailong(app, "qr", "openings", "--period", PERIOD.text, "--out", "-", expect=1)
    assert "không dùng dấu" in refused.output
    assert list(tmp_path.glob("-")) == []


def test_an_open_quarter_is_not_exported(session: Session, quarter: dict[str, Unit]) -> None:
    with pytest.raises(HailongError) as refused:
        export_bytes(session, parse_period("2026-Q4"), "json")
    assert refused.value.code == "period_not_closed"


def test_the_command_writes_the_file_or_says_why_not(app: Flask, tmp_path: Path, quarter: dict[str, Unit]) -> None:
    out = tmp_path / "điểm.xlsx"
    hailong(app, "export", PERIOD.text, "--format", "xlsx", "--out", out)
    assert "Biểu 1" in load_workbook(out).sheetnames
    refused = hailong(app, "export", "2026-Q4", "--format", "csv", "--out", tmp_path / "x.csv", expect=1)
    assert "hailong close 2026-Q4" in refused.stderr
    nowhere = tmp_path / "no" / "where.csv"
    assert (
        "Không ghi được"
        in hailong(app, "export", PERIOD.text, "--format", "csv", "--out", nowhere, expect=1).stderr
    )
    hailong(app, "export", PERIOD.text, "--format", "docx", "--out", out, expect=2)


def test_a_corrected_period_says_what_it_replaces_and_why(
    app: Flask, session: Session, quarter: dict[str, Unit], factory: Factory
) -> None:
    assert "Đính chính" not in _printed(app, session)
    factory.dossiers(quarter["A"], PERIOD.text, {("xay-dung", "direct", "early"): 40})
    score.close(session, PERIOD, now=NOW, actor="test", revision_of=1, reason="Biểu II.06 ghi thiếu 40 hồ sơ.")
    assert _printed(app, session)["Đính chính"] == "Thay lần ban hành thứ 1. Lý do: Biểu II.06 ghi thiếu 40 hồ sơ."
    content = json.loads(export_bytes(session, PERIOD, "json"))
    assert (content["revision"], content["replaces"]) == (2, 1)
    assert content["reason"] == "Biểu II.06 ghi thiếu 40 hồ sơ."
    row = csv_rows(session)[0]
    assert (row["revision"], row["replaces"], row["reason"]) == ("2", "1", "Biểu II.06 ghi thiếu 40 hồ sơ.")


def _printed(app: Flask, session: Session) -> dict[str, str]:
    with app.test_request_context(), force_locale("vi"):
        return dict(method_lines(quarter_report(session, PERIOD)))
