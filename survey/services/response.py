"""Storing what a citizen sends: once per opened form, whatever happens on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.questionnaire import SKIPPED, Questionnaire
from survey.database import write
from survey.models import Response, ResponseExtra, ServiceField, Source, SpentNonce, Trust
from survey.services.qrcode import Destination, FieldName, resolve

TOO_FAST = "f"
OTHER_FIELD = "khac"
MOST_FIELDS_OFFERED = 6
# Built once and run without a session's bookkeeping, which costs as much again: every sent form goes through here.
_OTHER = select(ServiceField.code, ServiceField.name_vi, ServiceField.name_en).where(
    ServiceField.code == OTHER_FIELD
)
_SPEND = insert(SpentNonce)
_STORE = insert(Response)


@dataclass(frozen=True)
class Spending:
    """What a form's nonce gives to its response: the hash that is spent, the number, and when it was opened."""

    nonce_hash: bytes
    number: bytes
    opened_on: date
    too_fast: bool


def offered_fields(session: Session, destination: Destination) -> tuple[FieldName, ...]:
    """List the fields to choose from where a code covers several: at most six, then "something else"."""
    if len(destination.fields) < 2:
        return ()
    named = [field for field in destination.fields if field.code != OTHER_FIELD][:MOST_FIELDS_OFFERED]
    other = session.connection().execute(_OTHER).one()
    return (*named, FieldName(other.code, other.name_vi, other.name_en))


def is_trial(destination: Destination, today: date) -> bool:
    """Tell whether a response of today is a trial: the unit has not started yet."""
    return destination.start_date is None or today < destination.start_date


def submit(
    session: Session,
    *,
    code: str,
    questionnaire: Questionnaire,
    answers: Mapping[str, str],
    declared_field: str | None,
    spending: Spending,
    today: date,
) -> Destination:
    """Store one response to `code` and return where it was booked; the same form sent again changes nothing.

    A declared field that is not offered (any more) is left out. Raises HailongError as `resolve` does.
    """
    encoded = questionnaire.encode(answers)
    try:
        with write(session):
            destination = resolve(session, code, today=today)
            field, field_source = _field(session, destination, declared_field)
            connection = session.connection()
            # The unique key decides which of several tries counts; the others wait for it and fail here.
            connection.execute(_SPEND, {"nonce_hash": spending.nonce_hash, "issued_on": spending.opened_on})
            connection.execute(
                _STORE,
                {
                    "local_date": today,
                    "number_hash": number_hash(spending.number),
                    "unit_id": destination.unit_id,
                    "counter_id": destination.counter_id,
                    "version": questionnaire.id,
                    "trust": Trust.COUNTER,
                    "flags": TOO_FAST if spending.too_fast else "",
                    "trial": is_trial(destination, today),
                    "field": field,
                    "field_source": field_source,
                    "channel": destination.channel.value,
                    "channel_source": Source.CODE,
                    "outcome": None,
                    "outcome_source": Source.UNKNOWN,
                    "answers": encoded,
                },
            )
    except IntegrityError:
        if not was_sent(session, spending.nonce_hash):
            raise
    return destination


def was_sent(session: Session, nonce_hash: bytes) -> bool:
    """Tell whether a form with this nonce has been stored already."""
    return session.get(SpentNonce, nonce_hash) is not None


def submit_extra(
    session: Session,
    *,
    questionnaire: Questionnaire,
    answers: Mapping[str, str],
    number: bytes,
    sent_on: date,
) -> None:
    """Store what is answered after sending, once: the first time counts, and nothing answered is not stored.

    `sent_on` is the local date of the response.
    """
    encoded = questionnaire.encode_extra(answers)
    if not encoded.strip(SKIPPED):
        return
    key = number_hash(number)
    extra = ResponseExtra(number_hash=key, local_date=sent_on, version=questionnaire.id, answers=encoded)
    try:
        with write(session):
            session.add(extra)
    except IntegrityError:
        if session.get(ResponseExtra, key) is None:
            raise


def number_hash(number: bytes) -> bytes:
    """Return what is stored of a response number."""
    return hashlib.sha256(number).digest()


def _field(session: Session, destination: Destination, declared: str | None) -> tuple[str | None, Source]:
    if len(destination.fields) == 1:
        return destination.fields[0].code, Source.CODE
    if declared and declared in (field.code for field in offered_fields(session, destination)):
        return declared, Source.DECLARED
    return None, Source.UNKNOWN
