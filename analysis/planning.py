"""How many answers a unit needs for a wanted precision, and the precision that it reached."""

from fractions import Fraction
from math import ceil, sqrt
from typing import Final

from scipy.special import ndtri

from analysis.errors import AnalysisError

SAMPLE_ERROR: Final = Fraction(5, 100)


def yamane_sample(dossiers: int, error: Fraction = SAMPLE_ERROR) -> int:
    """Return the minimum sample N / (1 + N e²), rounded up (Yamane 1967); assumes simple random sampling.

    >>> [yamane_sample(dossiers) for dossiers in (100, 308, 1000, 1910, 47590)]
    [80, 175, 286, 331, 397]
    """
    part, whole = error.numerator**2, error.denominator**2
    return -(-dossiers * whole // (whole + dossiers * part))


def own_sample(
    dossiers: int,
    share: float,
    *,
    level: float = 0.95,
    error: Fraction = SAMPLE_ERROR,
    design_effect: float = 1.0,
) -> int:
    """Return the sample that gives a half-width of e at the unit's own share, for a finite population.

    n0 = deff z² p (1-p) / e², n = n0 / (1 + (n0 - 1)/N) (Cochran 1977, 4.2). The normal approximation asks for too
    few where p is near 0 or 1: see `exact_sample`.

    >>> own_sample(1000, 0.9), own_sample(1000, 0.5)
    (122, 278)
    """
    first = design_effect * float(ndtri((1 + level) / 2)) ** 2 * share * (1 - share) / float(error) ** 2
    return ceil(round(first / (1 + (first - 1) / dossiers), 9)) if dossiers else 0


def achieved_half_width(
    n: int, dossiers: int, share: float, *, design_effect: float = 1.0, level: float = 0.95
) -> float:
    """Return half the length of the Wilson interval on the effective n of n persons among N dossiers.

    n_e = n / deff · (N-1)/(N-n); half = z sqrt(p(1-p)/n_e + z²/(4 n_e²)) / (1 + z²/n_e) (Wilson 1927). It is 0
    only when everyone answered, never because everyone agreed.

    >>> round(achieved_half_width(200, 1000, 0.9), 4), round(achieved_half_width(200, 1000, 1.0), 4)
    (0.0374, 0.0076)
    """
    _check(dossiers, share, design_effect)
    if n < 1:
        raise _unplannable(f"n {n}")
    if n >= dossiers:
        return 0.0
    z2 = float(ndtri((1 + level) / 2)) ** 2
    effective = n / design_effect * (dossiers - 1) / (dossiers - n)
    return sqrt(z2 * (share * (1 - share) / effective + z2 / (4 * effective**2))) / (1 + z2 / effective)


def exact_sample(
    dossiers: int, share: float, *, half_width: float = 0.05, design_effect: float = 1.0, level: float = 0.95
) -> int:
    """Return the smallest n whose interval has at most the wanted half-width at the unit's own share.

    The inverse of `achieved_half_width`; all dossiers where nothing less is enough.

    >>> exact_sample(1000, 0.9), exact_sample(1000, 0.5), exact_sample(1000, 1.0)
    (124, 276, 34)
    """
    _check(dossiers, share, design_effect)
    if not half_width > 0:
        raise _unplannable(f"half-width {half_width}")
    low, high = 1, dossiers
    while low < high:
        middle = (low + high) // 2
        reached = achieved_half_width(middle, dossiers, share, design_effect=design_effect, level=level)
        low, high = (low, middle) if reached <= half_width else (middle + 1, high)
    return low


def _check(dossiers: int, share: float, design_effect: float) -> None:
    if dossiers < 1 or not 0 <= share <= 1 or not design_effect > 0:
        raise _unplannable(f"{dossiers} dossiers, share {share}, design effect {design_effect}")


def _unplannable(got: str) -> AnalysisError:
    return AnalysisError(
        "a sample cannot be planned from these numbers",
        code="planning_input",
        where="planning",
        got=got,
        expected="n and dossiers of 1 or more, a share from 0 to 1, a design effect and a half-width above 0",
        remedy="use last quarter's share and design effect of the unit",
    )
