"""Draft results sent to the units: what they hold against them, and what they were answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import Objection, ObjectionVerdict, ScoreDraft, ScoreSet, Unit
from survey.services import audit

LONGEST_TEXT = 4_000
MOST_OF_A_UNIT = 20


def newest_draft(session: Session, period: str) -> ScoreDraft | None:
    """The last draft of a period that the units were sent."""
    return session.scalar(
        select(ScoreDraft).join(ScoreDraft.score_set).where(ScoreSet.period == period).order_by(ScoreSet.revision)
    )


def is_running(session: Session, draft: ScoreDraft, *, today: date) -> bool:
    """Whether the units may still object to a draft: it is the newest, and its days are not over."""
    newest = newest_draft(session, draft.score_set.period)
    return newest is not None and newest.score_set_id == draft.score_set_id and today <= draft.until


def drafts(session: Session, period: str) -> Sequence[ScoreDraft]:
    """Every draft of a period, in the order in which they were sent."""
    query = select(ScoreDraft).join(ScoreDraft.score_set).where(ScoreSet.period == period)
    return session.scalars(
        query.order_by(ScoreSet.revision.desc()).options(joinedload(ScoreDraft.score_set))
    ).all()


def objections(session: Session, period: str, unit_ids: Collection[int] | None = None) -> Sequence[Objection]:
    """What the units held against the drafts of a period, oldest first; of all units, or of `unit_ids`."""
    query = (
        select(Objection)
        .join(Objection.score_set)
        .where(ScoreSet.period == period)
        .order_by(Objection.id)
        .options(joinedload(Objection.unit), joinedload(Objection.score_set))
    )
    if unit_ids is not None:
        query = query.where(Objection.unit_id.in_(unit_ids))
    return session.scalars(query).all()


def write_objection(
    session: Session, period: str, unit: Unit, text: str, *, now: datetime, actor: str
) -> Objection:
    """Keep what a unit holds against its draft score; the same text sent twice is one objection.

    Raises HailongError `no_draft`, `objections_over`, `objection_empty`, `objection_long` or `objections_many`.
    """
    wanted = _text(text, "objection_empty")
    with write(session):
        draft = newest_draft(session, period)
        if draft is None:
            raise HailongError("no_draft", period=period)
        if now.astimezone(TIME_ZONE).date() > draft.until:
            raise HailongError("objections_over", until=f"{draft.until:%d/%m/%Y}")
        own = session.scalars(
            select(Objection).where(Objection.score_set_id == draft.score_set_id, Objection.unit_id == unit.id)
        ).all()
        if (known := next((each for each in own if each.text == wanted), None)) is not None:
            return known
        if len(own) >= MOST_OF_A_UNIT:
            raise HailongError("objections_many", most=MOST_OF_A_UNIT)
        objection = Objection(
            score_set_id=draft.score_set_id, unit_id=unit.id, text=wanted, written_by=actor, written_at=now
        )
        session.add(objection)
        audit.record(
            session, now=now, actor=actor, action="objection.write", subject=period, detail={"unit": unit.code}
        )
    return objection


def answer_objection(
    session: Session,
    period: str,
    objection_id: int,
    verdict: ObjectionVerdict,
    text: str,
    *,
    now: datetime,
    actor: str,
) -> Objection:
    """Answer an objection once: follow it, or explain why not.

    Raises HailongError `objection_unknown`, `objection_answered`, `answer_empty` or `objection_long`.
    """
    wanted = _text(text, "answer_empty")
    with write(session):
        objection = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
        if objection is None or objection.score_set.period != period:
            raise HailongError("objection_unknown")
        if objection.answer is not None:
            if (objection.verdict, objection.answer) == (verdict, wanted):
                return objection
            raise HailongError("objection_answered")
        objection.verdict, objection.answer = verdict, wanted
        objection.answered_by, objection.answered_at = actor, now
        detail = {"unit": objection.unit.code, "verdict": verdict.value}
        audit.record(session, now=now, actor=actor, action="objection.answer", subject=period, detail=detail)
    return objection


def unanswered_count(session: Session, period: str) -> int:
    """How many objections of a period wait for an answer."""
    waiting = select(func.count()).select_from(Objection).join(Objection.score_set)
    return session.scalar(waiting.where(ScoreSet.period == period, Objection.answer.is_(None))) or 0


def refuse_open(session: Session, period: str, *, today: date) -> None:
    """Raise HailongError where units may still object (`objections_running`) or wait for an answer."""
    draft = newest_draft(session, period)
    if draft is not None and today <= draft.until:
        raise HailongError("objections_running", period=period, until=f"{draft.until:%d/%m/%Y}")
    if waiting := unanswered_count(session, period):
        raise HailongError("objections_unanswered", period=period, count=waiting)


def _text(text: str, missing: str) -> str:
    wanted = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not wanted:
        raise HailongError(missing)
    if len(wanted) > LONGEST_TEXT:
        raise HailongError("objection_long", most=LONGEST_TEXT)
    return wanted
