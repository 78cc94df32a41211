"""What is not kept: contact details, texts, spent nonces and one-time codes past their time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.database import empty_log, write
from survey.models import Comment, Erasure, FeedbackCase, FeedbackContact, OneTimeCode, SpentNonce
from survey.services import audit, one_time_code
from survey.services.feedback import erase_contact_of, erase_texts_of

# A form may be sent again for seven days. A phone may wake an older tab and send its form once more: for a month
# that is still recognised as sent.
SPENT_NONCE_DAYS = 30
# A case that nobody answers counts as settled after a year, so that nothing is kept for ever.
LONGEST_WAIT_DAYS = 365


@dataclass(frozen=True)
class Purged:
    """How much was past its time."""

    contacts: int
    cases: int
    comments: int
    spent_nonces: int
    one_time_codes: int


def purge(
    session: Session, *, contact_days: int, text_days: int, now: datetime, actor: str, dry_run: bool = False
) -> Purged:
    """Delete what is past its time, and note how much; with `dry_run` only count it.

    Contact details and texts of a case go `contact_days` and `text_days` after it was last answered, closed or
    withdrawn, or a year after it came in if it never was; remarks `text_days` after the week they were written in.
    What stays is that there was one.
    """
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        due_cases = session.scalars(_cases(today - timedelta(days=text_days))).all()
        due_contacts = session.scalars(_with_contact(today - timedelta(days=contact_days))).all()
        due_comments = session.scalars(_comments(today - timedelta(days=text_days))).all()
        nonces = SpentNonce.issued_on < today - timedelta(days=SPENT_NONCE_DAYS)
        expired = OneTimeCode.expires_on < today - one_time_code.KEPT_AFTER_EXPIRY
        purged = Purged(
            contacts=len(due_contacts),
            cases=len(due_cases),
            comments=len(due_comments),
            spent_nonces=session.scalar(select(func.count()).select_from(SpentNonce).where(nonces)) or 0,
            one_time_codes=session.scalar(select(func.count()).select_from(OneTimeCode).where(expired)) or 0,
        )
        if dry_run:
            return purged
        for case in due_contacts:
            erase_contact_of(case, on=today)
        for case in due_cases:
            erase_texts_of(case, Erasure.RETENTION, on=today)
        for comment in due_comments:
            comment.text, comment.erased_on = None, today
        session.execute(delete(SpentNonce).where(nonces))
        one_time_code.forget_expired(session, today=today)
        _forget_order(session)
        audit.record(session, now=now, actor=actor, action="purge", subject="retention", detail=asdict(purged))
    empty_log(session.get_bind().engine)
    return purged


def _cases(settled_until: date) -> Select[FeedbackCase]:
    return select(FeedbackCase).where(_settled(settled_until), FeedbackCase.erased_on.is_(None))


def _with_contact(settled_until: date) -> Select[FeedbackCase]:
    return select(FeedbackCase).join(FeedbackContact).where(_settled(settled_until))


def _settled(until: date) -> ColumnElement[bool]:
    waiting_since = until - timedelta(days=LONGEST_WAIT_DAYS)
    return or_(
        FeedbackCase.settled_on <= until,
        and_(FeedbackCase.settled_on.is_(None), FeedbackCase.received_on <= waiting_since),
    )


def _comments(written_until: date) -> Select[Comment]:
    last_monday = written_until - timedelta(days=6)
    return select(Comment).where(Comment.week_of <= last_monday, Comment.erased_on.is_(None))


def _forget_order(session: Session) -> None:
    """Write the remarks anew in the order of their random keys.

    PostgreSQL keeps with every row the transaction that wrote it, and rows lie in the order of writing: from both
    one could see which remark came right after which response. SQLite keeps neither.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    session.flush()
    session.execute(text("CREATE TEMPORARY TABLE shuffled ON COMMIT DROP AS SELECT * FROM comment"))
    session.execute(text("DELETE FROM comment"))
    session.execute(text("INSERT INTO comment SELECT * FROM shuffled ORDER BY id"))
