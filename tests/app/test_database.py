"""Writers wait for each other instead of losing a write, and a failed use case leaves nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.database import write
from survey.extensions import db
from survey.models import AuditEvent, SiteFact


def test_concurrent_writers_lose_nothing(app: Flask) -> None:
    engine = db.engine(app)

    def add(number: int) -> None:
        with Session(engine) as session, write(session):
            # Read first, as use cases do: this is where a plain BEGIN would fail on SQLite.
            session.scalar(select(func.count()).select_from(SiteFact))
            session.add(SiteFact(name=f"fact-{number}", value="x"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(60)))
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(SiteFact)) == 60


def test_a_failed_use_case_stores_nothing(session: Session) -> None:
    def fail_half_way() -> None:
        with write(session):
            session.add(SiteFact(name="half", value="done"))
            session.flush()
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert session.get(SiteFact, "half") is None
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0
