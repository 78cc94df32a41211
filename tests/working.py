"""Do what waits for `hailong work`, in the test's own process."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from survey.config import TIME_ZONE
from survey.services import work


def work_all(app: Flask, *, now: datetime | None = None) -> int:
    """Do everything that is due; tell how many pieces there were."""
    sessions = app.extensions["hailong_database"][1]
    done = 0
    while work.work_once(sessions, sessions, app.config["SETTINGS"], clock=lambda: now or datetime.now(TIME_ZONE)):
        done += 1
    return done
