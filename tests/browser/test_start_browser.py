"""A commune's first twenty minutes with the program, in five: from the first sign-in to the day that counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Response, Role, Unit

from accessibility import violations
from commands import hailong
from factories import PASSWORD, Factory
from printed import links_in
from signing_in import sign_in_by_hand

EMAIL = "chau@tanhoa.example.vn"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# What people need, on the slow side: to find and press a thing, to fill a field, to read a page.
SECONDS_A_CLICK, SECONDS_A_FIELD, SECONDS_A_PAGE = 3, 8, 12
MOST_SECONDS = 5 * 60


@dataclass
class Effort:
    """Counts what a person does."""

    page: Page
    clicks: int = 0
    fields: int = 0
    pages: int = 0

    def click(self, target: Locator) -> None:
        """Press something that leads on."""
        target.click()
        self.clicks += 1

    def fill(self, target: Locator, text: str) -> None:
        """Type into a field."""
        target.fill(text)
        self.fields += 1

    def arrive(self, heading: str) -> None:
        """Read the next page, which must have no fault that axe finds."""
        expect(self.page.locator("h1")).to_have_text(heading)
        assert violations(self.page) == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), heading
        self.pages += 1

    @property
    def seconds(self) -> int:
        """How long that takes a person who reads everything."""
        return self.clicks * SECONDS_A_CLICK + self.fields * SECONDS_A_FIELD + self.pages * SECONDS_A_PAGE


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """An installation with a unit and an officer, as `hailong init` leaves it, and nothing else."""
    hailong(
        live_app, "init", "--administrator", "qt@example.vn", "--unit-code", "P01", "--unit-name", "Phường Tân Hoà"
    )
    with live_app.app_context():
        unit = db.session.scalars(select(Unit)).one()
        Factory(db.session).officer(unit, Role.REFORM, email=EMAIL)
    return live_server


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_first_sign_in_to_the_first_day(
    server: str,
    live_app: Flask,
    open_page: Callable[..., Page],
    tmp_path: Path,
    viewport: dict[str, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = open_page(viewport=viewport)
    does = Effort(page)
    page.goto(f"{server}/officer/")
    does.fill(page.get_by_label("Địa chỉ e-mail"), EMAIL)
    does.fill(page.get_by_label("Mật khẩu"), PASSWORD)
    does.click(page.get_by_role("button", name="Đăng nhập"))

    does.arrive("Đơn vị")
    assert "phường Tân Hoà" in page.get_by_label("Tên nơi tiếp nhận hồ sơ").input_value()
    does.click(page.get_by_role("button", name="Đúng, tiếp tục"))

    does.arrive("Quầy")
    does.fill(page.get_by_label("Tên quầy thứ 2"), "Quầy số 2")
    does.click(page.get_by_role("button", name="Lưu và tiếp tục"))

    does.arrive("Lĩnh vực của từng quầy")
    page.goto(f"{server}/officer/")  # called away, and back
    does.arrive("Lĩnh vực của từng quầy")
    for counter, field in (("Quầy số 1", "Đất đai"), ("Quầy số 1", "Xây dựng"), ("Quầy số 2", "Chứng thực")):
        does.click(page.get_by_role("group", name=counter).get_by_label(field))
    does.click(page.get_by_role("button", name="Lưu và tiếp tục"))

    does.arrive("Áp phích")
    does.click(page.get_by_role("button", name="Tạo mã và áp phích"))
    does.arrive("Áp phích")
    with page.expect_download() as download:
        does.click(page.get_by_role("link", name="Tải áp phích A5"))
    download.value.save_as(tmp_path / "poster.pdf")
    links = links_in(tmp_path / "poster.pdf")
    assert len(links) == 2
    does.click(page.get_by_role("link", name="Tiếp tục: quét thử"))

    does.arrive("Quét thử")
    expect(page.get_by_text("Đang chờ phiếu thử đầu tiên")).to_be_visible()
    answer(open_page(has_touch=True, is_mobile=True), links[1])
    does.clicks += 8
    expect(page.get_by_text("Đã nhận 1 phiếu thử.")).to_be_visible()  # by itself: nobody reloads the page
    expect(page.get_by_role("status").get_by_text("thử, không tính")).to_be_visible()
    does.arrive("Quét thử")
    does.click(page.get_by_role("link", name="Tiếp tục: ngày bắt đầu"))

    does.arrive("Ngày bắt đầu")
    does.click(page.get_by_role("button", name="Lưu và tiếp tục"))
    does.arrive("Số phiếu cần có")
    does.fill(page.get_by_label("Số hồ sơ trong một quý"), "1.000")
    does.click(page.get_by_role("button", name="Tính"))
    expect(page.get_by_text("cần ít nhất 286 phiếu")).to_be_visible()
    does.click(page.get_by_role("button", name="Đã hiểu, xong"))
    does.arrive("Mọi bước đã xong")

    with live_app.app_context():
        (trial,) = db.session.scalars(select(Response)).all()
        assert trial.trial
        unit = db.session.scalars(select(Unit)).one()
        assert unit.start_date == datetime.now(TIME_ZONE).date() + timedelta(days=1)
        unit.start_date = datetime.now(TIME_ZONE).date()  # the night is over
        db.session.commit()
    page.goto(f"{server}/officer/")
    expect(page.locator("h1")).to_have_text("Chưa có kỳ nào")
    page.goto(f"{server}/officer/start")
    expect(page.get_by_text("Mọi đơn vị đều đã bắt đầu đo")).to_be_visible()
    answer(open_page(has_touch=True, is_mobile=True), links[0], field="dat-dai")
    with live_app.app_context():
        assert sorted(db.session.scalars(select(Response.trial))) == [False, True]
    with capsys.disabled():
        print(
            f"\n  first start: {does.clicks} clicks, {does.fields} fields, {does.pages} pages, "
            f"about {does.seconds} s of a person's time"
        )
    assert does.seconds <= MOST_SECONDS


def test_the_trial_shows_without_javascript_too(
    server: str, live_app: Flask, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script_enabled=False)
    with live_app.app_context():
        factory = Factory(db.session)
        unit = db.session.scalars(select(Unit)).one()
        code = factory.qr_code(unit, factory.counter(unit, ("dat-dai",), name="Quầy số 1")).code
        number = unit.id
    page.goto(f"{server}/officer/start/{number}/trial")
    sign_in_by_hand(page, EMAIL)
    expect(page.get_by_text("Đang chờ phiếu thử đầu tiên")).to_be_visible()
    answer(open_page(), f"{server}/q/{code}")
    page.get_by_role("link", name="Xem lại").click()
    expect(page.get_by_text("Đã nhận 1 phiếu thử.")).to_be_visible()
    expect(page.get_by_text("Quầy số 1: 1")).to_be_visible()


def answer(phone: Page, link: str, field: str | None = None) -> None:
    """Send the form behind a scanned code."""
    phone.goto(link)
    if field is not None:
        phone.locator(f"[name=L][value={field}]").check(force=True)
    for question in ("Q1", "Q2", "Q3", "Q4", "Q5"):
        phone.locator(f"[name={question}][value='5']").check(force=True)
    phone.get_by_label("Không muốn trả lời").check(force=True)
    phone.get_by_role("button", name="Gửi ý kiến").click()
    expect(phone.get_by_text("Ý kiến đã được ghi nhận")).to_be_visible()
