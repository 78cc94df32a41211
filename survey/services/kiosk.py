"""Storing what an enrolled tablet sends: sealed entries, each exactly once, on the day of the visit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from forms.questionnaire import Purpose, Questionnaire, QuestionnaireError, load_questionnaire
from survey.database import wait_for_closing, write_plainly
from survey.errors import HailongError
from survey.models import Device, Trust
from survey.services.closed_period import closed_period
from survey.services.destination import Destination, resolve_place
from survey.services.device import KnownDevice
from survey.services.response import Spending, store, was_sent, was_stored
from survey.services.sealed import Seal, SealError

ID_DIGITS = 32
NUMBER_BYTES = 10
LONGEST_FIELD_CODE = 32
# As JSON writes the one character that PostgreSQL does not take.
_NUL = "\\u0000"
_PLACE = select(Device.unit_id, Device.counter_id).where(Device.id == bindparam("device_id"))
_COUNT_LATE = update(Device).where(Device.id == bindparam("device_id")).values(late_count=Device.late_count + 1)


class Outcome(StrEnum):
    """What became of an entry: the tablet may forget one that is stored, and keeps one that is refused."""

    STORED = "stored"
    REFUSED = "refused"


@dataclass(frozen=True)
class Entry:
    """One finished form as the tablet wrote it down."""

    id: bytes
    device_id: str
    questionnaire: Questionnaire
    encoded: str
    field: str | None
    visited_on: date | None
    too_fast: bool

    @property
    def nonce_hash(self) -> bytes:
        """What is stored to take the entry once."""
        return hashlib.sha256(self.id).digest()

    @property
    def number(self) -> bytes:
        """The response number, which the tablet can show without a network; not to be found from `nonce_hash`."""
        return hashlib.sha256(b"hailong kiosk number" + self.id).digest()[:NUMBER_BYTES]


def submit(engine: Engine, seal: Seal, sealed: str, *, device: KnownDevice, today: date) -> Outcome:
    """Open one sealed entry and store it; the same entry sent again changes nothing.

    It belongs to the day of the visit as the tablet noted it, if the tablet can have been in use that day, else
    to `today`. If the period of that day is closed, it is stored as late and does not count. What cannot be read,
    is no valid form, was given in another unit, or in one that had ended by that day without a successor, is
    refused: it must not keep back the entries behind it.
    """
    entry = _read(seal, sealed)
    if entry is None:
        return Outcome.REFUSED
    day = entry.visited_on
    on = day if day is not None and device.enrolled_on <= day <= today else today
    try:
        with write_plainly(engine) as connection:
            wait_for_closing(connection, closing=False)
            destination = _destination(connection, entry, device, on)
            if destination is None:
                return Outcome.REFUSED
            late = closed_period(connection, on) is not None
            store(
                connection,
                destination,
                questionnaire=entry.questionnaire,
                encoded=entry.encoded,
                declared_field=entry.field,
                spending=Spending(entry.nonce_hash, entry.number, opened_on=today, too_fast=entry.too_fast),
                on=on,
                trust=Trust.ASSISTED,
                late=late,
            )
            if late:
                connection.execute(_COUNT_LATE, {"device_id": device.id})
    except IntegrityError:
        with engine.connect() as connection:
            if not (was_sent(connection, entry.nonce_hash) or was_stored(connection, entry.number, on=on)):
                raise
    return Outcome.STORED


def _destination(connection: Connection, entry: Entry, device: KnownDevice, on: date) -> Destination | None:
    """Find the place that the entry was given at, or nothing if that is closed or not of the tablet's unit.

    A tablet that was enrolled anew may still hold forms from before, of the same unit or of another.
    """
    place = connection.execute(_PLACE, {"device_id": entry.device_id}).one_or_none()
    if place is None:
        return None
    try:
        found = resolve_place(connection, unit_id=place.unit_id, counter_id=place.counter_id, today=on)
        if entry.device_id == device.id:
            return found
        own = resolve_place(connection, unit_id=device.unit_id, counter_id=None, today=on)
    except HailongError:  # `closed_unit`
        return None
    return found if found.unit_id == own.unit_id else None


def _read(seal: Seal, sealed: str) -> Entry | None:
    """Read an entry, or nothing if it is not one of a valid form."""
    try:
        found = json.loads(seal.open(sealed))
        # JSON can spell halves of characters, which are no text and which no database takes: a ValueError.
        json.dumps(found, ensure_ascii=False).encode()
        if _NUL in json.dumps(found):
            return None
        return _entry(found)
    except (SealError, QuestionnaireError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _entry(found: Mapping[str, Any]) -> Entry | None:
    questionnaire = load_questionnaire(found["version"])
    answers = {str(code): str(value) for code, value in found["answers"].items()}
    field, identity = found.get("field"), found["id"]
    is_form = questionnaire.purpose is Purpose.CITIZEN and questionnaire.is_valid(answers)
    if not is_form or len(identity) != ID_DIGITS:
        return None
    return Entry(
        id=bytes.fromhex(identity),
        device_id=str(found["device"]),
        questionnaire=questionnaire,
        encoded=questionnaire.encode(answers),
        field=field if isinstance(field, str) and len(field) <= LONGEST_FIELD_CODE else None,
        visited_on=_day(found.get("on")),
        too_fast=found.get("fast") is True,
    )


def _day(text: object) -> date | None:
    """Read the day that the tablet noted; its clock may say anything."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
