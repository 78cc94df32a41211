"""The steps of a sheet: submitted by the unit, appraised above it, approved by a second person, reopened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import Fault, HailongError, ImportRefused
from survey.models import IndexRound, IndexSheet, SheetState, Unit
from survey.services import index_sheet
from survey.services.index_sheet import SheetView

LONGEST_REASON = 2000


class Step(StrEnum):
    """What can be done with a sheet as a whole."""

    SUBMIT = "submit"
    HAND_BACK = "return"
    APPRAISE = "appraise"
    APPROVE = "approve"
    REOPEN = "reopen"


@dataclass(frozen=True)
class _Move:
    sources: tuple[SheetState, ...]
    to: SheetState


MOVES: Final[Mapping[Step, _Move]] = {
    Step.SUBMIT: _Move((SheetState.DRAFT,), SheetState.SUBMITTED),
    Step.APPRAISE: _Move((SheetState.SUBMITTED,), SheetState.APPRAISED),
    Step.APPROVE: _Move((SheetState.APPRAISED,), SheetState.APPROVED),
    # What is published stays as it was; the reopened sheet goes into a corrected revision.
    Step.REOPEN: _Move((SheetState.PUBLISHED,), SheetState.SUBMITTED),
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
        _check(view, sheet, step, actor=actor)
        if step in (Step.HAND_BACK, Step.REOPEN):
            sheet.returned_because = _checked_reason(reason)
        sheet.state = _BACK[sheet.state] if step is Step.HAND_BACK else MOVES[step].to
        if step is Step.SUBMIT:
            sheet.returned_because = None
            _offer_to_appraiser(view)
        if step is Step.APPRAISE:
            sheet.appraised_by = actor
        index_sheet.note(session, sheet, index_round, unit, f"index.{step.value}", now=now, actor=actor)
    return sheet.state


def approve_all(session: Session, index_round: IndexRound, *, now: datetime, actor: str) -> int:
    """Approve every sheet of a round that waits for it, except what the same person appraised; return how many."""
    waiting = select(IndexSheet).where(
        IndexSheet.round_id == index_round.id, IndexSheet.state == SheetState.APPRAISED
    )
    units = [sheet.unit for sheet in session.scalars(waiting) if actor not in _appraisers(sheet)]
    for unit in units:
        take(session, index_round, unit, Step.APPROVE, now=now, actor=actor)
    return len(units)


def _appraisers(sheet: IndexSheet) -> set[str | None]:
    """Who gave points to a sheet as an appraiser, whoever ended the appraisal."""
    return {sheet.appraised_by, *sheet.appraisers}


def _check(view: SheetView, sheet: IndexSheet, step: Step, *, actor: str) -> None:
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
    if step is Step.APPROVE and actor in _appraisers(sheet):
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
