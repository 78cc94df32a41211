"""From the mail to the case in a real Chromium, and the choice of what comes by mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.models import Role
from survey.services import job as jobs
from survey.services import notice
from survey.services import work as worker

from accessibility import violations
from factories import Factory
from mail_servers import Mailbox, mail_server
from noticing import SECRET_TEXT, at, send_case
from signing_in import sign_in_by_hand
from working import work_all

EMAIL, KEEPER = "hai@tanhoa.example.vn", "quan.tri@tanhoa.example.vn"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def live_app(make_app: Callable[..., Flask], sqlite_url: str, live_port: int, mailbox: Mailbox) -> Flask:
    """The served application, with a mail server."""
    app = make_app(sqlite_url, base_url=f"http://127.0.0.1:{live_port}", mail_server=mailbox.settings())
    today = datetime.now(TIME_ZONE).date()
    with app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(name="Phường Tân Hoà", parent=factory.unit(name="Tỉnh Bình Minh"))
        factory.officer(unit, Role.ONE_STOP, email=EMAIL, name="Phạm Văn Mẫu")
        factory.officer(unit, Role.ADMINISTRATOR, email=KEEPER)
        send_case(db.session, unit, today=today, sealing_key=app.config["SETTINGS"].key_for("feedback contact"))
        worker.plan(db.session, now=at(today, "12:00"))
        work_all(app, now=at(today, "12:00"))
    return app


def sign_in(page: Page, email: str) -> None:
    sign_in_by_hand(page, email)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_link_in_the_mail_opens_the_case_after_signing_in_and_choices_are_kept(
    live_server: str, mailbox: Mailbox, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    (mail,) = mailbox.of(EMAIL)
    (link,) = [word for word in mail.get_content().split() if "/officer/feedback/" in word]
    page = open_page(viewport=viewport)
    page.goto(link)
    expect(page.get_by_text(SECRET_TEXT)).to_have_count(0)
    sign_in(page, EMAIL)
    expect(page.get_by_role("heading", name=SECRET_TEXT)).to_be_visible()
    page.goto(f"{live_server}/officer/feedback")
    page.get_by_role("link", name="Báo qua thư").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.get_by_label("Thư tổng hợp sáng thứ Hai").select_option("Không báo")
    page.get_by_role("button", name="Lưu lựa chọn").click()
    expect(page.get_by_role("status")).to_have_text("Đã lưu. Thay đổi có hiệu lực ngay.")
    expect(page.get_by_label("Thư tổng hợp sáng thứ Hai")).to_have_value("off")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_administrator_reads_what_did_not_go_out(
    live_app: Flask, live_server: str, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    with live_app.app_context():
        now = datetime.now(TIME_ZONE)
        job = jobs.ask(db.session, "webhook", {}, actor=notice.ACTOR, now=now)
        jobs.take(db.session, now=now)
        jobs.fail(db.session, job.id, HailongError("gateway_refused", status=403), now=now)
    page = open_page(viewport=viewport)
    page.goto(f"{live_server}/officer/notices/unsent")
    sign_in(page, KEEPER)
    expect(page.get_by_text("1 thông báo chưa gửi được.")).to_be_visible()
    expect(page.get_by_text("Cổng tin nhắn của tỉnh từ chối (mã 403)")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.get_by_role("button", name="Gửi lại tất cả").click()
    expect(page.get_by_text("Không có. Mọi thông báo đã gửi xong.")).to_be_visible()
