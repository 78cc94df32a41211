"""What is published of a result: worked out and written once, with nothing in it that tells about few persons.

A line above (a province) is made only of what the published lines of its units say, but for the counts by way in,
which are protected together with theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.periods import parse_period
from forms.questionnaire import load_questionnaire
from survey.models import PublishedResult, PublishedUnit, ScoreSet
from survey.services.open_facts import Facts, facts_of
from survey.services.open_lines import lines_of

# Open results keep what they say for good: this is the version of their form.
FORMAT = "hailong-open-1"


def write_tables(session: Session, score_set: ScoreSet, earlier: Sequence[ScoreSet], *, now: datetime) -> None:
    """Write the tables of a result inside the caller's transaction; `earlier` are the results published before."""
    facts = facts_of(session, score_set, earlier, now=now)
    lines = lines_of(session, facts)
    session.add(PublishedResult(score_set_id=score_set.id, content=_head(facts, lines, now=now)))
    session.flush()
    session.add_all(
        PublishedUnit(
            score_set_id=score_set.id, code=unit.code, position=position, parent_code=parent, content=content
        )
        for position, (unit, parent, content) in enumerate(lines)
    )
    session.flush()


def _head(facts: Facts, lines: Sequence[Any], *, now: datetime) -> dict[str, Any]:
    score_set, rule, period = facts.score_set, facts.rule, parse_period(facts.score_set.period)
    return {
        "format": FORMAT,
        "period": period.text,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "revision": score_set.revision,
        "replaces": score_set.replaces,
        "reason": score_set.reason,
        "closed_at": score_set.computed_at.isoformat(timespec="seconds"),
        "published_at": now.isoformat(timespec="seconds"),
        "maximum_points": str(rule.maximum_points),
        "level": rule.level,
        "rule": rule.id,
        "rule_title": {"vi": rule.head.title.vi, "en": rule.head.title.en},
        "rule_source": " ".join(rule.head.source.vi.split()),
        "formula": rule.formula,
        "rule_digest": score_set.rule_digest,
        "questionnaires": score_set.versions,
        "factors": _titles(score_set.versions),
        "program_version": score_set.program_version,
        "tally_digest": score_set.tally_digest,
        "suppress_below": rule.suppress_below,
        "mark_below": rule.mark_below,
        "units": sum(content["level"] == "unit" for _, _, content in lines),
        "units_without_figures": sum(
            content["level"] == "unit" and content["points"] is None for _, _, content in lines
        ),
    }


def _titles(versions: Sequence[str]) -> dict[str, dict[str, str]]:
    """Name the factors in both languages, as the questionnaires did."""
    factors = [factor for version in versions for factor in load_questionnaire(version).factors]
    return {
        factor.code: {language: factor.title.plain(language) for language in ("vi", "en")} for factor in factors
    }
