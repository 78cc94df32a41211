"""Whether the response with a number is in a published result: yes, set aside, or not; nothing else about it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from survey.models import Response
from survey.services import exclusion
from survey.services.publication import published_sets
from survey.services.response import number_hash
from survey.services.score_rule import find_rule
from survey.services.tally import counts_towards, valid_in


class Standing(StrEnum):
    """What is told about a number. `NOT_COUNTED` is also said of one that nobody has: it must not tell more."""

    COUNTED = "counted"
    SET_ASIDE = "set_aside"
    NOT_COUNTED = "not_counted"


def standing_of(session: Session, number: bytes) -> Standing:
    """Look a response number up in every published result.

    Every published day is asked for, found or not: how long the answer takes says nothing about the day.
    """
    published = [(parse_period(found.period), found.rule) for found in published_sets(session)]
    days = _days([period for period, _ in published])
    hashed = Response.number_hash == number_hash(number)
    day = session.scalar(select(Response.local_date).where(Response.local_date.in_(days), hashed))
    if day is None:
        return Standing.NOT_COUNTED
    found = and_(Response.local_date == day, hashed)
    results = [(period, rule) for period, rule in published if day in period]
    if any(_counts(session, found, period, rule) for period, rule in results):
        return Standing.COUNTED
    is_aside = any(_is_set_aside(session, found, period) for period, _ in results)
    return Standing.SET_ASIDE if is_aside else Standing.NOT_COUNTED


def _counts(session: Session, found: ColumnElement[bool], period: Period, rule: str) -> bool:
    counts = counts_towards(session, period, find_rule(session, rule).trust_levels)
    return session.scalar(select(Response.local_date).where(found, counts)) is not None


def _is_set_aside(session: Session, found: ColumnElement[bool], period: Period) -> bool:
    requests = exclusion.acting_requests(session, period)
    named = and_(found, valid_in(period), exclusion.is_set_aside(requests))
    return bool(requests) and session.scalar(select(Response.local_date).where(named)) is not None


def _days(periods: list[Period]) -> list[date]:
    """Every day of the periods once: named one by one, a number is found through the key."""
    return sorted(
        {
            period.first + timedelta(days=n)
            for period in periods
            for n in range((period.last - period.first).days + 1)
        }
    )
