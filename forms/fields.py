"""Form fields of our own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from wtforms import Field, Form, ValidationError

UNKNOWN_CHOICE = "unknown_choice"


class ChoiceField(Field):  # type: ignore[misc]  # WTForms has no types
    """One answer out of a few, or none; its HTML is written by the template, rendered once and kept."""

    def __init__(self, values: Collection[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.values = values
        self.data = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the first value sent."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        """Refuse a value that was not offered."""
        if self.data and not self.is_offered():
            raise ValidationError(UNKNOWN_CHOICE)

    def is_offered(self) -> bool:
        """Tell whether what was sent is among the choices."""
        return self.data in self.values


class SeveralField(ChoiceField):
    """Any number of answers out of a few; what was ticked is kept as the values one after the other."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take each value once."""
        self.data = "".join(dict.fromkeys(valuelist))

    def is_offered(self) -> bool:
        """Tell whether all that was sent is among the choices."""
        return set(self.data) <= set(self.values)
