"""Periods: reading, canonical writing, neighbours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.periods import (
    Period,
    parse_period,
    previous,
    quarter_of,
    quarters_of,
    reporting_quarter,
    year_before,
)


@pytest.mark.parametrize(
    ("text", "first", "last", "canonical"),
    [
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "2026-Q3"),
        (" 2026-q1 ", date(2026, 1, 1), date(2026, 3, 31), "2026-Q1"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2026-06-15..2026-09-14", date(2026, 6, 15), date(2026, 9, 14), "2026-06-15..2026-09-14"),
        ("2026-10-01..2026-12-31", date(2026, 10, 1), date(2026, 12, 31), "2026-Q4"),
        ("2026-01-01..2026-12-31", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2025-10-01..2026-09-30", date(2025, 10, 1), date(2026, 9, 30), "2025-10-01..2026-09-30"),
        ("2026-02-01..2026-04-30", date(2026, 2, 1), date(2026, 4, 30), "2026-02-01..2026-04-30"),
        ("2024-02-29..2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "2024-02-29..2024-02-29"),
    ],
)
def test_a_period_has_its_days_and_one_way_to_be_written(
    text: str, first: date, last: date, canonical: str
) -> None:
    period = parse_period(text)
    assert (period.first, period.last, period.text) == (first, last, canonical)
    assert parse_period(canonical) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-Q5",
        "2026-Q0",
        "Q3",
        "quý 3",
        "2026-13-01..2026-12-31",
        "2026-02-30..2026-03-01",
        "0000",
        "26",
        "2026-Q3..2026-Q4",
        "9999",
        "9999-Q4",
    ],
)
def test_bad_text_says_what_is_expected(text: str) -> None:
    with pytest.raises(AnalysisError) as fault:
        parse_period(text)
    assert fault.value.code == "period_unreadable"
    assert fault.value.params["got"] == text
    assert "2026-Q3" in str(fault.value)


def test_reversed_dates_say_so() -> None:
    with pytest.raises(AnalysisError) as fault:
        parse_period("2026-09-14..2026-06-15")
    assert fault.value.code == "period_reversed"


@pytest.mark.parametrize(
    ("period", "before", "last_year"),
    [
        ("2026-Q3", "2026-Q2", "2025-Q3"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("2026-06-15..2026-09-14", "2026-03-15..2026-06-14", "2025-06-15..2025-09-14"),
        ("2026-05-10..2026-05-19", "2026-04-30..2026-05-09", "2025-05-10..2025-05-19"),
        ("2024-02-01..2024-02-29", "2024-01-01..2024-01-31", "2023-02-01..2023-02-28"),
    ],
)
def test_the_period_before_and_the_same_period_a_year_ago(period: str, before: str, last_year: str) -> None:
    assert previous(parse_period(period)).text == before
    assert year_before(parse_period(period)).text == last_year


def test_reporting_quarters_run_from_the_15th_to_the_14th_without_gaps() -> None:
    quarters = [reporting_quarter(2026, quarter) for quarter in (1, 2, 3, 4)]
    assert quarters[0].text == "2025-12-15..2026-03-14"
    assert [previous(later) for later in quarters[1:]] == quarters[:-1]


@given(day=st.dates(date(1990, 1, 1), date(2200, 12, 31)))
def test_every_day_lies_in_exactly_one_quarter_of_its_year(day: date) -> None:
    holding = [quarter for quarter in quarters_of(day.year) if day in quarter]
    assert holding == [quarter_of(day)]


@given(first=st.dates(date(1990, 1, 1), date(2200, 1, 1)), length=st.integers(0, 800))
def test_the_period_before_ends_the_day_before(first: date, length: int) -> None:
    period = Period(first, date.fromordinal(first.toordinal() + length))
    before = previous(period)
    assert before.last.toordinal() == first.toordinal() - 1
    assert parse_period(period.text) == period
    assert before < period
