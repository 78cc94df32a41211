"""Find the field of procedures (lĩnh vực) that a cell names."""

from __future__ import annotations

from collections.abc import Iterable

from survey.models import ServiceField
from survey.services.cells import BadCell, text
from survey.services.sheet import Cell
from survey.services.spelling import fold

ALL_FIELDS = "tat-ca"
_TOTALS = ("tong so", "tong cong", "tong", "cong", "total", "all")
_words = text(120)


class FieldFinder:
    """Looks fields up by code or name; `parse` is the parser of a column and returns the field's code.

    A part of a name is enough where it is clear: "Hộ tịch" is "Tư pháp, hộ tịch".
    """

    def __init__(self, fields: Iterable[ServiceField]) -> None:
        listed = list(fields)
        self._known = ", ".join(field.code for field in listed)
        parts: dict[str, set[str]] = {}
        for field in listed:
            for part in (*field.name_vi.split(","), *field.name_en.split(",")):
                parts.setdefault(fold(part), set()).add(field.code)
        self._codes = {part: codes.pop() for part, codes in parts.items() if len(codes) == 1}
        self._codes |= dict.fromkeys(_TOTALS, ALL_FIELDS)
        for field in listed:
            self._codes |= {fold(name): field.code for name in (field.code, field.name_vi, field.name_en)}

    def parse(self, cell: Cell) -> str:
        """Read a field's code or name."""
        written = _words(cell)
        code = self._codes.get(fold(written))
        if code is None:
            raise BadCell("field_not_found", got=written, known=self._known)
        return code
