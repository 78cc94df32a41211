"""A citizen hears that there is an answer, and nobody who reads along learns what about."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import AuditEvent, ContactHandle, FeedbackCase, Job, Officer, Unit
from survey.services import feedback, feedback_handling, feedback_reply
from survey.services.contact import Contact
from survey.services.feedback_answer import reference

from factories import Factory
from gateways import SECRET, Gateway, gateway
from mail_servers import Mailbox, mail_server
from noticing import SECRET_TEXT, at, send_case
from working import work_all

FRIDAY = date(2026, 8, 14)
CODE = "0123456789ABCDEF"
ANSWER = "Chúng tôi đã nhắc nhở cán bộ này."
BY_MAIL = Contact("Nguyễn Thị Hoà", "0912 345 678", "hoa@example.vn")
BY_PHONE = Contact("Nguyễn Thị Hoà", "0912 345 678", "")


@dataclass
class Answering:
    """A ward whose officer answers, and all that goes out."""

    app: Flask
    session: Session
    client: FlaskClient
    unit: Unit
    officer: Officer
    box: Mailbox
    gateway: Gateway

    def case(self, contact: Contact | None, code: str = CODE) -> FeedbackCase:
        key: bytes = self.app.config["SETTINGS"].key_for("feedback contact")
        return send_case(self.session, self.unit, today=FRIDAY, sealing_key=key, contact=contact, code=code)

    def answer(self, case: FeedbackCase) -> None:
        feedback_reply.send(self.session, case.key, ANSWER, actor=self.officer.email, now=at(FRIDAY, "10:00:00"))

    def work(self, clock: str) -> None:
        self.session.rollback()
        work_all(self.app, now=at(FRIDAY, clock))
        self.session.expire_all()

    def to_citizen(self) -> list[str]:
        return [mail.get_content() for mail in self.box.of("hoa@example.vn")]

    def fetch(self, handle: object, *, secret: str = SECRET, stamp: str = "") -> TestResponse:
        body = json.dumps({"handle": handle}).encode()
        stamp = stamp or str(int(datetime.now(TIME_ZONE).timestamp()))
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
        headers = {"Hailong-Timestamp": stamp, "Hailong-Signature": f"sha256={signature}"}
        return self.client.post("/api/v1/deliveries", data=body, headers=headers, content_type="application/json")


@pytest.fixture
def answering(make_app: Callable[..., Flask], database_url: str) -> Iterator[Answering]:
    with mail_server() as box, gateway() as kept:
        app = make_app(
            database_url, mail_server=box.settings(), webhook=kept.settings(offers_phones=True), contact_days=3650
        )
        with app.app_context():
            factory = Factory(db.session)
            unit = factory.unit(parent=factory.unit(), name="Phường Hoa Sen")
            officer = factory.officer(unit)
            yield Answering(app, db.session, app.test_client(), unit, officer, box, kept)


def test_an_answer_is_told_by_mail_after_it_can_no_longer_be_taken_back(answering: Answering) -> None:
    answering.answer(answering.case(BY_MAIL))
    answering.work("10:00:09")
    assert answering.to_citizen() == []
    answering.work("10:00:11")
    (text,) = answering.to_citizen()
    assert "http://127.0.0.1:8000/track " in text
    for private in (CODE, SECRET_TEXT, ANSWER, "Hoa Sen", "Hoà", "0912"):
        assert private not in answering.box.text()
    assert answering.gateway.events("citizen.answered") == []  # an address is enough


def test_an_answer_taken_back_is_told_to_nobody(answering: Answering) -> None:
    case = answering.case(BY_MAIL)
    answering.answer(case)
    feedback_reply.undo(answering.session, case.key, actor=answering.officer.email, now=at(FRIDAY, "10:00:05"))
    answering.work("10:01:00")
    assert answering.to_citizen() == []


def test_the_mail_is_not_sent_when_the_consent_was_taken_back_meanwhile(answering: Answering) -> None:
    case = answering.case(BY_MAIL)
    answering.answer(case)
    feedback_reply.publish_due(answering.session, now=at(FRIDAY, "10:00:11"))
    feedback.erase_contact(answering.session, CODE, today=FRIDAY)
    answering.work("10:00:12")
    assert answering.to_citizen() == []
    assert answering.gateway.events("citizen.answered") == []


def test_after_another_unit_took_over_nobody_is_written_to(answering: Answering) -> None:
    """The consent named the first unit; its contact details went when the case did."""
    case = answering.case(BY_MAIL)
    other = Factory(answering.session).unit(code="KHAC", parent=answering.unit.parent)
    feedback_handling.transfer(answering.session, case.key, other, actor="a@example.vn", now=at(FRIDAY, "09:00"))
    answering.answer(case)
    answering.work("10:00:11")
    assert answering.to_citizen() == []


def test_jobs_and_logs_hold_neither_address_nor_number_nor_text_even_before_an_erasure(
    answering: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for contact, code in ((BY_MAIL, CODE), (BY_PHONE, "FEDCBA9876543210")):
        answering.answer(answering.case(contact, code))
    answering.box.answer = "451 later hoa@example.vn"
    answering.work("10:00:11")
    jobs = answering.session.scalars(select(Job)).all()
    kept = json.dumps([[job.payload, job.result, job.fault, job.created_by] for job in jobs], ensure_ascii=False)
    logged = " ".join(each.getMessage() for each in caplog.records if each.name.startswith(("hailong", "survey")))
    for private in ("hoa@example.vn", "0912", "Hoà", SECRET_TEXT, ANSWER, CODE):
        assert private not in kept
        assert private not in logged


def test_the_gateway_fetches_a_number_once_and_that_is_noted(answering: Answering) -> None:
    case = answering.case(BY_PHONE)
    answering.answer(case)
    answering.work("10:00:11")
    (event,) = answering.gateway.events("citizen.answered")
    # Neither number nor name nor which case: only the handle.
    assert set(event) == {"id", "event", "handle"}
    _good_until(answering.session, 2100)
    fetched = answering.fetch(event["handle"])
    assert fetched.status_code == 200
    assert fetched.json == {
        "phone": "0912345678",
        "text": "Góp ý, phản ánh của Ông/Bà đã có câu trả lời. "
        "Xin mở http://127.0.0.1:8000/track và nhập mã tra cứu để xem.",
    }
    assert fetched.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in fetched.headers
    assert answering.fetch(event["handle"]).status_code == 410
    answering.session.rollback()
    reads = answering.session.scalars(select(AuditEvent).where(AuditEvent.action == "feedback.contact")).all()
    assert [(read.actor, read.subject) for read in reads] == [("webhook gateway", reference(case))]


def test_a_handle_opens_nothing_for_others_or_later_or_without_consent(answering: Answering) -> None:
    answering.answer(answering.case(BY_PHONE))
    answering.work("10:00:11")
    handle = answering.gateway.events("citizen.answered")[0]["handle"]
    _good_until(answering.session, 2000)
    assert answering.fetch(handle).status_code == 410
    _good_until(answering.session, 2100)
    assert answering.fetch(handle, secret="another secret that is long enough").status_code == 403
    assert answering.fetch(handle, stamp="1700000000").status_code == 403
    assert answering.fetch("x").status_code == 410
    assert answering.fetch(5).status_code == 400
    feedback.erase_contact(answering.session, CODE, today=FRIDAY)
    assert answering.fetch(handle).status_code == 410
    answering.session.rollback()
    assert answering.session.scalars(select(ContactHandle)).all() == []


def test_without_the_provinces_decision_no_number_is_offered(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    with gateway() as kept:
        app = make_app(sqlite_url, webhook=kept.settings())
        with app.app_context():
            factory = Factory(db.session)
            unit = factory.unit(parent=factory.unit())
            client = app.test_client()
            answering = Answering(app, db.session, client, unit, factory.officer(unit), Mailbox(), kept)
            answering.answer(answering.case(BY_PHONE))
            answering.work("10:00:11")
            assert kept.events("citizen.answered") == []
            assert answering.fetch("x").status_code == 404


def _good_until(session: Session, year: int) -> None:
    """The day of the test is not today's, on which the gateway asks."""
    session.rollback()
    for handle in session.scalars(select(ContactHandle)):
        handle.until = datetime(year, 1, 1, tzinfo=TIME_ZONE)
    session.commit()
