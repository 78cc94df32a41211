"""Storing what a citizen sends: once per opened form, whatever happens on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, exists, insert, select
from sqlalchemy.exc import IntegrityError

from forms.questionnaire import SKIPPED, Questionnaire
from survey.codes import is_one_time_code
from survey.database import wait_for_closing, write_plainly
from survey.models import Response, ResponseExtra, ServiceField, Source, SpentNonce, Trust
from survey.services import leader_survey, one_time_code
from survey.services.closed_period import closed_period
from survey.services.destination import Destination, field_of, fields_of, resolve
from survey.services.opening import Openings

TOO_FAST = "f"
# It came in after the period of its day was closed: stored and listed, never counted.
LATE = "l"

# A form may be sent again for seven days; one more for midnight.
DAYS_BACK = 9
_SPEND = insert(SpentNonce)
_STORE = insert(Response)
_STORE_EXTRA = insert(ResponseExtra)
_IS_SPENT = select(exists().where(SpentNonce.nonce_hash == bindparam("nonce_hash")))
# The number may be shown again days after the response: at most as many as a form may wait to be sent again.
_LOCAL_DATE = select(Response.local_date).where(
    Response.local_date.in_(bindparam("days", expanding=True)), Response.number_hash == bindparam("number_hash")
)
_HAS_EXTRA = select(exists().where(ResponseExtra.number_hash == bindparam("number_hash")))
_IS_ASKED = select(exists().where(ServiceField.code == bindparam("code"), ServiceField.asked))


@dataclass(frozen=True)
class Spending:
    """What a form's nonce gives to its response: the hash that is spent, the number, and when it was opened."""

    nonce_hash: bytes
    number: bytes
    opened_on: date
    too_fast: bool


def submit(
    engine: Engine,
    *,
    code: str,
    questionnaire: Questionnaire,
    answers: Mapping[str, str],
    declared_field: str | None,
    spending: Spending,
    today: date,
    clock: Callable[[], date] | None = None,
    openings: Openings | None = None,
) -> Destination:
    """Store one response to `code` and return where it was booked; the same form sent again changes nothing.

    It is booked to `today`. Where `clock` then says that the day is over and its period has been closed meanwhile,
    it is stored as late and does not count. One that counts is noted in `openings`. A declared field that nobody
    is asked about is left out. Raises HailongError as `resolve` does, or `used_code` when another form has used a
    one-time code.
    """
    encoded = questionnaire.encode(answers)
    if is_one_time_code(code):
        one_time_code.mend_after_crash(engine)
    try:
        with write_plainly(engine) as connection:
            wait_for_closing(connection, closing=False)
            # Only a day that is over can have been closed: nothing is asked of the database on all others.
            is_over = clock is not None and clock() != today
            destination = resolve(connection, code, today=today, opened_on=spending.opened_on)
            leader_survey.check_purpose(destination, questionnaire)
            store(
                connection,
                destination,
                questionnaire=questionnaire,
                encoded=encoded,
                declared_field=declared_field,
                spending=spending,
                on=today,
                trust=Trust.COUNTER if destination.ticket is None else Trust.DOSSIER,
                late=is_over and closed_period(connection, today) is not None,
            )
    except IntegrityError:
        with engine.connect() as connection:
            if not was_sent(connection, spending.nonce_hash):
                raise
    else:
        if openings is not None and not destination.is_trial(today):
            openings.count_sent(destination.code, today)
    if destination.ticket is not None:
        one_time_code.forget_use(engine)
    return destination


def store(
    connection: Connection,
    destination: Destination,
    *,
    questionnaire: Questionnaire,
    encoded: str,
    declared_field: str | None,
    spending: Spending,
    on: date,
    trust: Trust,
    late: bool = False,
) -> None:
    """Spend the nonce, use up the ticket if there is one, and store the response of the day `on`.

    All within the transaction of `connection`. Raises IntegrityError if the nonce is spent: that decides which of
    several tries counts, and the others wait for it. Raises HailongError `used_code` or `used_leader_link`.
    """
    booked = _booked(connection, destination, declared_field)
    connection.execute(_SPEND, {"nonce_hash": spending.nonce_hash, "issued_on": spending.opened_on})
    if destination.ticket is not None and not one_time_code.use(connection, destination.ticket):
        raise one_time_code.refused(destination.ticket, "used")
    if leader_survey.is_asked(destination):
        leader_survey.store(connection, destination, number_hash(spending.number), encoded)
        return
    own = {
        "local_date": on,
        "number_hash": number_hash(spending.number),
        "version": questionnaire.id,
        "trust": trust,
        "flags": (TOO_FAST if spending.too_fast else "") + (LATE if late else ""),
        "trial": destination.is_trial(on),
        "answers": encoded,
    }
    connection.execute(_STORE, own | booked)


def was_sent(connection: Connection, nonce_hash: bytes) -> bool:
    """Tell whether a form with this nonce has been stored already."""
    return bool(connection.scalar(_IS_SPENT, {"nonce_hash": nonce_hash}))


def was_stored(connection: Connection, number: bytes, *, on: date) -> bool:
    """Tell whether the response with this number is stored under the day `on`."""
    return connection.scalar(_LOCAL_DATE, {"days": [on], "number_hash": number_hash(number)}) is not None


def submit_extra(
    engine: Engine,
    *,
    questionnaire: Questionnaire,
    answers: Mapping[str, str],
    number: bytes,
    shown_on: date,
) -> None:
    """Store what is answered after sending, once: the first time counts, and nothing answered is not stored.

    `shown_on` is the day on which the number was shown: that of the response, or of a later try to send it.
    """
    encoded = questionnaire.encode_extra(answers)
    if not encoded.strip(SKIPPED):
        return
    key = {"number_hash": number_hash(number)}
    days = [shown_on - timedelta(days=back) for back in range(DAYS_BACK)]
    try:
        with write_plainly(engine) as connection:
            sent_on = connection.scalar(_LOCAL_DATE, key | {"days": days})
            if sent_on is None:
                return
            extra = key | {"local_date": sent_on, "version": questionnaire.id, "answers": encoded}
            connection.execute(_STORE_EXTRA, extra)
    except IntegrityError:
        with engine.connect() as connection:
            if not connection.scalar(_HAS_EXTRA, key):
                raise


def number_hash(number: bytes) -> bytes:
    """Return what is stored of a response number."""
    return hashlib.sha256(number).digest()


def _booked(connection: Connection, destination: Destination, declared: str | None) -> dict[str, Any]:
    """Say where a response belongs, and where that is known from; never through which one-time code it came."""
    ticket = destination.ticket
    known = Source.CODE if ticket is None else Source.TOKEN
    outcome = None if ticket is None else ticket.outcome
    field, field_source = _field(connection, destination, declared)
    return {
        "unit_id": destination.unit_id,
        "counter_id": destination.counter_id,
        "field": field,
        "field_source": field_source,
        "channel": destination.channel and destination.channel.value,
        "channel_source": known if destination.channel else Source.UNKNOWN,
        "outcome": outcome and outcome.value,
        "outcome_source": known if outcome else Source.UNKNOWN,
    }


def _field(connection: Connection, destination: Destination, declared: str | None) -> tuple[str | None, Source]:
    """Take the field from the code where it knows it, else as declared, even from a list changed since."""
    ticket = destination.ticket
    if ticket is not None and ticket.field is not None:
        return ticket.field, Source.TOKEN
    field, source = field_of(destination, declared or None, lambda: fields_of(connection, destination))
    if source is Source.DECLARED and not connection.scalar(_IS_ASKED, {"code": field}):
        return None, Source.UNKNOWN
    return field, source
