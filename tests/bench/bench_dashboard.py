"""The officers' pages over a province of 130 units with 1,000,000 responses in the quarter: server time of each.

The results are stored first, as `hailong work` does for the open quarter and `hailong close` for a past one; how
long that takes and its memory are printed too. Six quarters of results are there for the trend. Budget of a page:
300 ms; seconds of processor stand beside it, because a busy machine stretches the clock.
"""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import bench_score
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey import create_app
from survey.config import Settings
from survey.extensions import db
from survey.models import Grant, Officer, Response, Role, Score, ScoreSet, ScoreState, Trust, Unit, UnitKind
from survey.services import score

UNITS = 130
VISITS = 11
BUDGET_MILLISECONDS = 300
NOW = datetime(2026, 9, 22, 7, 5, tzinfo=UTC)
EARLIER = ("2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")
PASSWORD = "mot mat khau du dai"
EMAILS = {"province": "tinh@example.vn", "unit": "phuong@example.vn"}
PAGES = {
    "home of the province": ("province", "/officer/"),
    "home of a ward": ("unit", "/officer/"),
    "ranking of all units": ("province", f"/officer/ranking/{bench_score.PERIOD}"),
    "two units side by side": ("province", "/officer/compare?left_unit=U0001&right_unit=U0002"),
    "scores of all units": ("province", f"/officer/scores/{bench_score.PERIOD}"),
}


def main() -> None:
    """Build the province, store its results, and visit each page."""
    bench_score.UNITS = UNITS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        bench_score.fill(path, distinct=False)
        url = f"sqlite:///{path}"
        os.environ["HAILONG_INSTANCE"] = folder
        app = create_app(Settings("example", url, url, "only-for-a-benchmark-and-long-enough", "http://127.0.0.1"))
        with app.app_context():
            _prepare(db.session)
            _store(db.session)
        clients = {who: _signed_in(app, email) for who, email in EMAILS.items()}
        for name, (who, address) in PAGES.items():
            _visit(clients[who], name, address)
        app.extensions["hailong_openings"].close()
        db.engine(app).dispose()


def _prepare(session: Session) -> None:
    """Put the units into groups below a province, spread trust and flags, and add two officers."""
    session.execute(update(Unit).values(ranking_group="Phường"))
    session.execute(update(Unit).where(Unit.id > UNITS // 2).values(ranking_group="Xã", kind=UnitKind.COMMUNE))
    province = Unit(
        code="TINH", name="Tỉnh", one_stop_name="Tỉnh", kind=UnitKind.PROVINCE, valid_from=date(2025, 7, 1)
    )
    session.add(province)
    session.flush()
    session.execute(update(Unit).where(Unit.id != province.id).values(parent_id=province.id))
    # By what the random key begins with: one in 16 from a dossier's code, one in 16 assisted, one in 64 too fast.
    for pattern, change in (
        ("0%", {"trust": Trust.DOSSIER}),
        ("1%", {"trust": Trust.ASSISTED}),
        ("20%", {"flags": "f"}),
    ):
        session.execute(update(Response).where(func.hex(Response.number_hash).like(pattern)).values(change))
    ward = session.get_one(Unit, 1)
    for who, unit in (("province", province), ("unit", ward)):
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        session.add(
            Officer(
                id=who,
                email=EMAILS[who],
                name=who,
                password_hash=hashed,
                created_at=NOW,
                grants=[Grant(unit=unit, role=Role.REFORM)],
            )
        )
    session.commit()


def _store(session: Session) -> None:
    """Compute the quarter, and take the same figures for the five before it."""
    start, cpu = time.perf_counter(), time.process_time()
    stored = score.refresh(session, parse_period(bench_score.PERIOD), now=NOW, actor="bench")
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"computing and storing {stored.response_count:,} responses of {UNITS} units: {seconds:.1f} s "
        f"({cpu:.1f} s of it CPU), peak {megabytes:.0f} MB, filling the database included",
        flush=True,
    )
    rows = session.execute(select(Score.__table__).where(Score.score_set_id == stored.id)).mappings().all()
    head = session.execute(select(ScoreSet.__table__).where(ScoreSet.id == stored.id)).mappings().one()
    for period in EARLIER:
        fresh = {name: value for name, value in head.items() if name != "id"}
        fresh |= {"period": period, "revision": 1, "state": ScoreState.CLOSED}
        (number,) = session.execute(insert(ScoreSet.__table__).values(fresh)).inserted_primary_key
        session.execute(insert(Score.__table__), [dict(row) | {"score_set_id": number} for row in rows])
    session.commit()


def _signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    page = client.get("/officer/sign-in").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    data = {"email": email, "password": PASSWORD, "csrf_token": token}
    if client.post("/officer/sign-in", data=data).status_code != 303:
        raise SystemExit("the officer of the benchmark could not sign in")
    return client


def _visit(client: FlaskClient, name: str, address: str) -> None:
    spent, processor = [], []
    for _ in range(VISITS):
        start, cpu = time.perf_counter(), time.process_time()
        page = client.get(address)
        spent.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - cpu))
        if page.status_code != 200:
            raise SystemExit(f"{address} answered {page.status_code}")
    first, *others = spent
    median = statistics.median(others)
    print(
        f"{name}: {median:.0f} ms of {BUDGET_MILLISECONDS} ms ({median / BUDGET_MILLISECONDS:.0%}; "
        f"{statistics.median(processor[1:]):.0f} ms of it CPU; worst {max(others):.0f} ms, first of the process "
        f"{first:.0f} ms), {len(page.data) / 1024:.0f} kB",
        flush=True,
    )


if __name__ == "__main__":
    main()
