"""Tests under a sampling design: chi-square of a table, difference of two groups, many tests at once."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, chdtrc, fdtrc, stdtrit

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.estimators import Linearised, estimate, mean, total
from analysis.sums import BoolArray, FloatArray

TableTest = Literal["F", "Chisq", "Wald", "adjWald"]
_TABLE_TESTS: Final[tuple[TableTest, ...]] = get_args(TableTest)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test: its statistic, degrees of freedom (of an F numerator and denominator) and p value."""

    statistic: float
    df: tuple[float, ...]
    p_value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two groups with its t test and interval."""

    estimate: float
    se: float
    lower: float
    upper: float
    test: Verdict


def t_test(
    design: Design,
    values: NDArray[Any],
    group: BoolArray,
    *,
    domain: BoolArray | None = None,
    level: float = 0.95,
) -> Difference:
    """Return the mean inside `group` less the mean outside it (survey::svyttest).

    The covariance of the two means is part of the variance; degrees of freedom are those of the design less one.

    >>> from analysis.sampling import sample_design
    >>> result = t_test(sample_design(rows=6), np.array([1.0, 2, 3, 4, 5, 6]), np.array([0, 0, 0, 1, 1, 1]) > 0)
    >>> result.estimate, result.test.df
    (3.0, (4,))
    """
    y = np.asarray(values, np.float64)
    answered = ~np.isnan(y) if domain is None else ~np.isnan(y) & domain
    first, second = mean(design, y, answered & ~group), mean(design, y, answered & group)
    if not (first.n[0] and second.n[0]):
        raise AnalysisError(
            "a group of the comparison has no answers",
            code="test_group",
            got=f"{first.n[0]:g} and {second.n[0]:g} answers",
            expected="answers in both groups",
            remedy="check the grouping and the filter",
        )
    gap = Linearised(second.estimate - first.estimate, second.influence - first.influence, first.n + second.n)
    found = estimate(design, gap)
    return difference_test(
        float(found.estimate[0]), float(found.se[0]), design.degrees_of_freedom(answered) - 1, level=level
    )


def difference_test(gap: float, se: float, df: int, *, level: float = 0.95) -> Difference:
    """Return the t test of a difference, or of any contrast, against zero.

    >>> round(difference_test(2.0, 1.0, 60).test.p_value, 6)
    0.050033
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(np.divide(gap, se))
    half = float(stdtrit(df, (1 + level) / 2)) * se
    # two-sided p of Student's t, exact far out in the tail too
    p_value = 1.0 if statistic == 0 else float(betainc(df / 2, 0.5, df / (df + statistic**2)))
    return Difference(gap, se, gap - half, gap + half, Verdict(statistic, (df,), p_value))


def table_test(
    design: Design,
    rows: NDArray[Any],
    columns: NDArray[Any],
    shape: tuple[int, int],
    *,
    kind: TableTest = "F",
    domain: BoolArray | None = None,
) -> Verdict:
    """Test that two classifications (R, codes from 0, below 0 for no answer) are independent.

    "F" is the second-order correction of Rao and Scott 1984 with Thomas and Rao's denominator, "Chisq" the first
    order one; "Wald" and "adjWald" (Koch, Freeman and Freeman 1975; Thomas and Rao 1987) use the differences
    between observed and expected counts. As survey::svychisq.
    """
    if kind not in _TABLE_TESTS:
        raise _fault("test_kind", "unknown test of a table", kind, ", ".join(_TABLE_TESTS), "name one of these")
    r, c = shape
    given = (rows >= 0) & (columns >= 0)
    used = given if domain is None else given & domain
    cell = np.where(used, rows * c + columns, -1).astype(np.intp)
    indicator = (cell[:, None] == np.arange(r * c)).astype(np.float64)
    indicator[~used] = np.nan
    shares = estimate(design, mean(design, indicator))
    table = shares.estimate.reshape(r, c)
    by_row, by_column = table.sum(axis=1), table.sum(axis=0)
    if r < 2 or c < 2 or not (by_row > 0).all() or not (by_column > 0).all():
        raise _fault(
            "test_table", "a level of the table has no answers", f"{r} x {c}", "answers everywhere", "merge levels"
        )
    # as R: persons without an answer still count in n and in the degrees of freedom
    n, nu = float((design.count * (True if domain is None else domain)).sum()), design.degrees_of_freedom(domain)
    if kind in ("Wald", "adjWald"):
        counts = estimate(design, total(design, indicator))
        return _wald(counts.estimate.reshape(r, c), counts.covariance, nu, adjusted=kind == "adjWald")
    expected = by_row[:, None] * by_column
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    eigen = _generalised_effects(table, shares.covariance, n)
    trace, square = float(np.trace(eigen)), float(np.trace(eigen @ eigen))
    if kind == "Chisq":
        df = len(eigen)
        return Verdict(pearson, (df,), float(chdtrc(df, pearson / (trace / df))))
    first = trace**2 / square
    return Verdict(pearson / trace, (first, first * nu), float(fdtrc(first, first * nu, pearson / trace)))


def _generalised_effects(table: FloatArray, covariance: FloatArray, n: float) -> FloatArray:
    """Return the matrix of generalised design effects (C'D⁻¹C/n)⁻¹ (C'D⁻¹ V D⁻¹ C)."""
    r, c = table.shape
    row, column = np.divmod(np.arange(r * c), c)
    main = np.concatenate(
        [np.ones((r * c, 1)), row[:, None] == np.arange(1, r), column[:, None] == np.arange(1, c)], axis=1
    ).astype(np.float64)
    both = np.stack([(row == i) & (column == j) for j in range(1, c) for i in range(1, r)], axis=1).astype(
        np.float64
    )
    contrasts = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.divide(1, table.ravel(), out=np.zeros(r * c), where=table.ravel() > 0)
    scaled = inverse[:, None] * contrasts
    effects = np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
    return effects.astype(np.float64, copy=False)


def _wald(counts: FloatArray, covariance: FloatArray, nu: int, *, adjusted: bool) -> Verdict:
    r, c = counts.shape
    whole = counts.sum()
    in_row, in_column = counts.sum(axis=1) / whole, counts.sum(axis=0) / whole
    row, column = np.divmod(np.arange(r * c), c)
    kept = [(i, j) for i in range(r - 1) for j in range(c - 1)]
    gaps = np.array([counts[i, j] - whole * in_row[i] * in_column[j] for i, j in kept])
    slopes = [((row == i) - in_row[i]) * ((column == j) - in_column[j]) for i, j in kept]
    jacobian = np.stack(slopes)
    statistic = float(gaps @ np.linalg.solve(jacobian @ covariance @ jacobian.T, gaps)) / len(kept)
    first, second = len(kept), nu
    if adjusted:
        second = nu - first + 1
        statistic *= second / nu
    return Verdict(statistic, (first, second), float(fdtrc(first, second, statistic)))


def benjamini_hochberg(p_values: NDArray[Any]) -> FloatArray:
    """Return p values adjusted so that rejecting below q keeps the false discovery rate at q.

    Benjamini and Hochberg 1995; NaN stays NaN and is not counted.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    return _stepwise(p_values, falling=True)


def holm(p_values: NDArray[Any]) -> FloatArray:
    """Return p values adjusted so that rejecting below α keeps the chance of any false rejection at α (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.09, 0.09, 0.5]
    """
    return _stepwise(p_values, falling=False)


def _stepwise(p_values: NDArray[Any], *, falling: bool) -> FloatArray:
    given = np.asarray(p_values, np.float64)
    adjusted = np.full(given.shape, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    m, rank = len(order), np.arange(1, len(order) + 1)
    if falling:
        steps = np.minimum.accumulate((given[order] * m / rank)[::-1])[::-1]
    else:
        steps = np.maximum.accumulate(given[order] * (m - rank + 1))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def _fault(code: str, message: str, got: object, expected: str, remedy: str) -> AnalysisError:
    return AnalysisError(message, code=code, got=got, expected=expected, remedy=remedy)
