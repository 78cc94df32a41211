"""A clerk types five paper forms by keyboard alone, with JavaScript and without."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey.extensions import db
from survey.models import Response, Role

from accessibility import violations
from factories import PASSWORD, Factory

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL = "nhap@tanhoa.example.vn"
ROWS = ("F5445x2", "B11-1121", "55555213", "0", "S3x434-")


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """A ward with two counters, and its one-stop officer."""
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(name="Phường Tân Hoà")
        for field in ("dat-dai", "chung-thuc"):
            factory.counter(unit, fields=(field,))
        factory.officer(unit, Role.ONE_STOP, email=EMAIL, name="Phạm Văn Nhập")
    return live_server


def check_page(page: Page, viewport: dict[str, int]) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def begin(page: Page, server: str) -> None:
    page.goto(f"{server}/officer/paper")
    page.get_by_label("Địa chỉ e-mail").fill(EMAIL)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nhập phiếu giấy")
    page.get_by_label("Người mở hộp thứ nhất").fill("Trần Văn Bình")
    page.get_by_label("Người mở hộp thứ hai").fill("Lê Thị Hoa")
    page.get_by_label("Số tờ phiếu trong hộp").fill(str(len(ROWS)))


def type_row(page: Page, row: str) -> None:
    """Only keys: the field has the focus already."""
    expect(page.locator("#typed")).to_be_focused()
    page.keyboard.type(row)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_five_sheets_by_keyboard_alone(
    live_app: Flask, server: str, open_page: Callable[..., Page], viewport: dict[str, int], script: bool
) -> None:
    page = open_page(viewport=viewport, java_script_enabled=script)

    def look() -> None:
        if script:  # axe is a script itself; the pages are the same without
            check_page(page, viewport)

    begin(page, server)
    look()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tờ số 1")
    look()
    started = time.perf_counter()
    for number, row in enumerate(ROWS, start=1):
        type_row(page, row)
        expect(page.locator("h1")).to_have_text(f"Tờ số {number + 1}")
    seconds = (time.perf_counter() - started) / len(ROWS)
    print(f"typing a sheet: {seconds:.2f} s of the program's own time")
    expect(page.get_by_text("đã gõ 5 trong 5 tờ")).to_be_visible()

    type_row(page, "F549")
    expect(page.get_by_role("alert")).to_contain_text("Mới gõ 3 ký tự")
    look()
    if script:
        expect(page.locator("tr.wrong")).to_contain_text("Thái độ")
        expect(page.locator("tr.now")).to_contain_text("Kết quả nhận được")
        expect(page.locator(".hit").first).to_contain_text("Đất đai")
    page.get_by_role("link", name="5", exact=True).click()
    look()
    page.get_by_role("link", name="Về lô phiếu").click()

    page.get_by_role("button", name="Gõ xong: sang gõ lần hai").press("Enter")
    heading = page.locator("h1")
    expect(heading).to_contain_text("Gõ lần hai: tờ số")
    number = int(heading.inner_text().split()[-1])
    look()
    type_row(page, "111111")
    expect(page.get_by_text("Hai lần gõ khác nhau")).to_be_visible()
    look()
    type_row(page, ROWS[number - 1])
    expect(heading).to_have_text("Kết thúc lô")
    look()
    page.get_by_role("button", name="Kết thúc lô, lưu phiếu").press("Enter")
    expect(page.get_by_text("đã lưu", exact=True)).to_be_visible()
    look()
    with live_app.app_context():
        answers = sorted(db.session.scalars(select(Response.answers)))
    assert answers == sorted(["5445x2", "11-112", "555552", "3x434-"])
