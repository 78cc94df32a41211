"""Setting responses aside: one officer asks, another decides, and what counts changes only then.

There is no other way to change what counts, and this one only while the period is open. Nothing is edited or
deleted: a request, its decision and the responses it names are rows that are added.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import exists, func, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from analysis.periods import Period, parse_period, quarter_of
from survey.config import TIME_ZONE
from survey.database import wait_for_closing, write
from survey.errors import HailongError
from survey.models import (
    Officer,
    Reason,
    Response,
    ScoreSet,
    Selection,
    SetAsideAct,
    SetAsideDecision,
    SetAsideRequest,
    SetAsideResponse,
    Unit,
    Verdict,
)
from survey.services import audit, job
from survey.services.closed_period import closed_period
from survey.services.exclusion import acting_requests
from survey.services.score import PROVISIONAL_REVISION, periods
from survey.services.set_aside_selection import Chosen, count_chosen, matching

LONGEST_TEXT = 500
SHORTEST_TEXT = 10


def new_request_id() -> str:
    """Draw the id of a request. It stands in the form, so that sending it twice asks only once."""
    return secrets.token_hex(16)


def open_periods(session: Session, *, now: datetime) -> list[Period]:
    """The periods in which something can be asked, newest first: this quarter, and known ones not yet closed."""
    known = {*periods(session), quarter_of(now.astimezone(TIME_ZONE).date())}
    found = (period for period in known if closed_period(session, period.first, period.last) is None)
    return sorted(found, key=lambda period: (period.last, period.first), reverse=True)


def ask(
    session: Session,
    request_id: str,
    unit: Unit,
    period: Period,
    chosen: Chosen,
    *,
    reason: Reason,
    text: str,
    officer: Officer,
    now: datetime,
) -> SetAsideRequest:
    """Ask that the chosen responses do not count, or return what was asked under this id.

    Raises HailongError `set_aside_reason_missing`, `set_aside_days_outside`, `set_aside_closed`,
    `set_aside_nothing` or `set_aside_number_unknown`.
    """
    with write(session):
        known = session.get(SetAsideRequest, request_id)
        if known is not None:
            return known
        count = count_to_ask_for(session, unit, period, chosen)
        request = SetAsideRequest(
            id=request_id,
            unit_id=unit.id,
            period=period.text,
            act=SetAsideAct.SET_ASIDE,
            reason=reason,
            text=_text(text),
            response_count=count,
            asked_by_id=officer.id,
            asked_at=now,
            **asdict(chosen),
        )
        _add(session, request, officer, now)
    return request


def count_to_ask_for(session: Session, unit: Unit, period: Period, chosen: Chosen) -> int:
    """Count the chosen responses that still count, at least one.

    Raises HailongError `set_aside_days_outside`, `set_aside_nothing` or `set_aside_number_unknown`.
    """
    if chosen.first_day > chosen.last_day or chosen.first_day not in period or chosen.last_day not in period:
        raise HailongError("set_aside_days_outside", period=period.text)
    count = count_chosen(session, unit.id, period, chosen)
    if count == 0:
        is_number = chosen.selection is Selection.NUMBER
        raise HailongError("set_aside_number_unknown" if is_number else "set_aside_nothing")
    return count


def ask_to_count_again(
    session: Session, request_id: str, undone: SetAsideRequest, *, text: str, officer: Officer, now: datetime
) -> SetAsideRequest:
    """Ask that the responses of an approved request count again, or return what was asked under this id.

    Raises HailongError `set_aside_reason_missing`, `set_aside_closed`, or `set_aside_not_acting` where the request
    does not act or this has been asked already.
    """
    with write(session):
        known = session.get(SetAsideRequest, request_id)
        if known is not None:
            return known
        if not may_be_undone(session, undone):
            raise HailongError("set_aside_not_acting")
        copied = (name for name in Chosen.__dataclass_fields__)
        request = SetAsideRequest(
            id=request_id,
            unit_id=undone.unit_id,
            period=undone.period,
            act=SetAsideAct.COUNT_AGAIN,
            undoes_id=undone.id,
            reason=Reason.MISTAKE,
            text=_text(text),
            response_count=_named(session, undone.id),
            asked_by_id=officer.id,
            asked_at=now,
            **{name: getattr(undone, name) for name in copied},
        )
        _add(session, request, officer, now)
    return request


def decide(
    session: Session,
    request: SetAsideRequest,
    verdict: Verdict,
    *,
    text: str = "",
    officer: Officer,
    now: datetime,
) -> SetAsideDecision:
    """Approve or refuse another officer's request, or withdraw one's own.

    Approved, it names the responses that match now, and the provisional scores are computed anew. Raises
    HailongError `set_aside_two_persons`, `set_aside_not_asker`, `set_aside_reason_missing`, `set_aside_closed`
    or `set_aside_decided`.
    """
    is_own = request.asked_by_id == officer.id
    if verdict is Verdict.WITHDRAWN and not is_own:
        raise HailongError("set_aside_not_asker")
    if verdict is not Verdict.WITHDRAWN and is_own:
        raise HailongError("set_aside_two_persons")
    try:
        with write(session):
            return _decide(session, request, verdict, text, officer, now)
    except IntegrityError as error:
        # Somebody else was faster: the key of a decision is its request.
        raise HailongError("set_aside_decided") from error


def requests(session: Session, unit_ids: Collection[int], *, most: int = 200) -> Sequence[SetAsideRequest]:
    """List the requests about units, newest first."""
    query = (
        select(SetAsideRequest)
        .where(SetAsideRequest.unit_id.in_(unit_ids))
        .options(
            joinedload(SetAsideRequest.unit),
            joinedload(SetAsideRequest.asked_by),
            joinedload(SetAsideRequest.decision).joinedload(SetAsideDecision.decided_by),
            joinedload(SetAsideRequest.counter),
            joinedload(SetAsideRequest.batch),
        )
        .order_by(SetAsideRequest.asked_at.desc(), SetAsideRequest.id)
        .limit(most)
    )
    return session.scalars(query).all()


def may_be_undone(session: Session, request: SetAsideRequest) -> bool:
    """Whether the request acts, its period is open, and nobody has asked to undo it."""
    period = parse_period(request.period)
    if closed_period(session, request.first_day, request.last_day) is not None:
        return False
    if request.id not in acting_requests(session, period):
        return False
    is_decided = exists().where(SetAsideDecision.request_id == SetAsideRequest.id)
    waiting = select(exists().where(SetAsideRequest.undoes_id == request.id, ~is_decided))
    return not session.scalar(waiting)


def count_now(session: Session, request: SetAsideRequest) -> int:
    """Count the responses that approving the request would change at this moment."""
    if request.undoes_id is not None:
        return _named(session, request.undoes_id)
    return count_chosen(session, request.unit_id, parse_period(request.period), chosen_of(request))


def chosen_of(request: SetAsideRequest) -> Chosen:
    """What a request chooses."""
    return Chosen(**{name: getattr(request, name) for name in Chosen.__dataclass_fields__})


def _add(session: Session, request: SetAsideRequest, officer: Officer, now: datetime) -> None:
    _refuse_closed(session, request)
    session.add(request)
    _note(session, "set_aside.ask", request, officer, now, request.response_count)


def _decide(
    session: Session, request: SetAsideRequest, verdict: Verdict, text: str, officer: Officer, now: datetime
) -> SetAsideDecision:
    # A period that is just being closed has been read without this decision.
    wait_for_closing(session.connection(), closing=False)
    if session.get(SetAsideDecision, request.id) is not None:
        raise HailongError("set_aside_decided")
    count = 0
    if verdict is Verdict.APPROVED:
        _refuse_closed(session, request)
        count = _name_responses(session, request)
    decision = SetAsideDecision(
        request_id=request.id,
        asked_by_id=request.asked_by_id,
        verdict=verdict,
        decided_by_id=officer.id,
        decided_at=now,
        text=_text(text) if verdict is Verdict.REFUSED else text.strip()[:LONGEST_TEXT],
        response_count=count,
    )
    session.add(decision)
    session.flush()
    _note(session, f"set_aside.{verdict.value}", request, officer, now, count)
    if verdict is Verdict.APPROVED and _has_provisional(session, request.period):
        job.enqueue(session, "refresh_scores", {"period": request.period}, actor=officer.email, now=now)
    return decision


def _name_responses(session: Session, request: SetAsideRequest) -> int:
    """Write down which responses an approved request means; one to count again means those of the other."""
    if request.undoes_id is not None:
        return _named(session, request.undoes_id)
    condition = matching(request.unit_id, parse_period(request.period), chosen_of(request))
    columns = [SetAsideResponse.local_date, SetAsideResponse.number_hash, SetAsideResponse.request_id]
    chosen = select(Response.local_date, Response.number_hash, literal(request.id)).where(condition)
    session.execute(insert(SetAsideResponse).from_select(columns, chosen))
    return _named(session, request.id)


def _named(session: Session, request_id: str) -> int:
    return session.scalar(select(func.count()).where(SetAsideResponse.request_id == request_id)) or 0


def _refuse_closed(session: Session, request: SetAsideRequest) -> None:
    closed = closed_period(session, request.first_day, request.last_day)
    if closed is not None:
        raise HailongError("set_aside_closed", period=closed)


def _has_provisional(session: Session, period: str) -> bool:
    query = exists().where(ScoreSet.period == period, ScoreSet.revision == PROVISIONAL_REVISION)
    return bool(session.scalar(select(query)))


def _text(text: str) -> str:
    text = " ".join(text.split())
    if len(text) < SHORTEST_TEXT:
        raise HailongError("set_aside_reason_missing", shortest=SHORTEST_TEXT)
    return text[:LONGEST_TEXT]


def _note(
    session: Session, action: str, request: SetAsideRequest, officer: Officer, now: datetime, count: int
) -> None:
    """The number of a single response stays out of the trail, as its hash stays in the request."""
    detail = {
        "unit_id": request.unit_id,
        "period": request.period,
        "act": request.act.value,
        "selection": request.selection.value,
        "reason": request.reason.value,
        "responses": count,
    }
    subject = f"set-aside request {request.id}"
    audit.record(session, now=now, actor=officer.email, action=action, subject=subject, detail=detail)
