"""A random handle by which the province's gateway fetches one citizen's phone number, once and soon."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import ContactHandle, FeedbackCase
from survey.reports.notice import short_answered
from survey.services import audit
from survey.services.contact import unseal
from survey.services.feedback_answer import reference

LIFETIME = timedelta(hours=24)
ACTOR = "webhook gateway"


@dataclass(frozen=True)
class Delivery:
    """Whom the gateway is to write to, and what: that there is an answer, no more."""

    phone: str
    text: str


def issue(session: Session, case: FeedbackCase, *, now: datetime) -> str:
    """Make a handle for the contact details of a case; expired ones go."""
    handle = secrets.token_urlsafe(24)
    with write(session):
        session.execute(delete(ContactHandle).where(ContactHandle.until < now))
        session.add(ContactHandle(key=_key(handle), case_key=case.key, until=now + LIFETIME))
    return handle


def redeem(session: Session, handle: str, *, sealing_key: bytes, base_url: str, now: datetime) -> Delivery:
    """Return the number behind a handle, and note that it was read; afterwards the handle opens nothing.

    Raises HailongError `unknown_handle` for one that is used, expired or unknown, or whose citizen took the
    consent back.
    """
    with write(session):
        found = session.get(ContactHandle, _key(handle), with_for_update=True)
        if found is None or found.until < now:
            raise HailongError("unknown_handle")
        case = session.get_one(FeedbackCase, found.case_key)
        if case.contact is None:
            raise HailongError("unknown_handle")
        session.delete(found)
        audit.record(session, now=now, actor=ACTOR, action="feedback.contact", subject=reference(case))
        phone = unseal(sealing_key, case.key, case.contact.sealed).phone
    number = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return Delivery(number, short_answered(base_url=base_url))


def _key(handle: str) -> bytes:
    return hashlib.sha256(handle.encode()).digest()
