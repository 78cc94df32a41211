"""Score rules and index rules: versioned data with a legal source, one TOML file each in this folder."""

import tomllib
from decimal import Decimal
from typing import Any, Final

from analysis.packaged import packaged_ids, packaged_text
from analysis.rules.head import Bilingual, RuleHead, parse_rule, read_head
from analysis.rules.index_rules import (
    ON_TIME,
    BandCondition,
    Component,
    GradeBand,
    IndexRules,
    check_bands,
    index_rules_data,
    index_rules_from_data,
    index_rules_from_toml,
)
from analysis.rules.score_rule import ScoreRule, score_rule_from_data, score_rule_from_toml

__all__ = [
    "DEFAULT_INDEX_RULES",
    "DEFAULT_SCORE_RULE",
    "ON_TIME",
    "BandCondition",
    "Bilingual",
    "Component",
    "GradeBand",
    "IndexRules",
    "RuleHead",
    "ScoreRule",
    "check_bands",
    "index_rules_data",
    "index_rules_from_data",
    "index_rules_from_toml",
    "list_rules",
    "load_index_rules",
    "load_score_rule",
    "score_rule_data",
    "score_rule_from_data",
    "score_rule_from_toml",
]

DEFAULT_SCORE_RULE: Final = "score-top2-factors"
DEFAULT_INDEX_RULES: Final = "index-60-10-30"

_PACKAGE: Final = "analysis.rules"


def list_rules() -> tuple[RuleHead, ...]:
    """Return the heads of all rules that come with the program, in the order of their ids."""
    return tuple(read_head(parse_rule(_text(rule_id), rule_id)) for rule_id in packaged_ids(_PACKAGE))


def load_score_rule(rule_id: str = DEFAULT_SCORE_RULE) -> ScoreRule:
    """Load a score rule that comes with the program."""
    return score_rule_from_toml(_text(rule_id), where=rule_id)


def score_rule_data(rule_id: str) -> dict[str, Any]:
    """Return what the file of a score rule holds, to begin another rule from; fractions are Decimal."""
    data: dict[str, Any] = tomllib.loads(_text(rule_id), parse_float=Decimal)
    return data


def load_index_rules(rule_id: str = DEFAULT_INDEX_RULES) -> IndexRules:
    """Load index rules that come with the program."""
    return index_rules_from_toml(_text(rule_id), where=rule_id)


def _text(rule_id: str) -> str:
    return packaged_text(_PACKAGE, rule_id, where="rule")
