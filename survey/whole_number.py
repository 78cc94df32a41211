"""Whole numbers that come from outside: what no column can hold is refused before a database is asked."""

from __future__ import annotations

LARGEST_INTEGER = 2**31 - 1


def whole_number(text: str) -> int:
    """Read a number of a query or form; ValueError, as `int` gives, for one that no column can hold."""
    value = int(text)
    if abs(value) > LARGEST_INTEGER:
        raise ValueError(f"a number beyond {LARGEST_INTEGER}")
    return value
