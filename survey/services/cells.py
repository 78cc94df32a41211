"""What a cell of an import may hold, and how it may be written; one function per kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from survey.services.sheet import Cell
from survey.services.spelling import clean, fold

LARGEST_COUNT = 2_000_000_000

# Letters of the old TCVN3 and VNI fonts, UTF-8 read as another encoding, and marks lost as "?": a name like
# that must not become the name of a unit.
_GARBLED = re.compile(
    "[A-Za-zÀ-ỹ][®µ¸¶¹¨¾¼½©ª¬¤¥§Þßøþ]|[®µ¸¶¹¨¾¼½©ª¬¤¥§Þßøþ][A-Za-zÀ-ỹ]|\u00ad"
    "|Æ°|áº|á»|Ã[\u00a0-\u00bf]|Ä‘|\ufffd|\\w\\?\\w"
)
_DIGITS = re.compile(r"[0-9]+")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00:00)?")


class BadCell(Exception):  # noqa: N818  it names the cell, not the programming error
    """A cell cannot be used; `code` and `params` word the reason."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


Parse = Callable[[Cell], Any]


def text(longest: int) -> Parse:
    """Words, such as a name; numbers are kept as they are shown."""

    def parse(cell: Cell) -> str:
        if isinstance(cell.value, date):
            raise BadCell("date_not_text", got=f"{cell.value:%d/%m/%Y}")
        words = clean(_shown(cell))
        if _GARBLED.search(words):
            raise BadCell("garbled_text", got=words)
        if len(words) > longest:
            raise BadCell("text_too_long", length=len(words), longest=longest)
        return words

    return parse


def one_of(choices: Mapping[str, Any]) -> Parse:
    """One of a few words in any spelling; `choices` maps the words, as messages list them, to values."""
    named = text(200)
    by_word = {fold(word): value for word, value in choices.items()}

    def parse(cell: Cell) -> Any:
        words = named(cell)
        if fold(words) not in by_word:
            raise BadCell("unknown_word", got=words, known=", ".join(choices))
        return by_word[fold(words)]

    return parse


def yes_no(cell: Cell) -> bool:
    """A tick: x, có, yes, 1, or không, no, 0."""
    word = str(cell.value).lower() if isinstance(cell.value, bool) else fold(str(cell.value))
    if word in ("x", "co", "yes", "1", "true"):
        return True
    if word in ("khong", "no", "0", "false"):
        return False
    raise BadCell("unknown_word", got=str(cell.value), known="x, có, không")


def day(cell: Cell) -> date:
    """A date: a date cell, 2026-07-01, or 01/07/2026 with the day first."""
    if isinstance(cell.value, date):
        return cell.value
    if isinstance(cell.value, str) and (found := _DAY.fullmatch(cell.value)):
        numbers = found.group(3, 2, 1) if found[3] else found.group(4, 5, 6)
        try:
            return date(*map(int, numbers))
        except ValueError as error:
            raise BadCell("not_a_date", got=cell.value) from error
    raise BadCell("not_a_date", got=str(cell.value))


def whole_number(cell: Cell) -> int:
    """A count: `47563`, `47.563`, `47,563`, `47 563`. Three digits after a single mark are thousands."""
    value = _number(cell, thousands=True)
    if value < 0:
        raise BadCell("negative_number", got=_shown(cell))
    if value != value.to_integral_value():
        # A Vietnamese 47.563 typed into an English Excel arrives as the number 47.563: never guess.
        raise BadCell("fractional_count", got=_shown(cell))
    if value > LARGEST_COUNT:
        raise BadCell("number_too_large", got=_shown(cell))
    return int(value)


def decimal_number(cell: Cell) -> Decimal:
    """Points: `88,41` or `88.41`. A single mark is always the decimal mark, so `1.234` is a little over one."""
    if cell.is_percent:
        raise BadCell("percent_not_points", got=_shown(cell))
    value = _number(cell, thousands=False)
    if value < 0:
        raise BadCell("negative_number", got=_shown(cell))
    return _with_places(value, cell)


def percentage(cell: Cell) -> Decimal:
    """A percentage 0 to 100: `87,60`, `87.60%`, or a percent cell of a workbook."""
    marked = cell.is_percent
    if isinstance(cell.value, str) and cell.value.endswith("%"):
        cell = Cell(cell.value.removesuffix("%").rstrip(), cell.address)
        marked = True
    value = _number(cell, thousands=False) * (100 if cell.is_percent else 1)
    if not 0 <= value <= 100:
        raise BadCell("percent_outside", got=_shown(cell))
    if 0 < value < 1 and not marked:
        # 0.876 is far more often a share than less than one percent.
        raise BadCell("share_not_percent", got=_shown(cell))
    return _with_places(value, cell)


def _with_places(value: Decimal, cell: Cell) -> Decimal:
    """Points are stored with four decimals; a workbook's 26.279999999 is the 26.28 that it shows."""
    if abs(value) > LARGEST_COUNT:
        raise BadCell("number_too_large", got=_shown(cell)[:40])
    rounded = round(value, 4)
    if rounded != value and isinstance(cell.value, str):
        raise BadCell("too_many_decimals", got=_shown(cell))
    return rounded.normalize() + 0 if rounded else Decimal(0)


def _number(cell: Cell, *, thousands: bool) -> Decimal:
    if isinstance(cell.value, Decimal):
        return cell.value
    if isinstance(cell.value, date):
        raise BadCell("date_not_number", got=f"{cell.value:%d/%m/%Y}")
    written = str(cell.value)
    plain = _plain_number(written.replace("\u2212", "-"), thousands=thousands)
    if isinstance(cell.value, bool) or plain is None:
        raise BadCell("not_a_number" if thousands else "not_points", got=written)
    return Decimal(plain)


def _plain_number(written: str, *, thousands: bool) -> str | None:
    """Rewrite a Vietnamese or English number with a decimal point only; None if it is no number."""
    sign = "-" if written.startswith("-") else ""
    body = written.lstrip("-").strip()
    marks = [c for c in body if c in ".,"]
    whole, decimals = body, ""
    if marks:
        last = marks[-1]
        before, _, after = body.rpartition(last)
        grouped = len(marks) > 1 and len(set(marks)) == 1
        one_group = thousands and len(marks) == 1 and len(after) == 3 and before not in ("", "0")
        if not grouped and not one_group:
            whole, decimals = before, after
            if not _DIGITS.fullmatch(decimals):
                return None
    groups = re.split(r"[., ]", whole)
    if len(set(re.findall(r"[., ]", whole))) > 1 or not all(_DIGITS.fullmatch(group) for group in groups):
        return None
    if len(groups) > 1 and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    return sign + "".join(groups) + (f".{decimals}" if decimals else "")


def _shown(cell: Cell) -> str:
    # A workbook may hold the code 27 as 27.0.
    is_whole = isinstance(cell.value, Decimal) and cell.value == cell.value.to_integral_value()
    return f"{cell.value:.0f}" if is_whole else str(cell.value)
