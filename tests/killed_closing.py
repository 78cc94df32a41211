"""Run `hailong` in processes of their own that kill themselves at a named moment of a closing.

    python tests/killed_closing.py close 2026-Q2

reads one moment a line, or an empty line for none, and writes how that process ended. The product knows nothing of
it: the moments are what SQLAlchemy tells of the connection that writes. Python is started once, since that takes
longer than the closing.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from survey.__main__ import main
from survey.database import WRITE

# In the order in which they pass; before the commit the old state must stay, after it the new one.
BEFORE_COMMIT = (
    "before the responses are counted",
    "before the write lock",
    "with the write lock",
    "after the provisional result was dropped",
    "after the scores were stored",
    "after the dossiers were frozen",
    "after the closing was recorded",
    "before the commit",
)
AFTER_COMMIT = "after the commit"
STATEMENTS = {
    "after the provisional result was dropped": "DELETE FROM score_set ",
    "after the scores were stored": "INSERT INTO score ",
    "after the dossiers were frozen": "INSERT INTO frozen_dossier_count ",
    "after the closing was recorded": "INSERT INTO audit_event ",
}


def arm(moment: str) -> None:
    """Have this process die at `moment`."""
    if moment in STATEMENTS:
        event.listen(Engine, "after_cursor_execute", _at_statement(STATEMENTS[moment]))
    elif moment == "before the responses are counted":
        event.listen(Engine, "before_cursor_execute", _at_reading)
    elif moment == "before the write lock":
        # Listeners of the class come before those of the engine, one of which sends BEGIN IMMEDIATE.
        event.listen(Engine, "begin", _at_writing)
    elif moment == "with the write lock":
        # SQLite has it from its BEGIN on, PostgreSQL from a statement on.
        event.listen(Session, "after_begin", _at_begin_of_sqlite)
        event.listen(Engine, "after_cursor_execute", _at_statement("SELECT pg_advisory_xact_lock("))
    elif moment == "before the commit":
        event.listen(Engine, "commit", _at_writing)
    elif moment == AFTER_COMMIT:
        written: list[Connection] = []
        event.listen(
            Engine, "commit", lambda connection: written.append(connection) if writes(connection) else None
        )
        event.listen(Session, "after_commit", lambda _session: die() if written else None)
    else:
        raise SystemExit(f"unknown moment: {moment}")


def die() -> None:
    """End like a machine that lost its power: no exception, no rollback, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


def writes(connection: Connection) -> bool:
    """Tell whether this is the transaction that writes, and not one that only reads."""
    return bool(connection.get_execution_options().get(WRITE, False))


def _at_writing(connection: Connection) -> None:
    if writes(connection):
        die()


def _at_begin_of_sqlite(_session: Session, _transaction: object, connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        _at_writing(connection)


def _at_reading(_connection: Connection, _cursor: Any, statement: str, *_: object) -> None:
    if "FROM response " in statement.replace("\n", " "):
        die()


def _at_statement(beginning: str) -> Callable[..., None]:
    def listen(connection: Connection, _cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            _at_writing(connection)

    return listen


def run(moment: str, arguments: Sequence[str]) -> int:
    """Run the command in a process of its own that dies at `moment`; return its exit status."""
    child = os.fork()
    if not child:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silence, stream)
        if moment:
            arm(moment)
        try:
            main(list(arguments), prog_name="hailong")
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        finally:
            os._exit(70)  # something broke; never read the next line in the parent's place
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        print(run(line.strip(), sys.argv[1:]), flush=True)
