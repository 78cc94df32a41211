"""Which figures of fields would be those of one counter, and what must go with them so that none can be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from analysis.periods import Period
from survey.models import Counter, CounterField


def hidden_fields(
    session: Session,
    period: Period,
    persons: Mapping[str, int],
    holders: Mapping[str, Collection[int]],
    *,
    whole: int,
    least: int,
) -> set[str]:
    """Name the fields to leave out, of `persons` each, of a figure that rests on `whole` persons.

    Nothing is said of a counter under `least` responses, so neither of a field that only one counter of its
    `holders` (unit ids) serves. What is left of the whole without the shown fields would tell: the smallest of
    them go too until that is `least` persons.
    """
    served = _counters(session, period, {unit_id for ids in holders.values() for unit_id in ids})
    hidden = {
        code
        for code, n in persons.items()
        if n < least and sum(served.get((unit_id, code), 0) for unit_id in holders[code]) == 1
    }
    if not hidden:
        return hidden
    shown = sorted(persons.keys() - hidden, key=lambda code: (persons[code], code))
    while shown and whole - sum(persons[code] for code in shown) < least:
        hidden.add(shown.pop(0))
    return hidden


def _counters(session: Session, period: Period, unit_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Count the counters by unit and field that were staffed in the period."""
    query = (
        select(Counter.unit_id, CounterField.field, func.count())
        .join(CounterField, CounterField.counter_id == Counter.id)
        .where(Counter.unit_id.in_(unit_ids), or_(Counter.ended_on.is_(None), Counter.ended_on >= period.first))
        .group_by(Counter.unit_id, CounterField.field)
    )
    return {(unit_id, field): count for unit_id, field, count in session.execute(query)}
