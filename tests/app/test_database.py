"""Writers wait for each other instead of losing a write, and a failed use case leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, request
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from survey.config import SettingsError
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


def test_production_does_not_start_on_an_example_database(
    app: Flask, session: Session, make_app: Callable[..., Flask]
) -> None:
    session.add(SiteFact(name="example", value="1"))
    session.commit()
    url = db.engine(app).url.render_as_string(hide_password=False)
    with pytest.raises(SettingsError, match="dữ liệu ví dụ"):
        make_app(url, environment="production", base_url="https://ykien.example.gov.vn")


def test_the_example_is_for_this_machine_only(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_a_crash_is_logged_without_the_code_and_the_answers(
    make_app: Callable[..., Flask], sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(sqlite_url)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/crash/<code>")
    def crash(code: str) -> str:
        with Session(db.engine(app)) as session:
            session.execute(text("SELECT * FROM nowhere WHERE answers = :answers"), {"answers": request.args["a"]})
        return ""

    assert app.test_client().get("/crash/4K7M2XQ3?a=15243-").status_code == 500
    assert "nowhere" in caplog.text, "the fault itself is in the log"
    assert "4K7M2XQ3" not in caplog.text
    assert "15243-" not in caplog.text
