"""The open CSV of a published result: one line a unit, decimal points, no cell that acts as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from survey.models import PublishedUnit
from survey.services.published import OpenResult

_NAMES = ("name", "kind", "group", "level", "status")
_FIGURES = (
    "responses", "dossiers", "response_share", "minimum_sample", "points", "points_lower", "points_upper",
    "index_share", "index_lower", "index_upper", "unweighted_points",
)  # fmt: skip
# A spreadsheet program takes text that starts with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(result: OpenResult, lines: Sequence[PublishedUnit]) -> bytes:
    """Write the lines with a byte-order mark for Excel; what is withheld is an empty cell."""
    ways = sorted({way for line in lines for way in line.content["ways"] or {}})
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, line in enumerate(lines):
        cells = dict(_cells(result, line, ways))
        if number == 0:
            writer.writerow(cells)
        writer.writerow(_safe(value) for value in cells.values())
    return buffer.getvalue().encode("utf-8-sig")


def _cells(result: OpenResult, line: PublishedUnit, ways: Sequence[str]) -> Iterator[tuple[str, Any]]:
    one, head = line.content, result.content
    yield "period", head["period"]
    yield "revision", head["revision"]
    yield "code", line.code
    yield "parent", line.parent_code
    for name in (*_NAMES, *_FIGURES):
        yield name, one[name]
    factors = {factor["code"]: factor for factor in one["factors"] or ()}
    for code in head["factors"]:
        for name in ("share", "lower", "upper"):
            yield f"factor_{code}_{name}", factors.get(code, {}).get(name)
    for way in ways:
        yield f"way_{way}", (one["ways"] or {}).get(way)
    for name in ("dossier_only", "without_assisted"):
        yield f"points_{name}", ((one["other_ways"] or {}).get(name) or {}).get("points")
    yield "set_aside", None if one["set_aside"] is None else sum(one["set_aside"].values())
    for name in ("asked", "yes", "share", "lower", "upper"):
        yield f"extra_fees_{name}", (one["extra_fees"] or {}).get(name)
    for name, count in one["feedback"].items():
        yield f"feedback_{name}", count
    yield "rule", head["rule"]
    yield "tally_digest", head["tally_digest"]


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
