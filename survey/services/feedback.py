"""Feedback cases from the citizen's side: send, follow, add, reopen, rate, withdraw, erase.

Who has the tracking code has the case; there is no account, and nothing here is noted in the audit trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.database import empty_log, write
from survey.errors import HailongError
from survey.models import (
    CaseState,
    Category,
    EntryKind,
    Erasure,
    FeedbackCase,
    FeedbackContact,
    FeedbackEntry,
    FeedbackNotice,
    NoticeKind,
    Reader,
    SpentNonce,
    Topic,
)
from survey.services.contact import Contact, seal
from survey.services.deadline import Deadlines
from survey.services.desk import Desk
from survey.services.spelling import fold

OPEN = frozenset(
    {CaseState.NEW, CaseState.CLASSIFIED, CaseState.ASSIGNED, CaseState.IN_PROGRESS, CaseState.REOPENED}
)
ADDABLE = OPEN | {CaseState.ANSWERED}
REOPENABLE = frozenset({CaseState.ANSWERED, CaseState.CLOSED})


@dataclass(frozen=True)
class Once:
    """What makes one sending count once: the hash that is spent, and the day the page was opened."""

    spent_hash: bytes
    opened_on: date


@dataclass(frozen=True)
class NewCase:
    """What a citizen sends; `contact` only with the consent of version `consent_version`."""

    topic: Topic
    reader: Reader
    text: str
    contact: Contact | None
    consent_version: str


def case_key(code: str) -> bytes:
    """Return what is stored of a normalised tracking code: 80 random bits cannot be found back from their hash."""
    return hashlib.sha256(code.encode()).digest()


def send(
    session: Session,
    new: NewCase,
    *,
    code: str,
    desk: Desk,
    once: Once,
    sealing_key: bytes,
    deadlines: Deadlines,
    today: date,
) -> None:
    """Store a case under its tracking code; the same content sent again from the same page changes nothing."""
    key = case_key(code)
    case = FeedbackCase(
        key=key,
        about_unit_id=desk.unit_id,
        reader_unit_id=desk.reader_unit_id(new.reader),
        reader=new.reader,
        topic=new.topic,
        state=CaseState.NEW,
        trial=desk.trial,
        received_on=today,
        due_on=deadlines.due_on(None, new.topic, since=today),
        search_text=fold(new.text),
        entries=[FeedbackEntry(position=0, on_date=today, kind=EntryKind.SENT, text=new.text)],
    )
    if new.contact is not None:
        case.contact = FeedbackContact(
            sealed=seal(sealing_key, key, new.contact), consent_version=new.consent_version, consented_on=today
        )

    def change() -> None:
        session.add(case)
        _tell_later(session, case, NoticeKind.NEW)

    _once(session, once, change)


def find(session: Session, code: str) -> FeedbackCase:
    """Find the case of a normalised tracking code, or raise HailongError `unknown_case`."""
    case = session.get(FeedbackCase, case_key(code))
    if case is None:
        raise HailongError("unknown_case")
    return case


def add(session: Session, code: str, text: str, *, once: Once, today: date) -> None:
    """Write more into a case that is not finished."""

    def change() -> None:
        note(_locked(session, code, ADDABLE), EntryKind.ADDED, on=today, text=text)

    _once(session, once, change)


def reopen(session: Session, code: str, text: str, *, once: Once, deadlines: Deadlines, today: date) -> None:
    """Ask for an answered or closed case to be looked at again; a reason is welcome, not required."""

    def change() -> None:
        case = _locked(session, code, REOPENABLE)
        case.state, case.settled_on = CaseState.REOPENED, None
        case.merged_into, case.escalated_on = None, None
        if case.category is Category.UNRELATED:
            case.category = None
        note(case, EntryKind.REOPENED, on=today, text=text or None)
        deadlines.set_due(case)
        _tell_later(session, case, NoticeKind.REOPENED)

    _once(session, once, change)


def rate(session: Session, code: str, position: int, *, satisfied: bool, once: Once) -> None:
    """Rate the answer that stands at `position`; the first rating of an answer stays."""

    def change() -> None:
        for entry in _locked(session, code, frozenset(CaseState)).entries:
            if entry.position == position and entry.kind is EntryKind.REPLY and entry.satisfied is None:
                entry.satisfied = satisfied

    _once(session, once, change)


def withdraw(session: Session, code: str, *, once: Once, today: date) -> None:
    """Stop a case that is still open."""

    def change() -> None:
        case = _locked(session, code, OPEN)
        _stop(session, case, today)
        note(case, EntryKind.WITHDRAWN, on=today)

    _once(session, once, change)


def set_contact(
    session: Session,
    code: str,
    contact: Contact,
    *,
    consent_version: str,
    once: Once,
    sealing_key: bytes,
    today: date,
) -> None:
    """Leave or correct the contact details of a case that is not finished."""

    def change() -> None:
        case = _locked(session, code, ADDABLE)
        case.contact = case.contact or FeedbackContact(case_key=case.key)
        case.contact.sealed = seal(sealing_key, case.key, contact)
        case.contact.consent_version = consent_version
        case.contact.consented_on = today
        case.contact_erased_on = None

    _once(session, once, change)


def erase_contact(session: Session, code: str, *, today: date) -> None:
    """Take the consent back: the contact details go at once, the case goes on."""
    with write(session):
        erase_contact_of(_locked(session, code), on=today)
    empty_log(session.get_bind().engine)


def erase(session: Session, code: str, *, today: date) -> None:
    """Erase every text and the contact details of a case, for good; what stays is that there was one."""
    with write(session):
        case = _locked(session, code)
        if case.erased_on is None:
            if case.state in OPEN:
                _stop(session, case, today)
            erase_texts_of(case, Erasure.CITIZEN, on=today)
    empty_log(session.get_bind().engine)


def latest_answer(case: FeedbackCase) -> FeedbackEntry | None:
    """Return the newest public answer of a case."""
    return next((entry for entry in reversed(case.entries) if entry.kind is EntryKind.REPLY), None)


def note(
    case: FeedbackCase,
    kind: EntryKind,
    *,
    on: date,
    text: str | None = None,
    state: CaseState | None = None,
    unit_id: int | None = None,
) -> None:
    """Add to the history of a case, and its words to what is searched."""
    position = case.entries[-1].position + 1
    case.entries.append(
        FeedbackEntry(position=position, on_date=on, kind=kind, state=state, text=text, unit_id=unit_id)
    )
    if text:
        case.search_text = f"{case.search_text} {fold(text)}"


def erase_texts_of(case: FeedbackCase, by: Erasure, *, on: date) -> None:
    """Leave a tombstone: the answers go too, since they may repeat what the citizen wrote."""
    erase_contact_of(case, on=on)
    for entry in case.entries:
        entry.text = None
    for remark in case.notes:
        remark.text = None
    case.pending, case.search_text = None, ""
    case.erased_on, case.erased_by = on, by
    note(case, EntryKind.ERASED, on=on)


def erase_contact_of(case: FeedbackCase, *, on: date) -> None:
    """Delete the contact details of a case, if it has any."""
    if case.contact is not None:
        case.contact, case.contact_erased_on = None, on


def release_merged(session: Session, case: FeedbackCase) -> None:
    """Let the cases that were to be answered together with this one go their own way again."""
    for other in session.scalars(select(FeedbackCase).where(FeedbackCase.merged_into == case.key)):
        other.merged_into = None


def _tell_later(session: Session, case: FeedbackCase, kind: NoticeKind) -> None:
    """Keep what a citizen did for the next round of notices, without its time (services/notice_round.py)."""
    session.flush()
    session.merge(FeedbackNotice(case_key=case.key, kind=kind))


def _stop(session: Session, case: FeedbackCase, today: date) -> None:
    case.state, case.settled_on, case.pending = CaseState.WITHDRAWN, today, None
    release_merged(session, case)


def _locked(session: Session, code: str, states: frozenset[CaseState] | None = None) -> FeedbackCase:
    """Load a case for changing; raise HailongError `case_moved_on` if it is erased or in none of `states`."""
    query = select(FeedbackCase).where(FeedbackCase.key == case_key(code)).with_for_update()
    case = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise HailongError("unknown_case")
    if states is not None and (case.state not in states or case.erased_on is not None):
        raise HailongError("case_moved_on")
    return case


def _once(session: Session, once: Once, change: Callable[[], None]) -> None:
    """Make a change in one transaction, unless it was made already.

    SQLite's log would show which response was stored right before it, so it is emptied.
    """
    if session.get(SpentNonce, once.spent_hash) is not None:
        return
    try:
        with write(session):
            # First, so that of two sendings at once the second waits here, and then fails.
            session.add(SpentNonce(nonce_hash=once.spent_hash, issued_on=once.opened_on))
            session.flush()
            change()
    except IntegrityError:
        if session.get(SpentNonce, once.spent_hash) is None:
            raise
    empty_log(session.get_bind().engine)
