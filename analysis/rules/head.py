"""What every rule says about itself, and reading a rule file."""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from analysis.errors import AnalysisError
from analysis.rules.table import RuleTable, faulty

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RuleKind = Literal["score", "index", "criteria"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text for people, Vietnamese first."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class RuleHead:
    """Identity of a rule; `reference` marks a "mẫu tham khảo": its legal source does not settle it."""

    id: str
    kind: RuleKind
    version: str
    reference: bool
    title: Bilingual
    source: Bilingual


def rule_digest(rule: "DataclassInstance") -> str:
    """Return the SHA-256 of a rule's content, so that a frozen result can tell which rule it was made with."""
    content = json.dumps(asdict(rule), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def parse_rule(text: str, where: str) -> RuleTable:
    """Parse a rule file, numbers exact."""
    try:
        content: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise AnalysisError(
            "a rule is not valid TOML",
            code="rule_toml",
            where=where,
            got=error,
            expected="a TOML document",
            remedy="mend the line named",
        ) from error
    return RuleTable(content, where)


def read_head(table: RuleTable, kind: RuleKind | None = None) -> RuleHead:
    """Read the head of a rule; with `kind`, refuse a rule of another kind."""
    head = RuleHead(
        id=table.text("id"),
        kind=table.choice("kind", ("score", "index", "criteria")),
        version=table.text("version"),
        reference=table.boolean("reference"),
        title=read_bilingual(table, "title"),
        source=read_bilingual(table, "source"),
    )
    if kind not in (None, head.kind):
        raise faulty(head.id, "kind", head.kind, str(kind))
    return head


def read_bilingual(table: RuleTable, key: str) -> Bilingual:
    """Read a text given in both languages."""
    texts = table.table(key)
    both = Bilingual(vi=texts.text("vi"), en=texts.text("en"))
    texts.expect_nothing_else()
    return both
