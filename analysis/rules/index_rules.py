"""Index rules: from components to a total on 100 points, a grade and a rank."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from analysis.rules.head import Bilingual, RuleHead, parse_rule, read_bilingual, read_head, rule_digest
from analysis.rules.table import RuleTable, faulty

Origin = Literal["entered", "satisfaction"]
WhenMissing = Literal["unranked", "rebase"]
WhenNotApplicable = Literal["refused", "leave"]

ORIGINS: Final[tuple[Origin, ...]] = ("entered", "satisfaction")
WHEN_MISSING: Final[tuple[WhenMissing, ...]] = ("unranked", "rebase")
WHEN_NOT_APPLICABLE: Final[tuple[WhenNotApplicable, ...]] = ("refused", "leave")
# What may break a tie beside the components: the share of the year's dossiers settled in time.
ON_TIME: Final = "dung-han"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the index; `satisfaction` is filled from the closed period, the others are entered."""

    code: str
    title: Bilingual
    maximum: Decimal
    origin: Origin


@dataclass(frozen=True, slots=True)
class BandCondition:
    """A side condition of a grade: a component must reach this percentage of its maximum."""

    component: str
    from_percent: Decimal


@dataclass(frozen=True, slots=True)
class GradeBand:
    """A grade from this percentage of the applicable maximum on, where its side conditions hold."""

    code: str
    title: Bilingual
    from_percent: Decimal
    conditions: tuple[BandCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexRules:
    """How components become a total, a rank and a grade.

    `bands` stand highest first, none means no grades. `scale_to` restates the total on another maximum (70
    appraised points shown as a percentage). `when_missing` says what a component without points does: the unit
    stays `unranked`, or the index is re-based on the components it has (`rebase`). `when_not_applicable`: the
    component may `leave` the denominator or is `refused`. `ties` says in which order components (their percentage
    of the maximum) or the on-time rate decide between equal totals; without any, equal totals share a place.
    """

    head: RuleHead
    components: tuple[Component, ...]
    bands: tuple[GradeBand, ...]
    scale_to: Decimal | None
    when_missing: WhenMissing
    when_not_applicable: WhenNotApplicable
    ties: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the rule's id."""
        return self.head.id

    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return rule_digest(self)

    @property
    def maximum(self) -> Decimal:
        """Return the sum of the component maxima."""
        return sum((component.maximum for component in self.components), Decimal(0))


def index_rules_from_toml(text: str, *, where: str = "index rules") -> IndexRules:
    """Read and check index rules."""
    return _read(parse_rule(text, where), where)


def index_rules_from_data(content: dict[str, Any], *, where: str = "index rules") -> IndexRules:
    """Read and check what a file of index rules holds; fractions are Decimal."""
    return _read(RuleTable(content, where), where)


def index_rules_data(rules: IndexRules) -> dict[str, Any]:
    """Return what a file of these rules holds, to be stored or to begin other rules from."""
    content: dict[str, Any] = asdict(rules)
    content |= content.pop("head")
    return {key: value for key, value in content.items() if value is not None}


def _read(table: RuleTable, where: str) -> IndexRules:
    parts = tuple(_component(row) for row in table.tables("components"))
    rules = IndexRules(
        head=read_head(table, "index"),
        components=parts,
        bands=tuple(sorted(map(_band, table.tables("bands")), key=lambda b: b.from_percent, reverse=True)),
        scale_to=table.points("scale_to", Decimal("0.01")) if "scale_to" in table else None,
        when_missing=table.choice("when_missing", WHEN_MISSING),
        when_not_applicable=table.choice("when_not_applicable", WHEN_NOT_APPLICABLE),
        ties=table.choices("ties", [*(part.code for part in parts), ON_TIME]) if "ties" in table else (),
    )
    table.expect_nothing_else()
    codes = [component.code for component in rules.components]
    if not codes or len(set(codes)) != len(codes):
        raise faulty(where, "components", codes, "at least one component, no code twice")
    check_bands(rules.bands, rules.components, where)
    return rules


def check_bands(bands: tuple[GradeBand, ...], components: tuple[Component, ...], where: str) -> None:
    """Refuse bands, highest first, that leave a percentage without a grade or ask for an unknown component."""
    limits = [band.from_percent for band in bands]
    if limits and (limits[-1] != 0 or len(set(limits)) != len(limits)):
        raise faulty(where, "bands", ", ".join(map(str, limits)), "different limits, the lowest one 0")
    codes = {component.code for component in components}
    asked = {condition.component for band in bands for condition in band.conditions}
    if asked - codes or (bands and bands[-1].conditions):
        raise faulty(where, "bands", ", ".join(sorted(asked)), f"conditions on {codes}, none on the lowest band")


def _component(row: RuleTable) -> Component:
    component = Component(
        code=row.text("code"),
        title=read_bilingual(row, "title"),
        maximum=row.points("maximum", Decimal("0.01")),
        origin=row.choice("origin", ORIGINS),
    )
    row.expect_nothing_else()
    return component


def _band(row: RuleTable) -> GradeBand:
    band = GradeBand(
        row.text("code"),
        read_bilingual(row, "title"),
        row.decimal("from_percent", 0, 100),
        tuple(_condition(one) for one in row.tables("conditions")),
    )
    row.expect_nothing_else()
    return band


def _condition(row: RuleTable) -> BandCondition:
    condition = BandCondition(row.text("component"), row.decimal("from_percent", 0, 100))
    row.expect_nothing_else()
    return condition
