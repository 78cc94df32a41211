"""A set of criteria: fields (lĩnh vực) → criteria → sub-criteria, with maxima that add up."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from analysis.rules.head import Bilingual, RuleHead, parse_rule, read_bilingual, read_head, rule_digest
from analysis.rules.table import RuleTable, faulty

Level = Literal["province", "commune", "district"]
LeafKind = Literal["points", "bonus", "penalty"]

LEVELS: Final[tuple[Level, ...]] = ("province", "commune", "district")
BONUS, PENALTY = "thuong", "phat"
_LEAST: Final = Decimal("0.01")
_TITLES: Final = {
    BONUS: Bilingual("Điểm thưởng", "Bonus points"),
    PENALTY: Bilingual("Điểm phạt (điểm trừ)", "Penalty points"),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is given points: a sub-criterion, a criterion without any, the bonus or the penalty."""

    code: str
    title: Bilingual
    maximum: Decimal
    kind: LeafKind = "points"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of a field; its leaves are its sub-criteria, or itself."""

    code: str
    title: Bilingual
    leaves: tuple[Leaf, ...]

    @property
    def maximum(self) -> Decimal:
        """Return the sum of the leaves' maxima."""
        return sum((leaf.maximum for leaf in self.leaves), Decimal(0))

    @property
    def is_leaf(self) -> bool:
        """Tell whether the criterion is scored as a whole."""
        return self.leaves[0].code == self.code


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the reform."""

    code: str
    title: Bilingual
    maximum: Decimal
    criteria: tuple[Criterion, ...]

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return what is given points in this field."""
        return tuple(leaf for criterion in self.criteria for leaf in criterion.leaves)


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """The whole tree. `last_year`: the last round it may be used in. A limit of 0 means no bonus or penalty."""

    head: RuleHead
    level: Level
    fields: tuple[Field, ...]
    bonus_limit: Decimal
    penalty_limit: Decimal
    last_year: int | None

    @property
    def id(self) -> str:
        """Return the set's id."""
        return self.head.id

    @property
    def maximum(self) -> Decimal:
        """Return the sum of the fields' maxima."""
        return sum((field.maximum for field in self.fields), Decimal(0))

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return everything that is given points, in order; bonus and penalty last."""
        return tuple(self._leaves())

    @property
    def extras(self) -> tuple[Leaf, ...]:
        """Return the bonus and the penalty, as far as the set knows them."""
        limits: tuple[tuple[str, LeafKind, Decimal], ...] = (
            (BONUS, "bonus", self.bonus_limit),
            (PENALTY, "penalty", self.penalty_limit),
        )
        return tuple(Leaf(code, _TITLES[code], limit, kind) for code, kind, limit in limits if limit)

    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return rule_digest(self)

    def _leaves(self) -> Iterator[Leaf]:
        for field in self.fields:
            yield from field.leaves
        yield from self.extras


def criteria_from_toml(text: str, *, where: str = "criteria") -> CriteriaSet:
    """Read and check a set of criteria: the leaves of every field add up to its maximum, no code twice."""
    return _read(parse_rule(text, where), where)


def criteria_from_data(content: dict[str, Any], *, where: str = "criteria") -> CriteriaSet:
    """Read and check what a file of criteria holds; fractions are Decimal."""
    return _read(RuleTable(content, where), where)


def criteria_data(criteria: CriteriaSet) -> dict[str, Any]:
    """Return what a file of this set holds, to be stored or to begin another set from."""
    head = criteria.head
    content: dict[str, Any] = {
        "id": head.id, "kind": head.kind, "version": head.version, "reference": head.reference,
        "title": asdict(head.title), "level": criteria.level,
        "bonus_limit": criteria.bonus_limit, "penalty_limit": criteria.penalty_limit,
    }  # fmt: skip
    if criteria.last_year is not None:
        content["last_year"] = criteria.last_year
    return content | {"source": asdict(head.source), "fields": [_field_data(field) for field in criteria.fields]}


def _field_data(field: Field) -> dict[str, Any]:
    criteria = []
    for one in field.criteria:
        named: dict[str, Any] = {"code": one.code, "title": asdict(one.title)}
        parts = [_leaf_data(leaf) for leaf in one.leaves]
        criteria.append(named | ({"maximum": one.maximum} if one.is_leaf else {"parts": parts}))
    return {
        "code": field.code,
        "title": asdict(field.title),
        "maximum": field.maximum,
        "criteria": criteria,
    }


def _leaf_data(leaf: Leaf) -> dict[str, Any]:
    return {"code": leaf.code, "title": asdict(leaf.title), "maximum": leaf.maximum}


def _read(table: RuleTable, where: str) -> CriteriaSet:
    found = CriteriaSet(
        head=read_head(table, "criteria"),
        level=table.choice("level", LEVELS),
        fields=tuple(_field(row) for row in table.tables("fields")),
        bonus_limit=table.points("bonus_limit", 0),
        penalty_limit=table.points("penalty_limit", 0),
        last_year=table.integer("last_year", 2000) if "last_year" in table else None,
    )
    table.expect_nothing_else()
    codes = list(_codes(found))
    if not found.fields or len(set(codes)) != len(codes):
        raise faulty(where, "fields", ", ".join(codes), "at least one field, no code twice")
    for field in found.fields:
        total = sum((leaf.maximum for leaf in field.leaves), Decimal(0))
        if total != field.maximum:
            raise faulty(where, f"fields {field.code}", total, f"parts that add up to {field.maximum}")
    return found


def _codes(criteria: CriteriaSet) -> Iterator[str]:
    """Give every code as often as it stands: a criterion that is scored as a whole is its own leaf."""
    for field in criteria.fields:
        yield field.code
        for one in field.criteria:
            yield one.code
            yield from (leaf.code for leaf in (one.leaves[1:] if one.is_leaf else one.leaves))
    yield from (leaf.code for leaf in criteria.extras)


def _field(row: RuleTable) -> Field:
    found = Field(
        code=row.text("code"),
        title=read_bilingual(row, "title"),
        maximum=row.points("maximum", _LEAST),
        criteria=tuple(_criterion(one) for one in row.tables("criteria")),
    )
    row.expect_nothing_else()
    return found


def _criterion(row: RuleTable) -> Criterion:
    code, title = row.text("code"), read_bilingual(row, "title")
    parts = tuple(_leaf(one) for one in row.tables("parts"))
    leaves = parts or (Leaf(code, title, row.points("maximum", _LEAST)),)
    row.expect_nothing_else()
    return Criterion(code, title, leaves)


def _leaf(row: RuleTable) -> Leaf:
    leaf = Leaf(row.text("code"), read_bilingual(row, "title"), row.points("maximum", _LEAST))
    row.expect_nothing_else()
    return leaf
