"""A command as people run it, timed from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path


def measure(path: Path, folder: str, *arguments: str) -> tuple[float, float, float]:
    """Run `hailong` on the database at `path`; return its wall-clock and CPU seconds and its peak memory in MB."""
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
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
