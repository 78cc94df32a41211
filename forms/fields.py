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
        if self.data and self.data not in self.values:
            raise ValidationError(UNKNOWN_CHOICE)
