"""The empty sheets that officers fill in: an import's own columns, with the own codes put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.reports.template import TemplateColumn, template_workbook
from survey.services.columns import Column


@dataclass(frozen=True)
class Template:
    """An import's name, its columns, and the rows known already, by column key."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]

    def workbook(self) -> bytes:
        """Write the sheet as XLSX; the import reads it back."""
        columns = [
            TemplateColumn(column.key, column.title, column.headers[1:], column.required)
            for column in self.columns
        ]
        return template_workbook(self.name, columns, self.rows)
