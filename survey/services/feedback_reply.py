"""Replies of officers: held back for some seconds, then public, then only corrected visibly.

Nothing here waits for a worker: whoever looks next publishes what is due (`publish_due`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import CaseState, EntryKind, FeedbackCase, FeedbackEntry, PendingReply
from survey.services import audit, job, notice
from survey.services.feedback import ADDABLE, OPEN, latest_answer, note
from survey.services.feedback_answer import locked, reference

UNDO = timedelta(seconds=10)
CORRECTABLE = frozenset({CaseState.ANSWERED, CaseState.CLOSED})


def send(session: Session, key: bytes, text: str, *, actor: str, now: datetime) -> None:
    """Answer a case, or correct the answer it has; it becomes public when `UNDO` has passed.

    Raises HailongError `case_moved_on` where nothing can be answered, `reply_pending` while one is held back and
    `case_merged` where another case is answered in its place.
    """
    publish_due(session, now=now)
    with write(session):
        case = locked(session, key)
        if case.pending is not None:
            raise HailongError("reply_pending")
        if case.merged_into is not None:
            raise HailongError("case_merged")
        if case.state not in OPEN | CORRECTABLE:
            raise HailongError("case_moved_on")
        is_correction = case.state in CORRECTABLE and latest_answer(case) is not None
        kind = EntryKind.CORRECTION if is_correction else EntryKind.REPLY
        case.pending = PendingReply(kind=kind, text=text, author=actor, sent_at=now)
        audit.record(session, now=now, actor=actor, action=f"feedback.{kind.value}", subject=reference(case))
        job.enqueue(session, "publish_replies", actor=actor, now=now, run_after=now + UNDO)


def undo(session: Session, key: bytes, *, actor: str, now: datetime) -> str:
    """Take a held back reply back and return its text; raise HailongError `reply_sent` when it is public."""
    publish_due(session, now=now)
    with write(session):
        case = locked(session, key)
        if case.pending is None:
            raise HailongError("reply_sent")
        text = case.pending.text
        case.pending = None
        audit.record(session, now=now, actor=actor, action="feedback.undo", subject=reference(case))
    return text


def public_from(pending: PendingReply) -> datetime:
    """Return the moment from which the citizen sees a reply."""
    return pending.sent_at + UNDO


def publish_due(session: Session, *, now: datetime) -> int:
    """Make every reply public that can no longer be taken back; return how many there were."""
    due = select(PendingReply.case_key).where(PendingReply.sent_at <= now - UNDO)
    keys = session.scalars(due).all()
    published = 0
    for key in keys:
        with write(session):
            query = select(FeedbackCase).where(FeedbackCase.key == key).with_for_update()
            case = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
            # Somebody else may have published it or taken it back a moment ago.
            if case is not None and case.pending is not None and case.pending.sent_at <= now - UNDO:
                pending, case.pending = case.pending, None
                publish(session, case, pending.kind, pending.text, sent_at=pending.sent_at)
                published += 1
    return published


def publish(session: Session, case: FeedbackCase, kind: EntryKind, text: str, *, sent_at: datetime) -> None:
    """Write a reply or correction into a case and into those merged into it, inside the caller's transaction."""
    day = sent_at.astimezone(TIME_ZONE).date()
    merged = session.scalars(select(FeedbackCase).where(FeedbackCase.merged_into == case.key)).all()
    for each in (case, *merged):
        if each.erased_on is not None:
            continue
        if kind is EntryKind.REPLY and each.state in ADDABLE:
            each.state, each.settled_on = CaseState.ANSWERED, day
            note(each, kind, on=day, state=CaseState.ANSWERED, text=text)
        elif kind is EntryKind.CORRECTION:
            note(each, kind, on=day, text=text)
        else:
            continue
        notice.answered(session, each, now=sent_at)


def answers(case: FeedbackCase) -> list[FeedbackEntry]:
    """Return what stands as answer: the newest one and its corrections."""
    newest = latest_answer(case)
    if newest is None:
        return []
    return [
        entry
        for entry in case.entries
        if entry is newest or (entry.kind is EntryKind.CORRECTION and entry.position > newest.position)
    ]
