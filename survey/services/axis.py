"""The common scale of interval bars, and where on it a figure lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_TICKS = 6
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True)
class Axis:
    """From one whole number to another, with a few marks."""

    low: int
    high: int
    ticks: tuple[int, ...]

    def at(self, value: Decimal | float) -> str:
        """Where `value` lies, as SVG wants it: percent with a decimal point, whatever the language."""
        return f"{100 * (float(value) - self.low) / (self.high - self.low):.2f}%"


def axis_of(edges: Sequence[Decimal | float], maximum: Decimal | float) -> Axis | None:
    """Return the scale from the whole number below all edges to the one above; None without any."""
    if not edges:
        return None
    low, high = math.floor(min(edges)), math.ceil(max(edges))
    high = max(high, low + 1)
    if high > maximum:
        low, high = low - 1, high - 1
    step = next(step for step in _STEPS if (high - low) / step <= MOST_TICKS)
    return Axis(low, high, tuple(range(math.ceil(low / step) * step, high + 1, step)))


def share_axis(shares: Sequence[float]) -> Axis | None:
    """Return a scale in percent whose ends are multiples of ten, so that it holds all `shares` (0 to 1)."""
    if not shares:
        return None
    low, high = 10 * math.floor(10 * min(shares)), 10 * math.ceil(round(10 * max(shares), 9))
    low = min(low, high - 10)
    step = next(step for step in (10, 20, 25, 50) if (high - low) / step <= MOST_TICKS)
    return Axis(low, high, tuple(range(math.ceil(low / step) * step, high + 1, step)))
