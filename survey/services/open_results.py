"""What is published of a result: worked out and written once, with nothing in it that tells about few persons.

A line above (a province) is made only of what the published lines of its units say, but for the counts by way in,
which are protected together with theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.aggregate import UnitFigure, aggregate
from analysis.periods import parse_period
from analysis.rules import ScoreRule
from analysis.tally import TRUST_LEVELS
from forms.questionnaire import load_questionnaire
from survey.models import PublishedResult, PublishedUnit, Score, ScoreSet, Unit
from survey.services.figure import SHOWN, Figure, combined_figure, figure_of
from survey.services.open_answers import ExtraFees, are_mixed, extra_fees
from survey.services.open_counts import Counts, counts_of, published_counts, withheld_units, withheld_ways
from survey.services.open_feedback import FeedbackAnswered, feedback_answered
from survey.services.score_rule import find_rule

# Open results keep what they say for good: this is the version of their form.
FORMAT = "hailong-open-1"
HELD = "held"
OTHER_WAYS = ("dossier_only", "without_assisted")


@dataclass(frozen=True)
class _Facts:
    """Everything of a result that its lines are made from."""

    score_set: ScoreSet
    rule: ScoreRule
    units: Mapping[int, Unit]
    scores: Mapping[str, Score]
    # Units with 1 to 4 responses more or fewer than in a published revision: what changed would be theirs.
    few_changed: Collection[str]
    held: Collection[str]
    withheld_ways: Collection[tuple[str, str]]
    members: Mapping[str, Sequence[str]]
    fees: Mapping[int, ExtraFees]
    withheld_fees: Collection[str]
    feedback: Mapping[int, FeedbackAnswered]
    # Whether nothing about these days was published before.
    is_first: bool

    def is_shown(self, code: str) -> bool:
        score = self.scores[code]
        return score.status in SHOWN and score.points is not None and code not in self.held


def write_tables(session: Session, score_set: ScoreSet, earlier: Sequence[ScoreSet], *, now: datetime) -> None:
    """Write the tables of a result inside the caller's transaction; `earlier` are the results published before."""
    facts = _facts(session, score_set, earlier, now=now)
    lines = _lines(session, facts)
    session.add(PublishedResult(score_set_id=score_set.id, content=_head(facts, lines, now=now)))
    session.flush()
    session.add_all(
        PublishedUnit(
            score_set_id=score_set.id, code=unit.code, position=position, parent_code=parent, content=content
        )
        for position, (unit, parent, content) in enumerate(lines)
    )
    session.flush()


def _facts(session: Session, score_set: ScoreSet, earlier: Sequence[ScoreSet], *, now: datetime) -> _Facts:
    rule, period = find_rule(session, score_set.rule), parse_period(score_set.period)
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    scores = {units[score.unit_id].code: score for score in score_set.scores}
    least = rule.suppress_below
    related = [one for one in earlier if _is_related(one, score_set)]
    before = [published_counts(session, one) for one in related]
    counts = counts_of(session, score_set)
    held = withheld_units(Counts(score_set.id, period, counts, {}), before, least=least)
    few = _few_changed(session, score_set, scores, related, least)
    held |= {code for code in few if scores[code].response_count < rule.mark_below}
    shown = [
        code
        for code, score in scores.items()
        if score.status in SHOWN and score.points is not None and code not in held
    ]
    members = _members(units, scores, shown)
    new = Counts(score_set.id, period, {code: counts[code] for code in shown}, members)
    fees = extra_fees(session, period, rule)
    return _Facts(
        score_set=score_set,
        rule=rule,
        units=units,
        scores=scores,
        few_changed=few,
        held=held,
        withheld_ways=withheld_ways(new, before, least=least, already=[code for code in few if code in shown]),
        members=members,
        fees=fees,
        withheld_fees=_withheld_fees(session, related),
        feedback=feedback_answered(session, period, units, today=now.date()),
        is_first=not related,
    )


def _is_related(old: ScoreSet, new: ScoreSet) -> bool:
    """Whether figures of the two can be set against each other: revisions, or one period within the other."""
    one, other = parse_period(old.period), parse_period(new.period)
    return one.first <= other.last and other.first <= one.last


def _few_changed(
    session: Session, score_set: ScoreSet, scores: Mapping[str, Score], related: Sequence[ScoreSet], least: int
) -> set[str]:
    found = set()
    for old in related:
        if old.period != score_set.period:
            continue
        before = {score.unit_id: score for score in old.scores}
        for code, score in scores.items():
            known = before.get(score.unit_id)
            if known is None or known.tally_digest == score.tally_digest:
                continue
            if abs(known.response_count - score.response_count) < least:
                found.add(code)
    return found


def _members(
    units: Mapping[int, Unit], scores: Mapping[str, Score], shown: Collection[str]
) -> dict[str, list[str]]:
    """The shown units below each unit that has no score of its own."""
    found: dict[str, list[str]] = {}
    for code in shown:
        parent_id, seen = scores[code].unit.parent_id, set()
        while parent_id is not None and parent_id not in seen:
            seen.add(parent_id)
            parent = units[parent_id]
            if parent.code not in scores:
                found.setdefault(parent.code, []).append(code)
            parent_id = parent.parent_id
    return found


def _withheld_fees(session: Session, related: Sequence[ScoreSet]) -> set[str]:
    """Units whose extra fees a published result about the same days leaves out: another could tell them."""
    query = select(PublishedUnit).where(PublishedUnit.score_set_id.in_([one.id for one in related]))
    return {
        line.code
        for line in session.scalars(query)
        if line.content.get("extra_fees") is None or line.content["extra_fees"].get("yes") is None
    }


def _head(facts: _Facts, lines: Sequence[Any], *, now: datetime) -> dict[str, Any]:
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


def _lines(session: Session, facts: _Facts) -> list[tuple[Unit, str | None, dict[str, Any]]]:
    """Every line with its unit and the line above it: first those above, the largest first, then the units."""
    above = sorted(facts.members, key=lambda code: (-len(facts.members[code]), code))
    by_code = {unit.code: unit for unit in facts.units.values()}
    made: list[tuple[Unit, dict[str, Any]]] = []
    own = {code: _unit_line(facts, code) for code in facts.scores}
    parents = {code: _parent_code(facts.units, by_code[code], {*above, *own}) for code in (*above, *own)}
    made += [(by_code[code], _line_above(session, facts, by_code[code], own, parents[code])) for code in above]
    made += [(by_code[code], own[code]) for code in sorted(own)]
    return [(unit, parents[unit.code], content) for unit, content in made]


def _parent_code(units: Mapping[int, Unit], unit: Unit, known: Collection[str]) -> str | None:
    parent_id, seen = unit.parent_id, {unit.id}
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        parent = units[parent_id]
        if parent.code in known:
            return parent.code
        parent_id = parent.parent_id
    return None


def _named(unit: Unit, level: str, status: str) -> dict[str, Any]:
    return {
        "name": unit.name,
        "one_stop_name": unit.one_stop_name,
        "kind": unit.kind.value,
        "group": unit.ranking_group,
        "level": level,
        "status": status,
    }


def _unit_line(facts: _Facts, code: str) -> dict[str, Any]:
    score = facts.scores[code]
    feedback = facts.feedback[score.unit_id].plain()
    status = HELD if code in facts.held and score.status in SHOWN else score.status
    named = _named(score.unit, "unit", status) | {"feedback": feedback}
    figure = figure_of(score, facts.score_set.period, facts.rule) if facts.is_shown(code) else None
    if figure is None:
        return named | dict.fromkeys((*FIGURES, *PARTS)) | {"few_changed": False}
    detail, few = score.detail, code in facts.few_changed
    reading = (detail.get("reading") or {}).get("variants", {})
    fees = facts.fees.get(score.unit_id)
    is_known = code not in facts.withheld_fees
    return named | {
        **_figures(figure),
        "unweighted_points": (detail.get("unweighted") or {}).get("points"),
        "factors": None if few else _factors(detail),
        "ways": _ways(facts, code, detail.get("trust_counts", {})),
        "other_ways": None if few else {name: _points(reading.get(name)) for name in OTHER_WAYS},
        "set_aside": detail.get("set_aside", {}),
        "extra_fees": None if few or fees is None else fees.plain(facts.rule, is_known=is_known),
        "few_changed": few,
    }


FIGURES = (
    "responses", "dossiers", "response_share", "minimum_sample", "points", "points_lower", "points_upper",
    "index_share", "index_lower", "index_upper", "unweighted_points",
)  # fmt: skip
PARTS = ("factors", "ways", "other_ways", "set_aside", "extra_fees")


def _figures(figure: Figure) -> dict[str, Any]:
    return {
        "responses": figure.n,
        "dossiers": figure.dossiers,
        "response_share": figure.response_share,
        "minimum_sample": figure.minimum_sample,
        "points": str(figure.points),
        "points_lower": str(figure.lower),
        "points_upper": str(figure.upper),
        "index_share": figure.share,
        "index_lower": figure.lower_share,
        "index_upper": figure.upper_share,
    }


def _factors(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of a hundred persons, how many are satisfied with each side of the service."""
    return [
        {
            "code": factor["code"],
            "share": factor["top2"]["share"],
            "lower": factor["top2"]["lower"],
            "upper": factor["top2"]["upper"],
            "marked": factor["top2"]["status"] == "marked",
        }
        for factor in detail.get("factors", ())
        if factor["top2"]["share"] is not None
    ]


def _ways(facts: _Facts, code: str, counts: Mapping[str, int]) -> dict[str, int | None]:
    return {
        way: None if (code, way) in facts.withheld_ways else counts.get(way, 0)
        for way in TRUST_LEVELS
        if way in facts.rule.trust_levels
    }


def _points(variant: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The points of a variant; never how many it is made of, which would tell what is withheld elsewhere."""
    if variant is None:
        return None
    return {name: variant[name] for name in ("points", "points_lower", "points_upper")}


def _line_above(
    session: Session, facts: _Facts, unit: Unit, own: Mapping[str, Mapping[str, Any]], parent: str | None
) -> dict[str, Any]:
    members = facts.members[unit.code]
    lines = [own[code] for code in members]
    figure = combined_figure(session, facts.score_set, [facts.scores[code].unit_id for code in members])
    status = "no_responses" if figure is None else figure.status
    named = _named(unit, "together", status) | {
        "feedback": facts.feedback[unit.id].plain(),
        "unit_count": len(members),
    }
    if figure is None:
        return named | dict.fromkeys((*FIGURES, *PARTS)) | {"few_changed": False}
    whole: dict[str, int] = {}
    aside: dict[str, int] = {}
    for code, line in zip(members, lines, strict=True):
        for way, count in facts.scores[code].detail.get("trust_counts", {}).items():
            whole[way] = whole.get(way, 0) + count
        for reason, count in line["set_aside"].items():
            aside[reason] = aside.get(reason, 0) + count
    return named | {
        **_figures(figure),
        "unweighted_points": None,
        "factors": _factors_above(lines, facts.rule),
        "ways": _ways(facts, unit.code, whole),
        "other_ways": None,
        "set_aside": aside,
        "extra_fees": _fees_above(facts, members, lines, is_top=parent is None),
        "few_changed": False,
    }


def _fees_above(
    facts: _Facts, members: Sequence[str], lines: Sequence[Mapping[str, Any]], *, is_top: bool
) -> dict[str, Any] | None:
    """Extra fees of all units together, unless a unit's few could be told from it.

    Lines above do not overlap only at the top; and a second publication about the same days would show a change.
    """
    listed = [code for code, line in zip(members, lines, strict=True) if line["extra_fees"] is not None]
    fees = [facts.fees[facts.scores[code].unit_id] for code in listed]
    withheld = [
        one
        for one, line in zip(fees, (line for line in lines if line["extra_fees"] is not None), strict=True)
        if line["extra_fees"]["yes"] is None
    ]
    if withheld and not (is_top and facts.is_first and are_mixed(withheld, facts.rule)):
        return None
    whole = ExtraFees(sum(one.yes for one in fees), sum(one.no for one in fees))
    return whole.plain(facts.rule, is_known=True)


def _factors_above(lines: Sequence[Mapping[str, Any]], rule: ScoreRule) -> list[dict[str, Any]]:
    """Put what the lines of the units say together, each weighing what its dossiers do."""
    figures = [
        UnitFigure(
            f"{number} {factor['code']}",
            factor["code"],
            line["dossiers"],
            line["responses"],
            factor["share"],
            (factor["upper"] - factor["lower"]) / (2 * 1.96),
            max(line["responses"] - 1, 1),
        )
        for number, line in enumerate(lines)
        if line["dossiers"]
        for factor in line["factors"] or ()
    ]
    return [
        {"code": one.group, "share": one.share, "lower": one.lower, "upper": one.upper, "marked": False}
        for one in aggregate(figures, level=rule.level)
        if one.share is not None
    ]
