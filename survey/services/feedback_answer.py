"""What officers do to a case: move it on, answer it, read how to reach who sent it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import AuditEvent, CaseState, Category, EntryKind, FeedbackCase
from survey.services import audit
from survey.services.contact import Contact, unseal
from survey.services.feedback import OPEN, note

_WORKED_ON = frozenset({CaseState.CLASSIFIED, CaseState.IN_PROGRESS})
# From which state an officer may move a case to which; it becomes answered by an answer only.
MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.NEW: _WORKED_ON,
    CaseState.CLASSIFIED: frozenset({CaseState.IN_PROGRESS}),
    CaseState.ASSIGNED: _WORKED_ON,
    CaseState.IN_PROGRESS: frozenset({CaseState.CLASSIFIED}),
    CaseState.REOPENED: _WORKED_ON,
    CaseState.ANSWERED: frozenset({CaseState.CLOSED}),
}


def reference(case: FeedbackCase) -> str:
    """Name a case where officers work: part of its key, from which nobody finds the tracking code."""
    return case.key.hex()[:16]


def set_state(session: Session, key: bytes, state: CaseState, *, actor: str, now: datetime) -> None:
    """Move a case on, visibly for the citizen; raise HailongError `case_moved_on` where that cannot be."""
    today = day_of(now)
    with write(session):
        case = locked(session, key)
        is_thanked = state is CaseState.CLOSED and case.category is Category.PRAISE and case.state in OPEN
        if state not in MOVES.get(case.state, frozenset()) and not is_thanked:
            raise HailongError("case_moved_on")
        detail = {"from": case.state.value, "to": state.value}
        case.state = state
        case.settled_on = today if state is CaseState.CLOSED else None
        note(case, EntryKind.STATE, on=today, state=state)
        audit.record(
            session, now=now, actor=actor, action="feedback.state", subject=reference(case), detail=detail
        )


def reply(session: Session, key: bytes, text: str, *, actor: str, now: datetime) -> None:
    """Answer a case publicly, that is for its citizen; an answer may be followed by another one."""
    today = day_of(now)
    with write(session):
        case = locked(session, key)
        if case.state not in OPEN | {CaseState.ANSWERED}:
            raise HailongError("case_moved_on")
        case.state, case.settled_on = CaseState.ANSWERED, today
        note(case, EntryKind.REPLY, on=today, state=CaseState.ANSWERED, text=text)
        audit.record(session, now=now, actor=actor, action="feedback.reply", subject=reference(case))


def read_contact(session: Session, key: bytes, *, sealing_key: bytes, actor: str, now: datetime) -> Contact | None:
    """Open the contact details of a case, and note who did."""
    with write(session):
        case = locked(session, key)
        if case.contact is None:
            return None
        audit.record(session, now=now, actor=actor, action="feedback.contact", subject=reference(case))
        return unseal(sealing_key, case.key, case.contact.sealed)


def note_reading(session: Session, key: bytes, *, actor: str, now: datetime) -> None:
    """Note that somebody reads a case with what points at its sender."""
    with write(session):
        case = locked(session, key)
        audit.record(session, now=now, actor=actor, action="feedback.original", subject=reference(case))


def history(session: Session, case: FeedbackCase) -> list[AuditEvent]:
    """List what officers did to a case, the newest first."""
    events = select(AuditEvent).where(AuditEvent.subject == reference(case))
    return list(session.scalars(events.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())))


def locked(session: Session, key: bytes) -> FeedbackCase:
    """Load a case for changing; raise HailongError `unknown_case`, or `case_moved_on` if it is erased."""
    query = select(FeedbackCase).where(FeedbackCase.key == key).with_for_update()
    case = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise HailongError("unknown_case")
    if case.erased_on is not None:
        raise HailongError("case_moved_on")
    return case


def day_of(now: datetime) -> date:
    """Return the day in Vietnam."""
    return now.astimezone(TIME_ZONE).date()
