"""The score rule: from answers to an index and points."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from analysis.points import Conversion, Step
from analysis.rules.head import RuleHead, parse_rule, read_head, rule_digest
from analysis.rules.table import RuleTable, faulty
from analysis.tally import TRUST_LEVELS

Formula = Literal["TOP2", "MEAN5", "MEAN04", "ALLSAT"]
Aggregation = Literal["factors", "pooled"]
WithinFactor = Literal["items", "pooled"]
PsuKind = Literal["counter_week", "person"]
IntervalVariance = Literal["corrected", "linearised"]
MarginName = Literal["field", "channel", "outcome"]

FORMULAS: Final[tuple[Formula, ...]] = ("TOP2", "MEAN5", "MEAN04", "ALLSAT")
AGGREGATIONS: Final[tuple[Aggregation, ...]] = ("factors", "pooled")
WITHIN_FACTOR: Final[tuple[WithinFactor, ...]] = ("items", "pooled")
PSU_KINDS: Final[tuple[PsuKind, ...]] = ("counter_week", "person")
INTERVAL_VARIANCES: Final[tuple[IntervalVariance, ...]] = ("corrected", "linearised")
MARGINS: Final[tuple[MarginName, ...]] = ("field", "channel", "outcome")


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """How answers become an index and points.

    `factor_weights` is empty for the questionnaire's own weights. `within_factor` says how the items of a factor
    are put together: `items` (mean of the items' shares) or `pooled` (all their answers together). `bound_steps`
    are the upper bounds of the weight ratio to try after `upper_bound`. `psu` falls back to the person where it
    gives fewer than `minimum_psus` sampling units. `interval_variance` says which variance an interval is made of:
    the one of the printed standard error (`linearised`), or that one `corrected` for few responses.
    """

    head: RuleHead
    formula: Formula
    aggregation: Aggregation
    within_factor: WithinFactor
    factor_weights: Mapping[str, float]
    factor_minimum: int
    suppress_below: int
    mark_below: int
    level: float
    conversion: Conversion
    trust_levels: tuple[str, ...]
    psu: PsuKind
    minimum_psus: int
    fpc: bool
    interval_variance: IntervalVariance
    margins: tuple[MarginName, ...]
    lower_bound: float
    upper_bound: float
    bound_steps: tuple[float, ...]
    margin_known_share: float
    collapse_below: int
    use_cross: bool

    @property
    def id(self) -> str:
        """Return the rule's id."""
        return self.head.id

    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return rule_digest(self)

    @property
    def maximum_points(self) -> Decimal:
        """Return the points of an index of 1."""
        return self.conversion.maximum


def score_rule_from_toml(text: str, *, where: str = "score rule") -> ScoreRule:
    """Read and check a score rule."""
    return _read(parse_rule(text, where), where)


def score_rule_from_data(data: dict[str, Any], *, where: str = "score rule") -> ScoreRule:
    """Read and check a score rule that is parsed already; numbers with a fraction must be Decimal."""
    return _read(RuleTable(data, where), where)


def _read(table: RuleTable, where: str) -> ScoreRule:
    head = read_head(table, "score")
    minimum, variance = table.table("minimum"), table.table("variance")
    calibration, points = table.table("calibration"), table.table("points")
    weights = table.table("factor_weights", required=False)
    rule = ScoreRule(
        head=head,
        formula=table.choice("formula", FORMULAS),
        aggregation=table.choice("aggregation", AGGREGATIONS),
        within_factor=table.choice("within_factor", WITHIN_FACTOR),
        factor_weights={code: weights.number(code, 0) for code in weights.codes()},
        factor_minimum=minimum.integer("factor_answers", 1),
        suppress_below=minimum.integer("suppress_below", 2),
        mark_below=minimum.integer("mark_below", 2),
        level=variance.number("level", 0.5, 0.999),
        conversion=_conversion(points),
        trust_levels=table.choices("trust_levels", TRUST_LEVELS),
        psu=variance.choice("psu", PSU_KINDS),
        minimum_psus=variance.integer("minimum_psus", 2),
        fpc=variance.boolean("fpc"),
        interval_variance=variance.choice("interval_variance", INTERVAL_VARIANCES),
        margins=calibration.choices("margins", MARGINS),
        lower_bound=calibration.number("lower_bound", 0, 1),
        upper_bound=calibration.number("upper_bound", 1),
        bound_steps=tuple(calibration.numbers("bound_steps", 1)),
        margin_known_share=calibration.number("known_share", 0, 1),
        collapse_below=calibration.integer("collapse_below", 1),
        use_cross=calibration.boolean("use_cross"),
    )
    for section in (table, minimum, variance, calibration, points, weights):
        section.expect_nothing_else()
    _check(rule, where)
    return rule


def _conversion(points: RuleTable) -> Conversion:
    maximum = points.decimal("maximum", Decimal("0.01"))
    steps: list[Step] = []
    for row in points.tables("steps"):
        steps.append(Step(row.decimal("from_share", 0, 1), row.decimal("points", 0, maximum)))
        row.expect_nothing_else()
    return Conversion(maximum, tuple(steps))


def _check(rule: ScoreRule, where: str) -> None:
    if not rule.trust_levels:
        raise faulty(where, "trust_levels", "[]", "at least one level of trust")
    if rule.suppress_below > rule.mark_below:
        raise faulty(where, "minimum.suppress_below", rule.suppress_below, f"at most {rule.mark_below}")
    bounds = (rule.upper_bound, *rule.bound_steps)
    if list(bounds) != sorted(set(bounds)):
        raise faulty(where, "calibration.bound_steps", rule.bound_steps, "numbers that rise from upper_bound")
    if rule.factor_weights and not any(rule.factor_weights.values()):
        raise faulty(where, "factor_weights", dict(rule.factor_weights), "at least one weight above 0")
    steps = rule.conversion.steps
    rising = sorted(steps, key=lambda step: step.from_share)
    if [step.points for step in rising] != sorted(step.points for step in steps):
        raise faulty(where, "points.steps", len(steps), "points that rise with the index")
