"""What officers do with a case before they answer it: classify, assign, pass on, merge, note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import (
    RESTRICTED,
    CaseState,
    Category,
    EntryKind,
    FeedbackCase,
    FeedbackNote,
    NoticeKind,
    Officer,
    Reader,
    Unit,
)
from survey.services import audit, notice
from survey.services.deadline import Deadlines
from survey.services.desk import desk_of
from survey.services.feedback import ADDABLE, OPEN, erase_contact_of, latest_answer, note, release_merged
from survey.services.feedback_answer import day_of, locked, reference
from survey.services.feedback_reply import publish
from survey.services.spelling import fold
from survey.services.unit_tree import ids_below

_UNASSIGNED = frozenset({CaseState.NEW, CaseState.CLASSIFIED, CaseState.REOPENED})


@dataclass(frozen=True)
class BulkSummary:
    """What was done to several cases, and which of them refused it: reference and code of the reason."""

    done_count: int
    refused: list[tuple[str, str]]


def classify(
    session: Session, key: bytes, category: Category, *, deadlines: Deadlines, actor: str, now: datetime
) -> None:
    """Say what a case is, visibly for the citizen; its deadline counts anew.

    What has nothing to do with the unit is closed. A complaint or denunciation leaves the hands of whoever had it:
    from now on only a leader sees it.
    """
    today = day_of(now)
    with write(session):
        case = _open(session, key)
        detail = {"from": case.category and case.category.value, "to": category.value}
        if category in RESTRICTED and case.category not in RESTRICTED:
            _take_back(case, on=today)
            release_merged(session, case)
        case.category = category
        if category is Category.UNRELATED:
            case.assignee_id = None
            case.state, case.settled_on = CaseState.CLOSED, today
            note(case, EntryKind.STATE, on=today, state=CaseState.CLOSED)
        elif case.state in (CaseState.NEW, CaseState.REOPENED):
            case.state = CaseState.CLASSIFIED
            note(case, EntryKind.STATE, on=today, state=CaseState.CLASSIFIED)
        deadlines.set_due(case)
        audit.record(
            session, now=now, actor=actor, action="feedback.classify", subject=reference(case), detail=detail
        )


def assign(session: Session, key: bytes, assignee: Officer | None, *, actor: str, now: datetime) -> None:
    """Give a case to an officer, or to nobody; raise HailongError `assignee_is_about` for whom it is about."""
    with write(session):
        case = _open(session, key)
        if assignee is not None and assignee.id == case.about_officer_id:
            raise HailongError("assignee_is_about")
        if assignee is None:
            _take_back(case, on=day_of(now))
        else:
            case.assignee_id = assignee.id
            if case.state in _UNASSIGNED:
                case.state = CaseState.ASSIGNED
                note(case, EntryKind.STATE, on=day_of(now), state=CaseState.ASSIGNED)
        detail = {"officer": None if assignee is None else assignee.email}
        audit.record(
            session, now=now, actor=actor, action="feedback.assign", subject=reference(case), detail=detail
        )
        if assignee is not None:
            notice.happened(session, NoticeKind.ASSIGNED, case, actor=actor, now=now)


def _take_back(case: FeedbackCase, *, on: date) -> None:
    """Leave a case in nobody's hands; its citizen sees it where it was before it was assigned."""
    case.assignee_id = None
    if case.state is CaseState.ASSIGNED:
        case.state = CaseState.NEW if case.category is None else CaseState.CLASSIFIED
        note(case, EntryKind.STATE, on=on, state=case.state)


def name_official(session: Session, key: bytes, official: Officer | None, *, actor: str, now: datetime) -> None:
    """Note whom a case is about: that person no longer sees it, and does not get it to work on."""
    with write(session):
        case = locked(session, key)
        merged = session.scalars(select(FeedbackCase).where(FeedbackCase.merged_into == case.key)).all()
        for each in (case, *merged):
            each.about_officer_id = None if official is None else official.id
            if official is not None and each.assignee_id == official.id:
                _take_back(each, on=day_of(now))
        detail = {"officer": None if official is None else official.email}
        audit.record(
            session, now=now, actor=actor, action="feedback.about", subject=reference(case), detail=detail
        )


def transfer(session: Session, key: bytes, unit: Unit, *, actor: str, now: datetime) -> None:
    """Pass a case on, visibly for the citizen: the people of `unit` see it, those who did no longer do.

    The consent to use contact details named who gets them: for any other unit they are erased. Raises HailongError
    `transfer_to_about_unit` where the citizen chose that the unit shall not read it, `transfer_here` for no change
    and `reply_pending` while a reply is held back.
    """
    today = day_of(now)
    with write(session):
        case = _open(session, key)
        if case.pending is not None:
            raise HailongError("reply_pending")
        if unit.id == case.reader_unit_id:
            raise HailongError("transfer_here")
        below = select(Unit.id).where(Unit.id == unit.id, Unit.id.in_(ids_below([case.about_unit_id])))
        if case.reader is Reader.ABOVE and session.scalar(below) is not None:
            raise HailongError("transfer_to_about_unit")
        detail = {"from": case.reader_unit.code, "to": unit.code}
        merged = session.scalars(select(FeedbackCase).where(FeedbackCase.merged_into == case.key)).all()
        for each in (case, *merged):
            desk = desk_of(session, each.about_unit_id, today=today)
            named = {desk.unit_id} | ({desk.above_id} if each.reader is Reader.ABOVE else set())
            if unit.id not in named:
                erase_contact_of(each, on=today)
            _take_back(each, on=today)
            each.reader_unit_id = unit.id
            note(each, EntryKind.TRANSFERRED, on=today, unit_id=unit.id)
        audit.record(
            session, now=now, actor=actor, action="feedback.transfer", subject=reference(case), detail=detail
        )
        notice.happened(session, NoticeKind.TRANSFERRED, case, actor=actor, now=now)


def merge(session: Session, key: bytes, into: bytes, *, actor: str, now: datetime) -> None:
    """Answer a case together with another one: its citizen is told so and gets the same public answer.

    Raises HailongError `merge_impossible` for cases that not the same people may read, or a chain of them.
    """
    today = day_of(now)
    with write(session):
        case, main = _open(session, key), locked(session, into)
        has_merged = session.scalar(select(FeedbackCase.key).where(FeedbackCase.merged_into == key).limit(1))
        if (
            case.key == main.key
            or main.merged_into is not None
            or has_merged is not None
            or main.state not in ADDABLE
            or case.pending is not None
            or _readers(case) != _readers(main)
        ):
            raise HailongError("merge_impossible")
        _take_back(case, on=today)
        case.merged_into = main.key
        note(case, EntryKind.MERGED, on=today)
        days = [day for day in (case.due_on, main.due_on) if day is not None]
        if main.state in OPEN and days:
            main.due_on = min(days)
        known = latest_answer(main) if main.state is CaseState.ANSWERED else None
        if known is not None and known.text is not None:
            publish(session, case, EntryKind.REPLY, known.text, sent_at=now)
        detail = {"into": reference(main)}
        audit.record(
            session, now=now, actor=actor, action="feedback.merge", subject=reference(case), detail=detail
        )


def add_note(session: Session, key: bytes, text: str, *, actor: str, now: datetime) -> None:
    """Write down something for colleagues that the citizen never sees."""
    with write(session):
        case = locked(session, key)
        position = case.notes[-1].position + 1 if case.notes else 0
        case.notes.append(FeedbackNote(position=position, at=now, author=actor, text=text))
        case.search_text = f"{case.search_text} {fold(text)}"
        audit.record(session, now=now, actor=actor, action="feedback.note", subject=reference(case))


def each_of(cases: Sequence[FeedbackCase], act: Callable[[bytes], None]) -> BulkSummary:
    """Do the same to several cases, each as a use case of its own, and tell which of them could not."""
    done, refused = 0, []
    for key, name in [(case.key, reference(case)) for case in cases]:
        try:
            act(key)
            done += 1
        except HailongError as error:
            refused.append((name, error.code))
    return BulkSummary(done, refused)


def _readers(case: FeedbackCase) -> tuple[object, ...]:
    return (
        case.reader_unit_id, case.about_unit_id, case.reader, case.category in RESTRICTED, case.about_officer_id
    )  # fmt: skip


def _open(session: Session, key: bytes) -> FeedbackCase:
    """Load a case that is worked on here, not in the one it was merged into."""
    case = locked(session, key)
    if case.merged_into is not None:
        raise HailongError("case_merged")
    if case.state not in OPEN:
        raise HailongError("case_moved_on")
    return case
