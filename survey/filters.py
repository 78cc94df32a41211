"""How numbers and dates are written: `88,41`, `47.563`, `20/11/2026`; English where the page is English."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import get_locale, gettext

from analysis.periods import Period
from survey.codes import grouped
from survey.config import TIME_ZONE

MISSING = "–"
QUARTERS = ("I", "II", "III", "IV")


def decimal(value: float | Decimal | None, places: int = 2) -> str:
    """Write a number with `places` decimals; points come already rounded, so this never rounds them again."""
    return MISSING if value is None else _localised(f"{value:,.{places}f}")


def count(value: int | None) -> str:
    """Write a whole number with thousands marks."""
    return MISSING if value is None else _localised(f"{value:,}")


def percent(share: float | None, places: int = 1) -> str:
    """Write a share 0-1 as percent."""
    return MISSING if share is None else _localised(f"{100 * share:,.{places}f}") + "%"


def signed(value: float | Decimal | None, places: int = 2) -> str:
    """Write a change with its sign; the minus is a real one."""
    return MISSING if value is None else _localised(f"{value:+,.{places}f}")


def day(value: date | None) -> str:
    """Write a date day first."""
    return MISSING if value is None else value.strftime("%d/%m/%Y")


def moment(value: datetime | None) -> str:
    """Write a moment in Vietnamese local time."""
    return MISSING if value is None else value.astimezone(TIME_ZONE).strftime("%H:%M %d/%m/%Y")


def clock(value: datetime | None) -> str:
    """Write the time of a moment to the second, in Vietnam."""
    return MISSING if value is None else value.astimezone(TIME_ZONE).strftime("%H:%M:%S")


def period_name(period: Period) -> str:
    """Name a period as reports do: `Quý III/2026`, `Năm 2026`, or its two days."""
    if period.kind == "year":
        return str(gettext("Năm %(year)s", year=str(period.first.year)))
    if period.kind == "quarter":
        number = QUARTERS[(period.first.month - 1) // 3]
        return str(gettext("Quý %(number)s/%(year)s", number=number, year=str(period.first.year)))
    return f"{day(period.first)}–{day(period.last)}"


def period_short(period: Period) -> str:
    """Name a period under a chart: `III/26`, `2026`, or its two days."""
    if period.kind == "quarter":
        return f"{QUARTERS[(period.first.month - 1) // 3]}/{period.first:%y}"
    return f"{period.first.year}" if period.kind == "year" else f"{period.first:%d/%m}–{period.last:%d/%m/%y}"


def language_name(code: str) -> str:
    """Name a language in the page's own: "vi" is "Tiếng Việt"; what is unknown keeps its code."""
    try:
        return Locale.parse(code).get_display_name(get_locale()) or code
    except (UnknownLocaleError, ValueError):
        return code


def points(text: str | None) -> str:
    """Write points that were kept as text, with two decimals."""
    return MISSING if text is None else decimal(Decimal(text))


def iso_day(text: str) -> str:
    """Write the day of a moment that was kept as text, in Vietnam."""
    return day(datetime.fromisoformat(text).astimezone(TIME_ZONE).date())


def _localised(text: str) -> str:
    text = text.replace("-", "\u2212")
    locale = get_locale()
    if locale is not None and locale.language == "en":
        return text
    return text.translate(str.maketrans(",.", ".,"))


def init_app(app: Flask) -> None:
    """Make the filters known to the templates."""
    for function in (
        decimal, count, percent, signed, day, moment, clock, period_name, period_short, grouped, points,
        iso_day, language_name,
    ):  # fmt: skip
        app.add_template_filter(function)
