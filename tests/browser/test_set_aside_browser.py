"""Two officers set responses aside in a real browser: one asks, the other decides; axe finds no fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Role

from accessibility import violations
from factories import Factory
from signing_in import sign_in_by_hand

ASKER, DECIDER = "chau@tanhoa.example.vn", "an@tanhoa.example.vn"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(name="Phường Tân Hoà")
        today = datetime.now(TIME_ZONE).date()
        counter = factory.counter(unit, name="Quầy số 1")
        factory.responses(unit, "454342", 28, local_date=today, counter_id=counter.id)
        factory.responses(unit, "555552", 9, local_date=today, flags="f")
        factory.officer(unit, Role.REFORM, email=ASKER, name="Lê Thị Châu")
        factory.officer(unit, Role.LEADER, email=DECIDER, name="Trần Văn An")
    return live_server


def enter(page: Page, server: str, email: str) -> None:
    page.goto(f"{server}/officer/set-aside")
    sign_in_by_hand(page, email)
    expect(page.locator("h1")).to_have_text("Phiếu không tính")


def check(page: Page, width: int) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_one_officer_asks_and_another_decides(
    server: str, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    width = viewport["width"]
    page = open_page(viewport=viewport)
    enter(page, server, ASKER)
    check(page, width)
    page.get_by_role("link", name="Đề nghị không tính phiếu").click()
    page.get_by_role("button", name="Xem số phiếu").click()
    expect(page.get_by_role("alert")).to_contain_text("Xin chọn một cách trong danh sách.")
    check(page, width)
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("Phiếu có dấu hiệu cần xem").check()
    page.get_by_role("button", name="Xem số phiếu").click()
    expect(page.locator("#send")).to_contain_text("Lựa chọn này có 9 phiếu, trong 37 phiếu đang được tính.")
    check(page, width)
    page.get_by_label("Lý do", exact=True).select_option(label="Một người gửi nhiều phiếu")
    page.get_by_label("Nói rõ lý do và căn cứ").fill("Một máy gửi liên tiếp trong buổi sáng")
    page.get_by_role("button", name="Gửi đề nghị").click()
    expect(page.get_by_role("status")).to_contain_text("Một người khác có quyền sẽ duyệt.")
    expect(page.locator("main")).to_contain_text("không tự duyệt được")
    check(page, width)

    other = open_page(viewport=viewport)
    enter(other, server, DECIDER)
    check(other, width)
    other.get_by_role("link", name="Xem và quyết định").click()
    expect(other.locator("main")).to_contain_text("Lê Thị Châu")
    check(other, width)
    other.get_by_role("button", name="Không duyệt").click()
    expect(other.get_by_role("alert")).to_contain_text("Xin ghi rõ lý do")
    check(other, width)
    other.get_by_role("button", name="Duyệt: không tính các phiếu này").click()
    expect(other.locator("main")).to_contain_text("Đã duyệt: loại")
    check(other, width)
    other.get_by_role("link", name="Phường Tân Hoà").click()
    other.get_by_label("Vì sao tính lại").fill("Đó là máy của lớp tập huấn")
    check(other, width)
    other.get_by_role("button", name="Đề nghị tính lại").click()
    expect(other.locator("h1")).to_have_text("Đề nghị tính lại phiếu đã loại")
