"""What every import shares: one transaction or a dry run, whose units it may touch, and a summary to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey.database import WRITE, write
from survey.errors import Fault
from survey.models import Unit

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Reach:
    """The units that whoever imports may touch; `at_top`: also add units with nothing above them."""

    unit_ids: frozenset[int]
    at_top: bool = False

    def holds(self, unit: Unit) -> bool:
        """Tell whether the unit may be touched."""
        return unit.id in self.unit_ids


@dataclass(frozen=True)
class Change:
    """What an import changes of one thing: its values before, None if it is new, and after, by key."""

    code: str
    name: str
    before: Values | None
    after: Values


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, or would do in a dry run.

    `codes` names the units of the file, `replaced` those whose earlier figures gave way, `blank_rows` counts lines
    of a template left unfilled.
    """

    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    codes: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    blank_rows: int = 0
    warnings: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()


def changes_between(before: Mapping[str, Values], after: Mapping[str, Values]) -> tuple[Change, ...]:
    """List what is new or different, in the order of `after`; both map a code to values with a `name`."""
    return tuple(
        Change(code, values["name"], before.get(code), values)
        for code, values in after.items()
        if before.get(code) != values
    )


@contextmanager
def import_transaction(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Run an import as one write transaction; a dry run does the same work and takes it back.

    Both wait their turn to write: on SQLite a transaction that begins by reading could not go on to write.
    """
    if not dry_run:
        with write(session):
            yield
        return
    if session.in_transaction():
        session.commit()
    session.connection(execution_options={WRITE: True})
    try:
        yield
    finally:
        session.rollback()
