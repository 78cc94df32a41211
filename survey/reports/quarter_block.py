"""The pieces that the report on a closed period is made of: words, tables, charts, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from survey.reports.quarter import QuarterReport, UnitReport

BLANK = "…" * 24


@dataclass(frozen=True)
class Bar:
    """One bar of a chart, all from 0 to 1."""

    label: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Block:
    """A piece of the text: a heading, a paragraph, a table under its caption, or a chart over its caption.

    `alternative` tells what a chart shows to those who do not see it; `widths` are parts of the line.
    """

    kind: Literal["heading", "part", "text", "table", "chart"]
    text: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()
    bars: tuple[Bar, ...] = ()
    alternative: str = ""


def factor_means(report: QuarterReport) -> list[Bar]:
    """The mean share of each factor by dossiers, lowest first."""
    of: dict[str, list[tuple[int, float]]] = {}
    for unit in report.units:
        for factor in unit.factors:
            if factor.share is not None and unit.dossiers:
                of.setdefault(factor.title, []).append((unit.dossiers, factor.share))
    bars = [
        Bar(title, sum(number * share for number, share in own) / sum(number for number, _ in own))
        for title, own in of.items()
    ]
    return sorted(bars, key=lambda bar: (bar.value, bar.label))


def index_share(unit: UnitReport) -> float:
    """The index of a unit, by which units are put in order."""
    return 0.0 if unit.figures is None else unit.figures.index_share
