"""Read the rows of an import of responses as a mapping file says, and note what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from survey.errors import HailongError
from survey.models import ScoreSet, ScoreState, ServiceField, Unit
from survey.services.cells import BadCell, Parse, one_of, text
from survey.services.columns import Column, Row, Table
from survey.services.dossier_table import CHANNELS
from survey.services.response_map import Place, ResponseMap
from survey.services.service_field import FieldFinder
from survey.services.sheet import Cell
from survey.services.spelling import fold
from survey.services.unit_finder import UnitFinder

_DAY = {
    "dmy": re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})(?:[ ,T].*)?"),
    "mdy": re.compile(r"(?P<m>\d{1,2})[/.-](?P<d>\d{1,2})[/.-](?P<y>\d{4})(?:[ ,T].*)?"),
    "ymd": re.compile(r"(?P<y>\d{4})[/.-](?P<m>\d{1,2})[/.-](?P<d>\d{1,2})(?:[ ,T].*)?"),
}


@dataclass
class UnitRows:
    """The rows of one unit that were read well."""

    unit: Unit
    rows: list[tuple[Row, date]] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    invalid: int = 0


def columns(session: Session, mapping: ResponseMap) -> list[Column]:
    """List what is read of the file; raises HailongError `map_faulty` for a constant that does not exist.

    Keys are such as no heading of a file is. What `only` leaves out may lack anything, so no cell must be filled.
    """
    found = [
        Column(key_of(code), (heading,), _answer(mapping, code), required=True)
        for code, heading in mapping.columns.items()
    ]
    parse_by = parsers(session, mapping)
    for name, place in mapping.places.items():
        if place.column is not None:
            taken_by = {fold(column.title) for column in found}
            if name == "only" and fold(place.column) in taken_by:
                continue
            if fold(place.column) in taken_by:
                raise HailongError("map_faulty", where=f"{name}.column", expected=place.column)
            found.append(Column(key_of(name), (place.column,), _worded(place, parse_by[name]), required=True))
    return found


def parsers(session: Session, mapping: ResponseMap) -> dict[str, Parse]:
    """How each place of a mapping is read."""
    return {
        "unit": UnitFinder(session.scalars(select(Unit))).parse,
        "day": _day(mapping.order),
        "field": FieldFinder(session.scalars(select(ServiceField))).parse,
        "channel": one_of(CHANNELS),
        "only": text(2000),
    }


def constants(session: Session, mapping: ResponseMap) -> dict[str, Any]:
    """Read what is the same for every row; raises HailongError `map_faulty` for what does not exist."""
    read: dict[str, Any] = {}
    for name, parse in parsers(session, mapping).items():
        place = mapping.places[name]
        if place.constant is None or name == "only":
            continue
        try:
            read[name] = parse(Cell(place.constant))
        except BadCell as problem:
            raise HailongError(
                "map_faulty", where=name, expected=str(problem.params.get("known", "…"))
            ) from problem
    return read


def key_of(name: str) -> str:
    """The key of a question's or a place's column."""
    return f"hailong column {name}"


def _worded(place: Place, parse: Parse) -> Parse:
    """Understand the map's own words first, then what every import understands."""
    if not place.words:
        return parse
    known = {fold(written): value for written, value in place.words.items()}
    return lambda cell: parse(Cell(known.get(fold(str(cell.value)), cell.value), cell.address))


def _answer(mapping: ResponseMap, code: str) -> Parse:
    values = mapping.values[code]
    shown = ", ".join(words for _, words in mapping.answer_words(code))
    words = text(500)

    def parse(cell: Cell) -> str:
        written = words(cell)
        if fold(written) not in values:
            raise BadCell("unknown_word", got=written, known=shown)
        return values[fold(written)]

    return parse


def _day(order: str) -> Parse:
    def parse(cell: Cell) -> date:
        if isinstance(cell.value, date):
            return cell.value
        written = str(cell.value)
        # A date that begins with the year can be read in one way only.
        found = _DAY["ymd"].fullmatch(written) or _DAY[order].fullmatch(written)
        try:
            if found:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError as error:
            raise BadCell("not_a_date", got=written) from error
        raise BadCell("not_a_date", got=written)

    return parse


def taken(table: Table, mapping: ResponseMap) -> tuple[list[Row], int]:
    """Leave out the rows that `only` leaves out, with their faults; what cannot be read is not left out."""
    if mapping.only.column is None:
        return table.rows, 0
    wanted = None if mapping.only.constant is None else {fold(str(one)) for one in mapping.only.constant}
    # It may be a column that says something else too, such as the day on which a form was sent.
    key = next(key for key, title in table.titles.items() if fold(title) == fold(mapping.only.column or ""))
    kept = [
        row
        for row in table.rows
        if row.has_bad(key) or (row[key] is not None and (wanted is None or fold(str(row[key])) in wanted))
    ]
    numbers = {row.number for row in table.rows} - {row.number for row in kept}
    table.faults = [fault for fault in table.faults if fault.row not in numbers]
    return kept, len(numbers)


def check(session: Session, table: Table, rows: list[Row], mapping: ResponseMap, *, today: date) -> list[UnitRows]:
    """Sort the good rows by unit; what is wrong with the others is noted in the table."""
    frozen = select(ScoreSet.period).where(ScoreSet.state == ScoreState.CLOSED).distinct()
    closed = [parse_period(period) for period in session.scalars(frozen)]
    same = constants(session, mapping)
    table.warnings.clear()
    found: dict[int, UnitRows] = {}
    for row in rows:
        unit = same.get("unit") or _needed(table, row, "unit")
        day = same.get("day") or _needed(table, row, "day")
        if unit is None or day is None or not _is_open(table, row, day, closed, mapping, today):
            continue
        read = found.setdefault(unit.id, UnitRows(unit))
        read.days.append(day)
        if mapping.questionnaire.is_valid(given(row, mapping)):
            read.rows.append((row, day))
        elif not row.has_bad():
            read.invalid += 1
            table.warn(row, None, "response_too_few", minimum=str(mapping.questionnaire.minimum_ratings))
    return sorted(found.values(), key=lambda read: read.unit.code)


def _needed(table: Table, row: Row, name: str) -> Any:
    key = key_of(name)
    if row[key] is None and not row.has_bad(key):
        table.fault(row, key, "blank_cell")
    return row[key]


def _is_open(table: Table, row: Row, day: date, closed: list[Period], mapping: ResponseMap, today: date) -> bool:
    """Tell whether a response of the day can still be booked."""
    key = key_of("day") if mapping.day.column is not None else None
    told = f"{day:%d/%m/%Y}"
    if day > today:
        table.fault(row, key, "response_day_ahead", day=told)
        return False
    period = next((one for one in closed if day in one), None)
    if period is not None:
        table.fault(row, key, "response_period_closed", day=told, period=period.text)
        return False
    if not mapping.questionnaire.is_in_force(day):
        table.fault(row, key, "response_version_then", day=told, version=mapping.questionnaire.id)
        return False
    return True


def given(row: Row, mapping: ResponseMap) -> dict[str, str]:
    """The answers of a row by question."""
    return {code: row[key_of(code)] for code in mapping.columns if row[key_of(code)] is not None}
