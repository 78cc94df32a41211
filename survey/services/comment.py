"""Remarks without a case, from the thank-you page."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.database import empty_log, write
from survey.models import Comment, SpentNonce


def leave(session: Session, text: str, *, unit_id: int, trial: bool, once: bytes, today: date) -> None:
    """Store a remark about a unit, once for each value of `once`, with nothing but the week it was written in.

    `once` is spent like a form's nonce. It is made from a response number, which is stored nowhere, and is no part
    of the remark: it leads from neither to the other.
    """
    try:
        with write(session):
            session.add(SpentNonce(nonce_hash=once, issued_on=today))
            session.flush()
            session.add(
                Comment(
                    id=secrets.token_bytes(16),
                    unit_id=unit_id,
                    week_of=today - timedelta(days=today.weekday()),
                    trial=trial,
                    text=text,
                )
            )
    except IntegrityError:
        if session.get(SpentNonce, once) is None:
            raise
    # The log would show which response was stored right before it; on PostgreSQL the purge sees to that.
    empty_log(session.get_bind().engine)
