"""Reading a rule file strictly: every value is there, of its kind, within its limits, and nothing is left over."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from analysis.errors import AnalysisError

Choice = TypeVar("Choice", bound=str)
Limit = Decimal | int | float | None
# Points of an index, far above any in use, and their places: what is written and read back stays the same number.
MOST_POINTS = 10_000
_PLACES = Decimal("0.0001")


def faulty(where: str, key: str, got: object, expected: str) -> AnalysisError:
    """Return the error for a value that a rule may not hold."""
    return AnalysisError(
        f"a rule holds a value that cannot be used at {key}",
        code="rule_value",
        where=f"{where}: {key}",
        got=got,
        expected=expected,
        remedy="mend the rule and give it a new version",
    )


class RuleTable:
    """One table of a rule file; remembers which keys were read."""

    def __init__(self, content: dict[str, Any], where: str) -> None:
        self._content = content
        self._where = where
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def codes(self) -> list[str]:
        """Return the keys in the order of the file, for a table whose keys are codes."""
        return list(self._content)

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise faulty(self._where, key, value, "a text")
        return value

    def boolean(self, key: str) -> bool:
        """Return true or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            raise faulty(self._where, key, value, "true or false")
        return value

    def integer(self, key: str, low: int) -> int:
        """Return a whole number of at least `low`."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise faulty(self._where, key, value, f"a whole number, {low} or more")
        return value

    def decimal(self, key: str, low: Limit = None, high: Limit = None) -> Decimal:
        """Return an exact number within limits."""
        return self._limited(key, self._value(key), low, high)

    def points(self, key: str, low: Limit) -> Decimal:
        """Return points of an index: an exact number with at most four places."""
        points = self.decimal(key, low, MOST_POINTS)
        if points != points.quantize(_PLACES):
            raise faulty(self._where, key, points, "at most four places")
        return points

    def number(self, key: str, low: Limit = None, high: Limit = None) -> float:
        """Return a number within limits."""
        return float(self.decimal(key, low, high))

    def numbers(self, key: str, low: Limit = None, high: Limit = None) -> list[float]:
        """Return a list of numbers within limits."""
        return [float(self._limited(key, value, low, high)) for value in self._list(key)]

    def choice(self, key: str, choices: Sequence[Choice]) -> Choice:
        """Return one of some words."""
        return self._chosen(key, self._value(key), choices)

    def choices(self, key: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """Return some of some words."""
        chosen = tuple(self._chosen(key, value, choices) for value in self._list(key))
        if len(set(chosen)) != len(chosen):
            raise faulty(self._where, key, chosen, "no word twice")
        return chosen

    def table(self, key: str, *, required: bool = True) -> "RuleTable":
        """Return a table inside this one; one that may be missing comes back empty."""
        value = self._value(key) if required else self._value(key, default={})
        if not isinstance(value, dict):
            raise faulty(self._where, key, value, "a table")
        return RuleTable(value, f"{self._where}: {key}")

    def tables(self, key: str) -> list["RuleTable"]:
        """Return a list of tables, empty when the key is missing."""
        value = self._value(key, default=[])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise faulty(self._where, key, value, "a list of tables")
        return [RuleTable(row, f"{self._where}: {key} {place}") for place, row in enumerate(value, start=1)]

    def expect_nothing_else(self) -> None:
        """Refuse keys that nobody read: a misspelt setting must not be ignored in silence."""
        left = sorted(set(self._content) - self._read)
        if left:
            raise faulty(self._where, ", ".join(left), "an unknown key", ", ".join(sorted(self._read)))

    def _value(self, key: str, *, default: Any = None) -> Any:
        self._read.add(key)
        value = self._content.get(key, default)
        if value is None:
            raise faulty(self._where, key, "nothing", "a value")
        return value

    def _list(self, key: str) -> list[Any]:
        value = self._value(key)
        if not isinstance(value, list):
            raise faulty(self._where, key, value, "a list")
        return value

    def _chosen(self, key: str, value: object, choices: Sequence[Choice]) -> Choice:
        for choice in choices:
            if value == choice:
                return choice
        raise faulty(self._where, key, value, f"one of {', '.join(choices)}")

    def _limited(self, key: str, value: object, low: Limit, high: Limit) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise faulty(self._where, key, value, "a number")
        number = Decimal(value)
        if not number.is_finite():
            raise faulty(self._where, key, value, "a number")
        too_low = low is not None and number < Decimal(str(low))
        too_high = high is not None and number > Decimal(str(high))
        if too_low or too_high:
            raise faulty(self._where, key, value, f"a number from {low} to {'any' if high is None else high}")
        return number
