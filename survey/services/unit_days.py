"""The days of a unit: whether it exists, and whether its responses count."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, or_

from survey.models import Unit


def is_in_force(day: date) -> ColumnElement[bool]:
    """Say which units exist on a day or will, as `in_force` does."""
    return or_(Unit.valid_to.is_(None), Unit.valid_to >= day)


def in_force(unit: Unit, today: date) -> bool:
    """Tell whether a unit exists today or will."""
    return unit.valid_to is None or unit.valid_to >= today


def has_started(unit: Unit, today: date) -> bool:
    """Tell whether responses of a unit count."""
    return unit.start_date is not None and unit.start_date <= today
