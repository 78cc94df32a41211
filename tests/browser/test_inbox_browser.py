"""From a citizen's words to an answer, its rating and the second look: citizen and officer in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from survey.extensions import db
from survey.models import Category, Reader, Role, Topic, Unit
from survey.services import feedback_handling, feedback_reply
from survey.services.deadline import load

from accessibility import violations
from cases import INBOX, send_case
from factories import Factory
from signing_in import sign_in_by_hand

EMAIL = "hai@tanhoa.example.vn"
LEADER = "lanh.dao@tanhoa.example.vn"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
TEXT = "Không thấy bảng phí ở quầy 3."
ANSWER = "Kính gửi Ông/Bà, bảng phí đã treo lại ở quầy 3."
MOST_CLICKS = 6


@pytest.fixture
def address(live_app: Flask, live_server: str) -> str:
    """The feedback form of a counter of a ward below a province, with an officer and a leader."""
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(name="Phường Tân Hoà", parent=factory.unit(name="Tỉnh Bình Minh"))
        code = factory.qr_code(unit, factory.counter(unit)).code
        factory.officer(unit, Role.ONE_STOP, email=EMAIL, name="Phạm Văn Mẫu")
        factory.officer(unit, Role.LEADER, email=LEADER, name="Lê Thị Thử")
    return f"{live_server}/q/{code}/feedback"


def enter(page: Page, server: str, email: str = EMAIL) -> None:
    page.goto(f"{server}/officer/")
    sign_in_by_hand(page, email)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_citizen_sends_officer_answers_citizen_rates_and_reopens(
    live_app: Flask, live_server: str, address: str, open_page: Callable[..., Page], script: bool
) -> None:
    citizen = open_page(viewport=PHONE, java_script_enabled=script)
    citizen.goto(address)
    citizen.get_by_text("Phản ánh, kiến nghị", exact=False).first.click()
    citizen.get_by_role("textbox").first.fill(TEXT)
    citizen.get_by_role("button", name="Gửi").click()
    expect(citizen.get_by_text("Đã nhận. Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    tracking = citizen.url.partition("?")[0]

    officer = open_page(viewport=DESK, java_script_enabled=script)
    enter(officer, live_server)
    clicks = 1
    for step in (
        officer.get_by_role("link", name="Góp ý, phản ánh (1)"),
        officer.get_by_role("link", name=TEXT),
        officer.get_by_role("button", name="Gửi trả lời"),
    ):
        if step.get_attribute("value") == "send":
            officer.get_by_label("Nội dung người dân sẽ đọc").fill(ANSWER)
        step.click()
        clicks += 1
    assert clicks <= MOST_CLICKS
    expect(officer.get_by_role("button", name="Hoàn tác")).to_be_visible()
    citizen.goto(tracking)
    assert ANSWER not in citizen.content()

    with live_app.app_context():
        feedback_reply.publish_due(db.session, now=datetime.now(UTC) + timedelta(seconds=11))
    citizen.goto(tracking)
    expect(citizen.get_by_text(ANSWER)).to_be_visible()
    citizen.get_by_role("radio", name="Không hài lòng").click()
    citizen.get_by_role("button", name="Gửi đánh giá").click()
    citizen.get_by_role("textbox", name="Viết thêm").fill("Vẫn chưa thấy.")
    citizen.get_by_role("button", name="Đề nghị xem lại").click()
    officer.goto(f"{live_server}{INBOX}")
    expect(officer.get_by_text("Đã mở lại").last).to_be_visible()
    officer.get_by_role("link", name=TEXT).click()
    expect(officer.get_by_text("Vẫn chưa thấy.")).to_be_visible()
    expect(officer.get_by_text("Người dân không hài lòng với câu trả lời")).to_be_visible()


def test_a_reply_is_taken_back_with_its_words_kept(
    live_app: Flask, live_server: str, address: str, open_page: Callable[..., Page]
) -> None:
    with live_app.app_context():
        send_case(db.session, db.session.query(Unit).filter_by(name="Phường Tân Hoà").one(), TEXT)
    page = open_page(viewport=PHONE)
    enter(page, live_server)
    page.goto(f"{live_server}{INBOX}")
    page.get_by_role("link", name=TEXT).click()
    page.get_by_label("Nội dung người dân sẽ đọc").fill(ANSWER)
    page.get_by_role("button", name="Gửi trả lời").click()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_label("Nội dung người dân sẽ đọc")).to_have_value(ANSWER)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_about_feedback_is_accessible_and_fits(
    live_app: Flask, live_server: str, address: str, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    with live_app.app_context():
        unit = db.session.query(Unit).filter_by(name="Phường Tân Hoà").one()
        sent = [
            send_case(db.session, unit, text) for text in (TEXT, "Bà Trần Thị Mẫu tố cáo.", "Quá lâu.", "Ghế.")
        ]
        send_case(db.session, unit, "Cộc lốc.", topic=Topic.CONDUCT, reader=Reader.LEADER)
        now = datetime.now(UTC)
        who = {"actor": EMAIL, "now": now}
        feedback_handling.classify(db.session, sent[1].key, Category.DENUNCIATION, deadlines=load(), **who)
        feedback_handling.add_note(db.session, sent[0].key, "Ghi chú.", **who)
        feedback_handling.merge(db.session, sent[3].key, sent[0].key, **who)
        feedback_reply.send(db.session, sent[2].key, ANSWER, actor=EMAIL, now=now + timedelta(hours=1))
    page = open_page(viewport=viewport)
    enter(page, live_server, LEADER)
    addresses = [INBOX, f"{INBOX}?list=praise", f"{INBOX}?q=khongco", f"{INBOX}/remarks", f"{INBOX}/templates",
                 f"{INBOX}/export", *(each.page for each in sent)]  # fmt: skip
    for each in addresses:
        page.goto(live_server + each)
        assert violations(page) == [], each
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, each
