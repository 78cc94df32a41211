"""The engine and the write transaction, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from survey.config import SettingsError

WRITE = "hailong_write"
BUSY_TIMEOUT = "busy_timeout=30000"
# A failed statement is logged; what was to be stored is not.
PRIVATE = {"hide_parameters": True}


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
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **PRIVATE)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, **PRIVATE)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves
    cursor = connection.cursor()
    # The threads are for sorting: a tally of a million responses uses a second core where there is one.
    # What is deleted is overwritten: erased texts and contact details must not be found in the file.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        BUSY_TIMEOUT,
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


def forget_deleted(session: Session) -> None:
    """Clear SQLite's write-ahead log, which still holds what has just been deleted.

    While somebody reads there it stays until the next time. PostgreSQL's own vacuum does the like.
    """
    engine = session.get_bind()
    if not isinstance(engine, Engine) or engine.dialect.name != "sqlite":
        return
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for pragma in ("busy_timeout=0", "wal_checkpoint(TRUNCATE)", BUSY_TIMEOUT):
            cursor.execute(f"PRAGMA {pragma}").fetchall()
        cursor.close()
