"""A sampling design: who was drawn with what, and the variance of a weighted sum that follows from it.

Ultimate clusters within strata (Hansen, Hurwitz and Madow 1953), several stages with finite population correction
(Cochran 1977, 10.3), rules for strata with a single sampling unit (Lumley 2010, app. C). Rows may stand for
several persons each, so that pattern counts and single answers give the same figures.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from analysis.errors import AnalysisError
from analysis.projection import Projection
from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums

Lonely = Literal["adjust", "average", "certainty", "fail"]
# strata sampled to the last unit: what is left of them carries no variance
_CENSUS: Final = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of selection: rows (R) by stratum (0 .. H-1) and sampling unit.

    `unit` (R) numbers the units across strata; None makes every person a unit. By stratum: `sampled` is n_h in the
    whole sample, `fraction` is f_h = n_h/N_h (0 without correction), `factor` the product of the sampling
    fractions of the stages before, `name` what the stratum is called.
    """

    stratum: IndexArray
    unit: IndexArray | None
    sampled: FloatArray
    fraction: FloatArray
    factor: FloatArray
    name: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A sample: `count` persons in each row (R), the `weight` of each of them, and how they were drawn.

    `projections` are the calibrations that the weights went through, in their order: the variance is that of the
    residuals. `lonely_in_domains` applies the rule for single sampling units also where a domain leaves just one.
    """

    count: FloatArray
    weight: FloatArray
    stages: tuple[Stage, ...]
    lonely: Lonely = "fail"
    lonely_in_domains: bool = False
    projections: tuple[Projection, ...] = ()

    @property
    def row_count(self) -> int:
        """Return R."""
        return len(self.count)

    @property
    def row_weight(self) -> FloatArray:
        """Return the weight of all persons of each row."""
        weight: FloatArray = self.count * self.weight
        return weight

    def rows(self, kept: BoolArray) -> "Design":
        """Return a part of the sample that still knows the whole design, such as n_h of every stratum.

        Influence outside the rows kept must be 0, and calibration groups must be kept whole.
        """
        return replace(
            self,
            count=self.count[kept],
            weight=self.weight[kept],
            stages=tuple(
                replace(
                    stage,
                    stratum=stage.stratum[kept],
                    unit=None if stage.unit is None else stage.unit[kept],
                )
                for stage in self.stages
            ),
            projections=tuple(projection.rows(kept) for projection in self.projections),
        )

    def support(self, domain: BoolArray) -> BoolArray:
        """Return the rows that a figure of this domain depends on: its own and those weighted along with them."""
        rows = domain
        for projection in self.projections:
            rows = projection.touched(rows)
        return rows

    def covariance(self, influence: FloatArray) -> FloatArray:
        """Return the covariance (F, F) of the sums of influences (R, F) over persons; they contain the weight."""
        deviations = self._deviations(influence)
        covariance: FloatArray = sum((part.T @ part for part in deviations), np.zeros((influence.shape[1],) * 2))
        return covariance

    def variance(self, influence: FloatArray) -> FloatArray:
        """Return the variances (F) alone."""
        variance = np.zeros(influence.shape[1])
        for part in self._deviations(influence):
            variance += np.einsum("uf,uf->f", part, part)
        return variance

    def degrees_of_freedom(self, rows: BoolArray | None = None) -> int:
        """Return sampling units minus strata at the first stage, among rows (all) with a weight other than 0."""
        used = (self.weight != 0) & (self.count > 0)
        if rows is not None:
            used = used & rows
        stage = self.stages[0]
        strata = int(np.count_nonzero(np.bincount(stage.stratum[used])))
        if stage.unit is None:
            return round(float(self.count[used].sum())) - strata
        return int(np.count_nonzero(np.bincount(stage.unit[used]))) - strata

    def _deviations(self, influence: FloatArray) -> list[FloatArray]:
        for projection in self.projections:
            influence = projection.residual(self.count, influence)
        parts: list[FloatArray] = []
        for number, stage in enumerate(self.stages, start=1):
            parts += self._stage_deviations(stage, influence, number)
        return parts

    def _stage_deviations(self, stage: Stage, influence: FloatArray, number: int) -> list[FloatArray]:
        """Return scaled deviations of the sampling units from the mean of their stratum, and of those not here."""
        strata = len(stage.sampled)
        if stage.unit is None:
            sums, persons, stratum = influence, self.count, stage.stratum
        else:
            present, first, place = np.unique(stage.unit, return_index=True, return_inverse=True)
            sums = _row_sums(place, self.count[:, None] * influence, len(present))
            persons, stratum = np.ones(len(present)), stage.stratum[first]
        here = group_sums(stratum, persons, strata)
        open_strata = (here > 0) & (1 - stage.fraction > _CENSUS)
        single = open_strata & (stage.sampled <= 1)
        if self.lonely_in_domains:
            single |= open_strata & (here == 1) & (self.lonely in ("adjust", "average"))
        if self.lonely == "fail" and single.any():
            raise _lonely(stage.name[int(np.argmax(single))], number)
        scale = np.where(open_strata, stage.factor * (1 - stage.fraction), 0.0)
        scale *= np.where(stage.sampled > 1, stage.sampled / np.maximum(stage.sampled - 1, 1), 1)
        if self.lonely == "average":
            # without any good stratum there is nothing to take an average of: the variance is not known
            good = int(np.count_nonzero((here > 0) & ~single))
            share = np.count_nonzero(here) / good if good else np.nan
            scale = np.where(single, 0.0 if good else np.nan, scale * share)
        mean = _row_sums(stratum, persons[:, None] * sums, strata) / np.maximum(stage.sampled, 1)[:, None]
        if self.lonely == "adjust":
            mean[single] = 0
        deviations = np.sqrt(persons * scale[stratum])[:, None] * (sums - mean[stratum])
        # units of the stratum without a row here have influence 0 and stand apart from the mean as well
        absent = np.sqrt(scale * np.maximum(stage.sampled - here, 0))
        away = absent > 0
        return [deviations, absent[away, None] * mean[away]]


def _row_sums(group: IndexArray, values: FloatArray, size: int) -> FloatArray:
    """Add rows (R, F) by group."""
    sums = np.empty((size, values.shape[1]))
    for column in range(values.shape[1]):
        sums[:, column] = group_sums(group, values[:, column], size)
    return sums


def _lonely(stratum: str, stage: int) -> AnalysisError:
    return AnalysisError(
        "a stratum has only one sampling unit",
        code="design_lonely",
        where=stratum,
        got=1,
        expected=f"2 or more at stage {stage}",
        remedy="join the stratum with another, or choose the rule adjust, average or certainty",
    )
