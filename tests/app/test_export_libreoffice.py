"""LibreOffice opens the workbook, and reads in it the numbers of the JSON."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.services import score
from survey.services.export import export_bytes

from factories import Factory
from libreoffice import convert

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 10, 2, 8, 30, tzinfo=TIME_ZONE)
# Separator, quote, UTF-8, from the first line, no column formats, language, numbers unquoted and as they are
# stored (not as they are shown), all sheets.
RAW_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: what is tested is the file."""
    return sqlite_url


@pytest.fixture
def workbook(session: Session, factory: Factory, tmp_path: Path) -> Path:
    for code, content, discontent in (("A", 61, 12), ("B", 33, 5), ("C", 2, 1)):
        unit = factory.unit(code=code, name=f"Phường {code}")
        factory.dossiers(unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 1234})
        factory.responses(unit, "545452", content)
        factory.responses(unit, "312312", discontent)
    score.close(session, PERIOD, now=NOW, actor="test")
    path = tmp_path / "diem.xlsx"
    path.write_bytes(export_bytes(session, PERIOD, "xlsx"))
    return path


def number(text: str) -> float:
    """Read a number as LibreOffice writes it in a Vietnamese format: 86,8421052631579%."""
    plain = float(text.removesuffix("%").replace(",", "."))
    return plain / 100 if text.endswith("%") else plain


def test_its_numbers_are_those_of_the_json(session: Session, workbook: Path) -> None:
    folder = convert(workbook, RAW_CSV)
    with (folder / "diem-Biểu 1.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    headings = next(line for line in lines if line[:2] == ["STT", "Đơn vị"])
    by_name = {line[1]: line for line in lines if len(line) > 1 and line[1].startswith("Phường")}
    units = json.loads(export_bytes(session, PERIOD, "json"))["units"]
    assert len(by_name) == len(units) == 3
    index, points = headings.index("Chỉ số hài lòng"), headings.index("Điểm quy đổi (/30)")
    for unit in units:
        line = by_name[unit["name"]]
        figures = unit["figures"]
        if figures is None:
            assert [cell for cell in line[3:-1] if cell] == []
            continue
        assert int(line[headings.index("Phiếu hợp lệ")]) == unit["responses"]
        assert int(line[headings.index("Hồ sơ đã trả (N)")]) == unit["dossiers"]
        for at, name in (
            (index, "index_share"),
            (index + 1, "lower_share"),
            (index + 2, "upper_share"),
            (points, "points"),
            (points + 1, "points_lower"),
            (points + 2, "points_upper"),
        ):
            assert number(line[at]) == pytest.approx(figures[name], rel=1e-12), name


def test_it_prints_on_landscape_pages_one_page_wide(workbook: Path) -> None:
    folder = convert(workbook, "pdf")
    pdf = pypdfium2.PdfDocument(folder / "diem.pdf")
    text = pdf[0].get_textpage().get_text_bounded()
    assert all(page.get_width() > page.get_height() for page in pdf)
    assert len(pdf) == 10, "one page for each of the ten sheets"
    assert "Quý III năm 2026 (từ 01/07/2026 đến 30/09/2026)" in text
    assert "1.234" in text
    assert "Ghi chú" in text
