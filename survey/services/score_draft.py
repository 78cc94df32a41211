"""Send a draft result to the units: computed once, kept as it was, open to objections for some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import Period
from survey.config import TIME_ZONE
from survey.database import wait_for_closing, write
from survey.errors import HailongError
from survey.models import ScoreDraft, ScoreSet, ScoreState
from survey.services import audit, notice, objection
from survey.services.score import closed_set
from survey.services.score_store import store
from survey.services.scoring import Progress, score_period

MOST_DAYS = 30


def send_draft(
    session: Session, period: Period, *, days: int, now: datetime, actor: str, progress: Progress | None = None
) -> ScoreDraft:
    """Compute the draft of a period that is over and let the units object until `days` from today have passed.

    Raises HailongError `draft_days`, `period_closed`, `period_not_over`, `objections_running`, and what
    `score_period` raises.
    """
    today = now.astimezone(TIME_ZONE).date()
    if not 1 <= days <= MOST_DAYS:
        raise HailongError("draft_days", most=MOST_DAYS)
    if today <= period.last:
        raise HailongError("period_not_over", period=period.text, last=f"{period.last:%d/%m/%Y}")
    _refuse(session, period, now)
    scored = score_period(session, period, now=now, with_details=True, progress=progress)
    with write(session):
        wait_for_closing(session.connection(), closing=True)
        _refuse(session, period, now)
        lowest = session.scalar(select(func.min(ScoreSet.revision)).where(ScoreSet.period == period.text)) or 0
        sent = store(session, scored, ScoreState.DRAFT, min(lowest, 0) - 1)
        draft = ScoreDraft(
            score_set_id=sent.id, until=today + timedelta(days=days), sent_by=actor, sent_at=now, score_set=sent
        )
        session.add(draft)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="period.draft",
            subject=period.text,
            detail={"until": draft.until.isoformat(), "tally_digest": sent.tally_digest},
        )
        notice.drafted(session, draft, actor=actor, now=now)
    return draft


def _refuse(session: Session, period: Period, now: datetime) -> None:
    if closed_set(session, period.text) is not None:
        raise HailongError("period_closed", period=period.text)
    running = objection.newest_draft(session, period.text)
    if running is not None and now.astimezone(TIME_ZONE).date() <= running.until:
        raise HailongError("objections_running", period=period.text, until=f"{running.until:%d/%m/%Y}")
