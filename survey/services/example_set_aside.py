"""A request of the example that responses be set aside: it waits for a second person, as one does in earnest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import Period
from survey.models import Officer, Response, SetAsideRequest, Unit
from survey.models.set_aside import Reason, Selection
from survey.services import set_aside
from survey.services.set_aside_selection import Chosen
from survey.services.tally import valid_in

WORDS = "Hôm đó tập huấn cho công chức mới: nhiều phiếu được gửi để thử, không phải của người dân."


def fill(
    session: Session, *, unit: Unit, period: Period, officer: Officer, now: datetime
) -> SetAsideRequest | None:
    """Ask for the unit's busiest day of an open period; None where nobody has answered yet."""
    busiest = session.scalar(
        select(Response.local_date)
        .where(valid_in(period), Response.unit_id == unit.id)
        .group_by(Response.local_date)
        .order_by(func.count().desc(), Response.local_date)
        .limit(1)
    )
    if busiest is None:
        return None
    return set_aside.ask(
        session,
        set_aside.new_request_id(),
        unit,
        period,
        Chosen(Selection.DAYS, busiest, busiest),
        reason=Reason.OTHER,
        text=WORDS,
        officer=officer,
        now=now,
    )
