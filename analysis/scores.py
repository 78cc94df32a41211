"""The results of a scored period: frozen figures with their company, and codes instead of prose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeVar, dataclass_transform

Result = TypeVar("Result")

UnitStatus = Literal["scored", "marked", "suppressed", "no_responses", "no_dossiers"]
ValueStatus = Literal["shown", "marked", "suppressed", "no_answers", "no_weights"]
FactorStatus = Literal["used", "left_out", "suppressed", "no_answers"]
MarginStatus = Literal["used", "not_given", "not_asked", "unknown_share", "few_responses", "dropped"]


# what a warning can say, and the parameters it brings
WARNING_CODES: Final = {
    "no_dossiers": (),
    "no_responses": (),
    "suppressed": ("n", "minimum"),
    "no_usable_factor": (),
    "few_responses": ("n", "minimum"),
    "below_minimum_sample": ("n", "minimum"),
    "more_responses_than_dossiers": ("n", "dossiers"),
    "fpc_off": (),
    "no_factor_reaches_minimum": ("minimum",),
    "factor_left_out": ("factor", "n", "minimum"),
    "few_sampling_units": ("count", "minimum"),
    "margin_not_given": ("margin",),
    "margin_unknown_share": ("margin", "known_share"),
    "margin_few_responses": ("margin", "known_share"),
    "margin_dropped": ("margin", "known_share"),
    "level_merged": ("margin", "level", "into"),
    "level_without_dossiers": ("margin", "level"),
    "bounds_widened": ("upper",),
    "equal_weights": (),
    "component_missing": ("component",),
    "component_rebased": ("component",),
    "component_not_applicable": ("component",),
    "printed_differs": ("printed", "computed"),
}


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[Result]) -> type[Result]:
    """Make a dataclass that type checkers hold frozen.

    Nothing guards it at run time: the guard would make each of a table's ten thousand figures cost five times as
    much.
    """
    return dataclass(slots=True)(kind)


@frozen
class Warning:
    """Something a reader of the figure must know: a code of `WARNING_CODES` and its numbers.

    The interface words it.
    """

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@frozen
class Estimate:
    """A share (0 to 1) of weighted answers with its company; every figure is None when it may not be shown.

    `n` counts persons. `marked` means fewer than the rule's 30 persons, `suppressed` fewer than 5 (or an index
    with nothing to rest on), `no_weights` that the unit has no dossiers to weight to.
    """

    n: int
    status: ValueStatus
    share: float | None = None
    se: float | None = None
    lower: float | None = None
    upper: float | None = None
    df: int | None = None
    deff: float | None = None


@frozen
class ItemScore:
    """One question: `rating_counts` are the persons who chose 1 to 5 (None when suppressed)."""

    code: str
    n: int
    not_applicable_count: int
    skipped_count: int
    rating_counts: tuple[int, int, int, int, int] | None
    top2: Estimate
    mean5: Estimate


@frozen
class FactorScore:
    """One factor under the rule's formula (`estimate`) and under both usual ones.

    `weight` is the rule's weight, `weight_used` the share it has in this unit's index after factors were left
    out, `variance_share` its part in the variance of the index (parts of one index add up to 1).
    """

    code: str
    n: int
    status: FactorStatus
    weight: float
    weight_used: float
    variance_share: float | None
    estimate: Estimate
    top2: Estimate
    mean5: Estimate


@frozen
class Alternative:
    """The index under another formula or aggregation, to be printed beside the official one."""

    formula: str
    aggregation: str
    estimate: Estimate


@frozen
class Unweighted:
    """The index as if every response counted the same."""

    estimate: Estimate
    points: Decimal | None


@frozen
class MarginReport:
    """What became of one margin in one unit.

    `merged` lists (level, joined level) of fields with too few responses; `foreign` the levels of responses for
    which the unit has no dossiers (their responses count as unknown); `gap` is the largest difference between a
    level's share among the weighted responses of known level and its share of the dossiers.
    """

    name: str
    status: MarginStatus
    known_share: float | None
    merged: tuple[tuple[str, str], ...] = ()
    foreign: tuple[str, ...] = ()
    gap: float | None = None


@frozen
class CellWeight:
    """The persons of one field, channel and outcome (None: not known), and the weight ratio g of each of them."""

    field: str | None
    channel: str | None
    outcome: str | None
    n: int
    ratio: float


@frozen
class CalibrationReport:
    """How a unit's responses were weighted to its dossiers.

    `method` is `raked`, `cross` or `base` (one weight for all); `bounds` are the limits of the weight ratio g in
    force, `lowest_ratio` and `highest_ratio` what was used; `gap` is the largest margin gap left. `cells` are
    empty for a unit that has too few responses to show any figure.
    """

    method: Literal["raked", "cross", "base"]
    bounds: tuple[float, float] | None
    widened: bool
    margins: tuple[MarginReport, ...]
    lowest_ratio: float
    highest_ratio: float
    gap: float | None
    iterations: int
    cells: tuple[CellWeight, ...] = ()


@frozen
class UnitScore:
    """The score of one unit in one period.

    `n` counts the responses that count, `dossiers` the population, `n_effective` Kish's effective number,
    `coverage_share` the dossiers in levels with at least 5 responses of their own, `response_share` n / dossiers
    (it can pass 1), `minimum_sample` Yamane at 5% and `minimum_sample_own` the finite-population formula at the
    unit's own share. `psu` is what the variance rests on and `psu_count` the counter × week groups there are,
    used or not. `index_share`, `se`, `lower`, `upper` run from 0 to 1. Figures are None unless the status is
    `scored` or `marked`.
    """

    unit_id: str
    status: UnitStatus
    n: int
    dossiers: int
    n_effective: float | None
    coverage_share: float | None
    response_share: float | None
    minimum_sample: int | None
    minimum_sample_own: int | None
    trust_counts: Mapping[str, int]
    flagged_count: int
    excluded_count: int
    index_share: float | None
    se: float | None
    lower: float | None
    upper: float | None
    df: int | None
    deff: float | None
    psu: Literal["person", "counter_week"]
    psu_count: int
    points: Decimal | None
    points_lower: Decimal | None
    points_upper: Decimal | None
    unweighted: Unweighted
    alternatives: tuple[Alternative, ...]
    factors: tuple[FactorScore, ...]
    items: tuple[ItemScore, ...]
    calibration: CalibrationReport | None
    warnings: tuple[Warning, ...]


@frozen
class ScoreTable:
    """The scores of all units, in the order of their ids, with what made them."""

    rule_id: str
    rule_version: str
    tally_digest: str
    units: tuple[UnitScore, ...]

    def by_unit(self) -> dict[str, UnitScore]:
        """Return the scores by unit id."""
        return {unit.unit_id: unit for unit in self.units}


@frozen
class QuarterResult:
    """A frozen quarter of one unit, as far as the year needs it."""

    period: str
    dossiers: int
    n: int
    index_share: float | None
    se: float | None
    df: int | None


@frozen
class YearScore:
    """A year from its frozen quarters; `missing` names the quarters without a score, which leave both sums."""

    n: int
    dossiers: int
    index_share: float | None
    se: float | None
    lower: float | None
    upper: float | None
    df: int | None
    points: Decimal | None
    points_lower: Decimal | None
    points_upper: Decimal | None
    quarters: tuple[str, ...]
    missing: tuple[str, ...]
