"""The pages of units, counters and codes on a phone and at a desk: no fault that axe finds, no script needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import QrCode, Role, Unit

from accessibility import violations
from factories import PASSWORD, Factory

EMAIL = "chau@binhminh.example.vn"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """A province of three wards, one with counters and codes in every state."""
    today = datetime.now(TIME_ZONE).date()
    with live_app.app_context():
        factory = Factory(db.session)
        province = factory.unit(code="T", name="Tỉnh Bình Minh", ranking_group=None)
        an_hoa, _tan_lap, _moi = (
            factory.unit(code=f"P0{number}", name=name, parent=province)
            for number, name in enumerate(("Phường An Hoà", "Phường Tân Lập", "Phường Mới"), start=1)
        )
        first = factory.counter(an_hoa, ("dat-dai", "xay-dung"), name="Quầy số 1: Đất đai, xây dựng")
        factory.counter(an_hoa, (), name="Quầy số 2")
        factory.qr_code(an_hoa, first)
        factory.qr_code(an_hoa, first, valid_to=today + timedelta(days=3))
        factory.qr_code(an_hoa, valid_from=today + timedelta(days=3))
        factory.qr_code(an_hoa, revoked_on=today)
        factory.officer(province, Role.REFORM, email=EMAIL)
    return live_server


def enter(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#email").fill(EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_reads_well(
    server: str, live_app: Flask, open_page: Callable[..., Page], viewport: dict[str, int], language: str
) -> None:
    with live_app.app_context():
        unit = db.session.scalars(select(Unit).where(Unit.code == "P01")).one()
        code = db.session.scalars(select(QrCode.code).where(QrCode.revoked_on.is_(None))).first()
        base = f"/officer/units/{unit.id}"
        counter = unit.counters[0].id
    page = open_page(viewport=viewport)
    enter(page, f"{server}/officer/units")
    for path in ("/officer/units", base, f"{base}/edit", f"{base}/end", f"{base}/codes", f"{base}/posters",
                 f"{base}/counters/new", f"/officer/counters/{counter}", f"/officer/codes/{code}",
                 "/officer/units/new", "/officer/units/merge", "/officer/start",
                 "/officer/questionnaires/short-v1"):  # fmt: skip
        answer = page.goto(f"{server}{path}?lang={language}")
        assert answer is not None
        assert answer.status == 200, path
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("lang") == language
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        for target in page.locator("main .btn, main select").all():
            box = target.bounding_box()
            assert box is None or viewport is DESK or box["height"] >= 44, path


def test_two_wards_are_merged_without_a_script(
    server: str, live_app: Flask, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=DESK, java_script_enabled=False)
    enter(page, f"{server}/officer/units")
    page.get_by_role("link", name="Sáp nhập").click()
    page.get_by_role("button", name="Xem sẽ thay đổi gì").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Xin ghi ngày")
    for name in ("Phường An Hoà", "Phường Tân Lập"):
        page.get_by_label(name).check()
    page.get_by_label("Nhập vào đơn vị").select_option(label="Phường Mới (P03)")
    day = datetime.now(TIME_ZONE).date() + timedelta(days=20)
    page.get_by_label("Từ ngày").fill(f"{day}")
    page.get_by_role("button", name="Xem sẽ thay đổi gì").click()
    expect(page.locator("h1")).to_have_text(f"Từ ngày {day:%d/%m/%Y}")
    expect(page.get_by_text("dùng tiếp, phiếu tính cho Phường Mới").first).to_be_visible()
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.get_by_role("status")).to_contain_text("không còn Phường An Hoà, Phường Tân Lập")
    page.goto(f"{server}/officer/units")
    expect(page.get_by_text("Sắp kết thúc")).to_have_count(2)
    with live_app.app_context():
        ended = db.session.scalars(select(Unit).where(Unit.valid_to.is_not(None))).all()
        assert {unit.valid_to for unit in ended} == {day - timedelta(days=1)}
