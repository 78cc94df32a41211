"""The citizen's minute in a real Chromium: tapping, no JavaScript, double taps, Back, small screens, keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Error, Page, expect
from sqlalchemy import select

from survey.extensions import db
from survey.models import Response, ResponseExtra
from survey.views.script import SCRIPT

from factories import Factory

SMALLEST_TARGET = 48
NUMBER = re.compile(r"^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$")
# Every control and the area that a finger may hit; the sizes WCAG 2.2 asks for are smaller.
TARGETS = """() => [...document.querySelectorAll('.p label:not(.l), .p a, .p button, .p input[name=code]')]
    .filter(e => e.getClientRects().length)
    .map(e => { const r = e.getBoundingClientRect(); return [e.textContent.trim() || e.id, r.width, r.height] })"""
OVERLAPS = """() => [...document.querySelectorAll('.c')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    .map(e => e.textContent)"""


@pytest.fixture
def address(live_app: Flask, live_server: str) -> str:
    """The form of a counter with two fields."""
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà")
        code = factory.qr_code(unit, factory.counter(unit, ("dat-dai", "xay-dung"))).code
    return f"{live_server}/q/{code}"


def stored(app: Flask) -> list[tuple[str, str | None]]:
    """Answers and field of every response."""
    with app.app_context():
        rows = db.session.execute(select(Response.answers, Response.field))
        return [(answers, field) for answers, field in rows]


def tap(page: Page, name: str, value: str) -> None:
    """Tap an answer as a finger does: in the middle of what is seen."""
    page.locator(f"label:has(> input[name={name}][value='{value}'])").tap()


def answer(page: Page) -> None:
    for name, value in (("L", "xay-dung"), ("Q1", "5"), ("Q2", "4"), ("Q3", "1"), ("Q4", "x"), ("Q7", "2")):
        tap(page, name, value)


def test_a_form_is_tapped_through_and_stored(
    open_page: Callable[..., Page], address: str, live_server: str, live_app: Flask
) -> None:
    page = open_page(has_touch=True, is_mobile=True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    # No style sheet, font, picture or icon; the script is fetched once the page is there.
    page.wait_for_load_state("networkidle")
    assert [request.removeprefix(live_server) for request in requests] == [urlsplit(address).path, SCRIPT.address]
    assert page.context.cookies() == []
    answer(page)
    assert len(requests) == 2  # nothing leaves the phone while it is filled in
    assert stored(live_app) == []
    page.get_by_role("button", name="Gửi ý kiến").tap()
    expect(page.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    expect(page.locator(".k b")).to_have_text(NUMBER)
    assert stored(live_app) == [("541x-2", "xay-dung")]
    tap(page, "Q6", "4")
    tap(page, "Q8", "3")
    page.get_by_role("button", name="Gửi thêm").tap()
    expect(page.get_by_text("Đã nhận phần trả lời thêm.")).to_be_visible()
    with live_app.app_context():
        assert db.session.scalars(select(ResponseExtra.answers)).all() == ["43"]
    assert page.context.cookies() == []


def test_without_javascript_all_works_and_an_error_keeps_the_answers(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page(java_script_enabled=False, has_touch=True, is_mobile=True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}?lang=en")
    page.locator("label[for=to]").tap()
    tap(page, "Q1", "2")
    tap(page, "Q7", "3")
    assert requests == [f"{address}?lang=en"]
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("alert")).to_contain_text("You have answered 1; please answer at least 2 more")
    expect(page.locator("#to")).to_be_checked()
    expect(page.locator("input[name=Q1][value='2']")).to_be_checked()
    page.get_by_role("link", name="3. The attitude and guidance").tap()
    tap(page, "Q3", "3")
    tap(page, "Q4", "4")
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("heading", name="Thank you very much.")).to_be_visible()
    assert stored(live_app) == [("2-34-3", None)]


def test_a_double_tap_on_send_is_one_response(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page(has_touch=True, is_mobile=True)
    page.goto(address)
    answer(page)
    page.get_by_role("button", name="Gửi ý kiến").dblclick()
    expect(page.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    assert len(stored(live_app)) == 1


def test_without_javascript_back_shows_an_empty_form_that_still_counts_once(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page(has_touch=True, is_mobile=True, java_script_enabled=False)
    page.goto(address)
    answer(page)
    page.get_by_role("button", name="Gửi ý kiến").tap()
    first = page.locator(".k b").inner_text()
    page.reload()
    assert page.locator(".k b").inner_text() == first
    page.go_back()
    expect(page.get_by_role("heading", name="Phiếu lấy ý kiến")).to_be_visible()
    assert page.locator("input:checked").count() == 0
    answer(page)
    tap(page, "Q1", "1")
    page.get_by_role("button", name="Gửi ý kiến").tap()
    assert page.locator(".k b").inner_text() == first
    assert stored(live_app) == [("541x-2", "xay-dung")]


def test_without_javascript_back_does_not_show_a_form_that_had_come_back(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(address)
    page.get_by_role("button", name="Gửi ý kiến").click()
    page.locator("input[name=Q1][value='1']").check(force=True)
    page.get_by_role("button", name="Gửi ý kiến").click()
    for name in ("Q2", "Q3"):
        page.locator(f"input[name={name}][value='2']").check(force=True)
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    # It holds answers and is kept nowhere: the browser asks before it sends anything again.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    assert len(stored(live_app)) == 1


def test_the_form_can_be_filled_in_with_the_keyboard_alone(
    browser_page: Page, address: str, live_app: Flask
) -> None:
    page = browser_page
    page.goto(address)
    focused = _tab_until(page, "L")
    # The switches and the language come first, then the questions in order.
    assert focused == ["to", "td", "a", "L"]
    page.keyboard.press("Space")
    for name in ("Q1", "Q2", "Q3", "Q4", "Q5", "Q7"):
        assert _tab_until(page, name) == [name]
        page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    outline = page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
    assert outline == "solid"
    assert _tab_until(page, "button") == ["button"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    assert stored(live_app) == [("111112", "dat-dai")]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_fit_the_screen_and_a_thumb(
    browser_page: Page, address: str, live_server: str, language: str
) -> None:
    page = browser_page
    for visit in (address, live_server, f"{live_server}/privacy", f"{live_server}/q/ABCDEFGH"):
        page.goto(f"{visit}?lang={language}")
        _judge(page)
    page.goto(f"{address}?lang={language}")
    page.locator("button").click()
    page.wait_for_url("**send=1**")
    _judge(page)
    for name, value in (("Q1", 1), ("Q2", 2), ("Q3", 3), ("Q4", 4), ("Q5", 5)):
        page.locator(f"input[name={name}][value='{value}']").check(force=True)
    _judge(page)
    page.locator("button").click()
    page.wait_for_url("**/thanks?**")
    _judge(page)


def test_dark_follows_the_phone_or_the_switch(open_page: Callable[..., Page], address: str) -> None:
    dark = "rgb(12, 14, 16)"
    background = "getComputedStyle(document.querySelector('.p')).backgroundColor"
    light = open_page(color_scheme="light")
    light.goto(address)
    assert light.evaluate(background) == "rgb(255, 255, 255)"
    light.locator("label[for=td]").click()
    assert light.evaluate(background) == dark
    phone = open_page(color_scheme="dark")
    phone.goto(address)
    assert phone.evaluate(background) == dark
    expect(phone.locator("label[for=td]")).to_be_hidden()


def test_a_typed_code_opens_the_form(browser_page: Page, live_server: str, address: str) -> None:
    code = address.rpartition("/")[2]
    browser_page.goto(live_server)
    browser_page.get_by_label("Mã trên tờ giấy").fill(f"{code[:4].lower()} {code[4:]}")
    browser_page.keyboard.press("Enter")
    expect(browser_page.get_by_role("heading", name="Phiếu lấy ý kiến")).to_be_visible()
    assert browser_page.url.startswith(address)


def _judge(page: Page) -> None:
    """Fail on sideways scrolling, words that do not fit their box, or a target too small for a thumb.

    Tried in four widths, in usual and in large letters; neither asks the server again.
    """
    for letters in ("usual", "large"):
        for width in (320, 360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            where = (page.url, letters, width)
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert sideways == 0, where
            assert page.evaluate(OVERLAPS) == [], where
            small = [t for t in page.evaluate(TARGETS) if min(t[1], t[2]) < SMALLEST_TARGET - 0.01]
            assert small == [], where
        page.locator("label[for=to]").click()
    page.set_viewport_size({"width": 360, "height": 740})


def _tab_until(page: Page, name: str) -> list[str]:
    """Press Tab until the control `name` has the focus; return what had it on the way, that one included."""
    seen: list[Any] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.tagName.toLowerCase()"))
        if seen[-1] == name:
            break
    return seen
