"""A closing that is killed at whatever moment leaves either the old state or the new one, whole."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.models import AuditEvent, DossierCount, FrozenDossierCount, Response, Score, ScoreSet, ScoreState, Unit
from survey.services import score, verification

from factories import Factory
from killed_closing import AFTER_COMMIT, BEFORE_COMMIT

NOW = datetime(2026, 7, 5, 2, 0, tzinfo=UTC)
PERIOD = parse_period("2026-Q2")
UNITS, RESPONSES = 20, 8
PROJECT = Path(__file__).parents[2]


def fill(session: Session) -> None:
    factory = Factory(session)
    units = [factory.unit(code=f"U{number:03d}") for number in range(UNITS)]
    session.execute(
        insert(DossierCount),
        [
            {"unit_id": unit.id, "period": PERIOD.text, "basis": "cross", "field": field, "channel": "direct",
             "outcome": "on_time", "count": 100}
            for unit in units for field in ("dat-dai", "xay-dung")
        ],
    )  # fmt: skip
    session.execute(
        insert(Response),
        [
            {"local_date": PERIOD.first, "number_hash": secrets.token_bytes(32), "unit_id": unit.id,
             "version": "short-v1", "trust": "counter", "flags": "", "trial": False, "field": "dat-dai",
             "field_source": "code", "channel": "direct", "channel_source": "code", "outcome_source": "unknown",
             "answers": answers}
            for unit in units for answers in ["555552", "24354-"] * (RESPONSES // 2)
        ],
    )  # fmt: skip
    session.commit()
    score.refresh(session, PERIOD, now=NOW, actor="test")


class Closings:
    """Runs `hailong close` in processes of their own, which die at a moment."""

    def __init__(self, url: str, folder: Path) -> None:
        environment = os.environ | {
            "HAILONG_ENV": "example",
            "HAILONG_INSTANCE": str(folder),
            "HAILONG_DATABASE_URL": url,
            "HAILONG_SECRET_KEY": "a-key-for-tests-only-and-long-enough",
            "PYTHONPATH": str(PROJECT),
            "OPENBLAS_NUM_THREADS": "1",  # a process with threads is not forked
        }
        self._driver = subprocess.Popen(
            [sys.executable, str(PROJECT / "tests" / "killed_closing.py"), "close", PERIOD.text],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self, moment: str = "") -> int:
        """Close the period, or die at `moment`; return the exit status."""
        if self._driver.stdin is None or self._driver.stdout is None:
            raise RuntimeError("nobody to talk to")
        self._driver.stdin.write(f"{moment}\n")
        self._driver.stdin.flush()
        return int(self._driver.stdout.readline())

    def stop(self) -> None:
        """Let the driver end."""
        self._driver.communicate()


@pytest.fixture
def closings(database_url: str, tmp_path: Path) -> Iterator[Closings]:
    driver = Closings(database_url, tmp_path)
    yield driver
    driver.stop()


def is_closed(session: Session) -> bool:
    """Tell the state that the period is in, and that it is wholly in it."""
    session.rollback()
    session.expire_all()
    sets = session.scalars(select(ScoreSet).where(ScoreSet.period == PERIOD.text)).all()
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
        .where(AuditEvent.action == "period.close", AuditEvent.subject == PERIOD.text)
    )
    assert (scores, frozen, told) == (UNITS, 2 * UNITS * closed, int(closed))
    if closed:
        assert list(verification.differences(session, found, now=NOW)) == []
    return closed


def test_a_closing_killed_before_its_commit_never_was(session: Session, closings: Closings) -> None:
    fill(session)
    assert session.scalar(select(func.count()).select_from(Unit)) == UNITS
    for moment in BEFORE_COMMIT:
        assert closings.close(moment) == -signal.SIGKILL, f"{moment} never came"
        assert not is_closed(session), moment
    assert closings.close() == 0, "what was killed does not stand in the way"
    assert is_closed(session)


def test_a_closing_killed_after_its_commit_is_whole(session: Session, closings: Closings) -> None:
    fill(session)
    assert not is_closed(session)
    assert closings.close(AFTER_COMMIT) == -signal.SIGKILL
    assert is_closed(session)
    assert closings.close() == 1, "and is not closed a second time"
    assert is_closed(session)
