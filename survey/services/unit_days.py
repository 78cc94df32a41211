"""The days of a unit: whether it exists, and whether its responses count."""

from __future__ import annotations

from datetime import date

from survey.models import Unit


def in_force(unit: Unit, today: date) -> bool:
    """Tell whether a unit exists today or will."""
    return unit.valid_to is None or unit.valid_to >= today


def has_started(unit: Unit, today: date) -> bool:
    """Tell whether responses of a unit count."""
    return unit.start_date is not None and unit.start_date <= today
