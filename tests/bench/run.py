"""Measure every budget and print it beside what was measured: `make bench`.

Nothing here fails because a machine is slow; the ratios are for people to read.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _plain_loop() -> float:
    """Time a plain loop: shared machines run at half speed at times, and the figures below with them."""
    start, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - start


def main() -> None:
    """Run each benchmark in a process of its own, so that none inherits the memory of another."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}", flush=True)
    print(f"this machine now: ten million additions in {_plain_loop():.2f} s of CPU", flush=True)
    for script in sorted(HERE.glob("bench_*.py")):
        print(f"\n== {script.stem.removeprefix('bench_')}", flush=True)
        subprocess.run([sys.executable, str(script)], check=True)


if __name__ == "__main__":
    main()
