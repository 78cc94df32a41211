"""Quantiles of a weighted sample with Woodruff's (1952) interval: that of the share below, mapped back."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis.design import Design
from analysis.errors import AnalysisError
from analysis.estimators import estimate, mean
from analysis.intervals import IntervalMethod, korn_graubard, plain, xlogit
from analysis.sums import BoolArray, FloatArray

QuantileRule = Literal["math", "hf7"]
_RULES: Final[tuple[QuantileRule, ...]] = get_args(QuantileRule)
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles with interval and standard error; NaN where the interval reaches beyond the sample."""

    quantile: FloatArray
    lower: FloatArray
    upper: FloatArray
    se: FloatArray
    df: int


def quantiles(
    design: Design,
    values: NDArray[Any],
    probabilities: NDArray[Any],
    *,
    domain: BoolArray | None = None,
    rule: QuantileRule = "math",
    interval: IntervalMethod = "mean",
    level: float = 0.95,
) -> Quantiles:
    """Return weighted quantiles of the values (R, NaN for no answer) at the probabilities.

    Rule "math" is the smallest value with at least p of the weight at or below it; "hf7" interpolates as R's
    quantile does (Hyndman and Fan 1996, type 7). The interval is that of the share at or below the quantile by
    the method mean, beta or xlogit, carried back through the same rule; se = width / 2t.

    >>> from analysis.sampling import sample_design
    >>> ten = np.arange(1.0, 11.0)
    >>> float(quantiles(sample_design(rows=10), ten, np.array([0.5])).quantile[0])
    5.0
    """
    y = np.asarray(values, np.float64)
    wanted = np.asarray(probabilities, np.float64)
    _check(wanted, rule, interval)
    answered = ~np.isnan(y) if domain is None else ~np.isnan(y) & domain
    used = answered & (design.row_weight > 0)
    if not used.any():
        raise _fault("quantile_empty", "nobody answered", "0 answers", "at least one answer", "check the filter")
    curve = _Curve(y[used], design.count[used], design.weight[used], rule)
    found = curve.at(wanted)
    below = (y[:, None] <= found).astype(np.float64)
    below[~answered] = np.nan
    shares = estimate(design, mean(design, below))
    # the degrees of freedom are those of the persons who answered
    df = design.degrees_of_freedom(answered)
    variance, freedom = np.diag(shares.covariance), np.full(len(wanted), float(df))
    if interval == "beta":
        lower, upper = korn_graubard(shares.estimate, variance, shares.n, freedom, level)
    elif interval == "xlogit":
        with np.errstate(divide="ignore", invalid="ignore"):
            lower, upper = xlogit(shares.estimate, variance, freedom, level)
    else:
        lower, upper = plain(shares.estimate, variance, freedom, level)
    low, high = curve.at(lower), curve.at(upper)
    return Quantiles(found, low, high, (high - low) / (2 * stdtrit(df, (1 + level) / 2)), df)


class _Curve:
    """The weighted distribution of the answers, ready to be read backwards."""

    def __init__(self, values: FloatArray, count: FloatArray, weight: FloatArray, rule: QuantileRule) -> None:
        order = np.argsort(values, kind="stable")
        self._values, self._rule = values[order], rule
        end = np.cumsum((count * weight)[order])
        own = weight[order]
        if rule == "math":
            self._share = end / end[-1]
        else:
            # one point for each person, at the weight of those before; of equal persons first and last suffice
            start = end - (count * weight)[order]
            whole = end[-1] - own[-1]
            self._share = np.stack([start, end - own], axis=1).ravel() / (whole if whole > 0 else 1)
            self._values = np.repeat(self._values, 2)

    def at(self, share: FloatArray) -> FloatArray:
        inside = (share >= 0) & (share <= 1)
        if self._rule == "math":
            place = np.searchsorted(self._share, np.where(inside, share, 0) - _ROUNDING)
            value: FloatArray = self._values[np.minimum(place, len(self._values) - 1)]
        else:
            value = np.interp(np.where(inside, share, 0), self._share, self._values)
        return np.where(inside, value, np.nan)


def _check(probabilities: FloatArray, rule: str, interval: str) -> None:
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise _fault(
            "quantile_probability", "a probability lies outside 0 to 1", probabilities, "0 to 1", "mend it"
        )
    if rule not in _RULES:
        raise _fault("quantile_rule", "unknown rule for quantiles", rule, ", ".join(_RULES), "name one of these")
    if interval not in ("mean", "beta", "xlogit"):
        known = "mean, beta, xlogit"
        raise _fault("quantile_interval", "unknown interval for quantiles", interval, known, "name one of these")


def _fault(code: str, message: str, got: object, expected: str, remedy: str) -> AnalysisError:
    return AnalysisError(message, code=code, got=got, expected=expected, remedy=remedy)
