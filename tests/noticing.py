"""Cases and officers for the tests of notices, at any day."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.models import FeedbackCase, Reader, Topic, Unit
from survey.services import deadline, feedback
from survey.services.contact import Contact
from survey.services.desk import desk_of
from survey.services.feedback import NewCase, Once

SECRET_TEXT = "Cán bộ ở quầy số ba nhận phong bì"


def at(day: date, clock: str = "09:00") -> datetime:
    """A moment in Vietnam."""
    return datetime.combine(day, time.fromisoformat(clock), TIME_ZONE)


def send_case(
    session: Session,
    unit: Unit,
    *,
    today: date,
    sealing_key: bytes = b"k" * 32,
    reader: Reader = Reader.UNIT,
    topic: Topic = Topic.REPORT,
    contact: Contact | None = None,
    code: str = "",
) -> FeedbackCase:
    """Send a case as a citizen does, by a tracking code of its own."""
    code = code or secrets.token_hex(8)
    session.rollback()
    feedback.send(
        session,
        NewCase(topic, reader, SECRET_TEXT, contact, "contact-v1"),
        code=code,
        desk=desk_of(session, unit.id, today=today),
        once=once(today),
        sealing_key=sealing_key,
        deadlines=deadline.load(),
        today=today,
    )
    return feedback.find(session, code)


def once(today: date) -> Once:
    """A page that was opened for one sending."""
    return Once(hashlib.sha256(secrets.token_bytes(8)).digest(), today)
