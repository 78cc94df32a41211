"""What every import shares: one transaction or a dry run, and a summary to print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import Fault


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, or would do in a dry run.

    `replaced` names units whose earlier figures gave way, `blank_rows` counts lines of a template left unfilled.
    """

    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    replaced: tuple[str, ...] = ()
    blank_rows: int = 0
    warnings: tuple[Fault, ...] = ()


@contextmanager
def import_transaction(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Run an import as one write transaction; a dry run does the same work and takes it back."""
    if not dry_run:
        with write(session):
            yield
        return
    try:
        yield
    finally:
        session.rollback()
