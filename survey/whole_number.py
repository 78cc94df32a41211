"""Whole numbers that come from outside: what no column can hold is refused before a database is asked."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, ValidationError

LARGEST_INTEGER = 2**31 - 1


def whole_number(text: str) -> int:
    """Read a number of an address, query or form; ValueError, as `int` gives, for one that no column can hold."""
    value = int(text)
    if abs(value) > LARGEST_INTEGER:
        raise ValidationError(f"a number beyond {LARGEST_INTEGER}")
    return value


class WholeNumber(IntegerConverter):
    """A number in an address."""

    def to_python(self, value: str) -> int:
        """Read it as everywhere else."""
        return whole_number(value)
