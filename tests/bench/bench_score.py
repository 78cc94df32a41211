"""`hailong score` over 1,000,000 responses of 3,300 units in SQLite: time and peak memory of the whole command.

With answers as alike as real ones, with every pattern distinct, the worst case for a tally, and then with a
hundredth of the responses set aside.
Budget: 12 s and 700 MB, the worst case included.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from survey.database import make_engine
from survey.services import presets, schema

from measured import measure

RESPONSES = int(os.environ.get("BENCH_RESPONSES", 1_000_000))
UNITS = 3_300
FIELDS = ("chung-thuc", "tu-phap-ho-tich", "dat-dai", "lao-dong-xa-hoi", "kinh-te", "xay-dung")
CHANNELS = ("direct", "online")
PERIOD = "2026-Q3"
FIRST_DAY = date(2026, 7, 1)
BUDGET_SECONDS, BUDGET_MEGABYTES = 12, 700


def main() -> None:
    """Build each database and time the command on it."""
    for name, distinct in (("answers alike, as real ones are", False), ("every pattern distinct", True)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.sqlite3"
            fill(path, distinct=distinct)
            patterns = count_patterns(path)
            tell(f"{name}: {RESPONSES:,} responses, {patterns:,} patterns", path, folder)
            if distinct:
                tell(f"the same with {set_aside(path):,} responses set aside", path, folder)


def tell(what: str, path: Path, folder: str) -> None:
    """Print what the command took."""
    seconds, cpu, megabytes = measure(path, folder, "score", PERIOD, "--json")
    print(
        f"{what}, {UNITS:,} units: "
        f"{seconds:.1f} s of {BUDGET_SECONDS} s ({seconds / BUDGET_SECONDS:.0%}; {cpu:.1f} s of it CPU), "
        f"{megabytes:.0f} MB of {BUDGET_MEGABYTES} MB ({megabytes / BUDGET_MEGABYTES:.0%})",
        flush=True,
    )


def set_aside(path: Path) -> int:
    """Set a hundredth of the responses aside, all under one approved request."""
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        INSERT INTO officer (id, email, name, password_hash, created_at)
            VALUES ('a', 'a@x', 'A', '', '2026-08-01'), ('b', 'b@x', 'B', '', '2026-08-01');
        INSERT INTO set_aside_request (id, unit_id, period, act, selection, first_day, last_day, reason, text,
            response_count, asked_by_id, asked_at)
            VALUES ('r', 1, '2026-Q3', 'set_aside', 'days', '2026-07-01', '2026-09-30', 'other', '', 1, 'a',
                '2026-08-01');
        INSERT INTO set_aside_decision (request_id, asked_by_id, verdict, decided_by_id, decided_at, text,
            response_count) VALUES ('r', 'a', 'approved', 'b', '2026-08-01', '', 1);
        INSERT INTO set_aside_response SELECT local_date, number_hash, 'r' FROM response
            WHERE substr(hex(number_hash), 1, 2) IN ('00', '01', 'FF');
        """
    )
    number: int = connection.execute("SELECT count(*) FROM set_aside_response").fetchone()[0]
    connection.commit()
    connection.close()
    return number


def fill(path: Path, *, distinct: bool) -> None:
    """Store units, dossiers and responses straight through the driver: only reading them is measured."""
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade_schema(engine, today=FIRST_DAY)
    with Session(engine) as session:
        presets.load(session, today=FIRST_DAY)
    engine.dispose()
    connection = sqlite3.connect(path)
    connection.executemany(
        "INSERT INTO unit (id, code, name, one_stop_name, kind, start_date, valid_from) "
        "VALUES (?, ?, ?, ?, 'ward', '2025-07-01', '2025-07-01')",
        [(n, f"U{n:04d}", f"Phường {n}", f"Trung tâm {n}") for n in range(1, UNITS + 1)],
    )
    connection.executemany(
        "INSERT INTO counter (id, unit_id, code, name) VALUES (?, ?, ?, ?)",
        [(3 * n + k, n, f"Q{k}", f"Quầy {k}") for n in range(1, UNITS + 1) for k in range(3)],
    )
    connection.executemany(
        "INSERT INTO dossier_count (unit_id, period, basis, field, channel, outcome, count) "
        "VALUES (?, ?, 'cross', ?, ?, 'on_time', ?)",
        [
            (n, PERIOD, field, channel, 150 + 40 * f + 90 * c)
            for n in range(1, UNITS + 1)
            for f, field in enumerate(FIELDS)
            for c, channel in enumerate(CHANNELS)
        ],
    )
    connection.executemany(
        "INSERT INTO response (local_date, number_hash, unit_id, counter_id, version, trust, flags, trial, field, "
        "field_source, channel, channel_source, outcome, outcome_source, answers) "
        "VALUES (?, ?, ?, ?, 'short-v1', 'counter', '', 0, ?, 'code', ?, 'code', NULL, 'unknown', ?)",
        responses(distinct=distinct),
    )
    connection.commit()
    connection.close()


def responses(*, distinct: bool) -> Iterator[tuple[object, ...]]:
    """Draw responses; with `distinct`, answers are spread so widely that hardly two of a unit are the same."""
    chance = np.random.default_rng(1)
    units = np.sort(chance.integers(1, UNITS + 1, RESPONSES))
    if distinct:
        ratings = chance.integers(0, 7, (RESPONSES, 5))
    else:
        mood = chance.normal(1.0, 0.8, (RESPONSES, 1)) + chance.normal(0, 0.6, (RESPONSES, 5))
        ratings = (mood[:, :, None] > np.array([-1.6, -0.9, 0.05, 1.25])).sum(axis=2)
    letters = np.array(list("12345x-"))[ratings]
    last = np.array(list("123-"))[chance.integers(0, 4, RESPONSES)]
    fields = chance.integers(0, len(FIELDS), RESPONSES)
    channels = (chance.random(RESPONSES) < 0.3).astype(int)
    days = chance.integers(0, 92, RESPONSES)
    counters = chance.integers(0, 3, RESPONSES)
    dates = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(92)]
    for row in range(RESPONSES):
        unit = int(units[row])
        channel = CHANNELS[channels[row]]
        yield (
            dates[days[row]],
            chance.bytes(32),
            unit,
            3 * unit + int(counters[row]) if channel == "direct" else None,
            FIELDS[fields[row]],
            channel,
            "".join(letters[row]) + str(last[row]),
        )


def count_patterns(path: Path) -> int:
    """Count the groups that the command will read."""
    connection = sqlite3.connect(path)
    query = (
        "SELECT count(*) FROM (SELECT 1 FROM response GROUP BY unit_id, field, channel, counter_id, "
        "CAST((julianday(local_date) - 2440584.5) / 7 AS INTEGER), answers)"
    )
    patterns: int = connection.execute(query).fetchone()[0]
    connection.close()
    return patterns


if __name__ == "__main__":
    main()
