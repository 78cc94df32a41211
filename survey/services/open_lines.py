"""The lines of a published result: one of every unit, and one of each level above, made of what its units' say.

The counts by way in of a line above are protected together with those of its units.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from analysis.aggregate import UnitFigure, aggregate
from analysis.rules import ScoreRule
from analysis.tally import TRUST_LEVELS
from survey.models import Unit
from survey.services.figure import SHOWN, Figure, combined_figure, figure_of, variants_of
from survey.services.open_answers import ExtraFees, are_mixed
from survey.services.open_facts import Facts

HELD = "held"
OTHER_WAYS = ("dossier_only", "without_assisted")


def lines_of(session: Session, facts: Facts) -> list[tuple[Unit, str | None, dict[str, Any]]]:
    """Every line with its unit and the line above it: first those above, the largest first, then the units."""
    above = sorted(facts.members, key=lambda code: (-len(facts.members[code]), code))
    by_code = {unit.code: unit for unit in facts.units.values()}
    made: list[tuple[Unit, dict[str, Any]]] = []
    own = {code: _unit_line(facts, code) for code in facts.scores}
    listed = {*above, *own}
    parents = {code: _parent_code(facts.units, by_code[code], listed) for code in listed}
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


def _named(facts: Facts, unit: Unit, level: str, status: str) -> dict[str, Any]:
    """What a line says of its unit: name, kind and group of the day the result was closed."""
    place, score = facts.paper.places.get(unit.code), facts.scores.get(unit.code)
    return {
        "name": facts.paper.name_of(unit),
        "one_stop_name": unit.one_stop_name,
        "kind": (unit.kind if place is None else place.kind).value,
        "group": unit.ranking_group if score is None else score.ranking_group,
        "level": level,
        "status": status,
    }


def _unit_line(facts: Facts, code: str) -> dict[str, Any]:
    score = facts.scores[code]
    feedback = facts.feedback[score.unit_id].plain()
    status = HELD if code in facts.held and score.status in SHOWN else score.status
    named = _named(facts, score.unit, "unit", status) | {"feedback": feedback}
    figure = figure_of(score, facts.score_set.period, facts.rule) if facts.is_shown(code) else None
    if figure is None:
        return named | dict.fromkeys((*FIGURES, *PARTS)) | {"few_changed": False}
    detail, few = score.detail, code in facts.few_changed
    variants = variants_of(detail, facts.rule)
    fees = facts.fees.get(score.unit_id)
    is_known = code not in facts.withheld_fees
    return named | {
        **_figures(figure),
        "unweighted_points": (detail.get("unweighted") or {}).get("points"),
        "factors": None if few else _factors(detail),
        "ways": _ways(facts, code, detail.get("trust_counts", {})),
        "other_ways": None if few else {name: _points(variants.get(name)) for name in OTHER_WAYS},
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


def _ways(facts: Facts, code: str, counts: Mapping[str, int]) -> dict[str, int | None]:
    return {
        way: None if (code, way) in facts.withheld_ways else counts.get(way, 0)
        for way in TRUST_LEVELS
        if way in facts.rule.trust_levels
    }


def _points(variant: Mapping[str, Any] | None) -> dict[str, str | None] | None:
    """The points of a variant; never how many it is made of, which would tell what is withheld elsewhere."""
    if variant is None:
        return None
    return {name: variant.get(name) for name in ("points", "points_lower", "points_upper")}


def _line_above(
    session: Session, facts: Facts, unit: Unit, own: Mapping[str, Mapping[str, Any]], parent: str | None
) -> dict[str, Any]:
    members = facts.members[unit.code]
    lines = [own[code] for code in members]
    figure = combined_figure(session, facts.score_set, [facts.scores[code].unit_id for code in members])
    status = "no_responses" if figure is None else figure.status
    named = _named(facts, unit, "together", status) | {
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
    facts: Facts, members: Sequence[str], lines: Sequence[Mapping[str, Any]], *, is_top: bool
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
