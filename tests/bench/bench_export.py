"""`hailong export` of a closed quarter of 3,400 units in 34 provinces, in SQLite: each file, then the archive.

The database is filled straight through the driver: 1,000,000 responses (BENCH_RESPONSES), six fields and two ways
of handing in for each unit, answers as alike as real ones are. `hailong close` before it is the real command.
Budget of the archive: 60 s by the clock and 1 GB.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import bench_score

from measured import measure

BUDGET_SECONDS = 60
BUDGET_MEGABYTES = 1024
UNITS = int(os.environ.get("BENCH_UNITS", 3_400))
PROVINCES = 34


def main() -> None:
    """Fill a country, close its quarter, time each export of it."""
    bench_score.UNITS = UNITS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        bench_score.fill(path, distinct=False)
        put_under_provinces(path)
        measure(path, folder, "close", bench_score.PERIOD)
        for format in ("csv", "json", "xlsx", "docx", "pdf", "zip"):
            out = Path(folder) / f"file.{format}"
            seconds, cpu, megabytes = measure(
                path, folder, "export", bench_score.PERIOD, "--format", format, "--out", str(out)
            )
            print(
                f"hailong export --format {format}: {UNITS:,} units, {bench_score.RESPONSES:,} responses: "
                f"{seconds:.1f} s of {BUDGET_SECONDS} s ({seconds / BUDGET_SECONDS:.0%}; {cpu:.1f} s of it CPU, "
                f"load {os.getloadavg()[0]:.1f}), "
                f"{megabytes:.0f} MB of {BUDGET_MEGABYTES} MB ({megabytes / BUDGET_MEGABYTES:.0%}), "
                f"a file of {out.stat().st_size / 1e6:.1f} MB",
                flush=True,
            )


def put_under_provinces(path: Path) -> None:
    """Give every unit a province above it and a group to be ranked in."""
    connection = sqlite3.connect(path)
    connection.executemany(
        "INSERT INTO unit (id, code, name, one_stop_name, kind, start_date, valid_from) "
        "VALUES (?, ?, ?, ?, 'province', '2025-07-01', '2025-07-01')",
        [(UNITS + n, f"T{n:02d}", f"Tỉnh Số {n}", f"Trung tâm tỉnh {n}") for n in range(1, PROVINCES + 1)],
    )
    connection.execute(
        "UPDATE unit SET parent_id = ? + 1 + id % ?, ranking_group = 'Phường tỉnh ' || id % ? WHERE kind = 'ward'",
        (UNITS, PROVINCES, PROVINCES),
    )
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main()
