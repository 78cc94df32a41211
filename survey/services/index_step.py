"""The steps of a sheet: submitted by the unit, appraised above it, approved by a second person, published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import Fault, HailongError, ImportRefused
from survey.models import AuditEvent, IndexRound, IndexSheet, SheetState, Unit
from survey.services import audit, index_sheet
from survey.services.index_sheet import SheetView

LONGEST_REASON = 2000


class Step(StrEnum):
    """What can be done with a sheet as a whole."""

    SUBMIT = "submit"
    HAND_BACK = "return"
    APPRAISE = "appraise"
    APPROVE = "approve"
    PUBLISH = "publish"


@dataclass(frozen=True)
class _Move:
    sources: tuple[SheetState, ...]
    to: SheetState


MOVES: Final[Mapping[Step, _Move]] = {
    Step.SUBMIT: _Move((SheetState.DRAFT,), SheetState.SUBMITTED),
    Step.APPRAISE: _Move((SheetState.SUBMITTED,), SheetState.APPRAISED),
    Step.APPROVE: _Move((SheetState.APPRAISED,), SheetState.APPROVED),
    Step.PUBLISH: _Move((SheetState.APPROVED,), SheetState.PUBLISHED),
}
# Handed back: a submitted sheet to its unit, a later one to the appraiser.
_BACK: Final = {
    SheetState.SUBMITTED: SheetState.DRAFT,
    SheetState.APPRAISED: SheetState.SUBMITTED,
    SheetState.APPROVED: SheetState.SUBMITTED,
}


def take(
    session: Session,
    index_round: IndexRound,
    unit: Unit,
    step: Step,
    *,
    now: datetime,
    actor: str,
    reason: str = "",
) -> SheetState:
    """Take one step and return where the sheet stands then.

    ImportRefused names every line that keeps it back; HailongError where the step is not the next one, the
    approver is the appraiser, or a sheet is handed back without a reason.
    """
    with write(session):
        sheet = index_sheet.begun(session, index_round, unit, now=now, actor=actor)
        view = index_sheet.load(session, index_round, unit)
        _check(view, sheet, step, actor=actor, appraisers=_appraisers(session, index_round, unit))
        if step is Step.HAND_BACK:
            sheet.returned_because = _checked_reason(reason)
            sheet.state = _BACK[sheet.state]
        else:
            sheet.state = MOVES[step].to
        if step is Step.SUBMIT:
            sheet.returned_because = None
            _offer_to_appraiser(view)
        if step is Step.APPRAISE:
            sheet.appraised_by = actor
        detail = {
            "round": f"{index_round.name} {index_round.kind} {index_round.level}",
            "state": sheet.state.value,
        }
        audit.record(session, now=now, actor=actor, action=f"index.{step.value}", subject=unit.code, detail=detail)
    return sheet.state


def take_all(session: Session, index_round: IndexRound, step: Step, *, now: datetime, actor: str) -> int:
    """Approve or publish every sheet of a round that waits for it; return how many.

    What the same person appraised is left for somebody else.
    """
    waiting = select(IndexSheet).where(
        IndexSheet.round_id == index_round.id, IndexSheet.state.in_(MOVES[step].sources)
    )
    units = [
        sheet.unit
        for sheet in session.scalars(waiting)
        if step is not Step.APPROVE
        or actor not in {sheet.appraised_by, *_appraisers(session, index_round, sheet.unit)}
    ]
    for unit in units:
        take(session, index_round, unit, step, now=now, actor=actor)
    return len(units)


def _appraisers(session: Session, index_round: IndexRound, unit: Unit) -> set[str]:
    """Who gave points to a sheet as an appraiser, whoever ended the appraisal; the audit trail knows."""
    named = f"{index_round.name} {index_round.kind} {index_round.level}"
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "index.appraisal", AuditEvent.subject == unit.code)
    )
    return {event.actor for event in events if event.detail.get("round") == named}


def _check(view: SheetView, sheet: IndexSheet, step: Step, *, actor: str, appraisers: Collection[str]) -> None:
    sources = tuple(_BACK) if step is Step.HAND_BACK else MOVES[step].sources
    if sheet.state not in sources:
        raise HailongError("index_sheet_state")
    if step is Step.SUBMIT:
        _refuse(view.own.missing, "index_line_missing")
        if not view.own.whole.maximum:
            raise HailongError("index_nothing_arose")
        _refuse(_unproven(view), "index_line_unproven")
    if step is Step.APPRAISE:
        _refuse(view.appraised.missing, "index_line_unappraised")
        _refuse(_unexplained(view), "index_line_unexplained")
    if step is Step.APPROVE and actor in {sheet.appraised_by, *appraisers}:
        raise HailongError("index_same_person")


def _refuse(codes: tuple[str, ...], message: str) -> None:
    if codes:
        raise ImportRefused([Fault(None, code, message) for code in codes])


def _unproven(view: SheetView) -> tuple[str, ...]:
    """Lines with points but neither evidence nor an explanation."""
    return tuple(
        leaf.code
        for leaf in view.criteria.leaves
        if (score := view.scores.get(leaf.code)) is not None
        and (score.self_points or score.self_not_applicable)
        and not score.self_note
        and leaf.code not in view.evidence
    )


def _unexplained(view: SheetView) -> tuple[str, ...]:
    """Lines on which the appraiser differs from the unit without saying why."""
    return tuple(
        leaf.code
        for leaf in view.criteria.leaves
        if (score := view.scores.get(leaf.code)) is not None
        and not score.note
        and ((score.points or 0) != (score.self_points or 0) or score.not_applicable != score.self_not_applicable)
    )


def _offer_to_appraiser(view: SheetView) -> None:
    """What did not arise for the unit stays so until the appraiser says otherwise; points wait to be given."""
    for score in view.scores.values():
        if score.self_not_applicable and score.points is None:
            score.not_applicable = True


def _checked_reason(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise HailongError("index_reason", longest=str(LONGEST_REASON))
    return words
