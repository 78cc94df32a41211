"""The kiosk on a tablet in a real Chromium: enrolled, touched, left alone, cut off from the network, handed on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from survey.codes import ALPHABET
from survey.extensions import db
from survey.models import Device, QuestionnaireUse, Response, Trust
from survey.services import device as devices

from accessibility import violations
from signing_in import sign_in_by_hand
from tablets import (
    OFFICER,
    PHONE,
    SHOP,
    TABLET,
    all_sent,
    answer,
    enrol,
    enrol_in_still_time,
    register,
    stored,
    tap,
    waiting,
)


def test_an_officer_enrols_a_tablet_and_a_citizen_answers_on_it(
    open_page: Callable[..., Page], live_server: str, live_app: Flask, enrolment_code: str
) -> None:
    desk = open_page(viewport={"width": 1280, "height": 800})
    desk.goto(f"{live_server}/officer/sign-in")
    sign_in_by_hand(desk, OFFICER)
    desk.locator("summary", has_text="Thu thập").click()
    desk.get_by_role("link", name="Máy tính bảng").click()
    desk.get_by_label("Nơi đặt máy").select_option(label="Phường Tân Hoà: Quầy số 1")
    desk.get_by_label("Tên máy").fill("Máy ở cửa")
    desk.get_by_role("button", name="Thêm máy").click()
    page = open_page(viewport=TABLET, has_touch=True)
    page.goto(f"{live_server}/kiosk/")
    page.get_by_label("Mã đăng ký").fill(desk.locator(".code").inner_text())
    page.get_by_role("button", name="Đăng ký máy này").tap()
    expect(page.locator("#ready")).to_contain_text("Máy ở cửa")
    expect(page.locator("#offline-ready")).to_be_visible()
    page.get_by_role("button", name="Bắt đầu dùng").tap()
    expect(page.get_by_text(SHOP).first).to_be_visible()
    answer(page)
    all_sent(page)
    assert page.context.cookies() == []
    with live_app.app_context():
        response = db.session.scalars(select(Response)).one()
        assert (response.answers, response.field, response.trust) == ("541x-2", "xay-dung", Trust.ASSISTED)
        assert response.counter_id is not None
    page.get_by_role("button", name="Xong").tap()
    expect(page.get_by_role("button", name="Bắt đầu")).to_be_visible()


def test_a_day_without_network_loses_nothing_and_doubles_nothing(tablet: Page, live_app: Flask) -> None:
    tablet.context.set_offline(True)
    tablet.reload()
    for value in "123":
        answer(tablet, ("Q1", value), ("Q2", value), ("Q5", value))
        tablet.get_by_role("button", name="Xong").tap()
    expect(tablet.locator("[data-waiting]")).to_contain_text("3")
    tablet.reload()  # the tablet was switched off and on again
    assert (waiting(tablet), stored(live_app)) == (3, [])

    # The first answer of the server is lost on the way back, after it has stored everything.
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        answered = route.fetch()
        if lost:
            route.fulfill(response=answered)
        else:
            lost.append(answered.text())
            route.fulfill(status=504, body="")

    tablet.context.route("**/kiosk/responses", lose_once)
    tablet.context.set_offline(False)
    expect(tablet.locator("[data-waiting]")).to_contain_text("3")
    tablet.evaluate("kiosk.send().catch(() => {})")
    tablet.evaluate("kiosk.send().catch(() => {})")
    all_sent(tablet)
    assert json.loads(lost[0])["results"] == ["stored"] * 3
    assert stored(live_app) == ["11--1-", "22--2-", "33--3-"]


def test_the_number_shown_without_a_network_is_that_of_the_stored_form(tablet: Page, live_app: Flask) -> None:
    tablet.context.set_offline(True)
    number = answer(tablet)
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", number)
    tablet.context.set_offline(False)
    all_sent(tablet)
    with live_app.app_context():
        found = db.session.scalars(select(Response.number_hash)).one()
    assert found == _number_hash(number)


def test_left_alone_it_warns_after_30_seconds_and_wipes_20_seconds_later(
    open_page: Callable[..., Page], live_server: str, enrolment_code: str, live_app: Flask
) -> None:
    page = open_page(viewport=TABLET, has_touch=True)
    enrol_in_still_time(page, live_server, enrolment_code)
    page.get_by_role("button", name="Bắt đầu").tap()
    dialog = page.get_by_role("alertdialog")
    tap(page, "Q1", "1")
    page.clock.run_for(29_000)
    expect(dialog).to_be_hidden()
    tap(page, "Q2", "2")
    page.clock.run_for(29_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(1_500)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button")).to_be_focused()
    page.clock.run_for(18_000)
    dialog.get_by_role("button", name="Tiếp tục trả lời").tap()
    expect(dialog).to_be_hidden()
    expect(page.locator("input[name=Q1][value='1']")).to_be_checked()
    page.clock.run_for(30_500)
    expect(dialog).to_be_visible()
    page.clock.run_for(20_500)
    expect(page.get_by_role("button", name="Bắt đầu")).to_be_visible()
    page.get_by_role("button", name="Bắt đầu").tap()
    assert page.locator("input[type=radio]:checked").count() == 0
    assert stored(live_app) == []


def test_a_tap_that_answers_the_warning_chooses_nothing_beneath_it(
    open_page: Callable[..., Page], live_server: str, enrolment_code: str
) -> None:
    page = open_page(viewport=PHONE, has_touch=True)
    enrol_in_still_time(page, live_server, enrolment_code)
    page.get_by_role("button", name="Bắt đầu").tap()
    page.clock.run_for(31_000)
    box = page.get_by_role("alertdialog").get_by_role("button").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    assert page.locator("input[type=radio]:checked").count() == 0


def test_the_thanks_go_by_themselves_and_another_language_too(
    open_page: Callable[..., Page], live_server: str, enrolment_code: str
) -> None:
    page = open_page(viewport=TABLET, has_touch=True)
    enrol_in_still_time(page, live_server, enrolment_code)
    page.get_by_role("link", name="English").tap()
    page.locator("label[for=to]").tap()
    page.get_by_role("button", name="Start").tap()
    for name in ("Q1", "Q2", "Q3"):
        tap(page, name, "3")
    page.get_by_role("link", name="Tiếng Việt").tap()
    expect(page.locator("input[name=Q2][value='3']")).to_be_checked()
    page.get_by_role("link", name="English").tap()
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("heading", name="Thank you very much.")).to_be_visible()
    page.clock.run_for(20_500)
    expect(page.get_by_role("button", name="Bắt đầu")).to_be_visible()
    expect(page.locator("#to")).not_to_be_checked()
    assert page.evaluate("document.documentElement.lang") == "vi"


def test_leaving_a_form_by_back_or_reload_wipes_it(tablet: Page, live_server: str) -> None:
    for leave in (lambda: tablet.reload(), lambda: (tablet.goto(f"{live_server}/q"), tablet.go_back())):
        tablet.get_by_role("button", name="Bắt đầu").tap()
        tap(tablet, "Q1", "1")
        leave()
        expect(tablet.get_by_role("button", name="Bắt đầu")).to_be_visible()
        assert tablet.locator("input[type=radio]:checked").count() == 0
        expect(tablet.locator("[data-screen=form]")).to_be_hidden()


def test_a_form_that_is_open_stays_what_it_is_when_the_server_sends_another(tablet: Page, live_app: Flask) -> None:
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tap(tablet, "Q1", "4")
    with live_app.app_context():
        device = db.session.scalars(select(Device)).one()
        began = device.enrolled_on
        use = QuestionnaireUse(unit_id=device.unit_id, version="sipas-1001-v1", valid_from=began, valid_to=None)
        db.session.add(use)
        db.session.commit()
    tablet.evaluate("kiosk.refresh()")
    assert tablet.evaluate("kiosk.form().version") == "sipas-1001-v1"
    tablet.get_by_role("link", name="English").tap()
    for name in ("Q2", "Q3"):
        tap(tablet, name, "4")
    tablet.get_by_role("button", name="Send").tap()
    expect(tablet.get_by_role("heading", name="Thank you very much.")).to_be_visible()
    all_sent(tablet)
    with live_app.app_context():
        response = db.session.scalars(select(Response)).one()
        assert (response.version, response.answers) == ("short-v1", "444---")
    tablet.get_by_role("button", name="Done").tap()
    tablet.get_by_role("button", name="Bắt đầu").tap()
    expect(tablet.locator("[data-question=C5]")).to_be_visible()


def test_a_double_tap_on_send_is_one_form(tablet: Page, live_app: Flask) -> None:
    tablet.get_by_role("button", name="Bắt đầu").tap()
    for name in ("Q1", "Q2", "Q3"):
        tap(tablet, name, "4")
    tablet.get_by_role("button", name="Gửi ý kiến").dblclick()
    expect(tablet.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    all_sent(tablet)
    assert stored(live_app) == ["444---"]


def test_too_few_answers_are_pointed_at_and_nothing_is_kept(tablet: Page, live_app: Flask) -> None:
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tap(tablet, "Q1", "4")
    tap(tablet, "Q3", "2")
    tablet.get_by_role("button", name="Gửi ý kiến").tap()
    summary = tablet.locator("[data-missing]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    assert (waiting(tablet), stored(live_app)) == (0, [])
    tap(tablet, "Q5", "x")
    tablet.get_by_role("button", name="Gửi ý kiến").tap()
    all_sent(tablet)
    assert stored(live_app) == ["4-2-x-"]


def test_with_somebody_reading_aloud_the_two_own_questions_stay_covered(tablet: Page, live_app: Flask) -> None:
    tablet.get_by_role("button", name="Nhờ nhân viên đọc giúp").tap()
    for name in ("Q3", "Q7"):
        expect(tablet.locator(f"input[name={name}]").first).to_be_hidden()
    tap(tablet, "Q1", "4")
    tablet.get_by_role("button", name="Gửi ý kiến").tap()
    # What is covered is not asked for, even where answers are missing.
    expect(tablet.locator("[data-missing]").get_by_role("link")).to_have_count(3)
    expect(tablet.locator("[data-missing]").get_by_role("link", name="Thái độ")).to_have_count(0)
    question = tablet.locator("[data-question=Q3]")
    question.get_by_role("button", name="Tôi đang cầm máy").tap()
    tap(tablet, "Q3", "1")
    tap(tablet, "Q2", "4")  # handing the tablet back covers it, chosen or not
    expect(tablet.locator("input[name=Q3]").first).to_be_hidden()
    expect(question).to_contain_text("Đã chọn, đã che lại")
    question.get_by_role("button", name="Chọn lại").tap()
    assert tablet.locator("input[name=Q3]:checked").count() == 0
    tap(tablet, "Q3", "2")
    question.get_by_role("button", name="Xong câu này").tap()
    tablet.get_by_role("button", name="Gửi ý kiến").tap()
    expect(tablet.get_by_role("heading", name="Trân trọng cảm ơn Ông/Bà.")).to_be_visible()
    all_sent(tablet)
    assert stored(live_app) == ["442---"]


def test_a_revoked_tablet_says_so_keeps_what_it_holds_and_sends_it_when_enrolled_again(
    tablet: Page, live_server: str, live_app: Flask
) -> None:
    tablet.context.set_offline(True)
    answer(tablet)
    tablet.get_by_role("button", name="Xong").tap()
    with live_app.app_context():
        device = db.session.scalars(select(Device)).one()
        devices.revoke(db.session, device, now=datetime.now(UTC), actor=OFFICER)
        code = register(device.unit, device.counter)
    tablet.context.set_offline(False)
    expect(tablet.get_by_role("alert")).to_contain_text("đã bị thu hồi đăng ký")
    expect(tablet.locator("#unsent")).to_contain_text("chưa gửi được: 1")
    assert violations(tablet) == []
    assert stored(live_app) == []
    enrol(tablet, live_server, code)
    all_sent(tablet)
    assert stored(live_app) == ["541x-2"]


def test_a_network_s_own_page_does_not_make_it_forget(tablet: Page, live_app: Flask) -> None:
    portal = {"status": 403, "content_type": "text/html", "body": "<h1>Please sign in to the Wi-Fi</h1>"}
    tablet.context.route("**/kiosk/responses", lambda route: route.fulfill(**portal))
    answer(tablet)
    tablet.get_by_role("button", name="Xong").tap()
    expect(tablet.locator("[data-waiting]")).to_contain_text("1")
    tablet.context.unroute("**/kiosk/responses")
    tablet.evaluate("kiosk.send()")
    all_sent(tablet)
    assert stored(live_app) == ["541x-2"]


def test_a_phone_that_strays_here_gets_no_worker_and_a_way_to_its_form(
    open_page: Callable[..., Page], live_server: str
) -> None:
    page = open_page(viewport=PHONE)
    page.goto(f"{live_server}/kiosk/")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
    page.get_by_role("link", name="mở phiếu trên điện thoại").click()
    expect(page.get_by_label("Mã trên tờ giấy")).to_be_visible()


def test_it_can_be_installed(tablet: Page) -> None:
    found = tablet.context.new_cdp_session(tablet).send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's window is a private one, and those install nothing.
    assert [fault["errorId"] for fault in found] in ([], ["in-incognito"])


def _number_hash(number: str) -> bytes:

    bits = int("".join(f"{ALPHABET.index(letter):05b}" for letter in number.replace("-", "")), 2)
    return sha256(bits.to_bytes(10)).digest()
