"""Which figures of fields would be those of one counter, and what must go with them so that none can be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from analysis.periods import Period
from survey.models import Counter, CounterField


def lone_fields(session: Session, period: Period, unit_ids: Collection[int] | None = None) -> dict[int, set[str]]:
    """Name the fields that a single counter serves, by unit; of all units, or of `unit_ids`."""
    return {
        unit_id: {field for field, count in fields.items() if count == 1}
        for unit_id, fields in counters_of(session, period, unit_ids).items()
    }


def counters_of(
    session: Session, period: Period, unit_ids: Collection[int] | None = None
) -> dict[int, dict[str, int]]:
    """Count the counters that were staffed in the period by unit and field."""
    query = (
        select(Counter.unit_id, CounterField.field, func.count())
        .join(CounterField, CounterField.counter_id == Counter.id)
        .where(or_(Counter.ended_on.is_(None), Counter.ended_on >= period.first))
        .group_by(Counter.unit_id, CounterField.field)
    )
    if unit_ids is not None:
        query = query.where(Counter.unit_id.in_(unit_ids))
    found: dict[int, dict[str, int]] = {}
    for unit_id, field, count in session.execute(query):
        found.setdefault(unit_id, {})[field] = count
    return found


def hidden_fields(persons: Mapping[str, int], lone: Collection[str], *, whole: int, least: int) -> set[str]:
    """Name the fields to leave out, of `persons` each, of a figure that rests on `whole` persons.

    Nothing is said of a counter under `least` responses, so neither of a field in `lone`, which one counter serves
    alone. What is left of the whole without the shown fields would tell: the smallest of them go too until that is
    `least` persons.
    """
    hidden = {code for code, n in persons.items() if n < least and code in lone}
    if not hidden:
        return hidden
    shown = sorted(persons.keys() - hidden, key=lambda code: (persons[code], code))
    while shown and whole - sum(persons[code] for code in shown) < least:
        hidden.add(shown.pop(0))
    return hidden
