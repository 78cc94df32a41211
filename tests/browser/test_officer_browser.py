"""An officer at the desk and on the phone: sign in, read the score with its interval, take the file along."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from analysis.periods import previous, quarter_of
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import period_name
from survey.models import Role

from commands import hailong
from factories import PASSWORD, Factory
from signing_in import sign_in_by_hand

OVER = previous(quarter_of(datetime.now(TIME_ZONE).date()))
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL = "chau@tanhoa.example.vn"


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """A closed quarter of three wards: 120 responses, 90, and 3; and an officer who sees them all."""
    with live_app.app_context():
        factory = Factory(db.session)
        province = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
        wards = [
            factory.unit(name=name, parent=province) for name in ("Phường An Hoà", "Phường Tân Lập", "Phường Mới")
        ]
        for ward in wards:
            factory.dossiers(ward, OVER.text, {("dat-dai", "direct", "on_time"): 900})
        for ward, content, others in ((wards[0], 108, 12), (wards[1], 60, 30), (wards[2], 3, 0)):
            factory.responses(ward, "555552", content, local_date=OVER.first)
            factory.responses(ward, "222222", others, local_date=OVER.first)
        factory.officer(province, Role.REFORM, email=EMAIL, name="Lê Thị Minh Châu")
    hailong(live_app, "close", OVER.text)
    return live_server


def enter(page: Page, server: str, password: str = PASSWORD) -> None:
    page.goto(f"{server}/officer/")
    sign_in_by_hand(page, EMAIL, password)


def enter_scores(page: Page, server: str) -> None:
    """Sign in and go on to the list of scores."""
    enter(page, server)
    page.locator("summary", has_text="Kết quả").click()
    page.get_by_role("link", name="Điểm hài lòng").click()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_sign_in_read_the_score_and_download_it(
    server: str, open_page: Callable[..., Page], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    enter_scores(page, server)
    expect(page.locator("h1")).to_have_text(f"Điểm hài lòng: {_name()}")
    row = page.locator("tr", has_text="Phường An Hoà")
    expect(row.locator(".points")).to_have_text("27,00")
    expect(row.locator("svg.interval")).to_be_visible()
    expect(row).to_contain_text("120 / 900")
    expect(row.locator(".rank")).to_have_text("1/2")
    small = page.locator("tr", has_text="Phường Mới")
    expect(small).to_contain_text("chưa đủ phiếu")
    assert small.locator("svg").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]

    with page.expect_download() as download:
        page.get_by_role("link", name="Tải XLSX").click()
    download.value.save_as(tmp_path / "scores.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "scores.xlsx").worksheets[0].values for cell in row]
    assert "Phường An Hoà" in cells
    assert 27 in cells
    page.get_by_role("link", name="Dạng khác").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    download.value.save_as(tmp_path / "scores.json")
    assert download.value.suggested_filename == f"diem-hai-long-{OVER.text}.json"
    assert "27.0" in json.dumps(json.loads((tmp_path / "scores.json").read_text(encoding="utf-8")))

    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.locator("h1")).to_have_text("Đăng nhập")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Đăng nhập")


def test_on_a_phone_everything_can_be_hit_with_a_thumb(server: str, browser_page: Page) -> None:
    enter_scores(browser_page, server)
    targets = browser_page.locator("main .btn, main select, header .btn")
    assert targets.count() >= 6
    for number in range(targets.count()):
        box = targets.nth(number).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    row = browser_page.locator("tr", has_text="Phường An Hoà")
    expect(browser_page.locator("thead")).to_be_hidden()
    label = row.locator("td[data-label]").nth(1).evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "Phiếu / hồ sơ" in label


def test_it_works_without_javascript_and_warnings_open(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESK, java_script_enabled=False)
    enter_scores(page, server)
    row = page.locator("tr", has_text="Phường An Hoà")
    expect(row.locator("li").first).to_be_hidden()
    row.locator("summary").click()
    expect(row.locator("li").first).to_be_visible()
    page.get_by_label("Kỳ", exact=True).select_option(OVER.text)
    page.get_by_role("button", name="Xem").click()
    expect(page.locator("h1")).to_have_text(f"Điểm hài lòng: {_name()}")


def test_a_wrong_password_is_said_first_and_leads_to_the_field(server: str, browser_page: Page) -> None:
    enter(browser_page, server, "wrong password")
    summary = browser_page.get_by_role("alert")
    expect(summary).to_contain_text("E-mail hoặc mật khẩu không đúng")
    summary.get_by_role("link").click()
    expect(browser_page.get_by_label("Mật khẩu")).to_be_focused()
    assert browser_page.get_by_label("Địa chỉ e-mail").input_value() == EMAIL
    browser_page.keyboard.type(PASSWORD)
    browser_page.keyboard.press("Enter")
    expect(browser_page.locator("h1")).to_contain_text(_name())


def test_letters_come_in_the_own_font(server: str, browser_page: Page) -> None:
    enter(browser_page, server)
    browser_page.wait_for_load_state("networkidle")  # the style that names the letters has come
    # Asked for, rather than looked up: a slow machine may not have begun to fetch them.
    families: list[str] = browser_page.evaluate(
        """() => document.fonts.load(`16px ${getComputedStyle(document.body).fontFamily.split(",")[0]}`, "Điểm")
            .then(fonts => fonts.map(font => font.status + " " + font.family))"""
    )
    assert families
    assert all("loaded" in family and "Be Vietnam Pro" in family for family in families)


def _name() -> str:
    return period_name(OVER)
