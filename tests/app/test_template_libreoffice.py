"""LibreOffice opens the templates, and what it saves comes back through the import."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.models import Unit, UploadKind
from survey.services import dossier, upload
from survey.services.importing import Reach

from factories import Factory
from libreoffice import convert

NOW = datetime(2026, 8, 14, 9, tzinfo=TIME_ZONE)
ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: what is tested is the file."""
    return sqlite_url


@pytest.fixture
def ward(factory: Factory) -> Unit:
    ward = factory.unit(code="00123", name="Phường Tân Hoà")
    factory.counter(ward, ("dat-dai", "chung-thuc"), code="1-2", name="Quầy số 1")
    return ward


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (UploadKind.UNITS, "Phường Tân Hoà"),
        (UploadKind.COUNTERS, "1-2"),
        (UploadKind.DOSSIERS, "Chứng thực, sao y"),
    ],
)
def test_libreoffice_shows_the_own_codes_as_they_are(
    session: Session, ward: Unit, tmp_path: Path, kind: UploadKind, own: str
) -> None:
    sheet = upload.template(session, kind, reach=Reach(frozenset({ward.id})), now=NOW)
    path = tmp_path / "mau.xlsx"
    path.write_bytes(sheet.workbook())
    folder = convert(path, ALL_SHEETS)
    with (folder / "mau-Du lieu.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1][0] == "00123"
    assert own in [cell for row in rows[1:] for cell in row]
    assert "Bắt buộc" in (folder / "mau-Huong dan.csv").read_text(encoding="utf-8")


def test_what_libreoffice_saves_is_imported(session: Session, ward: Unit, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(
        upload.template(session, UploadKind.DOSSIERS, reach=Reach(frozenset({ward.id})), now=NOW).workbook()
    )
    book = load_workbook(path)
    page = book["Du lieu"]
    headings = [cell.value for cell in page[1]]
    for heading, number in (
        ("Đã giải quyết: tổng số", 1910),
        ("Đã giải quyết: đúng hạn", 1878),
        ("Đã giải quyết: quá hạn", 32),
    ):
        page.cell(2, headings.index(heading) + 1, number)
    book.save(path)
    saved = convert(path, "xlsx") / "mau.xlsx"
    summary = dossier.import_dossiers(
        session, saved.read_bytes(), parse_period("2026-Q2"), now=NOW, actor="test", file_name="mau.xlsx"
    )
    assert (summary.settled, summary.overdue, summary.blank_rows) == (1910, 32, 1)
