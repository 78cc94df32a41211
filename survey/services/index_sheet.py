"""A unit's sheet in a round: self-score, appraisal, and the steps from draft to published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.criteria import CriteriaSet, Leaf
from analysis.criteria_points import SheetPoints, sum_sheet
from survey.database import write
from survey.errors import Fault, HailongError, ImportRefused
from survey.models import IndexEvidence, IndexRound, IndexScore, IndexSheet, SheetState, Unit
from survey.services import audit
from survey.services.index_round import criteria_of, rules_of

LONGEST_NOTE = 2000
APPRAISED_STATES: Final = (SheetState.APPRAISED, SheetState.APPROVED, SheetState.PUBLISHED)


@dataclass(frozen=True)
class Given:
    """What somebody writes on one line of a sheet."""

    points: Decimal | None
    not_applicable: bool = False
    note: str = ""


@dataclass(frozen=True)
class SheetView:
    """A sheet with its sums; `own` is the self-score, `appraised` what the appraiser made of it."""

    round: IndexRound
    unit: Unit
    criteria: CriteriaSet
    sheet: IndexSheet | None
    scores: Mapping[str, IndexScore]
    evidence: Mapping[str, Sequence[IndexEvidence]]
    own: SheetPoints
    appraised: SheetPoints

    @property
    def state(self) -> SheetState:
        """How far it is; a sheet that nobody touched is a draft."""
        return SheetState.DRAFT if self.sheet is None else self.sheet.state

    def difference(self, code: str) -> Decimal | None:
        """What the appraiser gives more or less than the unit itself; None where they agree or one is missing."""
        score = self.scores.get(code)
        if score is None or score.not_applicable or score.self_not_applicable:
            return None
        if score.points is None or score.self_points is None or score.points == score.self_points:
            return None
        return score.points - score.self_points


def load(session: Session, index_round: IndexRound, unit: Unit) -> SheetView:
    """Read a unit's sheet; HailongError where the round has no criteria."""
    criteria = criteria_of(session, index_round)
    of_sheet = {"round_id": index_round.id, "unit_id": unit.id}
    scores = {score.code: score for score in session.scalars(select(IndexScore).filter_by(**of_sheet))}
    evidence: dict[str, list[IndexEvidence]] = {}
    files = select(IndexEvidence).filter_by(**of_sheet).order_by(IndexEvidence.added_at, IndexEvidence.id)
    for one in session.scalars(files):
        evidence.setdefault(one.code, []).append(one)
    return SheetView(
        round=index_round,
        unit=unit,
        criteria=criteria,
        sheet=session.get(IndexSheet, (index_round.id, unit.id)),
        scores=scores,
        evidence=evidence,
        own=own_sum(scores, criteria),
        appraised=appraised_sum(scores, criteria),
    )


def own_sum(scores: Mapping[str, IndexScore], criteria: CriteriaSet) -> SheetPoints:
    """Add up what the unit gives itself."""
    outside = {code for code, score in scores.items() if score.self_not_applicable}
    return sum_sheet({code: score.self_points for code, score in scores.items()}, criteria, not_applicable=outside)


def appraised_sum(scores: Mapping[str, IndexScore], criteria: CriteriaSet) -> SheetPoints:
    """Add up what the appraiser gives."""
    outside = {code for code, score in scores.items() if score.not_applicable}
    return sum_sheet({code: score.points for code, score in scores.items()}, criteria, not_applicable=outside)


def sheets(session: Session, index_round: IndexRound) -> dict[int, IndexSheet]:
    """Return the sheets of a round by unit id."""
    found = session.scalars(select(IndexSheet).where(IndexSheet.round_id == index_round.id))
    return {sheet.unit_id: sheet for sheet in found}


def sums(session: Session, index_round: IndexRound) -> dict[int, tuple[SheetPoints, SheetPoints]]:
    """Add up every sheet of a round, by unit id: what the unit gives itself, what the appraiser gives."""
    criteria = criteria_of(session, index_round)
    # Rows of the columns that are added up are read in half the time of the objects: a province has thousands.
    given = (IndexScore.self_points, IndexScore.self_not_applicable, IndexScore.points, IndexScore.not_applicable)
    scores: dict[int, dict[str, Any]] = {}
    wanted = select(IndexScore.unit_id, IndexScore.code, *given).where(IndexScore.round_id == index_round.id)
    for row in session.execute(wanted):
        scores.setdefault(row.unit_id, {})[row.code] = row
    return {
        unit_id: (own_sum(of_unit, criteria), appraised_sum(of_unit, criteria))
        for unit_id, of_unit in scores.items()
    }


def save_own(
    session: Session, index_round: IndexRound, unit: Unit, given: Mapping[str, Given], *, now: datetime, actor: str
) -> None:
    """Keep the unit's self-score, in the draft only; ImportRefused names every line that cannot be so."""
    check_given(session, index_round, given)
    with write(session):
        sheet = _at(session, index_round, unit, SheetState.DRAFT, now=now, actor=actor)
        put_own(session, sheet, given)
        note(session, sheet, index_round, unit, "index.self", now=now, actor=actor)


def save_appraisal(
    session: Session, index_round: IndexRound, unit: Unit, given: Mapping[str, Given], *, now: datetime, actor: str
) -> None:
    """Keep the appraiser's points of a sheet that was submitted; ImportRefused as for the self-score."""
    check_given(session, index_round, given)
    with write(session):
        sheet = _at(session, index_round, unit, SheetState.SUBMITTED, now=now, actor=actor)
        put_appraisal(session, sheet, given, actor=actor)
        note(session, sheet, index_round, unit, "index.appraisal", now=now, actor=actor)


def put_own(session: Session, sheet: IndexSheet, given: Mapping[str, Given]) -> None:
    """Write self-scores into a sheet, inside a transaction; a changed line waits for another appraisal."""
    for code, line in given.items():
        score = _score(session, sheet, code)
        if (score.self_points, score.self_not_applicable, score.self_note) != (
            line.points,
            line.not_applicable,
            line.note,
        ):
            score.points, score.not_applicable = None, False
        score.self_points, score.self_not_applicable, score.self_note = (
            line.points,
            line.not_applicable,
            line.note,
        )


def ask_again(session: Session, index_round: IndexRound, unit: Unit, code: str) -> None:
    """Let a line wait for another appraisal, because what proves it changed, inside a transaction."""
    score = session.get(IndexScore, (index_round.id, unit.id, code))
    if score is not None:
        score.points, score.not_applicable = None, False


def put_appraisal(session: Session, sheet: IndexSheet, given: Mapping[str, Given], *, actor: str) -> None:
    """Write the appraiser's points into a sheet, inside a transaction, and remember who gave them."""
    sheet.appraisers = sorted({*(sheet.appraisers or ()), actor})
    for code, line in given.items():
        score = _score(session, sheet, code)
        score.points, score.not_applicable, score.note = line.points, line.not_applicable, line.note


def check_given(session: Session, index_round: IndexRound, given: Mapping[str, Given]) -> None:
    """Refuse unknown criteria, points outside 0 to the maximum, and what the rules do not allow."""
    leaves = {leaf.code: leaf for leaf in criteria_of(session, index_round).leaves}
    rules = rules_of(session, index_round)
    faults = []
    for code, line in given.items():
        for found, params in line_faults(
            leaves.get(code), line, code=code, may_leave=rules.when_not_applicable == "leave"
        ):
            if found == "not_applicable_refused":
                params["rules"] = rules.head.title.vi
            faults.append(Fault(None, code, found, params))
    if faults:
        raise ImportRefused(faults)


def line_faults(
    leaf: Leaf | None, line: Given, *, code: str, may_leave: bool
) -> list[tuple[str, dict[str, object]]]:
    """Say what is wrong with one line, as message codes."""
    if leaf is None:
        return [("criterion_unknown", {"got": code})]
    faults: list[tuple[str, dict[str, object]]] = []
    if line.points is not None and line.not_applicable:
        faults.append(("not_applicable_with_points", {}))
    elif line.points is not None and not 0 <= line.points <= leaf.maximum:
        above = {"got": line.points, "maximum": leaf.maximum, "title": leaf.title.vi}
        faults.append(("points_above_maximum", above))
    if line.not_applicable and not may_leave:
        faults.append(("not_applicable_refused", {}))
    if len(line.note) > LONGEST_NOTE:
        faults.append(("text_too_long", {"length": len(line.note), "longest": LONGEST_NOTE}))
    return faults


def begun(session: Session, index_round: IndexRound, unit: Unit, *, now: datetime, actor: str) -> IndexSheet:
    """Return the unit's sheet, a new draft where there is none, inside a transaction."""
    found = session.get(IndexSheet, (index_round.id, unit.id), with_for_update=True, populate_existing=True)
    if found is None:
        found = IndexSheet(round_id=index_round.id, unit_id=unit.id, state=SheetState.DRAFT, appraisers=[])
        session.add(found)
    found.changed_by, found.changed_at = actor, now
    return found


def _at(
    session: Session, index_round: IndexRound, unit: Unit, wanted: SheetState, *, now: datetime, actor: str
) -> IndexSheet:
    found = begun(session, index_round, unit, now=now, actor=actor)
    if found.state is not wanted:
        raise HailongError("index_sheet_state")
    return found


def _score(session: Session, sheet: IndexSheet, code: str) -> IndexScore:
    found = session.get(IndexScore, (sheet.round_id, sheet.unit_id, code))
    if found is None:
        found = IndexScore(
            round_id=sheet.round_id,
            unit_id=sheet.unit_id,
            code=code,
            self_not_applicable=False,
            self_note="",
            not_applicable=False,
            note="",
        )
        session.add(found)
    return found


def note(
    session: Session,
    sheet: IndexSheet,
    index_round: IndexRound,
    unit: Unit,
    action: str,
    *,
    now: datetime,
    actor: str,
) -> None:
    """Record in the audit trail what was done with a sheet, inside a transaction."""
    detail = {"round": f"{index_round.name} {index_round.kind} {index_round.level}", "state": sheet.state.value}
    audit.record(session, now=now, actor=actor, action=action, subject=unit.code, detail=detail)
