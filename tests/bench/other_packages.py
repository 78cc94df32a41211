"""A small part of the same work by other survey packages, where they are installed: they are no dependencies.

The question is one item's mean and standard error in each unit, on weights taken as they are: no calibration, no
factors, no index. Each package gets a process of its own and a time limit.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import numpy as np

from analysis.tally import Tally

LIMIT_SECONDS = 60

SVY = """
import sys, time, polars, svy
data = polars.read_csv(sys.argv[1])
start = time.perf_counter()
svy.Sample(data, svy.Design(wgt="w")).estimation.mean("satisfied", by="unit")
print(time.perf_counter() - start)
"""
R = """
suppressMessages(library(survey))
data <- read.csv(commandArgs(TRUE)[1])
start <- proc.time()[["elapsed"]]
means <- svyby(~satisfied, ~unit, svydesign(ids = ~1, weights = ~w, data = data), svymean)
cat(proc.time()[["elapsed"]] - start)
"""


def side_by_side(tally: Tally) -> None:
    """Print the seconds of svy and of R survey on the first item of this tally, one row for each person."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rows.csv"
        _write(tally, table)
        question = f"the first item's mean by unit, {tally.response_count:,} responses, weights as they are"
        for name, command in (("svy 0.35", _svy()), ("R survey", _r())):
            result = "not installed" if command is None else _time([*command, str(table)])
            print(f"{name}, {question}: {result}", flush=True)


def _svy() -> list[str] | None:
    return [sys.executable, "-c", SVY] if find_spec("svy") else None


def _r() -> list[str] | None:
    found = which("Rscript")
    if found is None or subprocess.run([found, "-e", "library(survey)"], capture_output=True).returncode:
        return None
    return [found, "-e", R]


def _time(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"not done in {LIMIT_SECONDS} s"
    return f"{float(done.stdout):.2f} s" if done.returncode == 0 else f"stopped: {done.stderr.strip()[-200:]}"


def _write(tally: Tally, path: Path) -> None:
    answered = tally.ratings[:, 0] > 0
    rows = np.repeat(np.flatnonzero(answered), tally.count[answered])
    satisfied = tally.ratings[rows, 0] >= 4
    weight = 1 + tally.channel[rows] / 10
    columns = np.stack([tally.unit[rows], satisfied, weight], axis=1)
    np.savetxt(path, columns, fmt=("%d", "%d", "%.1f"), delimiter=",", header="unit,satisfied,w", comments="")
