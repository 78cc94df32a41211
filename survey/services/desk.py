"""Who reads what citizens write about a unit: its own people, its leader, or the level above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from survey.models import Reader, Unit
from survey.services.unit import name_in_sentence
from survey.services.unit_days import in_force


@dataclass(frozen=True)
class Desk:
    """A unit with the names that its feedback pages show; `above` is missing at the top of the tree."""

    unit_id: int
    unit_name: str
    one_stop_name: str
    above_id: int | None
    above_name: str | None
    trial: bool

    def reader_unit_id(self, reader: Reader) -> int:
        """Return the unit whose people see a case; ValueError where nobody stands above."""
        if reader is not Reader.ABOVE:
            return self.unit_id
        if self.above_id is None:
            raise ValueError("no unit above")
        return self.above_id


def desk_of(session: Session, unit_id: int, *, today: date) -> Desk:
    """Find who reads what is written about a unit today."""
    unit = session.get_one(Unit, unit_id)
    above = unit_above(unit, today)
    return Desk(
        unit_id=unit.id,
        unit_name=name_in_sentence(unit.name, unit.kind),
        one_stop_name=unit.one_stop_name,
        above_id=None if above is None else above.id,
        above_name=None if above is None else name_in_sentence(above.name, above.kind),
        trial=unit.start_date is None or today < unit.start_date,
    )


def unit_above(unit: Unit, today: date) -> Unit | None:
    """Find the unit above, or who carries on its work; nobody may be their own level above."""
    above, seen = unit.parent, {unit.id}
    while above is not None and above.id not in seen:
        seen.add(above.id)
        if in_force(above, today):
            return above
        above = above.successor or above.parent
    return None
