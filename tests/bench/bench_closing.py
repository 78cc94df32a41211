"""`hailong close` and `hailong verify` of 1,000,000 responses of 130 units in SQLite: the whole command.

Answers as alike as real ones are; some are flagged, assisted, or from dossier codes, so that every variant of the
score is computed too. Budget of closing: 20 s.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import bench_score

from measured import measure

BUDGET_SECONDS = 20


def main() -> None:
    """Build the database, time both commands."""
    bench_score.UNITS = 130
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        bench_score.fill(path, distinct=False)
        mix(path)
        patterns = bench_score.count_patterns(path)
        for command in ("close", "verify"):
            load = os.getloadavg()[0]
            seconds, cpu, megabytes = measure(path, folder, command, bench_score.PERIOD)
            budget = f" of {BUDGET_SECONDS} s ({seconds / BUDGET_SECONDS:.0%})" if command == "close" else ""
            print(
                f"hailong {command}: {bench_score.RESPONSES:,} responses, {patterns:,} patterns, 130 units: "
                f"{seconds:.1f} s{budget}, {cpu:.1f} s of it CPU, {megabytes:.0f} MB; "
                f"load average before it {load:.1f} on {os.cpu_count()} cores",
                flush=True,
            )


def mix(path: Path) -> None:
    """Flag one response in 256, let one in 8 be assisted and one in 4 come with a dossier's code."""
    connection = sqlite3.connect(path)
    connection.execute("UPDATE response SET flags = 'f' WHERE hex(substr(number_hash, 1, 1)) = '00'")
    connection.execute("UPDATE response SET trust = 'assisted' WHERE hex(substr(number_hash, 2, 1)) < '20'")
    connection.execute("UPDATE response SET trust = 'dossier' WHERE hex(substr(number_hash, 2, 1)) >= 'C0'")
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main()
