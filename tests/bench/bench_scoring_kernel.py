"""Time and memory of scoring a large quarter from a stream of database rows, every pattern as distinct as it gets.

Run: .venv/bin/python tests/bench/bench_scoring_kernel.py [responses] [units] [items]
"""

import resource
import sys
import time
from collections.abc import Iterator

import numpy as np

from analysis.population import DossierRow, Population, population_from_rows
from analysis.rules import load_score_rule
from analysis.satisfaction import FactorSpec, score_units
from analysis.tally import Tally, TallyBuilder

FIELDS = ("ho-tich", "chung-thuc", "dat-dai", "xay-dung", "lao-dong", "khac")
CHANNELS = ("truc-tiep", "truc-tuyen", "buu-chinh")
TRUST = ("dossier", "counter", "assisted")
CHUNK = 50_000


def rows(responses: int, units: int, items: int, seed: int = 1) -> Iterator[list[tuple[object, ...]]]:
    """Yield chunks as a grouped query would: each row one person, so that no two rows need be alike."""
    rng = np.random.default_rng(seed)
    per_unit = rng.lognormal(0, 1, units)
    sizes = np.maximum(rng.multinomial(responses, per_unit / per_unit.sum()), 1)
    unit = np.repeat(np.arange(units), sizes)
    for start in range(0, len(unit), CHUNK):
        own = unit[start : start + CHUNK]
        n = len(own)
        likes = rng.normal(1.0, 1.0, n)[:, None] + rng.normal(0, 0.8, (n, items))
        rating = np.clip(np.floor(likes * 1.2 + 3.2), 1, 5).astype(int)
        letters = np.where(rng.random((n, items)) < 0.04, "x", rating.astype(str))
        answers = ["".join(row) + "n" for row in letters.tolist()]
        yield list(
            zip(
                [f"H{u:05d}" for u in own.tolist()],
                ["short-v1"] * n,
                rng.choice(TRUST, n, p=[0.3, 0.6, 0.1]).tolist(),
                (rng.random(n) < 0.02).tolist(),
                rng.choice([*FIELDS, None], n, p=[0.25, 0.3, 0.1, 0.1, 0.1, 0.1, 0.05]).tolist(),
                rng.choice(CHANNELS, n, p=[0.6, 0.3, 0.1]).tolist(),
                [None] * n,
                (own * 3 + rng.integers(0, 3, n)).tolist(),
                rng.integers(2600, 2613, n).tolist(),
                answers,
                [1] * n,
                strict=True,
            )
        )


def dossiers(units: int, seed: int = 2) -> Population:
    """Return dossiers of every unit by field × channel, a tenth of them out of reach within [0.3, 3]."""
    rng = np.random.default_rng(seed)
    usual = np.outer([0.2, 0.25, 0.2, 0.12, 0.1, 0.13], [0.5, 0.4, 0.1])
    counts = np.rint(usual * 4000 * rng.lognormal(0, 0.5, (units, len(FIELDS), len(CHANNELS)))).astype(int) + 1
    return population_from_rows(
        DossierRow(f"H{unit:05d}", "received", field, channel, None, int(counts[unit, f, c]))
        for unit in range(units)
        for f, field in enumerate(FIELDS)
        for c, channel in enumerate(CHANNELS)
    )


def main() -> None:
    """Print seconds and megabytes."""
    given = [int(text) for text in sys.argv[1:]]
    responses, units, items = [*given, *(1_000_000, 3_300, 5)[len(given) :]]
    codes = [f"q{item + 1}" for item in range(items)]
    builder = TallyBuilder(codes, {"short-v1": {code: place for place, code in enumerate(codes)}})
    spent = 0.0
    for chunk in rows(responses, units, items):
        start = time.process_time()
        builder.add(chunk)  # type: ignore[arg-type]
        spent += time.process_time() - start
    start = time.perf_counter()
    tally: Tally = builder.build()
    built = time.perf_counter() - start
    population = dossiers(units)
    print(f"{tally.response_count:,} responses, {tally.pattern_count:,} patterns, {units:,} units, {items} items")
    print(f"tally: {spent:.2f} s (processor) in chunks + {built:.2f} s order; peak so far {_megabytes():.0f} MB")
    start = time.perf_counter()
    tally.digest()
    print(f"digest: {time.perf_counter() - start:.2f} s")
    factors = [FactorSpec(code, (code,)) for code in codes]
    start, cpu = time.perf_counter(), time.process_time()
    table = score_units(tally, population, rule=load_score_rule(), factors=factors)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"score_units: {wall:.2f} s ({cpu:.2f} s of processor); peak {_megabytes():.0f} MB")
    statuses = [unit.status for unit in table.units]
    print({status: statuses.count(status) for status in sorted(set(statuses))})


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
