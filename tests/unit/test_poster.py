"""Posters and symbols as a printer and a phone see them."""

from __future__ import annotations

import ctypes
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
import pytest
import zxingcpp
from PIL import Image, ImageFont

from survey.reports import qr_symbol
from survey.reports.pdf import FONTS
from survey.reports.poster import DESIGNS, Layout, Poster, posters_pdf

DAY = date(2026, 8, 14)
ADDRESS = "https://ykien.binhminh.gov.vn/q/4K7M2XQ3"
PLAIN = Poster(
    note="Dữ liệu ví dụ. Không phải số liệu của địa phương nào.",
    one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà",
    counter_name="Quầy số 3: Đất đai, xây dựng",
    code="4K7M2XQ3",
    address=ADDRESS,
)
LONG = Poster(
    one_stop_name=(
        "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính liên thông cấp xã, cấp tỉnh của Uỷ ban "
        "nhân dân xã Nguyễn Bỉnh Khiêm mở rộng, nơi tiếp nhận hồ sơ của các thôn miền núi và hải đảo"
    ),
    counter_name=(
        "Quầy số 12: Lao động, người có công, xã hội, giáo dục, y tế, an toàn thực phẩm, văn hoá, thông tin, "
        "nông nghiệp, nội vụ"
    ),
    code="4K7M2XQ3",
    address="https://danhgiamucdohailong.trungtamphucvuhanhchinhcong.daklak.gov.vn/q/4K7M2XQ3",
)
# With a narrow and a wide one, no design may lose its shape.
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} 100"><circle cx="50" cy="50" r="48"/></svg>'
LAYOUTS = [
    Layout(design=design, size=size, english=english, paper=paper, logo=logo)
    for design, sizes in DESIGNS.items()
    for size in sizes
    for english, paper, logo in (
        (False, False, None),
        (True, True, LOGO.format(400)),
        (True, True, LOGO.format(30)),
    )
]
A5 = Layout()
MILLIMETRE = 72 / 25.4
MARKS = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = "aăâeêioôơuưy"
VIETNAMESE = sorted(
    {
        unicodedata.normalize("NFC", cased)
        for vowel in VOWELS
        for mark in ("", *MARKS)
        for cased in (vowel + mark, (vowel + mark).upper())
    }
    | set("đĐ")
)


@contextmanager
def printed(*posters: Poster, layout: Layout = A5) -> Iterator[list[pdfium.PdfPage]]:
    """The pages of a printed file, open until the block ends."""
    document = pdfium.PdfDocument(posters_pdf(posters, layout, dated=DAY))
    pages = [document[number] for number in range(len(document))]
    yield pages
    for page in pages:
        page.close()
    document.close()


def text_of(page: pdfium.PdfPage) -> str:
    text_page = page.get_textpage()
    text = str(text_page.get_text_range())
    text_page.close()
    return " ".join(text.split())


def decoded(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def called(layout: Layout) -> str:
    logo = "" if layout.logo is None else "-wide-logo" if "400" in layout.logo else "-narrow-logo"
    return f"{layout.design}-{layout.size}-{'vi+en' if layout.english else 'vi'}{logo}"


every_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=called)
plain_and_long = pytest.mark.parametrize("poster", [PLAIN, LONG], ids=["plain", "long"])


@every_layout
@plain_and_long
def test_a_printed_poster_is_read_by_a_phone(poster: Poster, layout: Layout) -> None:
    with printed(poster, layout=layout) as (page,):
        for dots_per_inch in (100, 150):
            # The stand shows it to both sides.
            found = decoded(page.render(scale=dots_per_inch / 72).to_pil())
            assert found == [poster.address] * (2 if layout.design == "stand" else 1)


@every_layout
def test_every_poster_fills_exactly_one_page(layout: Layout) -> None:
    width, height = {"a5": (148, 210), "a4": (210, 297)}[layout.size]
    with printed(PLAIN, LONG, PLAIN, layout=layout) as pages:
        sizes = [page.get_size() for page in pages]
    assert sizes == [pytest.approx((width * MILLIMETRE, height * MILLIMETRE), abs=0.5)] * 3


def test_the_code_is_drawn_as_lines_not_as_a_picture() -> None:
    with printed(PLAIN) as (page,):
        kinds = {thing.type for thing in page.get_objects(max_depth=9)}
    assert pdfium_raw.FPDF_PAGEOBJ_PATH in kinds
    assert pdfium_raw.FPDF_PAGEOBJ_IMAGE not in kinds


def test_the_code_is_large_enough_to_scan_from_a_metre_away() -> None:
    with printed(PLAIN) as (page,):
        scale = 4
        (found,) = zxingcpp.read_barcodes(page.render(scale=scale).to_pil())
        width = found.position.top_right.x - found.position.top_left.x
        modules = len(qr_symbol.modules(ADDRESS))
        with_quiet_zone = width * modules / (modules - 2 * qr_symbol.QUIET_ZONE)
        assert with_quiet_zone / scale / MILLIMETRE == pytest.approx(66, abs=1)


@every_layout
@plain_and_long
def test_names_code_and_steps_can_be_read(poster: Poster, layout: Layout) -> None:
    with printed(poster, layout=layout) as (page,):
        # A long address may go on on the next line.
        text = text_of(page).replace("\u200b", "")
        for expected in (
            poster.one_stop_name.upper(),
            poster.counter_name,
            "Trước khi về, xin cho ý kiến" if layout.design == "exit" else "Mời Ông/Bà cho ý kiến",
            "4K7M-2XQ3",
            "1. Quét mã",
            "2. Chọn ý kiến",
            "3. Bấm gửi",
            "Không ghi tên.",
            poster.note,
        ):
            assert expected in text
        address = poster.address.removeprefix("https://").removesuffix("/4K7M2XQ3")
        assert address in text.replace(" ", "")
        assert ("Phiếu giấy ở cạnh cửa ra" in text) == (layout.design == "exit")
        assert ("xin phiếu giấy" in text) == (layout.paper and layout.design in ("a5", "wall"))
        assert ("No name asked." in text) == layout.english


@every_layout
def test_nothing_overlaps_or_leaves_the_page_with_long_names(layout: Layout) -> None:
    with printed(LONG, layout=layout) as (page,):
        text_page = page.get_textpage()
        boxes = [text_page.get_rect(number) for number in range(text_page.count_rects())]
        text_page.close()
        width, height = page.get_size()
        margin = 6 * MILLIMETRE
        for left, bottom, right, top in boxes:
            assert margin < left < right < width - margin
            assert margin < bottom < top < height - margin
        for number, (left, bottom, right, top) in enumerate(boxes):
            for other_left, other_bottom, other_right, other_top in boxes[number + 1 :]:
                apart = right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= bottom
                deep = min(top, other_top) - max(bottom, other_bottom)
                beside = right <= other_left or other_right <= left
                assert apart or beside or deep < 1.5


def test_a_name_is_printed_and_never_run() -> None:
    name = '#panic("x") $1+1$ *Bộ phận* @quay <b> \\ "'
    with printed(Poster(name, name, "4K7M2XQ3", ADDRESS)) as (page,):
        assert name in text_of(page)


def test_names_typed_with_loose_marks_look_the_same() -> None:
    loose = Poster(
        unicodedata.normalize("NFD", PLAIN.one_stop_name),
        unicodedata.normalize("NFD", PLAIN.counter_name),
        PLAIN.code,
        PLAIN.address,
        unicodedata.normalize("NFD", PLAIN.note),
    )
    assert posters_pdf([loose], A5, dated=DAY) == posters_pdf([PLAIN], A5, dated=DAY)


def test_the_smallest_code_can_be_scanned_from_the_other_side_of_the_counter() -> None:
    with printed(PLAIN, layout=Layout(design="stand")) as (page,):
        scale = 4
        found, _ = zxingcpp.read_barcodes(page.render(scale=scale).to_pil())
        assert abs(found.position.top_right.x - found.position.top_left.x) / scale / MILLIMETRE > 35


def test_the_same_posters_are_the_same_file() -> None:
    first = posters_pdf([PLAIN, LONG], A5, dated=DAY)
    assert posters_pdf([PLAIN, LONG], A5, dated=DAY) == first
    assert posters_pdf([PLAIN, LONG], A5, dated=date(2026, 8, 15)) != first


@every_layout
def test_the_pdf_is_tagged_and_speaks_vietnamese(layout: Layout) -> None:
    pdf = posters_pdf([PLAIN], layout, dated=DAY)
    document = pdfium.PdfDocument(pdf)
    assert pdfium_raw.FPDFCatalog_IsTagged(document)
    language = (ctypes.c_ushort * 3)()
    pdfium_raw.FPDFCatalog_GetLanguage(document, language, ctypes.sizeof(language))
    assert bytes(language).decode("utf-16-le") == "vi\0"
    assert document.get_metadata_value("Title") == "Mời Ông/Bà cho ý kiến"
    document.close()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf


def test_only_the_own_font_is_used_and_embedded() -> None:
    pdf = posters_pdf([PLAIN, LONG], A5, dated=DAY)
    names = set(re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([\w-]+)", pdf))
    assert names
    assert all(name.startswith(b"BeVietnamPro") for name in names)


@pytest.mark.parametrize("file", sorted(FONTS.glob("*.ttf")), ids=lambda path: path.stem)
def test_the_font_draws_every_vietnamese_letter(file: object) -> None:
    font = ImageFont.truetype(str(file), 64)
    assert len(VIETNAMESE) == 146
    drawn = {letter: bytes(font.getmask(letter)) for letter in VIETNAMESE}
    missing = bytes(font.getmask("\uffff"))
    assert [letter for letter, picture in drawn.items() if picture in (missing, b"")] == []
    assert len(set(drawn.values())) == len(VIETNAMESE)


def test_the_picture_files_are_read_by_a_phone() -> None:
    picture = Image.open(io.BytesIO(qr_symbol.png(ADDRESS)))
    assert picture.mode == "1"
    assert decoded(picture.convert("L")) == [ADDRESS]
    assert decoded(drawn_from_svg(qr_symbol.svg(ADDRESS).decode())) == [ADDRESS]


def test_the_quiet_zone_is_white_and_four_modules_wide() -> None:
    matrix = qr_symbol.modules(ADDRESS)
    edge = [*matrix[:4], *matrix[-4:], *[row[:4] for row in matrix], *[row[-4:] for row in matrix]]
    assert not any(any(row) for row in edge)
    assert all(matrix[4][4:11])


def test_error_correction_is_the_highest_that_keeps_the_symbol_small() -> None:
    def corrected(text: str) -> str:
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_symbol.png(text))).convert("L"))
        return str(found.ec_level)

    assert corrected("https://a.vn/q/4K7M2XQ3") == "H"
    assert corrected(ADDRESS) == "Q"


def drawn_from_svg(svg: str) -> Image.Image:
    """Rasterise the one path we draw: rectangles of one module's height."""
    size = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    image = Image.new("L", (size, size), 255)
    path = svg.rpartition(' d="')[2].partition('"')[0]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        image.paste(0, (int(x), int(y), int(x) + int(length), int(y) + 1))
    return image.resize((size * 8, size * 8), Image.Resampling.NEAREST)
