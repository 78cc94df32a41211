"""Hand-over: what a leaving officer still has in hand passes to another in one action."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.database import write
from survey.errors import HailongError
from survey.models import BatchState, CaseState, Device, FeedbackCase, Job, JobState, Officer, PaperBatch
from survey.services import administration, audit, officer


@dataclass(frozen=True)
class Belonging:
    """A kind of thing that officers have in hand: in which column its holder stands, and while it is open.

    The column holds the officer's id, or the e-mail address if `by_email`.
    """

    name: str
    holder: InstrumentedAttribute[Any]
    is_open: ColumnElement[bool]
    by_email: bool = False

    def held_by(self, holder: Officer) -> str:
        """Return what stands in the column for an officer."""
        return holder.email if self.by_email else holder.id

    def of(self, holder: Officer) -> ColumnElement[bool]:
        """Select what is open and in this officer's hand."""
        return (self.holder == self.held_by(holder)) & self.is_open


# One line for each kind of thing; its words stand in survey/officer_messages.py.
BELONGINGS = (
    Belonging("paper_batches", PaperBatch.officer_id, PaperBatch.state == BatchState.OPEN),
    Belonging("jobs", Job.created_by, Job.state.in_((JobState.WAITING, JobState.RUNNING)), by_email=True),
    Belonging(
        "devices", Device.registered_by, Device.enrolled_on.is_(None) & Device.revoked_on.is_(None), by_email=True
    ),
    Belonging(
        "cases",
        FeedbackCase.assignee_id,
        FeedbackCase.state.not_in((CaseState.CLOSED, CaseState.WITHDRAWN)) & FeedbackCase.erased_on.is_(None),
    ),
)


def in_hand(session: Session, holder: Officer) -> dict[str, int]:
    """Count what an officer has in hand, of every kind."""
    return {
        kind.name: session.scalar(select(func.count()).select_from(kind.holder.class_).where(kind.of(holder))) or 0
        for kind in BELONGINGS
    }


def hand_over(
    session: Session,
    leaving: Officer,
    successor: Officer,
    unit_ids: Collection[int],
    *,
    with_roles: bool,
    with_closing: bool,
    now: datetime,
    actor: Officer,
) -> dict[str, int]:
    """Pass everything in hand on, the roles too and the account closed if wished; return how much it was.

    Raises HailongError `successor_is_leaving`, `successor_closed`, `officer_beyond`, `own_account` or
    `last_administrator`.
    """
    if successor.id == leaving.id:
        raise HailongError("successor_is_leaving")
    if not administration.is_within(leaving, unit_ids):
        raise HailongError("officer_beyond")
    if with_roles and successor.id == actor.id:
        raise HailongError("own_account")
    with write(session):
        session.refresh(successor, with_for_update=True)
        if not successor.is_active:
            raise HailongError("successor_closed")
        if with_roles:
            _give_roles(session, leaving, successor, now=now, actor=actor)
        passed = {kind.name: _pass_on(session, kind, leaving, successor) for kind in BELONGINGS}
        audit.record(
            session,
            now=now,
            actor=actor.email,
            action="officer.hand_over",
            subject=leaving.email[:120],
            detail={"to": successor.email, "with_roles": with_roles, **passed},
        )
        if with_closing:
            administration.close_within(session, leaving, unit_ids, now=now, actor=actor)
    return passed


def _pass_on(session: Session, kind: Belonging, leaving: Officer, successor: Officer) -> int:
    changed = session.execute(
        update(kind.holder.class_).where(kind.of(leaving)).values({kind.holder: kind.held_by(successor)})
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


def _give_roles(session: Session, leaving: Officer, successor: Officer, *, now: datetime, actor: Officer) -> None:
    held = {(grant.unit_id, grant.role) for grant in successor.grants}
    for grant in leaving.grants:
        if (grant.unit_id, grant.role) not in held:
            officer.give(
                session, successor, grant.unit, grant.role, now=now, actor=actor.email, action="officer.grant"
            )
