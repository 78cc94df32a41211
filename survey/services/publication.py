"""Published results: what may be shown to everybody, and the history of its corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from survey.database import write
from survey.errors import HailongError
from survey.models import PublishedResult, ScoreSet, ScoreState
from survey.services import audit
from survey.services.open_results import write_tables
from survey.services.scoring import Progress
from survey.services.verification import closed_revision, verify

_PUBLISHED = (ScoreSet.state == ScoreState.CLOSED) & ScoreSet.published_at.is_not(None)


def publish(
    session: Session, period: Period, *, now: datetime, actor: str, progress: Progress | None = None
) -> ScoreSet:
    """Publish the newest closed revision, after it was computed again and agreed; it is never taken back.

    Raises HailongError `period_not_closed`, `already_published` or `verify_differs`.
    """
    score_set = closed_revision(session, period.text, None)
    _refuse_published(score_set)
    verification = verify(session, period, now=now, actor=actor, revision=score_set.revision, progress=progress)
    if not verification.agrees:
        raise HailongError("verify_differs", period=period.text, count=verification.difference_count)
    with write(session):
        found = session.get_one(ScoreSet, score_set.id, with_for_update=True, populate_existing=True)
        _refuse_published(found)
        write_tables(session, found, _published_before(session), now=now)
        found.published_at = now
        detail = {"revision": found.revision, "tally_digest": found.tally_digest}
        audit.record(session, now=now, actor=actor, action="period.publish", subject=period.text, detail=detail)
    return found


def _published_before(session: Session) -> list[ScoreSet]:
    """Everything published so far, corrected or not: all of it stays readable."""
    query = select(ScoreSet).where(_PUBLISHED, ScoreSet.id.in_(select(PublishedResult.score_set_id)))
    return list(session.scalars(query.order_by(ScoreSet.published_at)))


def published_sets(session: Session) -> list[ScoreSet]:
    """The published result of every period, each in its newest published revision; newest period first."""
    newest: dict[str, ScoreSet] = {}
    for found in session.scalars(select(ScoreSet).where(_PUBLISHED).order_by(ScoreSet.revision)):
        newest[found.period] = found
    periods = {text: parse_period(text) for text in newest}
    return sorted(
        newest.values(), key=lambda one: (periods[one.period].last, periods[one.period].first), reverse=True
    )


def published_set(session: Session, period: str) -> ScoreSet | None:
    """The newest published revision of a period; None while none is published."""
    query = select(ScoreSet).where(_PUBLISHED, ScoreSet.period == period)
    return session.scalar(query.order_by(ScoreSet.revision.desc()).limit(1))


def published_revisions(session: Session, period: str) -> Sequence[ScoreSet]:
    """Every published revision of a period, newest first: each names what it replaces and why."""
    query = select(ScoreSet).where(_PUBLISHED, ScoreSet.period == period)
    return session.scalars(query.order_by(ScoreSet.revision.desc())).all()


def closed_revisions(session: Session, period: str) -> Sequence[ScoreSet]:
    """Every closed revision of a period, published or not, newest first."""
    query = select(ScoreSet).where(ScoreSet.period == period, ScoreSet.state == ScoreState.CLOSED)
    return session.scalars(query.order_by(ScoreSet.revision.desc())).all()


def _refuse_published(score_set: ScoreSet) -> None:
    if score_set.published_at is not None:
        raise HailongError("already_published", period=score_set.period, revision=str(score_set.revision))
