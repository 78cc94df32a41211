"""`hailong qr …` on a real database: what hangs on the wall leads to the form."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2 as pdfium
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import QrCode, SiteFact

from commands import hailong
from conftest import BASE_URL
from factories import Factory
from printed import links_in


def test_a_printed_code_opens_the_form_of_its_counter(app: Flask, factory: Factory, tmp_path: Path) -> None:
    unit = factory.unit(name="Phường Tân Hoà")
    factory.counter(unit, name="Quầy số 1: Chứng thực")
    factory.counter(unit, name="Quầy số 2: Đất đai")
    file = tmp_path / "posters.pdf"
    done = hailong(app, "qr", "posters", "--unit", unit.code, "--out", file)
    assert done.stdout.startswith(f"Đã ghi 2 áp phích khổ A5 vào {file}.\n")
    addresses = links_in(file)
    assert len(set(addresses)) == 2
    for address in addresses:
        assert address.startswith(f"{BASE_URL}/q/")
        page = app.test_client().get(urlsplit(address).path)
        assert page.status_code == 200
        assert "Phường Tân Hoà" in page.text


def test_printing_twice_gives_the_same_file(app: Flask, factory: Factory, tmp_path: Path) -> None:
    unit = factory.unit()
    factory.counter(unit)
    for name in ("first.pdf", "second.pdf"):
        hailong(app, "qr", "posters", "--unit", unit.code, "--out", tmp_path / name)
    assert (tmp_path / "first.pdf").read_bytes() == (tmp_path / "second.pdf").read_bytes()


def test_below_prints_the_units_that_exist_today(app: Flask, factory: Factory, tmp_path: Path) -> None:
    province = factory.unit()
    wards = [factory.unit(parent=province) for _ in range(6)]
    gone = factory.unit(parent=wards[0], valid_to=date(2025, 12, 31))
    elsewhere = factory.unit()
    for unit in (*wards, gone, elsewhere):
        factory.counter(unit)
    file = tmp_path / "posters.pdf"
    done = hailong(app, "qr", "posters", "--unit", province.code, "--below", "--size", "A4", "--out", file)
    assert "6 áp phích khổ A4" in done.stdout
    assert f"hailong qr links --unit {province.code} --below" in done.stdout
    assert len(set(links_in(file))) == 6
    alone = hailong(app, "qr", "posters", "--unit", province.code, "--out", tmp_path / "none.pdf", expect=1)
    assert "chưa có quầy nào" in alone.stderr
    assert f"hailong qr links --unit {province.code}" in alone.stderr
    assert not (tmp_path / "none.pdf").exists()


def test_a_new_code_takes_the_place_of_a_revoked_one(
    app: Flask, factory: Factory, session: Session, tmp_path: Path
) -> None:
    unit = factory.unit()
    old = factory.qr_code(unit, factory.counter(unit)).code
    file = tmp_path / "posters.pdf"
    hailong(app, "qr", "posters", "--unit", unit.code, "--out", file)
    assert links_in(file) == [f"{BASE_URL}/q/{old}"]
    revoked = hailong(app, "qr", "revoke", old.lower())
    assert f"{old[:4]}-{old[4:]}" in revoked.stdout
    hailong(app, "qr", "posters", "--unit", unit.code, "--out", file)
    (new,) = links_in(file)
    assert not new.endswith(old)
    refused = hailong(app, "qr", "image", old, "--out", tmp_path / "old.png", expect=1)
    assert refused.stderr == "Mã này không còn dùng nữa. Xin quét mã mới ở quầy.\n"


def opened(app: Flask, address: str) -> str:
    assert address.startswith(f"{BASE_URL}/q/")
    page = app.test_client().get(urlsplit(address).path)
    assert page.status_code == 200
    return page.text


def test_the_online_link_of_a_unit_without_counters_opens_the_online_form(app: Flask, factory: Factory) -> None:
    unit = factory.unit(name="Sở Tư pháp")
    shown = hailong(app, "qr", "links", "--unit", unit.code).stdout
    (line,) = [line for line in shown.splitlines() if "trực tuyến" in line]
    assert line.startswith(unit.code)
    assert "Sở Tư pháp" in line
    assert "Cổng Dịch vụ công quốc gia" in opened(app, line.split()[-1])
    assert hailong(app, "qr", "links", "--unit", unit.code).stdout == shown


def test_the_posters_end_with_the_online_link(app: Flask, factory: Factory, tmp_path: Path) -> None:
    unit = factory.unit()
    factory.counter(unit)
    done = hailong(app, "qr", "posters", "--unit", unit.code, "--out", tmp_path / "posters.pdf")
    address = done.stdout.splitlines()[-1].removeprefix("Liên kết trực tuyến: ")
    assert "Cổng Dịch vụ công quốc gia" in opened(app, address)


def test_the_list_of_links_as_csv_holds_every_unit_and_no_formula(
    app: Flask, factory: Factory, tmp_path: Path
) -> None:
    province = factory.unit(name="=HYPERLINK(1)")
    ward = factory.unit(parent=province, name="Phường Tân Hoà")
    factory.counter(ward, name="Quầy số 1: Chứng thực")
    file = tmp_path / "links.csv"
    hailong(app, "qr", "links", "--unit", province.code, "--below", "--out", file)
    assert file.read_bytes().startswith("\ufeff".encode())
    head, *lines = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert head == ["Mã đơn vị", "Đơn vị", "Quầy", "Mã", "Địa chỉ"]
    assert [line[:3] for line in lines] == [
        [province.code, "'=HYPERLINK(1)", "trực tuyến"],
        [ward.code, "Phường Tân Hoà", "Quầy số 1: Chứng thực"],
        [ward.code, "Phường Tân Hoà", "trực tuyến"],
    ]
    for line in lines:
        assert line[4] == f"{BASE_URL}/q/{line[3].replace('-', '')}"
        opened(app, line[4])


def test_single_symbols_as_png_and_svg(app: Flask, factory: Factory, session: Session, tmp_path: Path) -> None:
    unit = factory.unit()
    factory.counter(unit)
    hailong(app, "qr", "posters", "--unit", unit.code, "--out", tmp_path / "posters.pdf")
    link = session.scalars(select(QrCode).where(QrCode.counter_id.is_(None))).one()
    hailong(app, "qr", "image", link.code, "--out", tmp_path / "link.png")
    picture = Image.open(io.BytesIO((tmp_path / "link.png").read_bytes())).convert("L")
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{BASE_URL}/q/{link.code}"]
    hailong(app, "qr", "image", link.code, "--out", tmp_path / "link.svg")
    assert (tmp_path / "link.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("qr", "posters", "--unit", "NONE", "--out", "x.pdf"), 1, "Không có đơn vị mang mã NONE."),
        (("qr", "image", "4K7M2XQ4", "--out", "x.png"), 1, "Không có mã này."),
        (("qr", "revoke", "4K7M2XQ3"), 1, "Không có mã này."),
        (("qr", "image", "4K7M2XQ3", "--out", "x.jpg"), 2, ".svg hoặc .png"),
        (("qr", "posters", "--unit", "P1", "--size", "a3", "--out", "x.pdf"), 2, "a3"),
    ],
)
def test_wrong_usage_is_refused_in_words(
    app: Flask,
    arguments: tuple[str, ...],
    status: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = hailong(app, *arguments, expect=status)
    assert words in done.stderr
    assert not (tmp_path / arguments[-1]).exists()


def test_posters_of_the_example_say_so(app: Flask, session: Session, factory: Factory, tmp_path: Path) -> None:
    unit = factory.unit(code="AH")
    factory.counter(unit)
    session.add(SiteFact(name="example", value="1"))
    session.commit()
    hailong(app, "qr", "posters", "--unit", "AH", "--out", tmp_path / "a.pdf")
    with closing(pdfium.PdfDocument(tmp_path / "a.pdf")) as document, closing(document[0]) as page:
        text = page.get_textpage()
        assert "Dữ liệu ví dụ" in text.get_text_range()
        text.close()


@pytest.mark.parametrize("language", ["vi", "vi+en"])
@pytest.mark.parametrize(
    ("design", "words", "printed"), [("stand", "A6", 2), ("a5", "A5", 1), ("wall", "A4", 1), ("exit", "A4", 1)]
)
def test_every_design_opens_the_form_of_its_place(
    app: Flask, factory: Factory, tmp_path: Path, design: str, words: str, printed: int, language: str
) -> None:
    unit = factory.unit(name="Phường Tân Hoà")
    factory.counter(unit, fields=("dat-dai",))
    file = tmp_path / "posters.pdf"
    arguments = ("qr", "posters", "--unit", unit.code, "--design", design, "--language", language, "--out", file)
    assert hailong(app, *arguments).stdout.startswith(f"Đã ghi 1 áp phích khổ {words}")
    links = links_in(file)
    assert len(links) == printed
    (link,) = set(links)
    page = opened(app, link)
    assert "Phường Tân Hoà" in page
    assert "Chỗ ngồi chờ" in page  # who stands in the building is not asked about the portal
    first = file.read_bytes()
    hailong(app, *arguments)
    assert file.read_bytes() == first


def test_the_exit_has_a_code_of_its_own_which_is_listed(app: Flask, factory: Factory, tmp_path: Path) -> None:
    unit = factory.unit()
    for field in ("dat-dai", "y-te"):
        factory.counter(unit, fields=(field,))
    file = tmp_path / "exit.pdf"
    done = hailong(app, "qr", "posters", "--unit", unit.code, "--design", "exit", "--size", "a5", "--out", file)
    assert "1 áp phích khổ A5" in done.stdout
    (link,) = links_in(file)
    assert "Hồ sơ của Ông/Bà về việc gì?" in opened(app, link)
    listed = hailong(app, "qr", "links", "--unit", unit.code).stdout.splitlines()
    assert [line for line in listed if "cửa ra" in line and line.endswith(link)]
    (online,) = [line.split()[-1] for line in listed if "trực tuyến" in line]
    assert online != link
    assert done.stdout.splitlines()[-1] == f"Liên kết trực tuyến: {online}"


def test_without_a_unit_all_are_printed(app: Flask, factory: Factory, tmp_path: Path) -> None:
    for _ in range(6):
        factory.counter(factory.unit())
    factory.counter(factory.unit(valid_to=date(2025, 12, 31)))
    file = tmp_path / "posters.pdf"
    done = hailong(app, "qr", "posters", "--design", "wall", "--out", file)
    assert "6 áp phích khổ A4" in done.stdout
    assert "Đang in" in done.stderr
    assert len(set(links_in(file))) == 6


def png_logo(width: int = 64, height: int = 64) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "#a3180f").save(file, "PNG")
    return file.getvalue()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'


@pytest.mark.parametrize(
    "logo",
    [
        png_logo(),
        png_logo(2000, 3),
        png_logo(3, 2000),
        SVG.format(
            '<defs><circle id="o" r="4"/></defs><use x:href="#o"/><path d="M0 0h9" fill="url(#none)"/>'
        ).encode(),
        b"\xef\xbb\xbf" + SVG.format("").encode(),
    ],
    ids=["png", "wide", "tall", "svg", "empty svg"],
)
def test_a_logo_never_moves_anything_off_the_page(
    app: Flask, factory: Factory, tmp_path: Path, logo: bytes
) -> None:
    unit = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công xã Nguyễn Bỉnh Khiêm mở rộng phía Nam")
    factory.counter(unit)
    (tmp_path / "logo").write_bytes(logo)
    for design in ("stand", "a5", "wall", "exit"):
        file = tmp_path / f"{design}.pdf"
        command = ("qr", "posters", "--unit", unit.code, "--design", design, "--logo", tmp_path / "logo")
        hailong(app, *command, "--out", file)
        with closing(pdfium.PdfDocument(file)) as document:
            assert len(document) == 1
        assert len(set(links_in(file))) == 1


@pytest.mark.parametrize(
    ("logo", "words"),
    [
        (b"", "PNG hoặc SVG"),
        (b"GIF89a", "PNG hoặc SVG"),
        (png_logo()[:-40], "PNG hoặc SVG"),
        (png_logo(2001, 2), "2.000 điểm ảnh"),
        (b" " * (512 * 1024 + 1), "512 KB"),
        (SVG.format("<script>1</script>").encode(), "nét"),
        (SVG.format("<text>UBND</text>").encode(), "nét"),
        (SVG.format('<image x:href="file:///etc/passwd"/>').encode(), "liên kết ra ngoài"),
        (SVG.format('<image href="https://evil.example/a.png"/>').encode(), "liên kết ra ngoài"),
        (SVG.format("<style>@import url(https://evil.example)</style>").encode(), "liên kết ra ngoài"),
        (b'<!DOCTYPE s [<!ENTITY a "aa">]>' + SVG.format("&a;").encode(), "liên kết ra ngoài"),
        (SVG.format("<g>").encode(), "PNG hoặc SVG"),
        (b"<html></html>", "PNG hoặc SVG"),
    ],
    ids=range(13),
)
def test_a_logo_that_cannot_be_trusted_is_refused(
    app: Flask, factory: Factory, tmp_path: Path, logo: bytes, words: str
) -> None:
    unit = factory.unit()
    factory.counter(unit)
    (tmp_path / "logo").write_bytes(logo)
    file = tmp_path / "posters.pdf"
    command = ("qr", "posters", "--unit", unit.code, "--logo", tmp_path / "logo", "--out", file)
    assert words in hailong(app, *command, expect=1).stderr
    assert not file.exists()


def test_a_design_that_does_not_fit_the_paper_is_refused(app: Flask, tmp_path: Path) -> None:
    command = ("qr", "posters", "--design", "wall", "--size", "a5", "--out", tmp_path / "a.pdf")
    assert "mẫu wall chỉ in được khổ a4" in hailong(app, *command, expect=2).stderr
