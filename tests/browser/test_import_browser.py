"""A table in the browser: faults beside the cells, the right file, what changes, progress, done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from survey.extensions import db
from survey.models import DossierCount, Role

from accessibility import violations
from factories import Factory
from signing_in import sign_in_by_hand
from working import work_all

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL = "chau@tanhoa.example.vn"
HEADER = "Mã đơn vị;Lĩnh vực;Đã giải quyết: tổng số;Trước hạn;Đúng hạn;Quá hạn;Tỷ lệ đúng hạn (%)\n"
FAULTY = HEADER + "P01;Đất đai;91;40;45;5;94,44\nP02;Chứng thực;nhiều;10;10;0;\n"
RIGHT = HEADER + "P01;Đất đai;90;40;45;5;99,44\nP02;Chứng thực;20;10;10;0;100\n"


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """A province with two wards, and the officer who brings its dossiers in."""
    with live_app.app_context():
        factory = Factory(db.session)
        province = factory.unit(code="T", name="Tỉnh Bình Minh", ranking_group=None)
        for code, name in (("P01", "Phường An Hoà"), ("P02", "Phường Tân Lập")):
            factory.unit(code=code, name=name, parent=province)
        factory.officer(province, Role.REFORM, email=EMAIL, name="Lê Thị Minh Châu")
    return live_server


def enter(page: Page, server: str, address: str) -> None:
    page.goto(f"{server}{address}")
    sign_in_by_hand(page, EMAIL)


def send(page: Page, folder: Path, content: str) -> None:
    file = folder / "ho-so.csv"
    file.write_text(content, encoding="utf-8")
    page.get_by_label("Tệp bảng tính").set_input_files(file)
    page.get_by_role("button", name="Kiểm tra tệp").click()


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(DossierCount)) or 0


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_from_a_faulty_file_to_imported_dossiers(
    live_app: Flask, server: str, open_page: Callable[..., Page], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    enter(page, server, "/officer/dossiers")
    assert violations(page) == []
    send(page, tmp_path, FAULTY)
    expect(page.locator("h1")).to_have_text("Tệp có lỗi, chưa nhập gì")
    bad = page.locator("td.bad")
    expect(bad).to_have_count(2)
    expect(bad.nth(0)).to_contain_text("ghi 91 nhưng")
    expect(bad.nth(1)).to_contain_text("“nhiều” không phải số")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]

    page.get_by_role("link", name="Chọn tệp đã sửa").click()
    send(page, tmp_path, RIGHT)
    expect(page.locator("h1")).to_have_text("Xem trước khi nhập")
    expect(page.locator("td.look")).to_contain_text("tính được 94,44%, bản in ghi 99,44%")
    expect(page.locator("tr", has_text="Phường An Hoà").first).to_contain_text("90")
    assert violations(page) == []
    assert stored(live_app) == 0

    page.get_by_role("button", name="Nhập vào hệ thống").click()
    expect(page.locator("progress")).to_be_visible()
    page.reload()
    expect(page.locator("progress")).to_be_visible()
    assert violations(page) == []
    work_all(live_app)
    expect(page.locator("h1")).to_have_text("Đã nhập xong")
    assert stored(live_app) == 6
    assert violations(page) == []

    page.locator("summary", has_text="Thu thập").click()
    page.get_by_role("link", name="Số hồ sơ", exact=True).click()
    expect(page.get_by_text("ho-so.csv")).to_be_visible()
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("Số hồ sơ: ")
    expect(page.locator(".note")).to_contain_text("bảng ghi 99,44%, tính lại được 94,44%")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_it_works_without_javascript(
    live_app: Flask, server: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(java_script_enabled=False)
    enter(page, server, "/officer/dossiers")
    send(page, tmp_path, RIGHT)
    page.get_by_role("button", name="Nhập vào hệ thống").click()
    work_all(live_app)
    page.get_by_role("link", name="Xem lại tiến độ").click()
    expect(page.locator("h1")).to_have_text("Đã nhập xong")


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    server: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(viewport=DESK)
    enter(page, server, "/officer/imports/units")
    large = tmp_path / "to.csv"
    with large.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    page.get_by_label("Tệp bảng tính").set_input_files(large)
    expect(page.get_by_text("Tệp này lớn hơn 20 MB")).to_be_visible()
    expect(page.get_by_role("button", name="Kiểm tra tệp")).to_be_disabled()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_paper_follows_what_is_typed_and_nobody_is_shut_out(
    server: str, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    enter(page, server, "/officer/letterhead/P01")
    paper = page.locator("#preview")
    expect(paper).to_contain_text("PHƯỜNG AN HOÀ")
    page.get_by_label("Thể thức ký").fill("TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH")
    expect(paper).to_contain_text("KT. CHỦ TỊCH")
    page.get_by_label("Địa danh").fill("An Hòa")
    expect(paper).to_contain_text("An Hòa, ngày")
    page.get_by_label("Địa danh").fill("")
    expect(paper).to_contain_text("An Hoà, ngày")
    for address in (
        "/officer/letterhead/P01",
        "/officer/periods",
        "/officer/imports/units",
        "/officer/imports/counters",
    ):
        page.goto(f"{server}{address}")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"], address
