"""Computed figures as they may be shown: with interval and design effect, marked or suppressed below a minimum."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Figures
from analysis.intervals import share_interval
from analysis.rules.score_rule import Formula, ScoreRule
from analysis.scores import Estimate, ValueStatus
from analysis.sums import BoolArray, FloatArray

_STATUSES: Final[tuple[ValueStatus, ...]] = ("no_answers", "suppressed", "no_weights", "marked", "shown")


class ShownFigures:
    """The figures of all units, ready to be shown one figure at a time.

    `remaining` (U) is the finite population correction, `leverage` (U) the jackknife's factor for what
    calibration used up, `weighted` marks the units with dossiers to weight to.
    """

    def __init__(
        self,
        figures: Figures,
        remaining: FloatArray,
        leverage: FloatArray,
        weighted: BoolArray,
        rule: ScoreRule,
    ) -> None:
        share, persons = figures.share, figures.persons
        variance = figures.variance * remaining[:, None]
        # an item answered in one sampling unit only still deserves an interval, the widest one
        df = np.maximum(figures.sampled - 1, 1)
        self._share, self._se = share, np.sqrt(variance)
        simple = figures.simple_variance
        believed = variance
        if rule.interval_variance == "corrected":
            # few dissatisfied in a level of high weight look like none: never below simple random sampling
            believed = np.fmax(variance, simple * remaining[:, None]) * leverage[:, None]
        self._lower, self._upper = share_interval(share, believed, persons, df, rule.level)
        # what is left of a variance of zero after rounding is no basis of comparison
        real = simple > 1e-16 * share * (1 - share)
        self._deff = np.divide(variance, simple, out=np.full_like(variance, np.nan), where=real)
        self._persons, self._df = persons.astype(np.int64), df.astype(np.int64)
        suppressed = np.isnan(share) | (persons < rule.suppress_below)
        unweighted = np.broadcast_to(~weighted[:, None], share.shape)
        conditions = [persons == 0, suppressed, unweighted, persons < rule.mark_below]
        self._made: dict[tuple[int, Formula], list[Estimate]] = {}
        self._status: NDArray[np.int8] = np.select(conditions, range(len(conditions)), len(conditions)).astype(
            np.int8
        )

    def of(self, place: int, formula: Formula) -> list[Estimate]:
        """Return one figure of every unit, on the scale of the formula."""
        if (place, formula) not in self._made:
            self._made[place, formula] = self._estimates(place, formula)
        return self._made[place, formula]

    def _estimates(self, place: int, formula: Formula) -> list[Estimate]:
        status = self._status[:, place]
        known = status >= _STATUSES.index("marked")
        # MEAN5 runs from 1/5 to 1
        least = 0.2 if formula == "MEAN5" else 0.0
        share, lower, upper = (
            least + (1 - least) * figure[:, place] for figure in (self._share, self._lower, self._upper)
        )
        deff = self._deff[:, place]
        return list(
            map(
                Estimate,
                self._persons[:, place].tolist(),
                map(_STATUSES.__getitem__, status.tolist()),
                _where(known, share),
                _where(known, (1 - least) * self._se[:, place]),
                _where(known, lower),
                _where(known, upper),
                _where(known, self._df[:, place]),
                _where(known & ~np.isnan(deff), deff),
            )
        )


def _where(known: BoolArray, values: FloatArray | NDArray[np.int64]) -> list[Any]:
    """Return plain numbers, None where they are not known."""
    plain = values.astype(np.object_)
    plain[~known] = None
    numbers: list[Any] = plain.tolist()
    return numbers
