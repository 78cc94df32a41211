"""What people do with a tablet in a real Chromium: enrol it, touch it, wait until it has sent everything."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey.extensions import db
from survey.models import Counter, Response, Unit
from survey.services import device as devices

TABLET, LYING, PHONE = (
    {"width": 768, "height": 1024},
    {"width": 1024, "height": 768},
    {"width": 360, "height": 740},
)
OFFICER = "chau@tanhoa.example.vn"
SHOP = "Trung tâm Phục vụ hành chính công phường Tân Hoà"


def register(unit: Unit, counter: Counter | None) -> str:
    now = datetime.now(UTC)
    made = devices.register(db.session, unit=unit, counter=counter, name="Máy ở lối ra", now=now, actor=OFFICER)
    return made.code


def enrol(page: Page, server: str, code: str) -> None:
    page.goto(f"{server}/kiosk/#{code}")
    page.get_by_role("button", name="Đăng ký máy này").tap()
    expect(page.locator("#offline-ready")).to_be_visible()
    page.get_by_role("button", name="Bắt đầu dùng").tap()
    expect(page.get_by_role("button", name="Bắt đầu")).to_be_visible()


def enrol_in_still_time(page: Page, server: str, code: str) -> None:
    """Enrol a tablet, and stop its clock: time passes only as the test says, however slow the machine is."""
    page.clock.install()
    enrol(page, server, code)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)


def tap(page: Page, name: str, value: str) -> None:
    page.locator(f"label:has(> input[name={name}][value='{value}'])").tap()


def answer(page: Page, *chosen: tuple[str, str]) -> str:
    """Answer one form with a finger; return the number that is shown."""
    page.get_by_role("button", name="Bắt đầu").tap()
    for name, value in chosen or (
        ("L", "xay-dung"),
        ("Q1", "5"),
        ("Q2", "4"),
        ("Q3", "1"),
        ("Q4", "x"),
        ("Q7", "2"),
    ):
        tap(page, name, value)
    page.get_by_role("button", name="Gửi ý kiến").tap()
    expect(page.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    return page.locator("[data-number]").inner_text()


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Response.answers)))


def waiting(page: Page) -> int:
    count: int = page.evaluate("kiosk.waitingCount()")
    return count


def all_sent(page: Page) -> None:
    """Wait until the server has everything; the page's policy forbids what `wait_for_function` does."""
    assert (
        page.evaluate(
            """async () => {
            for (let tries = 0; kiosk.waitingCount() > 0 && tries < 300; tries++)
                await new Promise(go => setTimeout(go, 50));
            return kiosk.waitingCount();
        }"""
        )
        == 0
    )
