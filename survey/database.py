"""The engine and the write transaction, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from survey.config import SettingsError

WRITE = "hailong_write"
PATIENCE = 30_000  # milliseconds
# A failed statement is logged; what was to be stored is not.
PRIVATE = {"hide_parameters": True}
# Built once: every citizen's form waits with the second.
_CLOSE_ALONE = select(func.pg_advisory_xact_lock(func.hashtext("hailong closing")))
_BOOK_BESIDE_OTHERS = select(func.pg_advisory_xact_lock_shared(func.hashtext("hailong closing")))
# A province's stored scores are a megabyte or two of JSON: three times faster than with the standard library.
JSON = {"json_deserializer": orjson.loads}


def make_engine(url: str) -> Engine:
    """Open the database at `url`; an SQLite file's folder is made if it is missing."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "HAILONG_DATABASE_URL không đọc được: hãy viết như sqlite:////thu-muc/hailong.sqlite3 "
            "hoặc postgresql://nguoi-dung@may-chu/co-so-du-lieu"
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **PRIVATE, **JSON)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, **PRIVATE, **JSON)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open a database for one task and let go of it afterwards."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves
    cursor = connection.cursor()
    # The threads are for sorting: a tally of a million responses uses a second core where there is one.
    # What is deleted is overwritten: a used ticket, an erased text or a contact must not be read from the file's
    # free space.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={PATIENCE}",
        "foreign_keys=ON",
        "threads=2",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A plain BEGIN takes the write lock only at the first write, and then fails at once when another
    # writer came in between; IMMEDIATE waits its turn.
    writing = connection.get_execution_options().get(WRITE, False)
    cursor = connection.connection.cursor()
    cursor.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
    cursor.close()


@contextmanager
def write(session: Session) -> Iterator[Session]:
    """Run one use case as one transaction that commits at the end or leaves nothing behind.

    What the session has read before stays usable, but the transaction it was read in ends here.
    """
    if session.in_transaction():
        session.commit()
    session.connection(execution_options={WRITE: True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def write_plainly(engine: Engine) -> Iterator[Connection]:
    """Run plain statements as one transaction, like `write` but without a session, whose bookkeeping costs more
    than a few inserts: for the one use case that every citizen goes through.
    """
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        yield connection


def empty_log(engine: Engine) -> None:
    """Move SQLite's write-ahead log into the database file and leave it empty.

    The log holds one transaction after the other: whoever has it can tell what was changed together. Where
    another connection is reading it stays as it is; the next call empties it.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=200")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE}")
        cursor.close()
    finally:
        connection.close()


def wait_for_closing(connection: Connection, *, closing: bool) -> None:
    """Let a period be closed only while nothing is booked into one of its days, and the other way round.

    Call it first in a write transaction; it holds until that ends. Writers on SQLite never overlap anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_CLOSE_ALONE if closing else _BOOK_BESIDE_OTHERS)
