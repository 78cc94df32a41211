"""A whole sheet as XLSX: written for officers to fill in offline, and checked cell by cell when it returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from analysis.criteria import Leaf
from survey.database import write
from survey.models import IndexRound, IndexScore, SheetState, Unit
from survey.services import audit, index_sheet
from survey.services.cells import decimal_number, text, yes_no
from survey.services.columns import Column, Row, Table, read_table
from survey.services.importing import ImportSummary
from survey.services.index_round import criteria_of, rules_of
from survey.services.index_sheet import LONGEST_NOTE, Given
from survey.services.spelling import fold
from survey.services.template import Template
from survey.services.unit_finder import UnitFinder

_note = text(LONGEST_NOTE)


class Part(StrEnum):
    """Which points of a file are taken; `BOTH` is for rounds of the past that come with their appraisal."""

    OWN = "own"
    APPRAISAL = "appraisal"
    BOTH = "both"


def columns(units: Iterable[Unit]) -> tuple[Column, ...]:
    """The columns of a sheet."""
    return (
        Column("unit", ("Mã đơn vị", "Unit code"), UnitFinder(units).parse, required=True, filled=True),
        Column("code", ("Mã tiêu chí", "Criterion code"), text(40), required=True, filled=True),
        Column("title", ("Tiêu chí", "Criterion"), text(400), required=True, filled=True),
        Column("max", ("Điểm tối đa", "Maximum"), decimal_number, required=True, filled=True),
        Column("own", ("Điểm tự chấm", "Self-score"), decimal_number, required=True),
        Column("own_outside", ("Không phát sinh", "Did not arise"), yes_no, required=True),
        Column("own_note", ("Giải trình", "Explanation"), _note, required=True),
        Column("points", ("Điểm thẩm định", "Appraised points"), decimal_number, required=True),
        Column("outside", ("Thẩm định: không phát sinh", "Appraised: did not arise"), yes_no, required=True),
        Column("note", ("Ý kiến thẩm định", "Appraiser's note"), _note, required=True),
        Column("sheet", ("Bảng", "Sheet"), text(120), required=True, filled=True),
    )


def sheet_name(session: Session, index_round: IndexRound) -> str:
    """Name the round and the version of its criteria, as every line of its sheet does."""
    criteria = criteria_of(session, index_round)
    return f"{index_round.name} {index_round.kind} {criteria.id} v{criteria.head.version}"


def workbook(session: Session, index_round: IndexRound, units: Sequence[Unit]) -> bytes:
    """Write the sheets of some units, with what is filled in already, as XLSX."""
    return template(session, index_round, units).workbook()


def template(session: Session, index_round: IndexRound, units: Sequence[Unit]) -> Template:
    """The sheets of some units, with what is filled in already."""
    criteria = criteria_of(session, index_round)
    name, rows = sheet_name(session, index_round), []
    for unit in units:
        scores = index_sheet.load(session, index_round, unit).scores
        rows += [_line(unit, leaf, scores.get(leaf.code), name) for leaf in criteria.leaves]
    return Template("index_sheet", columns(units), rows)


def import_sheets(
    session: Session,
    index_round: IndexRound,
    data: bytes,
    *,
    part: Part,
    units: Sequence[Unit],
    file_name: str,
    now: datetime,
    actor: str,
    dry_run: bool = False,
) -> ImportSummary:
    """Take sheets of `units` in, all or nothing: every criterion of each unit named, on its line.

    ImportRefused lists every fault with its cell.
    """
    table = _read(session, index_round, data, part, units)
    lines: dict[int, dict[str, Row]] = {}
    for row in table.rows:
        lines.setdefault(row["unit"].id, {})[row["code"]] = row
    by_id = {row["unit"].id: row["unit"] for row in table.rows}
    if not dry_run:
        with write(session):
            for unit_id, of_unit in lines.items():
                _store(session, index_round, by_id[unit_id], of_unit, part, now=now, actor=actor)
            detail = {"file": file_name, "part": part.value, "units": len(lines)}
            subject = f"{index_round.name} {index_round.kind} {index_round.level}"
            audit.record(
                session, now=now, actor=actor, action="index.sheet.import", subject=subject, detail=detail
            )
    return ImportSummary(
        rows=len(table.rows), updated=len(lines), codes=tuple(unit.code for unit in by_id.values())
    )


def _line(unit: Unit, leaf: Leaf, score: IndexScore | None, name: str) -> Mapping[str, Any]:
    known = {"unit": unit.code, "code": leaf.code, "title": leaf.title.vi, "max": leaf.maximum, "sheet": name}
    if score is None:
        return known
    return known | {
        "own": score.self_points,
        "own_outside": "x" if score.self_not_applicable else None,
        "own_note": score.self_note or None,
        "points": score.points,
        "outside": "x" if score.not_applicable else None,
        "note": score.note or None,
    }


def _read(session: Session, index_round: IndexRound, data: bytes, part: Part, units: Sequence[Unit]) -> Table:
    table = read_table(data, columns(units))
    leaves = {leaf.code: leaf for leaf in criteria_of(session, index_round).leaves}
    wanted = sheet_name(session, index_round)
    other = next((row for row in table.rows if row["sheet"] not in (None, wanted)), None)
    if other is not None:
        # Nothing else in another year's sheet is worth a complaint.
        table.faults.clear()
        table.fault(other, "sheet", "index_sheet_version", got=other["sheet"], wanted=wanted)
        table.check()
    seen: dict[tuple[int, str], Row] = {}
    for row in table.rows:
        _check_place(table, row, leaves.get(row["code"]))
        if row["unit"] is not None and row["code"] is not None:
            first = seen.setdefault((row["unit"].id, row["code"]), row)
            if first is not row:
                table.fault(row, "code", "duplicate_row", first=str(first.number))
    may_leave = rules_of(session, index_round).when_not_applicable == "leave"
    rules = rules_of(session, index_round).head.title.vi
    for row in table.rows:
        leaf = leaves.get(row["code"])
        if leaf is not None:
            for own in (True, False):
                _check_line(table, row, leaf, own=own, part=part, may_leave=may_leave, rules=rules)
    _check_whole(table, seen, leaves)
    _check_state(session, index_round, table, seen, part)
    table.check()
    return table


def _check_place(table: Table, row: Row, leaf: Leaf | None) -> None:
    """Does the line still say what the program wrote on it?"""
    if row["code"] is None:
        return
    if leaf is None:
        table.fault(row, "code", "criterion_unknown", got=row["code"])
    elif row["title"] is not None and fold(row["title"]) not in (fold(leaf.title.vi), fold(leaf.title.en)):
        table.fault(row, "title", "criterion_title_differs", criterion=leaf.code, title=leaf.title.vi)
    elif row["max"] is not None and row["max"] != leaf.maximum:
        table.fault(
            row, "max", "criterion_maximum_differs", criterion=leaf.code, got=row["max"], maximum=leaf.maximum
        )


def _check_line(table: Table, row: Row, leaf: Leaf, *, own: bool, part: Part, may_leave: bool, rules: str) -> None:
    points, outside, note = ("own", "own_outside", "own_note") if own else ("points", "outside", "note")
    if row.has_bad(points, outside, note):
        return
    if not own and part is Part.OWN:
        return
    line = _given(row, own=own)
    for code, params in index_sheet.line_faults(leaf, line, code=leaf.code, may_leave=may_leave):
        at = outside if code.startswith("not_applicable") else note if code == "text_too_long" else points
        table.fault(row, at, code, **(params | ({"rules": rules} if code == "not_applicable_refused" else {})))
    if line.points is None and not line.not_applicable and leaf.kind == "points":
        table.fault(row, points, "index_line_missing" if own else "index_line_unappraised")


def _check_whole(table: Table, seen: Mapping[tuple[int, str], Row], leaves: Mapping[str, Leaf]) -> None:
    """A line that went missing is as half-filled as a blank one."""
    units = {row["unit"].id: row["unit"] for row in table.rows if row["unit"] is not None}
    for unit_id, unit in units.items():
        for leaf in leaves.values():
            if leaf.kind == "points" and (unit_id, leaf.code) not in seen:
                table.fault(
                    None, None, "criterion_absent", criterion=leaf.code, title=leaf.title.vi, unit=unit.name
                )


def _check_state(
    session: Session, index_round: IndexRound, table: Table, seen: Mapping[tuple[int, str], Row], part: Part
) -> None:
    """Each sheet must be at the step the points are for, and nobody writes in the other's columns."""
    states = {unit_id: sheet.state for unit_id, sheet in index_sheet.sheets(session, index_round).items()}
    wanted = SheetState.SUBMITTED if part is Part.APPRAISAL else SheetState.DRAFT
    told = set()
    views = {}
    for (unit_id, code), row in seen.items():
        if states.get(unit_id, SheetState.DRAFT) is not wanted:
            if unit_id not in told:
                told.add(unit_id)
                table.fault(row, "unit", "index_sheet_locked", unit=row["unit"].name)
            continue
        if unit_id not in views:
            views[unit_id] = index_sheet.load(session, index_round, row["unit"])
        known = views[unit_id].scores.get(code)
        if part is Part.OWN and not row.has_bad() and _given(row, own=False) != _known(known, own=False):
            table.fault(row, "points", "index_appraisal_not_yours")
        if part is Part.APPRAISAL and not row.has_bad() and _given(row, own=True) != _known(known, own=True):
            before = known.self_points if known is not None and known.self_points is not None else "–"
            got = row["own"] if row["own"] is not None else "–"
            table.fault(row, "own", "index_own_changed", got=got, known=before)


def _given(row: Row, *, own: bool) -> Given:
    if own:
        return Given(row["own"], bool(row["own_outside"]), row["own_note"] or "")
    return Given(row["points"], bool(row["outside"]), row["note"] or "")


def _known(score: IndexScore | None, *, own: bool) -> Given:
    if score is None:
        return Given(None)
    if own:
        return Given(score.self_points, score.self_not_applicable, " ".join(score.self_note.split()))
    return Given(score.points, score.not_applicable, " ".join(score.note.split()))


def _store(
    session: Session,
    index_round: IndexRound,
    unit: Unit,
    lines: Mapping[str, Row],
    part: Part,
    *,
    now: datetime,
    actor: str,
) -> None:
    sheet = index_sheet.begun(session, index_round, unit, now=now, actor=actor)
    if part in (Part.OWN, Part.BOTH):
        index_sheet.put_own(session, sheet, {code: _given(row, own=True) for code, row in lines.items()})
    if part in (Part.APPRAISAL, Part.BOTH):
        appraised = {code: _given(row, own=False) for code, row in lines.items()}
        index_sheet.put_appraisal(session, sheet, appraised, actor=actor)
    if part is Part.BOTH:
        sheet.state, sheet.appraised_by = SheetState.APPRAISED, actor
