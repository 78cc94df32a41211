"""The page on which an officer chooses what comes by mail, and the administrator sees what did not go out."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.models import Job, JobState, NoticeChoice, NoticeKind, NoticeSetting, Role
from survey.services import job as jobs
from survey.services import notice, notice_choice

from factories import Factory
from signing_in import csrf_token, sign_in

ADDRESS = "/officer/notices"
NOW = datetime(2026, 8, 14, 9, 0, tzinfo=TIME_ZONE)
CHOSEN = {
    "new": "digest",
    "assigned": "at_once",
    "transferred": "off",
    "reopened": "at_once",
    "due": "at_once",
    "overdue": "at_once",
    "escalated": "off",
    "weekly": "at_once",
}


def test_an_officer_chooses_and_finds_the_choice_again(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    officer, other = factory.officer(factory.unit(), role=Role.ONE_STOP), factory.officer(factory.unit())
    sign_in(client, officer.email)
    page = client.get(ADDRESS)
    assert officer.email in page.text
    assert '<option selected value="if_any">Chỉ khi có việc</option>' in page.text
    assert "chưa được nối với máy chủ thư" in page.text
    sent = client.post(ADDRESS, data=CHOSEN | {"csrf_token": csrf_token(page)})
    assert sent.status_code == 303
    page = client.get(ADDRESS)
    assert "Đã lưu" in page.text
    assert '<option selected value="at_once">Tuần nào cũng gửi</option>' in page.text
    session.rollback()
    assert notice_choice.choices(session, officer)[NoticeKind.NEW] is NoticeChoice.DIGEST
    assert {setting.officer_id for setting in session.scalars(select(NoticeSetting))} == {officer.id}
    assert notice_choice.choices(session, other)[NoticeKind.NEW] is NoticeChoice.AT_ONCE


def test_who_only_looks_on_hears_in_the_digest_unless_he_chooses_otherwise(
    session: Session, factory: Factory
) -> None:
    inspector = factory.officer(factory.unit(), role=Role.INSPECTOR)
    chosen = notice_choice.choices(session, inspector)
    assert chosen.pop(NoticeKind.WEEKLY) is NoticeChoice.IF_ANY
    assert set(chosen.values()) == {NoticeChoice.DIGEST}


def test_what_is_not_offered_is_refused_and_nothing_is_stored(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    sign_in(client, factory.officer(factory.unit()).email)
    token = csrf_token(client.get(ADDRESS))
    for change in ({"new": "if_any"}, {"weekly": "digest"}, {"due": "sometimes"}):
        sent = client.post(ADDRESS, data=CHOSEN | change | {"csrf_token": token})
        assert sent.status_code == 422
        assert "Chưa lưu được" in sent.text
    session.rollback()
    assert session.scalars(select(NoticeSetting)).all() == []


def test_the_administrator_sees_what_did_not_go_out_and_why_and_sends_it_again(
    app: Flask, client: FlaskClient, session: Session, factory: Factory
) -> None:
    session.rollback()
    for code, params in (("mail_refused", {"status": "550"}), ("gateway_away", {})):
        kind = "webhook" if "gateway" in code else "mail_notice"
        job = jobs.ask(session, kind, {"case": "0123456789abcdef"}, actor=notice.ACTOR, now=NOW)
        job.state, job.attempts, job.finished_at = JobState.FAILED, 1, NOW
        job.fault = {"code": code, "params": params}
        session.commit()
    unit = factory.unit()
    reader, keeper = factory.officer(unit), factory.officer(unit, role=Role.ADMINISTRATOR)
    sign_in(client, reader.email)
    page = client.get(ADDRESS)
    assert "Thông báo chưa gửi được" not in page.text
    assert client.get(f"{ADDRESS}/unsent").status_code == 403
    token = csrf_token(page)
    assert client.post(f"{ADDRESS}/unsent", data={"csrf_token": token}).status_code == 403
    keeping = app.test_client()
    sign_in(keeping, keeper.email)
    assert keeping.get(ADDRESS).status_code == 403  # sees no feedback, so there is nothing to choose
    page = keeping.get(f"{ADDRESS}/unsent")
    assert "2 thông báo chưa gửi được." in page.text
    assert "Máy chủ thư không nhận thư này (mã 550)" in page.text
    assert "Cổng tin nhắn của tỉnh chưa trả lời" in page.text
    assert "0123456789abcdef" not in page.text
    sent = keeping.post(f"{ADDRESS}/unsent", data={"csrf_token": csrf_token(page)}, follow_redirects=True)
    assert "2 thông báo sẽ được gửi lại trong vài phút." in sent.text
    session.rollback()
    session.expire_all()
    assert {(job.state, job.attempts) for job in session.scalars(select(Job))} == {(JobState.WAITING, 0)}


def test_whoever_neither_reads_feedback_nor_keeps_the_system_is_refused(
    client: FlaskClient, factory: Factory
) -> None:
    sign_in(client, factory.officer(factory.unit(), role=Role.SATISFACTION).email)
    assert client.get(ADDRESS).status_code == 403
