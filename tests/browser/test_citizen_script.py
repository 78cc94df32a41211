"""The citizen's script in a real Chromium: send a form once, whenever there is network; hide it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from survey.extensions import db
from survey.models import Response, ResponseExtra

from factories import Factory

KEPT = "Phiếu được giữ trên máy này và tự gửi khi có mạng"
THANKS = "Trân trọng cảm ơn Ông/Bà."
VOICES = """for (const name of ['SpeechSynthesisUtterance', 'speechSynthesis']) delete window[name];
window.spoken = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text };
Object.defineProperty(window, 'speechSynthesis', {value: {
    getVoices: () => LANGUAGES.map(lang => ({lang})), cancel: () => window.spoken.push('cancel'),
    speak: words => { window.spoken.push(words.text); window.words = words }}});"""


@pytest.fixture
def address(live_app: Flask, live_server: str) -> str:
    """The form of a counter with one field."""
    return f"{live_server}/q/{new_code(live_app)}"


def new_code(app: Flask, unit_code: str = "P001") -> str:
    with app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(code=unit_code)
        return factory.qr_code(unit, factory.counter(unit)).code


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Response.answers)))


def fill(page: Page, **answers: str) -> None:
    for name, value in ({"Q1": "5", "Q2": "4", "Q3": "1"} | answers).items():
        page.locator(f"label:has(> input[name={name}][value='{value}'])").click()


def send(page: Page) -> None:
    page.get_by_role("button", name="Gửi ý kiến").click()


def kept(page: Page) -> int:
    count: int = page.evaluate("localStorage.length")
    return count


def test_a_form_sent_without_network_is_kept_and_sent_once_when_it_returns(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    fill(page)
    assert kept(page) == 0  # no draft
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_role("status")).to_contain_text(KEPT)
    assert (kept(page), stored(live_app)) == (1, [])
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    assert (kept(page), stored(live_app)) == (0, ["541---"])


def test_a_kept_form_is_sent_when_any_form_of_the_site_is_opened(
    open_page: Callable[..., Page], address: str, live_server: str, live_app: Flask
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    fill(page)
    page.route("**/*send=1*", lambda route: route.abort())
    send(page)
    expect(page.get_by_role("status")).to_contain_text(KEPT)
    page.close()
    later = page.context.new_page()
    later.goto(f"{live_server}/q/{new_code(live_app, 'P002')}")
    expect(later.get_by_role("status")).to_have_text("Đã gửi phiếu giữ trên máy này.")
    assert (kept(later), stored(live_app)) == (0, ["541---"])
    # The form that was opened stays, empty, and the kept one's number can be looked up.
    assert later.locator("input:checked").count() == 0
    later.get_by_role("status").get_by_role("link").click()
    expect(later.locator(".k b")).to_be_visible()


def test_a_form_whose_acknowledgement_was_lost_counts_once(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    fill(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/*send=1*", lose, times=1)
    send(page)
    # The first try was stored and its answer lost; the second comes by itself.
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    assert (kept(page), stored(live_app)) == (0, ["541---"])


@pytest.mark.parametrize("status", [200, 429, 503])
def test_only_the_servers_own_acknowledgement_wipes_a_kept_form(
    open_page: Callable[..., Page], address: str, live_app: Flask, status: int
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    fill(page)
    page.route("**/*send=1*", lambda route: route.fulfill(status=status, body="<h1>Wi-Fi</h1>"), times=1)
    send(page)
    expect(page.get_by_role("status")).to_contain_text(KEPT)
    assert kept(page) == 1
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    assert (kept(page), stored(live_app)) == (0, ["541---"])


def test_a_kept_form_that_can_no_longer_be_sent_is_wiped_and_that_is_said(
    open_page: Callable[..., Page], address: str, live_server: str, live_app: Flask
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    page.evaluate("address => localStorage.setItem('hl.x', address + '?send=1&lang=vi n=x&Q1=5')", address)
    page.reload()
    expect(page.get_by_role("status")).to_have_text(
        "Phiếu giữ trên máy này không gửi được nữa và đã xoá khỏi máy."
    )
    assert (kept(page), stored(live_app)) == (0, [])


def test_a_phone_that_keeps_nothing_still_sends(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
    page.goto(address, wait_until="networkidle")
    fill(page)
    send(page)
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    assert stored(live_app) == ["541---"]


def test_what_is_missing_is_shown_and_the_summary_takes_the_focus(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    page.locator("label:has(> input[name=Q2][value='4'])").click()
    send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Ông/Bà đã trả lời 1")
    expect(summary).to_be_focused()
    assert kept(page) == 0
    page.get_by_role("link", name="3. Thái độ").click()
    expect(page.locator("#Q3")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "Q3"
    fill(page)
    send(page)
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    assert stored(live_app) == ["541---"]


@pytest.mark.parametrize("with_error", [False, True])
@pytest.mark.parametrize("browser", ["chromium", "freezing_chromium"])
def test_back_never_shows_a_sent_form(
    request: pytest.FixtureRequest, address: str, live_server: str, with_error: bool, browser: str
) -> None:
    context = request.getfixturevalue(browser).new_context(locale="vi-VN")
    page = context.new_page()
    page.goto(live_server)
    page.goto(f"{live_server}/privacy")
    page.goto(address, wait_until="networkidle")
    if with_error:
        send(page)
        page.wait_for_url("**send=1**", wait_until="networkidle")
    fill(page)
    send(page)
    page.wait_for_url("**/thanks?**", wait_until="networkidle")
    fill_extra(page)
    page.wait_for_url("**more=1**")
    seen = []
    for _ in range(2):
        go_back(page)
        seen.append((page.locator("h1").inner_text(), page.locator("input:checked").count()))
    context.close()
    assert {checked for _, checked in seen} == {0}
    # To the thank-you page at most, and then to what was there before the form.
    before = ["Ý kiến được giữ thế nào?", "Phiếu lấy ý kiến về phục vụ hành chính công"]
    assert [heading for heading, _ in seen if heading != THANKS] == before[: 1 if with_error else 2]


def fill_extra(page: Page) -> None:
    page.locator("label:has(> input[name=Q6][value='4'])").click()
    page.get_by_role("button", name="Gửi thêm").click()


def go_back(page: Page) -> None:
    """Press "Back" and let the page settle; Playwright's own waits for a load, which a frozen page has none of."""
    session = page.context.new_cdp_session(page)
    history = session.send("Page.getNavigationHistory")
    if history["currentIndex"] > 0:
        entry: dict[str, Any] = history["entries"][history["currentIndex"] - 1]
        session.send("Page.navigateToHistoryEntry", {"entryId": entry["id"]})
    page.wait_for_timeout(700)


def test_more_answers_are_sent_by_the_script_too(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page()
    page.goto(address, wait_until="networkidle")
    fill(page)
    send(page)
    page.wait_for_url("**/thanks?**", wait_until="networkidle")
    fill_extra(page)
    expect(page.get_by_text("Đã nhận phần trả lời thêm.")).to_be_visible()
    with live_app.app_context():
        assert db.session.scalars(select(ResponseExtra.answers)).all() == ["4-"]


@pytest.mark.parametrize(
    ("language", "voices", "offered"),
    [
        ("vi", "['en-US', 'vi_VN']", True),
        ("vi", "['en-US']", False),
        ("en", "['vi-VN', 'en-GB']", True),
        ("vi", "[]", False),
    ],
)
def test_questions_are_read_aloud_only_where_a_voice_speaks_the_language(
    open_page: Callable[..., Page], address: str, language: str, voices: str, offered: bool
) -> None:
    page = open_page()
    page.add_init_script(VOICES.replace("LANGUAGES", voices))
    page.goto(f"{address}?lang={language}", wait_until="networkidle")
    listen, stop = {"vi": ("Nghe câu hỏi", "Dừng đọc"), "en": ("Hear the question", "Stop reading")}[language]
    button = page.get_by_role("group", name="2.").get_by_role("button")
    assert page.get_by_role("button", name=listen).count() == (6 if offered else 0)
    if not offered:
        return
    box = button.bounding_box()
    assert box
    assert box["height"] >= 48
    button.click()
    expect(button).to_have_text(stop)
    spoken = page.evaluate("spoken")[-1]
    if language == "vi":
        assert spoken.startswith("Ông/Bà hài lòng hay không hài lòng về: 2. Giấy tờ phải nộp")
        assert "Rất không hài" in spoken
    button.click()
    expect(button).to_have_text(listen)
    assert page.evaluate("spoken")[-1] == "cancel"
    button.click()
    page.evaluate("words.onend()")
    expect(button).to_have_text(listen)
