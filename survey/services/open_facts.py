"""Everything of a result that its published lines are made from, and what of it must be withheld."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from analysis.rules import ScoreRule
from survey.models import PublishedUnit, Score, ScoreSet, Unit
from survey.services import frozen_paper
from survey.services.figure import SHOWN
from survey.services.frozen_paper import PaperFacts
from survey.services.open_answers import ExtraFees, extra_fees
from survey.services.open_counts import Counts, counts_of, published_counts, withheld_units, withheld_ways
from survey.services.open_feedback import FeedbackAnswered, feedback_answered
from survey.services.score_rule import find_rule


@dataclass(frozen=True)
class Facts:
    """Everything of a result that its lines are made from."""

    score_set: ScoreSet
    rule: ScoreRule
    units: Mapping[int, Unit]
    # The names of the day it was closed: what is published says them as the files do.
    paper: PaperFacts
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
        """Tell whether a unit has figures for everybody."""
        score = self.scores[code]
        return score.status in SHOWN and score.points is not None and code not in self.held


def facts_of(session: Session, score_set: ScoreSet, earlier: Sequence[ScoreSet], *, now: datetime) -> Facts:
    """Collect it; `earlier` are the results published before."""
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
    return Facts(
        score_set=score_set,
        rule=rule,
        units=units,
        paper=frozen_paper.facts_of(session, score_set),
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
