"""`hailong qr paper`: the same questions on paper, and a code that opens them on a phone."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
import pytest
import zxingcpp
from flask import Flask
from sqlalchemy.orm import Session

from forms.questionnaire import load_questionnaire
from survey.config import TIME_ZONE
from survey.services import questionnaire_use

from commands import hailong
from conftest import BASE_URL
from factories import Factory

FORM = load_questionnaire("short-v1")
LONG_NAME = (
    "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính liên thông cấp xã, cấp tỉnh của Uỷ ban "
    "nhân dân xã Nguyễn Bỉnh Khiêm mở rộng, nơi tiếp nhận hồ sơ của các thôn miền núi"
)
MILLIMETRE = 72 / 25.4


@contextmanager
def printed(app: Flask, file: Path, *arguments: object) -> Iterator[list[pdfium.PdfPage]]:
    hailong(app, "qr", "paper", *arguments, "--out", file)
    with closing(pdfium.PdfDocument(file)) as document:
        pages = [document[number] for number in range(len(document))]
        yield pages
        for page in pages:
            page.close()


def text_of(page: pdfium.PdfPage) -> str:
    found = page.get_textpage()
    text = str(found.get_text_range())
    found.close()
    return " ".join(text.replace("\u200b", "").replace("\u00a0", " ").split())


def links_on(page: pdfium.PdfPage) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(page.render(scale=100 / 72, grayscale=True).to_pil())]


@pytest.mark.parametrize(
    ("options", "copies"),
    [((), 2), (("--size", "a4"), 1), (("--language", "vi+en"), 1)],
    ids=["two of a5", "large", "vi+en"],
)
@pytest.mark.parametrize("name", ["Trung tâm Phục vụ hành chính công phường Tân Hoà", LONG_NAME])
def test_the_paper_form_asks_what_the_phone_asks(
    app: Flask, factory: Factory, tmp_path: Path, name: str, options: tuple[str, ...], copies: int
) -> None:
    unit = factory.unit(one_stop_name=name)
    for field in ("dat-dai", "chung-thuc", "lao-dong-xa-hoi", "tu-phap-ho-tich", "xay-dung", "kinh-te", "y-te"):
        factory.counter(unit, fields=(field,))
    with printed(app, tmp_path / "paper.pdf", "--unit", unit.code, *options) as (page,):
        text = text_of(page)
        for question in (*FORM.questions, *FORM.extra_questions):
            assert question.text.plain("vi") in text
            assert (question.text.plain("en") in text) == ("vi+en" in options)
            if question.kind == "choice":
                assert all(choice.label.plain("vi") in text for choice in question.choices)
        for words in ("Không ghi tên, không ghi số hồ sơ.", "Gấp đôi", "hộp kín", "short-v1", "lô", "Đất đai"):
            assert words in text
        assert "(F)" in text, "the clerk's letter"
        links = links_on(page)
        assert len(links) == copies
        (link,) = set(links)
        width, height = page.get_size()
        assert sorted((width, height)) == pytest.approx([210 * MILLIMETRE, 297 * MILLIMETRE], abs=0.5)
        found = page.get_textpage()
        boxes = [found.get_rect(number) for number in range(found.count_rects())]
        found.close()
        for left, bottom, right, top in boxes:
            assert 5 * MILLIMETRE < left < right < width - 5 * MILLIMETRE
            assert 5 * MILLIMETRE < bottom < top < height - 5 * MILLIMETRE
    shown = app.test_client().get(urlsplit(link).path)
    assert shown.status_code == 200
    assert "Hồ sơ của Ông/Bà về việc gì?" in shown.text
    assert link.startswith(f"{BASE_URL}/q/")


def test_it_is_tagged_and_the_same_every_time(app: Flask, factory: Factory, tmp_path: Path) -> None:
    unit = factory.unit()
    files = [tmp_path / "first.pdf", tmp_path / "second.pdf"]
    for file in files:
        with printed(app, file, "--unit", unit.code):
            pass
    first = files[0].read_bytes()
    assert first == files[1].read_bytes()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in first
    with closing(pdfium.PdfDocument(first)) as document:
        assert pdfium_raw.FPDFCatalog_IsTagged(document)
        language = (ctypes.c_ushort * 3)()
        pdfium_raw.FPDFCatalog_GetLanguage(document, language, ctypes.sizeof(language))
        assert bytes(language).decode("utf-16-le") == "vi\0"


def test_all_units_are_printed_and_two_languages_need_a_whole_sheet(
    app: Flask, factory: Factory, tmp_path: Path
) -> None:
    for _ in range(6):
        factory.unit()
    with printed(app, tmp_path / "paper.pdf") as pages:
        assert len({link for page in pages for link in links_on(page)}) == len(pages) == 6
    command = ("qr", "paper", "--language", "vi+en", "--size", "a5", "--out", tmp_path / "no.pdf")
    assert "chỉ in được khổ a4" in hailong(app, *command, expect=2).stderr
    refused = hailong(app, "qr", "paper", "--unit", "NONE", "--out", tmp_path / "no.pdf", expect=1)
    assert "Không có đơn vị mang mã NONE." in refused.stderr
    assert not (tmp_path / "no.pdf").exists()


def test_paper_asks_what_the_unit_is_assigned_and_refuses_a_long_form(
    app: Flask, session: Session, factory: Factory, tmp_path: Path
) -> None:
    today = datetime.now(TIME_ZONE).date()
    unit = factory.unit()
    factory.released("short-v1", "short-b1", {"question.0.text.vi": "Chỗ ngồi chờ rộng rãi"})

    def assign(version: str) -> None:
        questionnaire_use.assign(
            session,
            version,
            unit=unit,
            valid_from=today,
            valid_to=None,
            now=datetime.now(UTC),
            actor="a@example.vn",
        )

    assign("short-b1")
    with printed(app, tmp_path / "own.pdf", "--unit", unit.code) as pages:
        text = text_of(pages[0])
        assert "Chỗ ngồi chờ rộng rãi" in text
        assert "short-b1" in text
    assign("sipas-2640-v1")
    refused = hailong(app, "qr", "paper", "--unit", unit.code, "--out", tmp_path / "long.pdf", expect=1)
    assert "sipas-2640-v1" in refused.output
    assert not (tmp_path / "long.pdf").exists()
