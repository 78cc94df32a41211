"""Reporting periods: `2026-Q3`, `2026`, `2026-06-15..2026-09-14`."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.errors import AnalysisError

_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_FORMS = "2026-Q3, 2026 or 2026-06-15..2026-09-14"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `first` to `last`, both included; `text` is the one canonical way to write it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise AnalysisError(
                "a period ends before it starts",
                code="period_reversed",
                where="period",
                got=f"{self.first}..{self.last}",
                expected="the first day no later than the last",
                remedy="exchange the two dates",
            )

    @property
    def text(self) -> str:
        """Return the canonical text: a range that is exactly a calendar quarter or year is written as one."""
        if self.kind == "year":
            return f"{self.first.year:04d}"
        if self.kind == "quarter":
            return f"{self.first.year:04d}-Q{(self.first.month + 2) // 3}"
        return f"{self.first}..{self.last}"

    @property
    def kind(self) -> str:
        """Return `quarter`, `year` or `range`."""
        if self.first.year == self.last.year and self.first.day == 1:
            months = (self.first.month, self.last.month)
            if self.last.day == monthrange(self.last.year, self.last.month)[1]:
                if months == (1, 12):
                    return "year"
                if self.first.month % 3 == 1 and months[1] - months[0] == 2:
                    return "quarter"
        return "range"

    @property
    def day_count(self) -> int:
        """Return the number of days."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return self.text


def parse_period(text: str) -> Period:
    """Read a period.

    >>> parse_period("2026-Q3").first, parse_period(" 2026-07-01..2026-09-30").text
    (datetime.date(2026, 7, 1), '2026-Q3')
    """
    wanted = text.strip()
    if found := _QUARTER.fullmatch(wanted):
        return _checked(text, f"{found[1]}-{int(found[2]) * 3 - 2:02d}-01", months=3)
    if _YEAR.fullmatch(wanted):
        return _checked(text, f"{wanted}-01-01", months=12)
    if found := _RANGE.fullmatch(wanted):
        return Period(_day(text, found[1]), _day(text, found[2]))
    raise _unreadable(text)


def quarter_of(day: date) -> Period:
    """Return the calendar quarter that holds the day."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Period(first, _shifted(first, 3) - timedelta(days=1))


def quarters_of(year: int) -> tuple[Period, Period, Period, Period]:
    """Return the four calendar quarters of a year."""
    first, second, third, fourth = (quarter_of(date(year, month, 1)) for month in (1, 4, 7, 10))
    return first, second, third, fourth


def reporting_quarter(year: int, quarter: int) -> Period:
    """Return the administrative reporting quarter, from the 15th before it to the 14th of its last month.

    >>> reporting_quarter(2026, 3).text
    '2026-06-15..2026-09-14'
    """
    start = _shifted(date(year, quarter * 3 - 2, 15), -1)
    return Period(start, _shifted(start, 3) - timedelta(days=1))


def par_year(day: date) -> Period:
    """Return the year of the reform index that holds the day: 1 October to 30 September.

    >>> par_year(date(2026, 8, 14)).text, par_year(date(2026, 10, 1)).text
    ('2025-10-01..2026-09-30', '2026-10-01..2027-09-30')
    """
    first = day.year if day.month >= 10 else day.year - 1
    return Period(date(first, 10, 1), date(first + 1, 9, 30))


def previous(period: Period) -> Period:
    """Return the period of the same kind just before; ranges of whole months keep their months, others their days.

    >>> previous(parse_period("2026-Q1")).text, previous(parse_period("2026-06-15..2026-09-14")).text
    ('2025-Q4', '2026-03-15..2026-06-14')
    """
    last = period.first - timedelta(days=1)
    after = period.last + timedelta(days=1)
    months = (after.year - period.first.year) * 12 + after.month - period.first.month
    if months and after.day == period.first.day:
        return Period(_shifted(period.first, -months), last)
    return Period(period.first - timedelta(days=period.day_count), last)


def year_before(period: Period) -> Period:
    """Return the same period one year earlier; 29 February becomes 28 February."""
    after = period.last + timedelta(days=1)
    return Period(_shifted(period.first, -12), _shifted(after, -12) - timedelta(days=1))


def _shifted(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _checked(text: str, first: str, *, months: int) -> Period:
    start = _day(text, first)
    if start.year == date.max.year:
        raise _unreadable(text)
    return Period(start, _shifted(start, months) - timedelta(days=1))


def _day(text: str, iso: str) -> date:
    try:
        return date.fromisoformat(iso)
    except ValueError as error:
        raise _unreadable(text) from error


def _unreadable(text: str) -> AnalysisError:
    return AnalysisError(
        "a period cannot be read",
        code="period_unreadable",
        where="period",
        got=text,
        expected=_FORMS,
        remedy="write the period in one of these forms",
    )
