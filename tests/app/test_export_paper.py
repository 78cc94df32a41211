"""The report of a closed quarter as DOCX and PDF: the layout of NĐ 30/2020/NĐ-CP, the real numbers, a draft."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from flask_babel import force_locale
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.models import ServiceField, Unit, UnitKind, UnitLetterhead
from survey.services import score
from survey.services.export import FORMATS, export_bytes

from factories import Factory
from libreoffice import convert

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 10, 2, 8, 30, tzinfo=TIME_ZONE)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: what is tested is the file."""
    return sqlite_url


@pytest.fixture
def province(session: Session, factory: Factory) -> Unit:
    """A province with a letterhead, above two wards with scores and one that must stay silent."""
    top = factory.unit(code="T", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE, ranking_group=None)
    session.add(
        UnitLetterhead(
            unit_id=top.id,
            signature="TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH",
            signer="Nguyễn Văn Mẫu",
            recipients="Bộ Nội vụ;\nLưu: VT.",
        )
    )
    for code, content, discontent in (("A", 61, 12), ("B", 33, 30), ("C", 2, 1)):
        unit = factory.unit(code=code, name=f"Phường {code}", parent=top)
        factory.dossiers(unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 1234})
        factory.responses(unit, "545452", content)
        factory.responses(unit, "312312", discontent)
    score.close(session, PERIOD, now=NOW, actor="test")
    return top


def words_of(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_draft_has_the_official_layout(session: Session, province: Unit) -> None:
    data = export_bytes(session, PERIOD, "docx")
    document, words = Document(io.BytesIO(data)), words_of(data)
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert round(section.left_margin.mm) == 30
    assert section.different_first_page_header_footer, "no page number on the first page"
    assert document.styles["Normal"].font.name == "Times New Roman"
    for text in (
        "DỰ THẢO",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "TỈNH BÌNH MINH",
        "Số: ……/BC-UBND",
        "Bình Minh, ngày …… tháng …… năm ……",
        "KT. CHỦ TỊCH",
        "Nguyễn Văn Mẫu",
        "- Bộ Nội vụ;",
        "IV. ĐỀ XUẤT, KIẾN NGHỊ",
    ):
        assert text in words, text


def test_the_text_tells_the_real_numbers_and_nothing_of_a_suppressed_unit(
    session: Session, province: Unit
) -> None:
    words = words_of(export_bytes(session, PERIOD, "docx"))
    units = {unit["code"]: unit for unit in json.loads(export_bytes(session, PERIOD, "json"))["units"]}
    assert "Có 136 phiếu hợp lệ trong 2.468 hồ sơ của 2 đơn vị" in words
    assert f"{units['B']['figures']['points']:.2f}/30".replace(".", ",") in words
    assert "Ủy ban nhân dân tỉnh Bình Minh báo cáo kết quả quý III năm 2026 (từ" in words
    assert "1 đơn vị có quá ít phiếu nên không hiện số: Phường C." in words
    assert "139" not in words
    assert "3.702" not in words


def test_the_pdf_says_the_same_is_tagged_and_embeds_its_type(session: Session, province: Unit) -> None:
    data = export_bytes(session, PERIOD, "pdf")
    pdf = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    text = "".join(pages).replace("\r\n", " ")
    assert "Có 136 phiếu hợp lệ trong 2.468 hồ sơ của 2 đơn vị" in text
    assert "Nguyễn Văn Mẫu" in text
    assert "DỰ THẢO" in pages[0]
    assert b"LiberationSerif" in data
    assert b"/StructTreeRoot" in data
    assert b"pdfuaid" in data
    pdf.close()


def test_libreoffice_prints_the_draft_with_its_charts(session: Session, province: Unit, tmp_path: Path) -> None:
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(export_bytes(session, PERIOD, "docx"))
    pdf = pypdfium2.PdfDocument(convert(path, "pdf") / "bao-cao.pdf")
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    assert "Bảng 1. Chỉ số và điểm của các đơn vị" in "".join(pages)
    assert "1.234" in "".join(pages)
    assert pages[1].lstrip().startswith("2"), "the number of the page stands at its top"
    assert not pages[0].lstrip().startswith("1")
    pdf.close()
    with zipfile.ZipFile(path) as archive:
        assert sum(name.startswith("word/media/") for name in archive.namelist()) == 2
        assert archive.read("word/document.xml").decode().count('descr="') == 2, "each chart is told in words"


@pytest.mark.parametrize("kind", FORMATS)
def test_no_later_name_place_or_letterhead_changes_a_file_of_a_closed_quarter(
    session: Session, province: Unit, factory: Factory, kind: str
) -> None:
    first = export_bytes(session, PERIOD, kind)
    wards = {unit.code: unit for unit in session.query(Unit)}
    wards["A"].name = "Phường Zét"
    wards["A"].ranking_group = "Nhóm khác"
    wards["B"].parent = factory.unit(code="K", name="Khu mới", parent=province)
    province.name = "Tỉnh Bình Minh Mới"
    letterhead = session.get_one(UnitLetterhead, province.id)
    letterhead.signer, letterhead.recipients = "Trần Thị Khác", "Lưu: VT, KSTT."
    session.get_one(ServiceField, "dat-dai").name_vi = "Đất đai, môi trường"
    session.commit()
    assert export_bytes(session, PERIOD, kind) == first


@pytest.mark.parametrize("kind", FORMATS)
def test_every_file_is_the_same_each_time(session: Session, province: Unit, kind: str) -> None:
    first = export_bytes(session, PERIOD, kind)
    session.expire_all()
    with force_locale("en"):
        assert export_bytes(session, PERIOD, kind) == first
