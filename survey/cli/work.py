"""`hailong work`: do long and later work."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import sessionmaker

from survey.config import TIME_ZONE, Settings
from survey.database import opened
from survey.services import work as worker

PAUSE = 1.0  # seconds between two looks at an empty queue


@click.command("work")
@click.option("--once", is_flag=True, help="Làm hết việc đang chờ rồi dừng.")
@with_appcontext
def work(once: bool) -> None:
    """Làm các việc dài và việc định kỳ của giao diện; chạy đúng một tiến trình, dừng bằng Ctrl-C."""
    settings: Settings = current_app.config["SETTINGS"]
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    if not once:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    with opened(settings.database_url) as engine, opened(settings.owner_database_url) as owner_engine:
        sessions = sessionmaker(engine, expire_on_commit=False)
        owner_sessions = sessionmaker(owner_engine, expire_on_commit=False)
        while not stop.is_set():
            with sessions() as session:
                worker.plan(session, now=datetime.now(TIME_ZONE))
            while not stop.is_set() and worker.work_once(sessions, owner_sessions, settings, clock=_now):
                pass
            if once:
                break
            stop.wait(PAUSE)


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
