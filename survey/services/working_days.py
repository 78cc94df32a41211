"""Days on which offices work: not on Saturdays, Sundays and Vietnam's public holidays.

The holidays, with Tết by the lunar calendar and days moved by decision of the government, come from the `holidays`
library; what it does not know yet comes from the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

_ONE = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The public calendar with the days that the configuration adds: off, or working in spite of the weekday."""

    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on a day.

        >>> Calendar().is_working(date(2026, 2, 17)), Calendar().is_working(date(2026, 2, 23))
        (False, True)
        """
        if day in self.days_off or day in self.working_days:
            return day in self.working_days
        return bool(_PUBLIC.is_working_day(day))

    def add(self, day: date, count: int) -> date:
        """Return the working day that is `count` working days after `day`; the day itself is not counted.

        >>> Calendar().add(date(2026, 2, 12), 3)  # Thursday before Tết
        datetime.date(2026, 2, 24)
        """
        for _ in range(count):
            day += _ONE
            while not self.is_working(day):
                day += _ONE
        return day

    def between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative when `end` comes first.

        >>> friday, wednesday = date(2026, 11, 20), date(2026, 11, 25)  # on 24/11 is the day of culture
        >>> Calendar().between(friday, wednesday), Calendar().between(wednesday, friday)
        (2, -2)
        """
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + _ONE * step) for step in range(1, (end - start).days + 1))


# It fills itself year by year, when a year is first asked for.
_PUBLIC = holidays.country_holidays("VN")
