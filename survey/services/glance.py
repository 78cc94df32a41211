"""The quarter at a glance: everything that the officers' home shows of one unit, or of all units below it.

All of it is read from stored results; nothing is computed from responses here.
"""

from __future__ import annotations

from collections import Counter as Numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.aggregate import UnitFigure, aggregate
from analysis.periods import Period, parse_period
from analysis.rules import ScoreRule
from survey.models import Score, ScoreSet, ScoreTarget, Unit
from survey.services.counter_figure import hidden_fields
from survey.services.figure import Difference, Figure, Verdict, against, combined_figure, compared, figure_of
from survey.services.figure import may_be_shown as score_may_be_shown
from survey.services.score_rule import find_rule
from survey.services.target import target_of
from survey.services.trend import TrendLine, sets_before, trend


@dataclass(frozen=True)
class Share:
    """A share with its interval (0 to 1), of a factor, a field or a channel; `is_marked` below 30 persons."""

    code: str
    n: int
    share: float
    lower: float
    upper: float
    is_marked: bool
    dossiers: int | None = None


@dataclass(frozen=True)
class Glance:
    """One unit in one period (`unit_count` 1), or all units below it together.

    `detail` is what was stored beside the score of the one unit; None for several, for a unit without a figure,
    and where an older version of the program computed the period.
    """

    score_set: ScoreSet
    period: Period
    unit: Unit
    rule: ScoreRule
    is_whole: bool
    status: str
    figure: Figure | None
    unweighted_points: Decimal | None
    mean_rating: float | None
    target: ScoreTarget | None
    target_verdict: Verdict | None
    change: Difference | None
    factors: tuple[Share, ...]
    fields: tuple[Share, ...]
    channels: tuple[Share, ...]
    cells: Mapping[tuple[str, str], Share]
    trend: TrendLine
    trust_counts: Mapping[str, int]
    flagged_count: int
    flags: Mapping[str, int]
    reading: Mapping[str, Any] | None
    variants: Mapping[str, Mapping[str, Any]]
    warnings: Sequence[Mapping[str, Any]]

    @property
    def is_outdated(self) -> bool:
        """Whether there is a figure but an older program did not store what belongs beside it."""
        return self.figure is not None and not self.is_whole and self.reading is None


def glance(session: Session, score_set: ScoreSet, unit: Unit, *, below: Collection[int]) -> Glance:
    """Look at a unit; at the units `below` it together when it has no score of its own."""
    rule = find_rule(session, score_set.rule)
    score = session.get(Score, (score_set.id, unit.id))
    is_whole = score is None and bool(set(below) - {unit.id})
    figure, members = None, []
    if is_whole:
        figure = combined_figure(session, score_set, below)
        query = select(Score).where(Score.score_set_id == score_set.id, Score.unit_id.in_(below))
        members = [one for one in session.scalars(query) if score_may_be_shown(one, rule)]
    elif score is not None:
        figure = figure_of(score, score_set.period, rule)
        members = [score] if figure is not None else []
    period = parse_period(score_set.period)
    earlier = sets_before(session, period, rule=score_set.rule)
    line = trend(session, score_set, earlier, unit=None if is_whole else unit, ids=below)
    target = target_of(session, unit, period.first.year)
    details = [one.detail for one in members]
    reading = None if is_whole or not details else details[0].get("reading")
    own = details[0] if details and not is_whole else {}
    fields, hidden = _fields(session, period, members, rule, 0 if figure is None else figure.n)
    return Glance(
        score_set=score_set,
        period=period,
        unit=unit,
        rule=rule,
        is_whole=is_whole,
        status=_status(score, figure, is_whole),
        figure=figure,
        unweighted_points=_decimal(own.get("unweighted", {}).get("points")),
        mean_rating=_mean_rating(own),
        target=target,
        target_verdict=None if target is None or figure is None else against(figure, target.points),
        change=_change(line, rule),
        factors=_factors(details, rule, is_whole),
        fields=fields,
        channels=_parts(details, "channels", rule),
        # a cell of a field that is left out could be told from its column
        cells={}
        if reading is None or hidden
        else {tuple(part["levels"]): _part(part) for part in reading["cells"]},
        trend=line,
        trust_counts=_summed(detail.get("trust_counts", {}) for detail in details),
        flagged_count=sum(detail.get("flagged_count", 0) for detail in details),
        flags=_summed((detail.get("reading") or {}).get("flags", {}) for detail in details),
        reading=reading,
        variants=_variants(own, rule),
        warnings=own.get("warnings", ()),
    )


def _status(score: Score | None, figure: Figure | None, is_whole: bool) -> str:
    if figure is not None:
        return figure.status
    if is_whole or score is None:
        return "no_responses"
    return "suppressed" if score.status in ("scored", "marked") else score.status


def _change(line: TrendLine, rule: ScoreRule) -> Difference | None:
    """Compare with the period just before, if it has a figure."""
    if len(line.points) < 2:
        return None
    earlier, later = line.points[-2], line.points[-1]
    if earlier.figure is None or later.figure is None or earlier.period.last >= later.period.first:
        return None
    if (later.period.first - earlier.period.last).days > 1:
        return None
    return compared(earlier.figure, later.figure, rule)


def _mean_rating(detail: Mapping[str, Any]) -> float | None:
    for other in detail.get("alternatives", ()):
        if (other["formula"], other["aggregation"]) == ("MEAN5", "factors"):
            share = other["estimate"]["share"]
            return None if share is None else 5 * float(share)
    return None


def _factors(details: Sequence[Mapping[str, Any]], rule: ScoreRule, is_whole: bool) -> tuple[Share, ...]:
    if not is_whole:
        return tuple(
            _share(factor["code"], factor["estimate"])
            for detail in details
            for factor in detail.get("factors", ())
            if factor["estimate"]["share"] is not None
        )
    rows = [
        (factor["code"], detail["dossiers"], factor["estimate"])
        for detail in details
        for factor in detail.get("factors", ())
        if factor["estimate"]["share"] is not None
    ]
    order = list(dict.fromkeys(code for code, _, _ in rows))
    return tuple(sorted(_together(rows, rule), key=lambda share: order.index(share.code)))


def _parts(details: Sequence[Mapping[str, Any]], name: str, rule: ScoreRule) -> tuple[Share, ...]:
    parts = [part for detail in details for part in (detail.get("reading") or {}).get(name, ())]
    if len(details) == 1:
        return tuple(_part(part) for part in parts)
    return _together([(part["levels"][0], part["dossiers"], part["estimate"]) for part in parts], rule)


def _fields(
    session: Session, period: Period, members: Sequence[Score], rule: ScoreRule, whole: int
) -> tuple[tuple[Share, ...], set[str]]:
    """Return the fields that may be shown, and the codes of those left out as a counter's figure."""
    found = _parts([one.detail for one in members], "fields", rule)
    holders: dict[str, set[int]] = {}
    for one in members:
        for part in (one.detail.get("reading") or {}).get("fields", ()):
            holders.setdefault(part["levels"][0], set()).add(one.unit_id)
    persons = {share.code: share.n for share in found}
    hidden = hidden_fields(session, period, persons, holders, whole=whole, least=rule.mark_below)
    return tuple(share for share in found if share.code not in hidden), hidden


def _together(rows: Sequence[tuple[str, int, Mapping[str, Any]]], rule: ScoreRule) -> tuple[Share, ...]:
    """Put the same factor or field of many units together, each weighing what its dossiers do."""
    figures = [
        UnitFigure(f"{number}", code, dossiers, one["n"], one["share"], one["se"], one["df"])
        for number, (code, dossiers, one) in enumerate(rows)
        if dossiers
    ]
    scale = (0.2, 1.0) if rule.formula == "MEAN5" else (0.0, 1.0)
    return tuple(
        Share(one.group, one.n, one.share, one.lower, one.upper, one.n < rule.mark_below, one.dossiers)
        for one in aggregate(figures, level=rule.level, scale=scale)
        if one.share is not None and one.lower is not None and one.upper is not None
    )


def _part(part: Mapping[str, Any]) -> Share:
    return _share(part["levels"][0], part["estimate"], part["dossiers"])


def _share(code: str, estimate: Mapping[str, Any], dossiers: int | None = None) -> Share:
    is_marked = estimate["status"] == "marked"
    figures = (estimate["share"], estimate["lower"], estimate["upper"])
    return Share(code, estimate["n"], *figures, is_marked, dossiers)


def _summed(counts: Any) -> dict[str, int]:
    whole: Numbers[str] = Numbers()
    for one in counts:
        whole.update(one)
    return dict(whole)


def _variants(detail: Mapping[str, Any], rule: ScoreRule) -> dict[str, Mapping[str, Any]]:
    """The other ways to count that rest on enough responses to stand beside the score, by name.

    A result may have been stored without the interval, which came later.
    """
    return {
        variant["name"]: variant
        for variant in detail.get("variants", ())
        if variant["points"] is not None and variant["n"] >= rule.mark_below
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
