"""Feedback cases for tests of the officers' side, sent as a citizen sends them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.codes import encode_bits, grouped
from survey.config import TIME_ZONE
from survey.models import FeedbackCase, Reader, Topic, Unit
from survey.services import feedback, feedback_reply
from survey.services.contact import Contact
from survey.services.deadline import load
from survey.services.desk import desk_of
from survey.services.feedback import NewCase, Once

from signing_in import csrf_token

INBOX = "/officer/feedback"
CONTACT = Contact("Nguyễn Thị Mẫu", "0912 345 678", "")


@dataclass(frozen=True)
class Sent:
    """A case that was sent: its key, and the code that its citizen has."""

    key: bytes
    code: str

    @property
    def reference(self) -> str:
        return self.key.hex()[:16]

    @property
    def page(self) -> str:
        return f"{INBOX}/{self.reference}"

    @property
    def tracking(self) -> str:
        return f"/track/{grouped(self.code)}"

    def stored(self, session: Session) -> FeedbackCase:
        session.rollback()
        session.expire_all()
        return session.get_one(FeedbackCase, self.key)


def once() -> Once:
    return Once(hashlib.sha256(secrets.token_bytes(8)).digest(), date(2026, 8, 3))


def send_case(
    session: Session,
    unit: Unit,
    text: str = "Đường vào quầy 3 bị ngập.",
    *,
    topic: Topic = Topic.REPORT,
    reader: Reader = Reader.UNIT,
    day: date | None = None,
    contact_key: bytes | None = None,
) -> Sent:
    """Send a case to `unit`, today if no day is given; with a key also contact details."""
    code = encode_bits(secrets.token_bytes(10))
    day = day or datetime.now(TIME_ZONE).date()
    feedback.send(
        session,
        NewCase(topic, reader, text, None if contact_key is None else CONTACT, "contact-v1"),
        code=code,
        desk=desk_of(session, unit.id, today=day),
        once=once(),
        sealing_key=contact_key or b"0" * 32,
        deadlines=load(),
        today=day,
    )
    return Sent(feedback.case_key(code), code)


def press(client: FlaskClient, sent: Sent, action: str, **data: str) -> TestResponse:
    """Send one of the forms on the page of a case."""
    token = csrf_token(client.get(INBOX))
    return client.post(f"{sent.page}/{action}", data={"csrf_token": token} | data)


def let_it_go(session: Session) -> None:
    """Let the ten seconds pass, and somebody look."""
    session.rollback()
    feedback_reply.publish_due(session, now=datetime.now(UTC) + timedelta(seconds=11))
