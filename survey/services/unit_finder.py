"""Find the unit that a cell of an import names, by its code or its name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from survey.models import Unit
from survey.services.cells import BadCell, text
from survey.services.sheet import Cell
from survey.services.spelling import name_key

_words = text(200)


class UnitFinder:
    """Looks units up as people write them; `parse` is the parser of a column."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_code: dict[str, Unit] = {}
        self._by_name: dict[str, list[Unit]] = {}
        for unit in units:
            self._by_code[unit.code.casefold()] = unit
            self._by_name.setdefault(name_key(unit.name), []).append(unit)

    def by_code(self, code: str) -> Unit | None:
        """Return the unit of this code; capital and small letters are the same."""
        return self._by_code.get(code.casefold())

    def parse(self, cell: Cell) -> Unit:
        """Read a code or, if only one unit bears it, a name."""
        written = _words(cell)
        if (unit := self.by_code(written)) is not None:
            return unit
        named = self._by_name.get(name_key(written), [])
        if len(named) == 1:
            return named[0]
        if named:
            raise BadCell("unit_name_ambiguous", got=written, codes=", ".join(unit.code for unit in named))
        similar = get_close_matches(written.casefold(), self._by_code, n=3) or [
            unit.code.casefold()
            for name in get_close_matches(name_key(written), self._by_name, n=3)
            for unit in self._by_name[name]
        ]
        if similar:
            known = ", ".join(f"{self._by_code[code].code} ({self._by_code[code].name})" for code in similar)
            raise BadCell("unit_not_found_similar", got=written, known=known)
        raise BadCell("unit_not_found", got=written)
