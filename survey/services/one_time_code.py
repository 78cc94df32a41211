"""Codes that are good for one response: made, found, and used up without a trace of which response used which.

Whoever holds the whole database, every key and all the printed codes can tell which codes are used, and no more:
see docs/decisions/0005 before changing anything here.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, bindparam, delete, exists, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.codes import new_code
from survey.database import empty_log, write_plainly
from survey.errors import HailongError
from survey.models import Channel, OneTimeCode, OpenTicket, Outcome, Purpose

logger = logging.getLogger(__name__)

# A form that was opened on the last day may be sent for seven days more; one more for midnight.
KEPT_AFTER_EXPIRY = timedelta(days=9)
KEY_BYTES = 32
# The row that is always there, unless PostgreSQL has emptied the table after a crash.
ALWAYS_THERE = bytes(KEY_BYTES)

# Rows of open tickets that are written anew after a response, so that nothing remains of the used one.
ROWS_MOVED = 2_000
_IS_OPEN = select(exists().where(OpenTicket.ticket_key == bindparam("key")))
_USE = delete(OpenTicket).where(OpenTicket.ticket_key == bindparam("key"))


@dataclass(frozen=True)
class Grant:
    """What a one-time code is to know of its one response; what is None is not known."""

    unit_id: int
    expires_on: date
    purpose: Purpose = Purpose.DOSSIER
    version: str | None = None
    field: str | None = None
    channel: Channel | None = None
    outcome: Outcome | None = None
    survey_id: int | None = None


@dataclass(frozen=True)
class Ticket:
    """A code that was found: what it knows, and the key under which it is used up."""

    key: bytes
    purpose: Purpose
    version: str | None
    field: str | None
    channel: Channel | None
    outcome: Outcome | None
    expires_on: date
    survey_id: int | None


def tells_field(ticket: Ticket | None) -> bool:
    """Tell whether a ticket, if there is one, knows the field, so that nobody need be asked."""
    return ticket is not None and ticket.field is not None


def draw(number: int, lengths: Sequence[int]) -> list[tuple[str, ...]]:
    """Draw codes for `number` tickets: for each of them one of each of `lengths`. Nothing is stored yet."""
    return [tuple(new_code(length) for length in lengths) for _ in range(number)]


def issue(session: Session, grants: Sequence[Grant], *, codes: Sequence[tuple[str, ...]], today: date) -> None:
    """Make drawn codes good: those of one ticket for one response together, with what its grant says.

    Runs in the caller's transaction. The rows are stored in the order of their random keys, so that neither their
    place nor their neighbours tell which line of a list they were made for.
    """
    keys = [secrets.token_bytes(KEY_BYTES) for _ in grants]
    rows = [
        _row(code, key, grant, today)
        for grant, key, drawn in zip(grants, keys, codes, strict=True)
        for code in drawn
    ]
    if rows:
        session.execute(insert(OneTimeCode), sorted(rows, key=lambda row: row["code_hash"]))
        _open(session.connection(), keys)


def code_hash(code: str) -> bytes:
    """Return what is stored of a normalised code; it has too many random bits to be guessed from this."""
    return hashlib.sha256(code.encode()).digest()


def is_open(connection: Connection, ticket: Ticket) -> bool:
    """Tell whether a ticket has not been used."""
    return bool(connection.scalar(_IS_OPEN, {"key": ticket.key}))


def refused(ticket: Ticket, why: Literal["used", "expired"]) -> HailongError:
    """Make the error that says why a code is not good any more; no leader is sent to the citizens' poster."""
    return HailongError(f"{why}_leader_link" if ticket.purpose is Purpose.LEADER else f"{why}_code")


def use(connection: Connection, ticket: Ticket) -> bool:
    """Use a ticket up in the transaction of its response; False if another response has used it.

    The row goes and leaves nothing. It is never locked or updated instead: that would write this transaction's
    number beside the ticket, and the response carries the same number.
    """
    return connection.execute(_USE, {"key": ticket.key}).rowcount == 1


def forget_use(engine: Engine) -> None:
    """Overwrite what the engine itself still keeps of a used ticket; called when its response is stored.

    A deleted row of PostgreSQL stays in the file with the number of its transaction, even when vacuumed, so the
    open tickets move to a new file: at each use while they are few, and by lot when they are many, which comes to
    at most ROWS_MOVED rows a response. Where that has to wait for somebody else, the next use does it; whatever
    happens, the citizen is thanked.
    """
    if engine.dialect.name == "sqlite":
        empty_log(engine)
        return
    try:
        # In a transaction of its own: two that have read and then want the table for themselves stop each other.
        with engine.connect() as connection:
            count = connection.scalar(select(func.count()).select_from(OpenTicket)) or 0
        if secrets.randbelow(count // ROWS_MOVED + 1) == 0:
            with write_plainly(engine) as connection:
                _move_open_tickets(connection)
    except DBAPIError as error:
        logger.warning("The open tickets have not been moved to a new file: %s", type(error.orig).__name__)


def mend_after_crash(engine: Engine) -> None:
    """Open all tickets again if PostgreSQL has emptied their table, as it does after a crash of the server.

    Rather may somebody answer twice than everybody's slip be refused.
    """
    with engine.connect() as connection:
        if connection.scalar(_IS_OPEN, {"key": ALWAYS_THERE}):
            return
    with write_plainly(engine) as connection:
        connection.execute(text("LOCK TABLE open_ticket IN SHARE ROW EXCLUSIVE MODE"))
        if not connection.scalar(_IS_OPEN, {"key": ALWAYS_THERE}):
            _open(connection, [*connection.scalars(select(OneTimeCode.ticket_key).distinct()), ALWAYS_THERE])


def forget_expired(session: Session, *, today: date) -> int:
    """Delete the codes, used or not, that have been expired so long that no form of theirs can still be sent."""
    old = OneTimeCode.expires_on < today - KEPT_AFTER_EXPIRY
    session.execute(delete(OpenTicket).where(OpenTicket.ticket_key.in_(select(OneTimeCode.ticket_key).where(old))))
    return int(session.connection().execute(delete(OneTimeCode).where(old)).rowcount)


def _move_open_tickets(connection: Connection) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
    connection.execute(text("LOCK TABLE open_ticket IN ACCESS EXCLUSIVE MODE"))
    keys = sorted(connection.scalars(select(OpenTicket.ticket_key)))
    connection.execute(text("TRUNCATE open_ticket"))
    connection.execute(text("INSERT INTO open_ticket SELECT unnest(CAST(:keys AS bytea[]))"), {"keys": keys})


def _row(code: str, key: bytes, grant: Grant, today: date) -> dict[str, Any]:
    return {
        "code_hash": code_hash(code),
        "ticket_key": key,
        "purpose": grant.purpose,
        "unit_id": grant.unit_id,
        "version": grant.version,
        "field": grant.field,
        "channel": grant.channel and grant.channel.value,
        "outcome": grant.outcome and grant.outcome.value,
        "survey_id": grant.survey_id,
        "issued_on": today,
        "expires_on": grant.expires_on,
    }


def _open(connection: Connection, keys: Iterable[bytes]) -> None:
    connection.execute(insert(OpenTicket), [{"ticket_key": key} for key in sorted(set(keys))])
