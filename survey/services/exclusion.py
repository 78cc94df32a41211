"""Which responses do not count because they were set aside: what the tally leaves out, and how it is printed.

Responses are never touched. An approved request names them in a table of its own, and acts until a request to
count them again is approved.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from analysis.periods import Period
from survey.models import (
    Response,
    SetAsideAct,
    SetAsideDecision,
    SetAsideRequest,
    SetAsideResponse,
    Unit,
    Verdict,
)

# Unit id → reason → how many responses.
SetAsideCounts = dict[int, dict[str, int]]


def acting_requests(session: Session, period: Period) -> list[str]:
    """The ids of the requests that keep responses of `period` from counting: nearly always none."""
    undoing, undone = aliased(SetAsideRequest), aliased(SetAsideDecision)
    is_undone = exists().where(
        undoing.undoes_id == SetAsideRequest.id,
        undone.request_id == undoing.id,
        undone.verdict == Verdict.APPROVED,
    )
    query = (
        select(SetAsideRequest.id)
        .join(SetAsideDecision, SetAsideDecision.request_id == SetAsideRequest.id)
        .where(
            SetAsideRequest.act == SetAsideAct.SET_ASIDE,
            SetAsideRequest.first_day <= period.last,
            SetAsideRequest.last_day >= period.first,
            SetAsideDecision.verdict == Verdict.APPROVED,
            ~is_undone,
        )
        .order_by(SetAsideDecision.decided_at, SetAsideRequest.id)
    )
    return list(session.scalars(query))


def is_set_aside(requests: Collection[str]) -> ColumnElement[bool]:
    """Whether one of these requests names the response."""
    return exists().where(
        SetAsideResponse.local_date == Response.local_date,
        SetAsideResponse.number_hash == Response.number_hash,
        SetAsideResponse.request_id.in_(requests),
    )


def waiting_requests(session: Session, period: Period) -> list[tuple[str, int]]:
    """Count the requests about `period` that nobody has decided yet, by the unit's name, in order of the codes."""
    is_decided = exists().where(SetAsideDecision.request_id == SetAsideRequest.id)
    query = (
        select(Unit.name, func.count())
        .join(SetAsideRequest, SetAsideRequest.unit_id == Unit.id)
        .where(
            SetAsideRequest.first_day <= period.last,
            SetAsideRequest.last_day >= period.first,
            ~is_decided,
        )
        .group_by(Unit.code, Unit.name)
        .order_by(Unit.code)
    )
    return [(name, count) for name, count in session.execute(query)]


def set_aside_counts(session: Session, period: Period) -> SetAsideCounts:
    """Count the responses of `period` that are set aside, by unit and reason, each once."""
    requests = acting_requests(session, period)
    if not requests:
        return {}
    # A response that two requests name is counted under one of them, always the same one.
    named = (
        select(func.min(SetAsideResponse.request_id).label("request_id"))
        .where(
            and_(
                SetAsideResponse.request_id.in_(requests),
                SetAsideResponse.local_date.between(period.first, period.last),
            )
        )
        .group_by(SetAsideResponse.local_date, SetAsideResponse.number_hash)
        .subquery()
    )
    query = (
        select(SetAsideRequest.unit_id, SetAsideRequest.reason, func.count())
        .join(named, named.c.request_id == SetAsideRequest.id)
        .group_by(SetAsideRequest.unit_id, SetAsideRequest.reason)
        .order_by(SetAsideRequest.unit_id, SetAsideRequest.reason)
    )
    counts: SetAsideCounts = {}
    for unit_id, reason, count in session.execute(query):
        counts.setdefault(unit_id, {})[reason.value] = count
    return counts
