"""From an index to points: the only place where figures are rounded (half-up, in `Decimal`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import isfinite

from analysis.errors import AnalysisError

_SHARE_STEP = Decimal(1).scaleb(-10)


@dataclass(frozen=True, slots=True)
class Step:
    """From this index on (0 to 1), this many points."""

    from_share: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Conversion:
    """How an index becomes points: `maximum` times the index, or the highest step reached."""

    maximum: Decimal
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedCheck:
    """A printed figure held against the computed one."""

    printed: Decimal
    computed: Decimal
    difference: Decimal
    agrees: bool


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round half away from zero, as people do on paper."""
    return value.quantize(_step(places), rounding=ROUND_HALF_UP)


@cache
def _step(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def exact_share(share: float) -> Decimal:
    """Turn a computed share into the number it stands for, free of binary noise: half-up to 10 decimals.

    >>> exact_share(0.8795) * 30, Decimal(0.8795) * 30 < Decimal("26.385")
    (Decimal('26.3850000000'), True)
    """
    if not isfinite(share):
        raise AnalysisError(
            "a share is not a number",
            code="share_not_finite",
            where="points",
            got=share,
            expected="a number from 0 to 1",
            remedy="leave units without a score out of the conversion",
        )
    return Decimal(repr(float(share))).quantize(_SHARE_STEP, rounding=ROUND_HALF_UP)


def to_points(share: float, conversion: Conversion, *, places: int = 2) -> Decimal:
    """Convert an index (0 to 1) to points, rounded once.

    >>> to_points(0.8795, Conversion(Decimal(30))), to_points(0.876, Conversion(Decimal(30)))
    (Decimal('26.39'), Decimal('26.28'))
    """
    exact = exact_share(share)
    if not conversion.steps:
        return round_half_up(conversion.maximum * exact, places)
    reached = [step.points for step in conversion.steps if step.from_share <= exact]
    return round_half_up(max(reached, default=Decimal(0)), places)


def percent(share: float, *, places: int = 2) -> Decimal:
    """Write a computed share as a percentage.

    >>> percent(0.8840996)
    Decimal('88.41')
    """
    return round_half_up(exact_share(share) * 100, places)


def percent_of(part: Decimal | int, whole: Decimal | int, *, places: int = 2) -> Decimal | None:
    """Write a part of a whole as a percentage; None when the whole is zero.

    >>> percent_of(1878, 1910), percent_of(47563, 47590)
    (Decimal('98.32'), Decimal('99.94'))
    """
    return round_half_up(Decimal(part) * 100 / Decimal(whole), places) if whole else None


def add_points(parts: Iterable[Decimal]) -> Decimal:
    """Add points as printed, without rounding again."""
    return sum(parts, Decimal(0))


def check_printed(printed: Decimal, computed: Decimal, tolerance: Decimal = Decimal("0.01")) -> PrintedCheck:
    """Hold a printed figure against the computed one; sources truncate or average, so 0.01 apart still agrees.

    >>> [check_printed(Decimal(a), Decimal(b)).agrees for a, b in (("99.47", "99.94"), ("89.45", "89.46"))]
    [False, True]
    """
    difference = printed - computed
    return PrintedCheck(
        printed=printed, computed=computed, difference=difference, agrees=abs(difference) <= tolerance
    )
