"""Feedback in a real Chromium: from the thank-you page to an answer, its rating, and the erasure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import CaseState, FeedbackCase, FeedbackContact, FeedbackEntry
from survey.services import feedback_answer

from accessibility import violations
from factories import Factory

SMALLEST_TARGET = 48
CODE = re.compile(r"^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$")
TARGETS = """() => [...document.querySelectorAll(
        '.p label:not(.l), .p a, .p button, .p input:not(.sw):not(.v):not([type=hidden]):not([type=radio]), ' +
        '.p textarea, .p summary')]
    .filter(e => e.getClientRects().length)
    .map(e => { const r = e.getBoundingClientRect(); return [e.textContent.trim() || e.id, r.width, r.height] })"""
CUT_OFF = """() => [...document.querySelectorAll('.o, .b, button, .k b, .q, h1, h2')]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
TEXT = "Tôi nộp hồ sơ hai lần đều bị trả.\n<b>Lần sau</b> lại khác lần trước."


@pytest.fixture
def address(live_app: Flask, live_server: str) -> str:
    """The survey form of a counter of a ward below a province."""
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(
            name="Phường Tân Hoà",
            one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà",
            parent=factory.unit(name="Tỉnh Bình Minh"),
        )
        code = factory.qr_code(unit, factory.counter(unit)).code
    return f"{live_server}/q/{code}"


def officer(app: Flask, state: CaseState | None, text: str = "") -> None:
    """Do what an officer does, by the service."""
    with app.app_context():
        key = db.session.scalars(select(FeedbackCase.key)).one()
        now = datetime.now(TIME_ZONE)
        if state is None:
            feedback_answer.reply(db.session, key, text, actor="an@example.vn", now=now)
        else:
            feedback_answer.set_state(db.session, key, state, actor="an@example.vn", now=now)


def stored(app: Flask, column: object) -> list[object]:
    with app.app_context():
        return list(db.session.scalars(select(column)))  # type: ignore[call-overload]


@pytest.mark.parametrize("script", [True, False])
def test_from_the_thank_you_page_to_an_answer_and_the_erasure(
    open_page: Callable[..., Page], address: str, live_app: Flask, script: bool
) -> None:
    page = open_page(java_script_enabled=script, has_touch=True, is_mobile=True)
    page.goto(address)
    for name in ("Q1", "Q2", "Q3"):
        page.locator(f"label:has(> input[name={name}][value='1'])").tap()
    page.get_by_role("button", name="Gửi ý kiến").tap()
    page.get_by_role("link", name="Gửi góp ý, phản ánh để được trả lời").tap()
    expect(page.get_by_role("heading", name="Góp ý, phản ánh", exact=True)).to_be_visible()
    assert "t=" not in page.url

    # Who reads it is asked only about fees and conduct, and contact details only after the consent.
    expect(page.get_by_text("Ai được đọc nội dung này?")).to_be_hidden()
    expect(page.get_by_label("Số điện thoại", exact=True)).to_be_hidden()
    page.get_by_text("Thái độ, cách làm việc của một người cụ thể").tap()
    page.get_by_text("Cơ quan cấp trên (tỉnh Bình Minh); đơn vị không xem được").tap()
    page.get_by_role("textbox", name="Nội dung").fill(TEXT)
    page.get_by_text("Tôi đồng ý để phường Tân Hoà").tap()
    page.get_by_label("Số điện thoại", exact=True).fill("0912 345 678")
    page.get_by_role("button", name="Gửi góp ý, phản ánh").tap()
    expect(page.get_by_role("alert")).to_contain_text("Chỉ người từ đủ 18 tuổi để lại cách liên hệ.")
    expect(page.get_by_role("textbox", name="Nội dung")).to_have_value(TEXT)
    page.get_by_text("Tôi từ đủ 18 tuổi.", exact=True).tap()
    page.get_by_role("button", name="Gửi góp ý, phản ánh").tap()

    expect(page.locator(".k b")).to_have_text(CODE)
    code = page.locator(".k b").inner_text()
    expect(page.locator(".q")).to_have_text(TEXT)
    assert page.locator(".q b").count() == 0
    expect(page.locator(".st b")).to_have_text("Mới nhận")
    officer(live_app, CaseState.IN_PROGRESS)
    officer(live_app, None, "Kính gửi Ông/Bà,\nchúng tôi xin lỗi.")

    # Some days later, with the code on a piece of paper.
    page.goto(address.partition("/q/")[0] + "/track")
    page.get_by_role("textbox", name="Mã tra cứu").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Xem góp ý").tap()
    expect(page.locator(".st b")).to_have_text("Đã trả lời")
    expect(page.get_by_text("Tỉnh Bình Minh trả lời")).to_be_visible()
    page.get_by_role("radio", name="Không hài lòng").tap()
    page.get_by_role("button", name="Gửi đánh giá").tap()
    expect(page.get_by_text("Ông/Bà đã đánh giá: không hài lòng.")).to_be_visible()
    page.get_by_role("textbox", name="Viết thêm").fill("Chưa đúng việc tôi hỏi.")
    page.get_by_role("button", name="Đề nghị xem lại").tap()
    expect(page.locator(".st b")).to_have_text("Đã mở lại")

    page.get_by_role("link", name="Rút góp ý này").tap()
    page.get_by_role("link", name="Không, quay lại").tap()
    expect(page.locator(".st b")).to_have_text("Đã mở lại")
    page.get_by_role("link", name="Rút góp ý này").tap()
    page.get_by_role("button", name="Rút góp ý").tap()
    expect(page.locator(".st b")).to_have_text("Ông/Bà đã rút")
    assert len(stored(live_app, FeedbackContact.case_key)) == 1
    page.get_by_role("link", name="Xoá nội dung của tôi").tap()
    page.get_by_role("button", name="Xoá nội dung của tôi").tap()
    expect(page.locator(".st b")).to_have_text("Đã xoá nội dung")
    assert page.locator(".q").count() == 0
    assert stored(live_app, FeedbackContact.case_key) == []
    assert set(stored(live_app, FeedbackEntry.text)) == {None}
    assert page.context.cookies() == []


def test_a_double_tap_is_one_case_and_back_shows_no_contact_details(
    open_page: Callable[..., Page], address: str, live_app: Flask
) -> None:
    page = open_page(has_touch=True, is_mobile=True)
    page.goto(f"{address}/feedback")
    page.get_by_text("Khen ngợi").tap()
    page.get_by_role("textbox", name="Nội dung").fill("Cảm ơn.")
    page.get_by_role("button", name="Gửi góp ý, phản ánh").dblclick()
    expect(page.locator(".k b")).to_have_text(CODE)
    assert len(stored(live_app, FeedbackCase.key)) == 1
    page.get_by_role("textbox", name="Viết thêm").fill("Thêm một ý.")
    page.get_by_role("button", name="Gửi phần viết thêm").dblclick()
    expect(page.get_by_text("Đã nhận phần viết thêm.")).to_be_visible()
    assert stored(live_app, FeedbackEntry.text) == ["Cảm ơn.", "Thêm một ý."]


def test_the_form_can_be_filled_in_with_the_keyboard_alone(
    browser_page: Page, address: str, live_app: Flask
) -> None:
    page = browser_page
    page.goto(f"{address}/feedback")
    assert _tab_until(page, "topic")[-1] == "topic"
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    outline = page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
    assert outline == "solid"
    assert _tab_until(page, "reader") == ["reader"]
    page.keyboard.press("Space")
    assert _tab_until(page, "text") == ["text"]
    page.keyboard.type("Chờ lâu.")
    assert _tab_until(page, "consent") == ["consent"]
    page.keyboard.press("Space")
    assert _tab_until(page, "adult") == ["adult"]
    page.keyboard.press("Space")
    assert _tab_until(page, "phone") == ["phone"]
    page.keyboard.type("0912345678")
    assert _tab_until(page, "button") == ["email", "name", "button"]
    page.keyboard.press("Enter")
    expect(page.locator(".k b")).to_have_text(CODE)
    assert stored(live_app, FeedbackCase.topic) == ["conduct"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_accessible_fits_the_screen_and_a_thumb(
    open_page: Callable[..., Page], address: str, live_app: Flask, language: str
) -> None:
    """Each state of each page in every width and dress; neither asks the server again."""
    page = open_page(color_scheme="light")
    site = address.partition("/q/")[0]

    def judge() -> None:
        for dress in ("plain", "large", "dark", "phone_dark"):
            page.emulate_media(color_scheme="dark" if dress == "phone_dark" else "light")
            switch = page.locator({"large": "label[for=to]", "dark": "label[for=td]"}.get(dress, "nothing"))
            if switch.count():
                switch.click()
            assert violations(page) == [], (page.url, dress)
            for width in (320, 360, 768):
                page.set_viewport_size({"width": width, "height": 740})
                sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert page.evaluate(sideways) == 0, (page.url, dress, width)
                assert page.evaluate(CUT_OFF) == [], (page.url, dress, width)
                small = [t for t in page.evaluate(TARGETS) if min(t[1], t[2]) < SMALLEST_TARGET - 0.01]
                assert small == [], (page.url, dress, width)
            page.set_viewport_size({"width": 360, "height": 740})
            if switch.count():
                switch.click()
        page.emulate_media(color_scheme="light")

    for path in ("/track", "/track/0000-0000-0000-0000"):
        page.goto(f"{site}{path}?lang={language}")
        judge()
    page.goto(f"{address}/feedback?lang={language}")
    judge()
    page.locator("button").click()
    judge()
    page.locator("label[for=topic-extra_fees]").click()
    page.locator("label[for=consent]").click()
    judge()
    page.locator("button").click()
    judge()
    page.locator("label[for=reader-leader]").click()
    page.locator("label[for=adult]").click()
    page.locator("#text").fill("Một việc " + "dài" * 200)
    page.locator("#email").fill("hoa@example.vn")
    page.locator("button").click()
    page.wait_for_url("**/track/**")
    judge()
    case = page.url.partition("?")[0]
    officer(live_app, None, "Xin lỗi Ông/Bà. " * 20)
    page.goto(f"{case}?lang={language}")
    page.locator("summary").click()
    judge()
    page.locator("button[value=add]").click()
    judge()
    for ask in ("contact", "erase"):
        page.goto(f"{case}?lang={language}&ask={ask}")
        judge()
    page.locator("button[value=erase]").click()
    page.wait_for_url("**/track/**done=erase**")
    judge()


def _tab_until(page: Page, name: str) -> list[str]:
    """Press Tab until the control `name` has the focus; return what had it on the way, that one included."""
    seen: list[str] = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.tagName.toLowerCase()"))
        if seen[-1] == name:
            break
    return seen
