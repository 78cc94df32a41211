"""A closing that is killed at any moment leaves either the old state or the new one, whole."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from survey.extensions import db
from survey.models import AuditEvent, DossierCount, FrozenDossierCount, Response, Score, ScoreSet, ScoreState, Unit
from survey.services import score, verification

from factories import Factory

NOW = datetime(2026, 7, 5, 2, 0, tzinfo=UTC)
PERIODS = [parse_period(text) for text in ("2025-Q4", "2026-Q1", "2026-Q2")]
UNITS, RESPONSES, ATTEMPTS = 60, 8, 2


def fill(session: Session) -> None:
    factory = Factory(session)
    units = [factory.unit(code=f"U{number:03d}") for number in range(UNITS)]
    day_one = [period.first for period in PERIODS]
    session.execute(
        insert(DossierCount),
        [
            {"unit_id": unit.id, "period": period.text, "basis": "cross", "field": field, "channel": "direct",
             "outcome": "on_time", "count": 100}
            for unit in units for period in PERIODS for field in ("dat-dai", "xay-dung")
        ],
    )  # fmt: skip
    session.execute(
        insert(Response),
        [
            {"local_date": day, "number_hash": secrets.token_bytes(32), "unit_id": unit.id, "version": "short-v1",
             "trust": "counter", "flags": "", "trial": False, "field": "dat-dai", "field_source": "code",
             "channel": "direct", "channel_source": "code", "outcome_source": "unknown", "answers": answers}
            for unit in units for day in day_one for answers in ["555552", "24354-"] * (RESPONSES // 2)
        ],
    )  # fmt: skip
    session.commit()
    for period in PERIODS:
        score.refresh(session, period, now=NOW, actor="test")


def start(url: str, folder: Path, period: Period) -> subprocess.Popen[bytes]:
    """Begin `hailong close` as a process of its own."""
    environment = os.environ | {
        "HAILONG_ENV": "example",
        "HAILONG_INSTANCE": str(folder),
        "HAILONG_DATABASE_URL": url,
        "HAILONG_SECRET_KEY": "a-key-for-tests-only-and-long-enough",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "survey", "close", period.text],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_closed(session: Session, period: Period) -> bool:
    """Tell the state that a period is in, and that it is wholly in it."""
    session.rollback()
    session.expire_all()
    sets = session.scalars(select(ScoreSet).where(ScoreSet.period == period.text)).all()
    assert len(sets) == 1, "the provisional result or the closed one, never both and never none"
    (found,) = sets
    closed = found.state is ScoreState.CLOSED
    assert found.revision == int(closed)
    scores = session.scalar(select(func.count()).select_from(Score).where(Score.score_set_id == found.id))
    frozen = session.scalar(
        select(func.count()).select_from(FrozenDossierCount).where(FrozenDossierCount.score_set_id == found.id)
    )
    told = session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(AuditEvent.action == "period.close", AuditEvent.subject == period.text)
    )
    assert (scores, frozen, told) == (UNITS, 2 * UNITS * closed, int(closed))
    if closed:
        assert list(verification.differences(session, found, now=NOW)) == []
    return closed


def test_a_killed_closing_leaves_the_old_state_or_the_new(
    make_app: Callable[..., Flask], database_url: str, tmp_path: Path
) -> None:
    app = make_app(database_url)
    chance = random.Random(7)  # moments to kill at, the same at every run
    with app.app_context():
        session = db.session
        fill(session)
        assert session.scalar(select(func.count()).select_from(Unit)) == UNITS
        begun = time.monotonic()
        assert start(database_url, tmp_path, PERIODS[0]).wait() == 0
        usual = time.monotonic() - begun
        assert is_closed(session, PERIODS[0])
        killed = 0
        for period in PERIODS[1:]:
            for _ in range(ATTEMPTS):
                process = start(database_url, tmp_path, period)
                # Most of the time goes into starting and reading; what matters is at the end.
                time.sleep(chance.uniform(0.6, 1.0) * usual)
                process.send_signal(signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
                if is_closed(session, period):
                    break
            if not is_closed(session, period):
                assert start(database_url, tmp_path, period).wait() == 0, (
                    "what was killed does not stand in the way"
                )
                assert is_closed(session, period)
        assert killed
