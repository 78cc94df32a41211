"""Read what was typed into a sheet on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.errors import Fault, ImportRefused
from survey.services.cells import BadCell, decimal_number
from survey.services.index_sheet import Given
from survey.services.sheet import Cell
from survey.services.spelling import clean


@dataclass(frozen=True)
class Typed:
    """One line as it was typed."""

    points: str = ""
    not_applicable: bool = False
    note: str = ""


def read_lines(typed: Mapping[str, Typed]) -> dict[str, Given]:
    """Turn typed lines into points; ImportRefused names the lines that are no numbers."""
    given, faults = {}, []
    for code, line in typed.items():
        words = clean(line.points)
        try:
            points = decimal_number(Cell(words)) if words else None
        except BadCell as bad:
            faults.append(Fault(None, code, bad.code, bad.params))
            continue
        given[code] = Given(points, line.not_applicable, line.note.strip())
    if faults:
        raise ImportRefused(faults)
    return given
