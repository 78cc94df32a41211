"""Totals, means, ratios and shares under any sampling design, by domain, with covariance and design effects.

Each figure is linearised: its influence on every person goes through one variance routine (Woodruff 1971; Binder
1983; Särndal, Swensson and Wretman 1992, ch. 5). An answer that is NaN is missing: the person stays in the design
with influence 0. Rows outside a domain are treated alike, so that n of every stratum is that of the whole design.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.sums import BoolArray, FloatArray

Statistic = Literal["total", "mean"]


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """Figures (F) and their influence (R, F) on the sample, weights included; `n` persons each rests on."""

    estimate: FloatArray
    influence: FloatArray
    n: FloatArray

    def combined(self, coefficients: NDArray[Any]) -> "Linearised":
        """Return linear combinations (C, F) of the figures; each rests on the fewest persons it contains."""
        matrix = np.atleast_2d(np.asarray(coefficients, np.float64))
        fewest = np.where(matrix != 0, self.n[None, :], np.inf).min(axis=1)
        return Linearised(matrix @ self.estimate, self.influence @ matrix.T, fewest)

    def quotient(self, part: int, whole: int) -> "Linearised":
        """Return the ratio of two of the figures."""
        share = self.estimate[part] / self.estimate[whole]
        influence = (self.influence[:, [part]] - share * self.influence[:, [whole]]) / self.estimate[whole]
        return Linearised(np.array([share]), influence, np.minimum(self.n[[part]], self.n[[whole]]))


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Figures (F) with their covariance (F, F), the persons each rests on and the design's degrees of freedom."""

    estimate: FloatArray
    covariance: FloatArray
    n: FloatArray
    df: int

    @property
    def se(self) -> FloatArray:
        """Return the standard errors."""
        se: FloatArray = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return se

    def contrast(self, coefficients: NDArray[Any]) -> "Estimates":
        """Return linear combinations (C, F), such as differences, with their covariance."""
        matrix = np.atleast_2d(np.asarray(coefficients, np.float64))
        fewest = np.where(matrix != 0, self.n[None, :], np.inf).min(axis=1)
        return Estimates(matrix @ self.estimate, matrix @ self.covariance @ matrix.T, fewest, self.df)


def estimate(design: Design, figures: Linearised) -> Estimates:
    """Return figures with their design-based covariance."""
    return Estimates(
        figures.estimate, design.covariance(figures.influence), figures.n, design.degrees_of_freedom()
    )


def total(design: Design, values: NDArray[Any], domain: BoolArray | None = None) -> Linearised:
    """Return the weighted totals of the values (R or R, F)."""
    y, answered = _values(design, values, domain)
    influence = design.weight[:, None] * y
    return Linearised(design.count @ influence, influence, _persons(design, answered))


def mean(design: Design, values: NDArray[Any], domain: BoolArray | None = None) -> Linearised:
    """Return the weighted means of the values (R or R, F) among those who answered.

    Three persons of weights 1, 2 and 1:

    >>> from analysis.sampling import sample_design
    >>> design = sample_design(rows=3, weight=np.array([1.0, 2.0, 1.0]))
    >>> float(mean(design, np.array([1.0, 4.0, 5.0])).estimate[0])
    3.5
    """
    y, answered = _values(design, values, domain)
    return _ratio(design, y, answered, answered)


def ratio(design: Design, part: NDArray[Any], whole: NDArray[Any], domain: BoolArray | None = None) -> Linearised:
    """Return ratios of totals, column by column (R or R, F), over those with both values."""
    y, has_part = _values(design, part, domain)
    x, has_whole = _values(design, whole, domain)
    both = has_part * has_whole
    return _ratio(design, y * both, x * both, both)


def shares(design: Design, levels: NDArray[Any], size: int, domain: BoolArray | None = None) -> Linearised:
    """Return the shares of levels 0 .. size-1 (R, below 0 or NaN for no answer)."""
    given = np.asarray(levels, np.float64)
    chosen = (given[:, None] == np.arange(size)).astype(np.float64)
    chosen[~(given >= 0)] = np.nan
    return mean(design, chosen, domain)


def by_domain(
    design: Design,
    values: NDArray[Any],
    domain: NDArray[np.integer[Any]],
    domains: int,
    statistic: Statistic = "mean",
) -> Linearised:
    """Return the figures of every domain 0 .. domains-1, all columns of the first, then of the second, and so on.

    This keeps the whole covariance and so takes R x domains memory; `domain_figures` serves many domains.
    """
    estimator = mean if statistic == "mean" else total
    parts = [estimator(design, values, domain == number) for number in range(domains)]
    return Linearised(
        np.concatenate([part.estimate for part in parts]),
        np.concatenate([part.influence for part in parts], axis=1),
        np.concatenate([part.n for part in parts]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class DomainFigures:
    """Figures of one domain (F): as `Estimates`, with degrees of freedom, design effect and Kish's n of their own.

    `deff` compares with simple random sampling with replacement of as many persons; NaN without variance.
    """

    estimate: FloatArray
    variance: FloatArray
    n: FloatArray
    df: NDArray[np.int64]
    deff: FloatArray
    effective: FloatArray


def domain_figures(
    design: Design, values: NDArray[Any], domain: BoolArray, statistic: Statistic = "mean"
) -> DomainFigures:
    """Return totals or means of a domain with their variance, from the rows that matter to it only."""
    kept = design.support(domain)
    part, inside = design.rows(kept), domain[kept]
    y = np.asarray(values, np.float64)[kept]
    figures = (mean if statistic == "mean" else total)(part, y, inside)
    variance = part.variance(figures.influence)
    answered = ~np.isnan(y) & inside[:, None]
    return DomainFigures(
        figures.estimate,
        variance,
        figures.n,
        np.array([part.degrees_of_freedom(column) for column in answered.T], np.int64),
        design_effect(part, y, variance, domain=inside, statistic=statistic),
        kish(part, answered),
    )


def design_effect(
    design: Design,
    values: NDArray[Any],
    variance: FloatArray,
    *,
    domain: BoolArray | None = None,
    statistic: Statistic = "mean",
    replacement: bool = True,
) -> FloatArray:
    """Return the variance over that of a simple random sample of as many persons (Kish 1965).

    With replacement S²/n; without it S²/n (1 - n/N) with N the sum of weights, NaN where n ≥ N;
    S² = n/(n-1) times the weighted variance. For totals times N².
    """
    y, answered = _values(design, values, domain)
    weight = design.row_weight[:, None] * answered
    whole = weight.sum(axis=0)
    n = _persons(design, answered)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (weight * y).sum(axis=0) / whole
        simple = (weight * (y - centre) ** 2).sum(axis=0) / whole / (n - 1)
        if not replacement:
            simple = np.where(n < whole, simple * (1 - n / whole), np.nan)
        if statistic == "total":
            simple = simple * whole**2
        effect: FloatArray = np.where(simple > 0, variance / simple, np.nan)
    return effect


def kish(design: Design, answered: BoolArray) -> FloatArray:
    """Return Kish's effective n, (sum of w)² / sum of w², among those who answered (R, F)."""
    squares = (design.count * design.weight**2) @ answered
    whole = design.row_weight @ answered
    effective: FloatArray = np.divide(whole**2, squares, out=np.zeros_like(whole), where=squares > 0)
    return effective


def _ratio(design: Design, y: FloatArray, x: FloatArray, answered: FloatArray) -> Linearised:
    weight = design.row_weight
    whole = weight @ x
    with np.errstate(divide="ignore", invalid="ignore"):
        # nobody answered: no figure
        share = (weight @ y) / whole
        influence = design.weight[:, None] * (y - share * x) / whole
    return Linearised(share, influence, _persons(design, answered))


def _values(design: Design, values: NDArray[Any], domain: BoolArray | None) -> tuple[FloatArray, FloatArray]:
    """Return values (R, F) with 0 for what is missing or outside, and 1 where there is an answer."""
    y = np.asarray(values, np.float64)
    y = y[:, None] if y.ndim == 1 else y
    if len(y) != design.row_count or np.isinf(y).any():
        raise AnalysisError(
            "the values do not fit the sample",
            code="estimate_values",
            got=f"{len(y)} rows" if len(y) != design.row_count else "an infinite value",
            expected=f"{design.row_count} finite values, or NaN for no answer",
            remedy="pass one value for each row of the design",
        )
    answered = ~np.isnan(y)
    if domain is not None:
        answered &= domain[:, None]
    return np.where(answered, y, 0.0), answered.astype(np.float64)


def _persons(design: Design, answered: FloatArray) -> FloatArray:
    persons: FloatArray = (design.count * (design.weight != 0)) @ answered
    return persons
