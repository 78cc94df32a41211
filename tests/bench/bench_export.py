"""`hailong export` of a closed quarter of 3,400 units: the workbook alone and the whole archive, in SQLite.

Budget: 60 s and 1 GB for the archive.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET_SECONDS = 60
BUDGET_MEGABYTES = 1024
UNITS, RESPONSES = 3_400, 200_000


def main() -> None:
    """Fill a country, close its first quarter, time each export of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        run(path, folder, "demo", "--units", str(UNITS), "--responses", str(RESPONSES))
        with sqlite3.connect(path) as connection:
            found = connection.execute("SELECT period FROM score_set WHERE state = 'closed'").fetchone()
        for format in ("xlsx", "docx", "pdf", "zip"):
            out = Path(folder) / f"file.{format}"
            seconds, megabytes = run(path, folder, "export", found[0], "--format", format, "--out", str(out))
            print(
                f"hailong export --format {format}: {UNITS:,} units, {RESPONSES // 2:,} responses: "
                f"{seconds:.1f} s of {BUDGET_SECONDS} s ({seconds / BUDGET_SECONDS:.0%}), "
                f"{megabytes:.0f} MB of {BUDGET_MEGABYTES} MB ({megabytes / BUDGET_MEGABYTES:.0%}), "
                f"a file of {out.stat().st_size / 1e6:.1f} MB",
                flush=True,
            )


def run(path: Path, folder: str, *arguments: str) -> tuple[float, float]:
    """Run a command as people do; return its wall-clock seconds and its peak memory in MB."""
    environment = os.environ | {
        "HAILONG_ENV": "example",
        "HAILONG_INSTANCE": folder,
        "HAILONG_DATABASE_URL": f"sqlite:///{path}",
    }
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "survey", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"hailong {arguments[0]} failed; run it by hand on a database of `hailong demo`")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
