"""The score rules: those that come with the program, those released in it, and which holds for which period."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.errors import AnalysisError
from analysis.periods import Period
from analysis.rules import (
    DEFAULT_SCORE_RULE,
    ScoreRule,
    list_rules,
    load_score_rule,
    score_rule_data,
    score_rule_from_data,
)
from survey.database import write
from survey.errors import HailongError
from survey.models import ScoreRuleUse, ScoreRuleVersion
from survey.services import audit


@dataclass(frozen=True)
class ReleasedRule:
    """A rule that may be used; `base` and `released_on` only of those made in this program."""

    rule: ScoreRule
    digest: str
    base: str | None = None
    released_on: date | None = None

    @property
    def id(self) -> str:
        return self.rule.id


def parsed(text: str) -> dict[str, Any]:
    """Read a stored definition, its fractions exact."""
    data: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return data


def written(data: dict[str, Any]) -> str:
    """Write a definition as it is stored."""
    return json.dumps(data, ensure_ascii=False, default=float)


def packaged_rules() -> list[str]:
    """The ids of the score rules that come with the program."""
    return [head.id for head in list_rules() if head.kind == "score"]


def find_rule(session: Session, rule_id: str) -> ScoreRule:
    """Read a rule of the program or of this database. Raises HailongError `rule_unknown` or `rule_changed`."""
    if rule_id in packaged_rules():
        return load_score_rule(rule_id)
    stored = session.get(ScoreRuleVersion, rule_id)
    if stored is None:
        raise HailongError("rule_unknown", rule=rule_id)
    return _checked(stored)


def definition_of(session: Session, rule_id: str) -> dict[str, Any]:
    """Give what a rule holds, to begin another one from. Raises HailongError `rule_unknown`."""
    if rule_id in packaged_rules():
        return score_rule_data(rule_id)
    stored = session.get(ScoreRuleVersion, rule_id)
    if stored is None:
        raise HailongError("rule_unknown", rule=rule_id)
    return parsed(stored.definition)


def released_rules(session: Session) -> list[ReleasedRule]:
    """Every rule that may be used: the program's, then those made here, oldest first."""
    found = [ReleasedRule(rule, rule.digest()) for rule in map(load_score_rule, packaged_rules())]
    stored = select(ScoreRuleVersion).order_by(ScoreRuleVersion.released_on, ScoreRuleVersion.id)
    return found + [
        ReleasedRule(_checked(row), row.digest, row.base, row.released_on) for row in session.scalars(stored)
    ]


def rule_for(session: Session, period: str) -> ScoreRule:
    """The rule that holds for a period: the one chosen for it, else the program's default."""
    chosen = session.get(ScoreRuleUse, period)
    return find_rule(session, DEFAULT_SCORE_RULE if chosen is None else chosen.rule)


def default_rule_id() -> str:
    """The rule of a period for which none was chosen."""
    return DEFAULT_SCORE_RULE


def uses(session: Session) -> Sequence[ScoreRuleUse]:
    """Which rule was chosen for which period, newest period first."""
    return session.scalars(select(ScoreRuleUse).order_by(ScoreRuleUse.period.desc())).all()


def choose(session: Session, period: Period, rule_id: str, *, now: datetime, actor: str) -> None:
    """Let a rule hold for a period; what is closed already keeps its own until it is corrected.

    Raises HailongError `rule_unknown`.
    """
    rule = find_rule(session, rule_id)
    with write(session):
        use = session.get(ScoreRuleUse, period.text, with_for_update=True, populate_existing=True)
        before = DEFAULT_SCORE_RULE if use is None else use.rule
        if use is None:
            session.add(ScoreRuleUse(period=period.text, rule=rule.id, chosen_by=actor, chosen_at=now))
        else:
            use.rule, use.chosen_by, use.chosen_at = rule.id, actor, now
        detail = {"period": period.text, "before": before, "digest": rule.digest()}
        audit.record(session, now=now, actor=actor, action="rule.choose", subject=rule.id, detail=detail)


def _checked(stored: ScoreRuleVersion) -> ScoreRule:
    try:
        rule = score_rule_from_data(parsed(stored.definition), where=stored.id)
    except (AnalysisError, ValueError) as error:
        raise HailongError("rule_changed", rule=stored.id) from error
    if rule.digest() != stored.digest:
        raise HailongError("rule_changed", rule=stored.id)
    return rule
