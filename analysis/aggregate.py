"""Province, group and year as dossier-weighted means of figures that were estimated independently."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import AnalysisError
from analysis.intervals import share_interval
from analysis.sums import FloatArray


@dataclass(frozen=True, slots=True)
class Combined:
    """A weighted mean with its variance, and its degrees of freedom by Satterthwaite (1946)."""

    share: float
    variance: float
    df: float


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """A unit as far as a higher level needs it; the share is None where the unit has no score."""

    unit_id: str
    group: str
    dossiers: int
    n: int
    share: float | None
    se: float | None
    df: float | None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A higher level: `missing` names the units without a score, which leave both sums.

    `coverage_share` is the part of the level's dossiers that belongs to units with a score.
    """

    group: str
    n: int
    dossiers: int
    coverage_share: float
    share: float | None
    se: float | None
    lower: float | None
    upper: float | None
    df: float | None
    units: tuple[str, ...]
    missing: tuple[str, ...]


def combine(shares: FloatArray, variances: FloatArray, dfs: FloatArray, sizes: FloatArray) -> Combined:
    """Return Σ N I / Σ N of independent figures, with V = Σ (N/ΣN)² V.

    Degrees of freedom V² / Σ (part² / df) (Satterthwaite 1946), their sum where nothing varies.

    >>> dfs, sizes = np.array([199.0, 299.0]), np.array([1000.0, 3000.0])
    >>> both = combine(np.array([0.9, 0.8]), np.array([4e-4, 4e-4]), dfs, sizes)
    >>> round(both.share, 6), round(both.variance**0.5, 6), round(both.df)
    (0.825, 0.015811, 362)
    """
    weights = sizes / sizes.sum()
    parts = weights**2 * variances
    variance = float(parts.sum())
    df = variance**2 / float((parts**2 / dfs).sum()) if variance > 0 else float(dfs.sum())
    return Combined(float(weights @ shares), variance, df)


def combined_interval(
    combined: Combined, *, n: int, level: float = 0.95, scale: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float]:
    """Return the interval of a combined figure on a scale (0.2 to 1 for a mean rating out of 5)."""
    low, length = scale[0], scale[1] - scale[0]
    lower, upper = share_interval(
        np.array([(combined.share - low) / length]),
        np.array([combined.variance / length**2]),
        np.array([float(n)]),
        np.array([combined.df]),
        level,
    )
    return low + length * float(lower[0]), low + length * float(upper[0])


def aggregate(
    units: Sequence[UnitFigure], *, level: float = 0.95, scale: tuple[float, float] = (0.0, 1.0)
) -> tuple[Aggregate, ...]:
    """Put units together by their group, in the order of the groups' names.

    Units are independent strata, each weighted to its own dossiers, so that the group's figure is
    Σ N_u I_u / Σ N_u with V = Σ (N_u/N)² V_u (Cochran 1977, 5.3). A unit without a score is named; that the others
    speak for it is an assumption which `coverage_share` measures.

    >>> found = aggregate([
    ...     UnitFigure("P1", "phuong", 1000, 200, 0.9, 0.02, 199),
    ...     UnitFigure("P2", "phuong", 3000, 300, 0.8, 0.02, 299),
    ...     UnitFigure("P3", "phuong", 1000, 2, None, None, None)])
    >>> round(found[0].share or 0, 3), found[0].coverage_share, found[0].missing
    (0.825, 0.8, ('P3',))
    """
    return tuple(
        _aggregate_one(group, [unit for unit in units if unit.group == group], level, scale)
        for group in sorted({unit.group for unit in units})
    )


def _aggregate_one(group: str, units: Sequence[UnitFigure], level: float, scale: tuple[float, float]) -> Aggregate:
    if any(unit.dossiers < 0 or (unit.share is not None and unit.se is None) for unit in units):
        raise AnalysisError(
            "a unit has a score without a standard error, or fewer than no dossiers",
            code="aggregate_unit",
            where=group,
            got=", ".join(unit.unit_id for unit in units if unit.se is None)[:80],
            expected="dossiers of 0 or more; share and standard error, or neither",
            remedy="pass the unit's score as it was computed",
        )
    scored = [unit for unit in units if unit.share is not None and unit.dossiers > 0]
    whole, covered = sum(unit.dossiers for unit in units), sum(unit.dossiers for unit in scored)
    n = sum(unit.n for unit in scored)
    names = tuple(unit.unit_id for unit in scored)
    missing = tuple(unit.unit_id for unit in units if unit.unit_id not in set(names))
    coverage = covered / whole if whole else 0.0
    if not scored:
        return Aggregate(group, 0, whole, 0.0, None, None, None, None, None, (), missing)
    combined = combine(
        np.array([unit.share for unit in scored], np.float64),
        np.array([unit.se for unit in scored], np.float64) ** 2,
        np.array([unit.df or 1 for unit in scored], np.float64),
        np.array([unit.dossiers for unit in scored], np.float64),
    )
    lower, upper = combined_interval(combined, n=n, level=level, scale=scale)
    return Aggregate(
        group,
        n,
        whole,
        coverage,
        combined.share,
        combined.variance**0.5,
        lower,
        upper,
        combined.df,
        names,
        missing,
    )
