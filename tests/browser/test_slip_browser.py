"""A dossier's slip on a phone: typed, answered, opened again; every page on the way is accessible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from survey.codes import grouped
from survey.extensions import db
from survey.models import Response

from accessibility import violations
from factories import Factory


@pytest.fixture
def slips(live_app: Flask) -> tuple[str, str]:
    """The codes of a good slip and of an expired one."""
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà")
        return factory.one_time_code(unit), factory.one_time_code(unit, expires_on=date(2026, 1, 31))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_slip_is_typed_answered_and_good_for_no_more(
    open_page: Callable[..., Page], live_server: str, live_app: Flask, slips: tuple[str, str], javascript: bool
) -> None:
    page = open_page(java_script_enabled=javascript, has_touch=True, is_mobile=True)
    page.goto(live_server)
    page.get_by_label("Mã trên tờ giấy").fill(grouped(slips[0]).lower().replace("-", " "))
    page.get_by_role("button", name="Mở phiếu").tap()
    expect(page.get_by_text("Không ai biết hồ sơ nào trả lời thế nào.")).to_be_visible()
    form = page.url
    for question in ("Q1", "Q2", "Q3"):
        page.locator(f"label:has(> input[name={question}][value='4'])").tap()
    page.get_by_role("button", name="Gửi ý kiến").tap()
    expect(page.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    number = page.locator(".k b").text_content()
    page.reload()
    assert page.locator(".k b").text_content() == number
    page.goto(form)
    expect(page.get_by_role("heading", name="Mã này đã được dùng")).to_be_visible()
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response)) == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_who_comes_second_with_a_slip_is_told_and_nothing_is_sent_later(
    open_page: Callable[..., Page], live_server: str, live_app: Flask, slips: tuple[str, str], javascript: bool
) -> None:
    pages = [open_page(java_script_enabled=javascript, has_touch=True, is_mobile=True) for _ in range(2)]
    for page in pages:
        page.goto(f"{live_server}/q/{slips[0]}")
    for page, heading in zip(pages, ("Trân trọng cảm ơn Ông/Bà.", "Mã này đã được dùng"), strict=True):
        for question in ("Q1", "Q2", "Q3"):
            page.locator(f"label:has(> input[name={question}][value='4'])").tap()
        page.get_by_role("button", name="Gửi ý kiến").tap()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response)) == 1


def test_every_page_of_a_slip_is_accessible(
    open_page: Callable[..., Page], live_server: str, live_app: Flask, slips: tuple[str, str]
) -> None:
    good, expired = slips
    client = live_app.test_client()
    for language, scheme in (("vi", "light"), ("en", "dark")):
        page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
        with live_app.app_context():
            factory = Factory(db.session)
            used = factory.one_time_code(factory.unit(code=f"U{language}"))
        form = client.get(f"/q/{used}").text
        nonce = form.split('name="n" value="')[1].split('"')[0]
        answers = {"n": nonce, "Q1": "4", "Q2": "4", "Q3": "4"}
        assert client.post(f"/q/{used}", data=answers).status_code == 303
        page.goto(f"{live_server}/privacy?lang={language}")
        of_the_layout = set(violations(page))  # what every public page shares is judged with the counters' form
        for code in (good, used, expired, "0" * 16):
            page.goto(f"{live_server}/q/{code}?lang={language}")
            assert set(violations(page)) <= of_the_layout, page.url
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
