"""The workbook of a round: LibreOffice opens it, and reads the figures of the page in it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from survey.models import IndexRound, Unit, UnitKind
from survey.services import index_publication, index_result, index_workbook
from survey.services.index_sheet import Given
from survey.services.index_step import Step
from survey.services.reform_index_import import import_index

from factories import Factory
from index_rounds import NOW, begin, close_quarter, full, through
from libreoffice import convert

# As test_export_libreoffice.py: every sheet, numbers as they are stored, text in UTF-8.
RAW_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: what is tested is the file."""
    return sqlite_url


@pytest.fixture
def index(session: Session, factory: Factory) -> IndexRound:
    top = factory.unit(code="TINH", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE, ranking_group=None)
    wards: list[Unit] = [factory.unit(code=code, name=f"Phường {code}", parent=top) for code in ("AH", "TL", "ĐT")]
    past = "unit,ket-qua,lanh-dao,hai-long\nAH,60,9,24\nTL,60,8,20\nĐT,50,5,20\n"
    content = "unit,lanh-dao\nAH,8\nTL,7\nĐT,6\n"
    for year, text in ((2025, past), (2026, content)):
        if year == 2026:
            made = begin(session)
        import_index(
            session, text.encode(), year=year, now=NOW, actor="t", file_name="x.csv", rules_id="index-65-25-10",
            level="commune",
        )  # fmt: skip
    own = full(**{"3.4": Given(None, not_applicable=True, note="Không phát sinh")})
    for unit, given in zip(wards, (full(), own, full()), strict=True):
        through(session, made, unit, given, Step.APPROVE)
    close_quarter(session, "2026-Q3", {wards[0]: 0.80, wards[1]: 0.90})
    return made


def number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if text else None


def lines(folder: Path, sheet: str) -> dict[str, dict[str, str]]:
    """The rows of a sheet by unit, under the lower line of headings or the only one."""
    with (folder / f"dot-{sheet}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at = next(place for place, row in enumerate(rows) if row and row[0] == "STT")
    headings = [below or above for above, below in zip(rows[at], rows[at + 1], strict=True)]
    return {row[1]: dict(zip(headings, row, strict=True)) for row in rows[at + 2 :] if row[1]}


def test_its_figures_are_those_of_the_page(session: Session, index: IndexRound, tmp_path: Path) -> None:
    index_publication.publish(session, index, shown=0, now=NOW, actor="b@example.vn")
    shown = index_result.view(session, index, set())
    assert index_workbook.file_name(shown) == "chi-so-2026-par-commune-ban-1.xlsx"
    path = tmp_path / "dot.xlsx"
    path.write_bytes(index_workbook.workbook(session, shown))
    folder = convert(path, RAW_CSV)
    found = lines(folder, "Xếp hạng")
    rows = {row.name: row.result for rows in shown.groups.values() for row in rows}
    assert found.keys() == rows.keys() == {"Phường AH", "Phường TL", "Phường ĐT"}
    for name, result in rows.items():
        line = found[name]
        assert number(line["Tổng điểm"]) == result.total
        assert number(line["Đạt (%)"]) == result.percent
        assert number(line["So năm trước"]) == result.change_points
        assert line["Xếp loại"] == ("" if result.grade is None else result.grade.title.vi)
        assert number(line["Hạng"]) == (None if result.rank is None else result.rank.place)
        points = [number(value) for title, value in line.items() if "(/" in title]
        assert points == [part.points for part in result.components]
    # AH: 65 + 8 + 20.00 = 93.00 as last year; TL: 63 of 63, 7 and 22.50 = 92.50 of 98.
    assert found["Phường TL"]["Đổi hạng"] == "tăng 01 bậc"
    assert found["Phường AH"]["Đổi hạng"] == "giảm 01 bậc"
    assert "chưa xếp hạng" in found["Phường ĐT"]["Ghi chú"]
    assert [number(found["Phường TL"][one]) for one in ("Tự chấm", "Thẩm định", "Chênh lệch")] == [63, 63, 0]
    with (folder / "dot-Phương pháp.csv").open(encoding="utf-8", newline="") as file:
        words = dict(row[:2] for row in csv.reader(file) if len(row) > 1)
    assert words["Điểm hài lòng từ các quý"] == "2026-Q3 (lần chốt 1)"
    assert "mẫu tham khảo" in words["Cơ cấu điểm"]
    assert "mẫu tham khảo" in words["Bộ tiêu chí"]
    assert "Nguồn của bộ tiêu chí" in words
    assert "Căn cứ của bộ tiêu chí" not in words, "a reference template is nobody's basis"
    assert words["Trạng thái"] == "Công bố lúc 09:00 ngày 20/11/2026, bản 1"
    with (folder / "dot-Trung bình nhóm.csv").open(encoding="utf-8", newline="") as file:
        means = [row for row in csv.reader(file) if row[1:2] == ["Phường"]]
    assert number(means[0][2]) == 2
    assert (folder / "dot-Theo lĩnh vực.csv").exists()


def test_the_same_published_round_is_the_same_file_whatever_units_become(
    session: Session, index: IndexRound, factory: Factory
) -> None:
    waiting = factory.unit(code="XL", name="Phường Xuân Lộc")
    index_publication.publish(session, index, shown=0, now=NOW, actor="b@example.vn")
    shown = index_result.view(session, index, set())
    one = index_workbook.workbook(session, shown)
    heir = factory.unit(code="MOI", name="Phường Mới")
    waiting.name, shown.table.rows[0].unit.name = "Phường Xuân Lộc Mới", "Phường An Hải Mới"
    shown.table.rows[1].unit.successor_id = heir.id
    session.commit()
    assert index_workbook.workbook(session, index_result.view(session, index, set())) == one
    method = {row[0]: row[1] for row in load_workbook(io.BytesIO(one))["Phương pháp"].values if row[0]}
    assert method["Đơn vị không có trong bảng"] == "Phường Xuân Lộc"
    sheet = load_workbook(io.BytesIO(one))["Xếp hạng"]
    assert sheet.freeze_panes is not None
    assert sheet.auto_filter.ref is not None
    assert sheet.print_area
    assert any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), "the difference is a formula"


def test_before_publication_it_says_so_and_holds_only_what_is_in_sight(
    session: Session, index: IndexRound, factory: Factory
) -> None:
    own = next(row.unit for row in index_result.view(session, index, set()).table.rows)
    shown = index_result.view(session, index, {own.id})
    assert index_workbook.file_name(shown).endswith("-tam-tinh.xlsx")
    book = load_workbook(io.BytesIO(index_workbook.workbook(session, shown)))
    values = {cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "Số liệu tạm tính, chưa công bố" in values
    others = {f"Phường {code}" for code in ("AH", "TL", "ĐT")} - {own.name}
    assert not others & values
