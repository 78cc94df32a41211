"""Import the units of a province, new and changed ones, with their place in the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.models import Unit, UnitKind
from survey.services import audit
from survey.services.cells import BadCell, Parse, day, one_of, text
from survey.services.columns import Column, Progress, Row, Table, duplicates, read_table
from survey.services.importing import ImportSummary, Reach, changes_between, import_transaction
from survey.services.sheet import Cell
from survey.services.spelling import fold
from survey.services.template import Template
from survey.services.unit_check import check_days, check_links, check_reach
from survey.services.unit_finder import UnitFinder

# The day on which districts ended and communes got their public service centres (NĐ 118/2025/NĐ-CP).
TWO_TIERS_FROM = date(2025, 7, 1)
CLEAR = "-"
# The first word of a kind is the one that templates write.
KIND_WORDS = {
    "Tỉnh": UnitKind.PROVINCE,
    "Thành phố trực thuộc trung ương": UnitKind.PROVINCE,
    "Sở": UnitKind.DEPARTMENT,
    "Ban": UnitKind.DEPARTMENT,
    "Phường": UnitKind.WARD,
    "Xã": UnitKind.COMMUNE,
    "Thị trấn": UnitKind.COMMUNE,
    "Đặc khu": UnitKind.SPECIAL_ZONE,
    "Huyện": UnitKind.DISTRICT,
    "Quận": UnitKind.DISTRICT,
    "Thị xã": UnitKind.DISTRICT,
    "Thành phố": UnitKind.CITY,
    "Khác": UnitKind.OTHER,
}
_NAME_STARTS = sorted(((fold(word), kind) for word, kind in KIND_WORDS.items()), key=lambda pair: -len(pair[0]))
_COMMUNE_LEVEL = (UnitKind.WARD, UnitKind.COMMUNE, UnitKind.SPECIAL_ZONE)
# A department is written "Sở Nội vụ" also within a sentence; a place is "phường Tân Hoà" there.
_CAPITAL_KEPT = (UnitKind.DEPARTMENT, UnitKind.OTHER)
_CODE = re.compile(r"\w[\w./-]*")
_short = text(32)


def code_cell(cell: Cell) -> str:
    """A code of our own: letters, digits, dots, slashes, hyphens."""
    code: str = _short(cell)
    if not _CODE.fullmatch(code):
        raise BadCell("code_letters", got=code)
    return code


def _clearable(parse: Parse) -> Parse:
    """A cell that may say "-" to clear what was known; a blank one leaves it as it is."""
    return lambda cell: CLEAR if cell.value == CLEAR else parse(cell)


COLUMNS = (
    Column("code", ("Mã đơn vị", "Mã", "Unit code"), code_cell, required=True, filled=True),
    Column("name", ("Tên đơn vị", "Tên", "Unit name"), text(200), required=True, filled=True),
    Column(
        "one_stop_name",
        ("Tên Bộ phận Một cửa", "Tên Trung tâm Phục vụ hành chính công", "One-stop shop"),
        text(200),
    ),
    Column(
        "kind",
        ("Loại đơn vị", "Loại", "Unit kind"),
        one_of(KIND_WORDS | {kind.value: kind for kind in UnitKind}),
    ),
    Column("group", ("Nhóm xếp hạng", "Nhóm", "Ranking group"), _clearable(text(80))),
    Column("parent", ("Đơn vị cấp trên", "Mã đơn vị cấp trên", "Cấp trên", "Parent unit"), _clearable(code_cell)),
    Column("start_date", ("Ngày bắt đầu đo", "Ngày bắt đầu", "Start"), _clearable(day)),
    Column("valid_from", ("Hiệu lực từ", "Có hiệu lực từ", "Valid since"), day),
    Column("valid_to", ("Hiệu lực đến", "Có hiệu lực đến", "Valid until"), _clearable(day)),
    Column("successor", ("Đơn vị kế thừa", "Mã đơn vị kế thừa", "Successor unit"), _clearable(code_cell)),
)


def import_units(
    session: Session,
    data: bytes,
    *,
    now: datetime,
    actor: str,
    file_name: str,
    dry_run: bool = False,
    reach: Reach | None = None,
    progress: Progress | None = None,
) -> ImportSummary:
    """Create and update units by code; a blank cell keeps what is known, "-" clears it.

    What has begun to count stays: a known unit ends and starts to measure from today on, as it does on its page.
    With a `reach`, units outside it are refused by name, and new ones must lie below one within it.
    Raises ImportRefused with every fault; then nothing is stored.
    """
    table = read_table(data, COLUMNS, progress=progress)
    with import_transaction(session, dry_run=dry_run):
        existing = {unit.code.casefold(): unit for unit in session.scalars(select(Unit))}
        for row, first in duplicates(
            (row for row in table.rows if row["code"]), lambda row: row["code"].casefold()
        ):
            table.fault(row, "code", "duplicate_row", first=str(first.number))
        drafts = {row["code"].casefold(): _draft(table, row, existing) for row in table.rows if row["code"]}
        check_links(table, drafts, existing, "parent")
        check_links(table, drafts, existing, "successor")
        check_reach(table, drafts, existing, reach)
        check_days(table, drafts, existing, today=now.astimezone(TIME_ZONE).date())
        table.check()
        summary = _store(session, table, drafts, existing)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="units.import",
            subject=file_name[-120:],
            detail={
                "file": file_name,
                "rows": summary.rows,
                "created": summary.created,
                "updated": summary.updated,
                "codes": list(summary.codes),
            },
        )
    return summary


def template(session: Session, reach: Reach | None = None) -> Template:
    """The sheet to fill in, with the units known so far."""
    query = select(Unit).order_by(Unit.code)
    units = session.scalars(query if reach is None else query.where(Unit.id.in_(reach.unit_ids)))
    return Template("units", COLUMNS, [_values(unit) for unit in units])


def _values(unit: Unit) -> dict[str, Any]:
    words = {kind: word for word, kind in reversed(KIND_WORDS.items())}
    return {
        "code": unit.code,
        "name": unit.name,
        "one_stop_name": unit.one_stop_name,
        "kind": words[unit.kind],
        "group": unit.ranking_group,
        "parent": unit.parent.code if unit.parent else None,
        "start_date": unit.start_date,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "successor": unit.successor.code if unit.successor else None,
    }


def _draft(table: Table, row: Row, existing: Mapping[str, Unit]) -> dict[str, Any]:
    """Merge what the row says with what is known; links stay codes until every unit exists."""
    unit = existing.get(row["code"].casefold())
    known: dict[str, Any] = {"row": row, "code": row["code"]}
    if unit is not None:
        known |= {
            "code": unit.code,
            "kind": unit.kind,
            "group": unit.ranking_group,
            "one_stop_name": None if _has_default_name(unit) else unit.one_stop_name,
            "start_date": unit.start_date,
            "valid_from": unit.valid_from,
            "valid_to": unit.valid_to,
            "parent": unit.parent.code if unit.parent else None,
            "successor": unit.successor.code if unit.successor else None,
        }
    draft = known | {
        column.key: None if (value := row[column.key]) == CLEAR else value
        for column in COLUMNS
        if column.key != "code" and row[column.key] is not None
    }
    if not row.has_bad("kind", "name") and draft.get("kind") is None:
        draft["kind"] = kind_of_name(draft["name"])
        if draft["kind"] is None:
            table.fault(row, "kind", "unit_kind_needed", name=draft["name"])
    draft.setdefault("valid_from", TWO_TIERS_FROM)
    is_old_kind = draft.get("kind") in (UnitKind.DISTRICT, UnitKind.CITY)
    if is_old_kind and not row.has_bad("valid_from") and draft["valid_from"] >= TWO_TIERS_FROM:
        table.fault(row, "valid_from", "unit_before_two_tiers")
    start, end = draft.get("start_date"), draft.get("valid_to")
    if end is not None and end < draft["valid_from"]:
        table.fault(row, "valid_to", "unit_ends_before_it_begins")
    if start is not None and (start < draft["valid_from"] or (end is not None and start > end)):
        table.fault(row, "start_date", "unit_starts_outside_its_time")
    return draft


def kind_of_name(name: str) -> UnitKind | None:
    """Read the kind of a unit off its name: "Phường Tân Hoà" is a ward."""
    bare = re.sub(r"^(uy ban nhan dan|ubnd) ", "", fold(name))
    return next((kind for start, kind in _NAME_STARTS if bare.startswith(start + " ")), None)


def default_one_stop_name(name: str, kind: UnitKind, valid_to: date | None) -> str:
    """Name a unit's one-stop shop.

    >>> default_one_stop_name("Phường Tân Hoà", UnitKind.WARD, None)
    'Trung tâm Phục vụ hành chính công phường Tân Hoà'
    >>> default_one_stop_name("Sở Nội vụ", UnitKind.DEPARTMENT, None)
    'Bộ phận Một cửa Sở Nội vụ'
    """
    has_centre = kind in _COMMUNE_LEVEL and (valid_to is None or valid_to >= TWO_TIERS_FROM)
    shop = "Trung tâm Phục vụ hành chính công" if has_centre else "Bộ phận Một cửa"
    return f"{shop} {name_in_sentence(name, kind)}"


def name_in_sentence(name: str, kind: UnitKind) -> str:
    """Write a unit's name as it stands within a sentence.

    >>> name_in_sentence("Phường Tân Hoà", UnitKind.WARD)
    'phường Tân Hoà'
    """
    return name if kind in _CAPITAL_KEPT else name[0].lower() + name[1:]


def _has_default_name(unit: Unit) -> bool:
    # Such a name follows when the unit is renamed.
    return unit.one_stop_name == default_one_stop_name(unit.name, unit.kind, unit.valid_to)


def _store(
    session: Session, table: Table, drafts: Mapping[str, dict[str, Any]], existing: Mapping[str, Unit]
) -> ImportSummary:
    units = dict(existing)
    before = {unit.code: _values(unit) for code, unit in existing.items() if code in drafts}
    for code, draft in drafts.items():
        unit = units.get(code)
        if unit is None:
            unit = units[code] = Unit(code=draft["code"])
            session.add(unit)
        unit.name = draft["name"]
        unit.kind = draft["kind"]
        unit.ranking_group = draft.get("group")
        unit.start_date = draft.get("start_date")
        unit.valid_from = draft["valid_from"]
        unit.valid_to = draft.get("valid_to")
        unit.one_stop_name = draft.get("one_stop_name") or default_one_stop_name(
            unit.name, unit.kind, unit.valid_to
        )
    changed = {code for code, unit in existing.items() if code in drafts and session.is_modified(unit)}
    finder = UnitFinder(units.values())
    session.flush()
    for code, draft in drafts.items():
        unit = units[code]
        unit.parent_id = _id_of(finder, draft.get("parent"))
        unit.successor_id = _id_of(finder, draft.get("successor"))
        if code in existing and session.is_modified(unit):
            changed.add(code)
    session.flush()
    # The links were set by id.
    session.expire_all()
    after = {units[code].code: _values(units[code]) for code in drafts}
    created = len(drafts.keys() - existing.keys())
    return ImportSummary(
        rows=len(drafts),
        created=created,
        updated=len(changed),
        unchanged=len(drafts) - created - len(changed),
        warnings=tuple(table.warnings),
        codes=tuple(after),
        changes=changes_between(before, after),
    )


def _id_of(finder: UnitFinder, code: str | None) -> int | None:
    unit = finder.by_code(code) if code else None
    return None if unit is None else unit.id
