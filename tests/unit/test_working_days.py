"""Working days: weekends, Tết, moved days, and the days an installation adds."""

from __future__ import annotations

from datetime import date

from survey.services.working_days import Calendar


def test_tet_of_2027_is_passed_over_whole() -> None:
    wednesday_before = date(2027, 2, 3)
    assert Calendar().add(wednesday_before, 1) == date(2027, 2, 11)
    assert Calendar().between(wednesday_before, date(2027, 2, 15)) == 3


def test_a_saturday_worked_for_a_moved_monday_counts_and_the_monday_does_not() -> None:
    # By decision of the government 31/08/2026 was off and Saturday 22/08/2026 a working day in its place.
    assert Calendar().is_working(date(2026, 8, 22))
    assert not Calendar().is_working(date(2026, 8, 31))
    assert Calendar().add(date(2026, 8, 21), 1) == date(2026, 8, 22)


def test_own_days_off_and_own_working_days_come_first() -> None:
    own = Calendar(days_off=frozenset({date(2026, 11, 23)}), working_days=frozenset({date(2026, 11, 21)}))
    assert own.add(date(2026, 11, 20), 1) == date(2026, 11, 21)
    assert own.add(date(2026, 11, 21), 1) == date(2026, 11, 25)


def test_a_day_counts_from_the_next_working_day_and_back() -> None:
    friday = date(2026, 11, 20)
    assert Calendar().add(friday, 0) == friday
    assert Calendar().between(friday, friday) == 0
    assert Calendar().between(friday, date(2026, 11, 22)) == 0
    assert Calendar().between(date(2026, 11, 23), friday) == -1
