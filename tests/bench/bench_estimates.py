"""Calibrated standard errors of every unit × item, factor and index from a tally in memory, and what it costs.

Budgets: 10,000,000 responses × 8 items × 3,300 units with three margins in 5 s and 1.5 GB, 12 s with every
response a pattern of its own; 100,000 responses in 0.15 s. The budget names no units for the last: a province has
about 130 (its communes and departments since 07/2025), and the cost per unit weighs more than that per response.

The two packages that can do a part of it are timed beside it where they are installed (`other_packages.py`).

Run: .venv/bin/python tests/bench/bench_estimates.py [responses]
"""

from __future__ import annotations

import gc
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from other_packages import side_by_side

from analysis.population import DossierRow, Population, population_from_rows
from analysis.rules import load_score_rule
from analysis.satisfaction import FactorSpec, score_units
from analysis.tally import Tally

ITEMS = ("a1", "a2", "p1", "p2", "o1", "o2", "r1", "f1")
FACTORS = (("access", ITEMS[:2]), ("procedures", ITEMS[2:4]), ("officials", ITEMS[4:6]), ("result", ITEMS[6:7]),
           ("feedback", ITEMS[7:]))  # fmt: skip
FIELDS = ("chung-thuc", "dat-dai", "ho-tich", "khac", "lao-dong", "xay-dung")
CHANNELS = ("buu-chinh", "truc-tiep", "truc-tuyen")
OUTCOMES = ("early", "on_time", "overdue")
FIELD_SHARES = (0.3, 0.15, 0.25, 0.1, 0.1, 0.1)
CHANNEL_SHARES = (0.1, 0.6, 0.3)
OUTCOME_SHARES = (0.5, 0.4, 0.1)
UNITS = 3_300
PROVINCE = 130
# bits of a packed response: field, channel, outcome + 1, trust, flagged, then three for each rating + 1
HEAD_BITS = (3, 2, 2, 2, 1)


@dataclass(frozen=True)
class Run:
    """One measurement: how many responses, and how many of them give one answer to every question."""

    responses: int
    alike: float
    distinct: bool = False


def packed(n: int, alike: float, rng: np.random.Generator) -> np.ndarray:
    """Return n responses of a unit as whole numbers, in the order of the tally when sorted."""
    known = rng.random(n) < 0.85
    head = (
        rng.choice(len(FIELDS), n, p=FIELD_SHARES),
        rng.choice(len(CHANNELS), n, p=CHANNEL_SHARES),
        np.where(known, rng.choice(len(OUTCOMES), n, p=OUTCOME_SHARES), -1) + 1,
        np.where(known, 0, 1),
        (rng.random(n) < 0.02).astype(int),
    )
    key = np.zeros(n, np.int64)
    for column, bits in zip(head, HEAD_BITS, strict=True):
        key = key << bits | column
    person = rng.normal(0.4, 1.0, n)
    same = rng.random(n) < alike
    for _ in ITEMS:
        own = np.where(same, person, person + rng.normal(0, 0.7, n))
        rating = np.clip(np.floor(1.2 * own + 4), 1, 5).astype(np.int64)
        key = key << 3 | np.where(rng.random(n) < 0.02, 0, rating + 1)
    return np.sort(key)


def tally(run: Run, units: int, seed: int = 1) -> Tally:
    """Return a tally; ratings go along with each other as in real forms, unless every row is one response."""
    rng = np.random.default_rng(seed)
    sizes = rng.lognormal(0, 0.8, units)
    sizes = rng.multinomial(run.responses, sizes / sizes.sum())
    keys, counts = [], []
    for n in sizes.tolist():
        key = packed(n, run.alike, rng)
        if run.distinct:
            keys.append(key)
        else:
            patterns, count = np.unique(key, return_counts=True)
            keys.append(patterns)
            counts.append(count)
    unit = np.repeat(np.arange(units, dtype=np.int32), [len(key) for key in keys])
    key = np.concatenate(keys)
    count = np.concatenate(counts).astype(np.int64) if counts else np.ones(len(key), np.int64)
    del keys, counts
    ratings = np.empty((len(key), len(ITEMS)), np.int8)
    for place in reversed(range(len(ITEMS))):
        ratings[:, place] = (key & 7) - 1
        key >>= 3
    head = []
    for bits in reversed(HEAD_BITS):
        head.append((key & (2**bits - 1)).astype(np.int16))
        key >>= bits
    flagged, trust, outcome, channel, field = head
    return Tally(
        items=ITEMS,
        unit_ids=tuple(f"H{number:05d}" for number in range(units)),
        field_levels=FIELDS,
        channel_levels=CHANNELS,
        outcome_levels=OUTCOMES,
        unit=unit,
        field=field,
        channel=channel,
        outcome=outcome - np.int16(1),
        psu=np.zeros(len(unit), np.int32),
        trust=trust.astype(np.int8),
        flagged=flagged.astype(np.bool_),
        ratings=ratings,
        count=count,
    )


def dossiers(units: int, seed: int = 2) -> Population:
    """Return dossiers by field × channel of receipt and field × outcome of settlement."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(units):
        size = 4000 * rng.lognormal(0, 0.5)
        fields = np.array(FIELD_SHARES) * rng.lognormal(0, 0.3, len(FIELDS))
        for basis, levels, shares in (
            ("received", CHANNELS, CHANNEL_SHARES),
            ("settled", OUTCOMES, OUTCOME_SHARES),
        ):
            split = np.array(shares) * rng.lognormal(0, 0.3, len(levels))
            counts = np.rint(size * np.outer(fields, split)).astype(int) + 1
            for f, field in enumerate(FIELDS):
                for place, level in enumerate(levels):
                    channel, outcome = (level, None) if basis == "received" else (None, level)
                    number = int(counts[f, place])
                    rows.append(DossierRow(f"H{unit:05d}", basis, field, channel, outcome, number))  # type: ignore[arg-type]
    return population_from_rows(rows)


def measure(run: Run, units: int, population: Population) -> None:
    """Score one tally and print time and memory."""
    own = tally(run, units)
    factors = [FactorSpec(code, items) for code, items in FACTORS]
    gc.collect()
    before = reset_peak()
    start, cpu = time.perf_counter(), time.process_time()
    table = score_units(own, population, rule=load_score_rule(), factors=factors)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    raked = sum(unit.calibration is not None and unit.calibration.method == "raked" for unit in table.units)
    margins = max(
        (sum(margin.status == "used" for margin in unit.calibration.margins) for unit in table.units
         if unit.calibration is not None), default=0)  # fmt: skip
    kind = "every response a row" if run.distinct else f"{run.alike:.0%} one answer throughout"
    print(
        f"{own.response_count:>12,} responses {own.pattern_count:>12,} rows ({kind}): {wall:6.2f} s "
        f"({cpu:.2f} s of processor), peak {peak():,.0f} MB of which tally and program {before:,.0f} MB; "
        f"{raked} of {len(table.units)} units raked, up to {margins} margins",
        flush=True,
    )


def reset_peak() -> float:
    """Forget the highest memory so far (Linux); return the memory in use, in MB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def peak() -> float:
    """Return the highest memory since the last reset, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Print the small case, the curve over the number of patterns, and the worst case."""
    responses = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    small = Run(100_000, 0.6)
    for units, said in ((33, "as many responses a unit as below"), (PROVINCE, "a province, budget 0.15 s"),
                        (330, "ten times the units of the first")):  # fmt: skip
        print(f"{units} units: {said}")
        measure(small, units, dossiers(units))
    side_by_side(tally(small, 330))
    print(f"{UNITS:,} units, budget 5 s, 1.5 GB; the curve")
    for alike in (0.95, 0.8, 0.6, 0.3, 0.0):
        measure(Run(responses, alike), UNITS, dossiers(UNITS))
    print("budget 12 s: every response a row of its own")
    measure(Run(responses, 0.0, distinct=True), UNITS, dossiers(UNITS))


if __name__ == "__main__":
    main()
