"""By when a case is to be answered: configurable numbers of working days, each with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from survey.errors import HailongError
from survey.models import Category, EntryKind, FeedbackCase, Topic
from survey.services.working_days import Calendar

PRESET = Path(__file__).resolve().parent.parent / "presets" / "deadlines.toml"
LONGEST_DAYS = 250
# As what a case counts until an officer has classified it.
EXPECTED = {
    Topic.SUGGESTION: Category.SUGGESTION,
    Topic.REPORT: Category.PETITION,
    Topic.PRAISE: Category.PRAISE,
    Topic.EXTRA_FEES: Category.PETITION,
    Topic.CONDUCT: Category.PETITION,
}


@dataclass(frozen=True)
class Deadline:
    """Working days for one category, or None; `reference` marks a number for which no regulation stands."""

    category: Category
    days: int | None
    source: str
    reference: bool


@dataclass(frozen=True)
class Deadlines:
    """The deadlines of an installation and the calendar they are counted in."""

    by_category: Mapping[Category, Deadline]
    calendar: Calendar

    def of(self, category: Category | None, topic: Topic) -> Deadline:
        """Return the deadline of a case, by its category or else by what its citizen says it is about."""
        return self.by_category[category or EXPECTED[topic]]

    def due_on(self, category: Category | None, topic: Topic, *, since: date) -> date | None:
        """Return the last day to answer a case that came in, or was reopened, on day `since`."""
        days = self.of(category, topic).days
        return None if days is None else self.calendar.add(since, days)

    def set_due(self, case: FeedbackCase) -> None:
        """Count the deadline of a case anew: since its last reopening, or else since it came in."""
        case.due_on = self.due_on(case.category, case.topic, since=since(case))


def since(case: FeedbackCase) -> date:
    """Return the day from which the deadline of a case counts."""
    reopened = [entry.on_date for entry in case.entries if entry.kind is EntryKind.REOPENED]
    return reopened[-1] if reopened else case.received_on


@cache
def load(path: Path | None = None) -> Deadlines:
    """Read the deadlines of a file, or those of the program; raises HailongError `deadlines_unreadable`."""
    try:
        return _read(tomllib.loads((path or PRESET).read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise HailongError("deadlines_unreadable", file=str(path), detail=str(error)) from error


def _read(content: dict[str, Any]) -> Deadlines:
    found = [_deadline(entry) for entry in content["deadline"]]
    by_category = {deadline.category: deadline for deadline in found}
    if len(found) != len(Category) or set(by_category) != set(Category):
        raise ValueError("[[deadline]]: each category once: " + ", ".join(Category))
    days_off, working_days = (_days(content.get(name, []), name) for name in ("days_off", "working_days"))
    return Deadlines(by_category, Calendar(days_off, working_days))


def _deadline(entry: dict[str, Any]) -> Deadline:
    days = entry.get("days")
    if days is not None and (type(days) is not int or not 1 <= days <= LONGEST_DAYS):
        raise ValueError(f"days = {days!r}: 1-{LONGEST_DAYS}")
    if not isinstance(entry["source"], str) or not entry["source"].strip():
        raise ValueError("source")
    return Deadline(Category(entry["category"]), days, entry["source"], entry.get("reference", False) is True)


def _days(values: list[Any], name: str) -> frozenset[date]:
    # TOML has days of its own: days_off = [2027-02-11]
    if not all(type(value) is date for value in values):
        raise ValueError(name)
    return frozenset(values)
