"""Form fields of our own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from unicodedata import normalize

from flask_babel import lazy_gettext as _
from wtforms import Field, Form, IntegerField, SelectField, SelectMultipleField, StringField, ValidationError

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


NOT_LISTED = _("Xin chọn trong danh sách.")


class TextLine(StringField):  # type: ignore[misc]
    """One line of text without needless spaces, its letters composed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Tidy what was typed."""
        self.data = " ".join(normalize("NFC", valuelist[0]).split()) if valuelist else ""


class ListedField(SelectField):  # type: ignore[misc]
    """One out of a list; what is not in it is said in our words."""

    def pre_validate(self, form: Form) -> None:
        """Refuse a value that was not offered."""
        if self.data not in {value for value, _words in self.choices}:
            raise ValidationError(NOT_LISTED)


class TickedField(SelectMultipleField):  # type: ignore[misc]
    """Any number out of a list; the template writes the boxes."""

    def pre_validate(self, form: Form) -> None:
        """Refuse a value that was not offered."""
        if not set(self.data or ()) <= {value for value, _words in self.choices}:
            raise ValidationError(NOT_LISTED)


class WholeNumberField(IntegerField):  # type: ignore[misc]
    """A whole number, with or without thousands marks; what is none is said in the words given as `wrong`."""

    def __init__(self, label: object = None, *, wrong: object, **options: Any) -> None:
        super().__init__(label, **options)
        self.wrong = wrong

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        written = "".join(valuelist[:1]).replace(".", "").replace(",", "").replace(" ", "")
        if not written.isascii() or not written.isdigit() or len(written) > 9:
            raise ValueError(self.wrong)
        self.data = int(written)
