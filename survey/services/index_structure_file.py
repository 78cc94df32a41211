"""A set of criteria or a split of the points as a file: written to be edited, read back cell by cell."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.criteria import CriteriaSet
from analysis.errors import AnalysisError
from analysis.rules import Bilingual, IndexRules
from survey.errors import HailongError
from survey.reports.toml_text import toml_text
from survey.services.cells import decimal_number, one_of, text
from survey.services.columns import Column, Row, Table, read_table
from survey.services.index_structure import FORM_OF_CODE, Structure, content_of, read_structure
from survey.services.sheet import LARGEST_FILE
from survey.services.template import Template

FIELD, CRITERION, PART, BONUS, PENALTY = "Lĩnh vực", "Tiêu chí", "Thành phần", "Điểm thưởng", "Điểm phạt"
COMPONENT, SATISFACTION, BAND = "Phần điểm", "Phần hài lòng", "Bậc xếp loại"
CONDITION, LAST_YEAR = "Điều kiện của bậc", "Năm cuối"
OF_CRITERIA = (FIELD, CRITERION, PART, BONUS, PENALTY, LAST_YEAR)
OF_RULES = (COMPONENT, SATISFACTION, BAND, CONDITION)
# Lines that a set of criteria has once at most, and what they say of it.
_ONCE = {BONUS: "bonus_limit", PENALTY: "penalty_limit", LAST_YEAR: "last_year"}
_LEAST = Decimal("0.01")
# How the reader of rules says that a key is missing, or is none of its own.
_WHAT_IS_WRONG = {"nothing": "structure_blank", "an unknown key": "structure_unknown"}


@dataclass(frozen=True)
class Head:
    """What a structure says about itself, and the choices that stand in no table; `level` only of criteria."""

    id: str
    version: str
    title: str
    source: str
    level: str = ""
    when_missing: str = "unranked"
    when_not_applicable: str = "refused"
    scale_to: Decimal | None = None
    ties: tuple[str, ...] = ()


def columns(kinds: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns: what a line is, its code, its names, its maximum or the percentage it begins at."""
    return (
        Column("rank", ("Bậc", "Level"), one_of({kind: kind for kind in kinds}), required=True, filled=True),
        Column("code", ("Mã", "Code"), text(40), required=True),
        Column("title", ("Tên", "Title"), text(400), required=True, filled=True),
        Column("title_en", ("Tên tiếng Anh", "English title"), text(400)),
        Column("max", ("Điểm tối đa, hoặc từ %", "Maximum, or from %"), decimal_number, required=True),
    )


def as_workbook(structure: Structure) -> bytes:
    """Write a structure as the table that is read back."""
    is_rules = isinstance(structure, IndexRules)
    rows = list(_rule_rows(structure) if isinstance(structure, IndexRules) else _criteria_rows(structure))
    return Template("index_structure", columns(OF_RULES if is_rules else OF_CRITERIA), rows).workbook()


def as_toml(structure: Structure) -> bytes:
    """Write a structure as its TOML file."""
    return toml_text(content_of(structure)).encode()


def read_file(data: bytes, file_name: str, *, kind: str, head: Head) -> Structure:
    """Read a file that was sent in, a table or TOML; the head of a table is what was typed beside it.

    ImportRefused names every cell at fault, HailongError the line or key of a TOML file.
    """
    if len(data) > LARGEST_FILE:
        raise HailongError("structure_too_large", limit=str(LARGEST_FILE // 1024 // 1024))
    if file_name.lower().endswith(".toml"):
        return _read_toml(data, kind)
    table = read_table(data, columns(OF_RULES if kind == "index" else OF_CRITERIA))
    content = _rules(table) if kind == "index" else _criteria(table)
    table.check()
    named = {
        "id": head.id,
        "kind": kind,
        "version": head.version,
        "reference": False,
        "title": {"vi": head.title, "en": head.title},
        "source": {"vi": head.source, "en": head.source},
    }
    if kind == "criteria":
        return _usable(named | {"level": head.level} | content)
    options: dict[str, Any] = {
        "when_missing": head.when_missing,
        "when_not_applicable": head.when_not_applicable,
        "ties": list(head.ties),
    }
    if head.scale_to is not None:
        options["scale_to"] = head.scale_to
    return _usable(named | options | content)


def _read_toml(data: bytes, kind: str) -> Structure:
    try:
        content = tomllib.loads(data.decode("utf-8-sig"), parse_float=Decimal)
        # A whole number beyond all measure cannot be written, not even in the sentence about it.
        json.dumps(content, default=str)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HailongError("structure_toml", problem=str(error)) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise HailongError("structure_beyond") from error
    if content.get("kind") != kind:
        raise HailongError("structure_kind")
    return _usable(content)


def _usable(content: dict[str, Any]) -> Structure:
    try:
        return read_structure(content, where="")
    except AnalysisError as error:
        where = (error.where or "").lstrip(": ") or "?"
        code = _WHAT_IS_WRONG.get(str(error.got))
        if code is not None:
            raise HailongError(code, where=where) from error
        raise HailongError("structure_value", where=where, got=str(error.got)[:200]) from error


def _criteria_rows(criteria: CriteriaSet) -> Any:
    for field in criteria.fields:
        yield _row(FIELD, field.code, field.title, field.maximum)
        for one in field.criteria:
            yield _row(CRITERION, one.code, one.title, one.maximum)
            if not one.is_leaf:
                yield from (_row(PART, leaf.code, leaf.title, leaf.maximum) for leaf in one.leaves)
    for leaf in criteria.extras:
        yield _row(BONUS if leaf.kind == "bonus" else PENALTY, "", leaf.title, leaf.maximum)
    if criteria.last_year is not None:
        title = Bilingual("Năm cuối được dùng", "Last year of use")
        yield _row(LAST_YEAR, "", title, Decimal(criteria.last_year))


def _rule_rows(rules: IndexRules) -> Any:
    titles = {part.code: part.title for part in rules.components}
    for part in rules.components:
        kind = SATISFACTION if part.origin == "satisfaction" else COMPONENT
        yield _row(kind, part.code, part.title, part.maximum)
    for band in rules.bands:
        yield _row(BAND, band.code, band.title, band.from_percent)
        for one in band.conditions:
            yield _row(CONDITION, one.component, titles[one.component], one.from_percent)


def _row(rank: str, code: str, title: Any, maximum: Decimal) -> Mapping[str, Any]:
    return {"rank": rank, "code": code or None, "title": title.vi, "title_en": title.en, "max": maximum}


def _criteria(table: Table) -> dict[str, Any]:
    """Put the lines together as a tree, and note what does not add up."""
    content: dict[str, Any] = {"fields": []}
    places: dict[int, Row] = {}
    for row in table.rows:
        rank, fields = row["rank"], content["fields"]
        if rank in _ONCE:
            _take_once(table, row, content)
            continue
        named = _named(table, row)
        if rank == FIELD:
            fields.append(named | {"maximum": _maximum(table, row), "criteria": []})
            places[id(fields[-1])] = row
        elif not fields or (rank == PART and not fields[-1]["criteria"]):
            table.fault(row, "rank", "structure_order", above=FIELD if rank == CRITERION else CRITERION)
        elif rank == CRITERION:
            fields[-1]["criteria"].append(named | {"maximum": row["max"], "parts": []})
            places[id(fields[-1]["criteria"][-1])] = row
        elif rank == PART:
            fields[-1]["criteria"][-1]["parts"].append(named | {"maximum": _maximum(table, row)})
    for field in content["fields"]:
        for one in field["criteria"]:
            _close(table, places[id(one)], one)
        _check_sum(table, places[id(field)], field["maximum"], field["criteria"])
        for one in field["criteria"]:
            one.pop("maximum" if one.get("parts") else "parts")
    _check_codes(table)
    content.setdefault("bonus_limit", 0)
    content.setdefault("penalty_limit", 0)
    return content


def _take_once(table: Table, row: Row, content: dict[str, Any]) -> None:
    """Read a line that says something about the whole tree: a second one would contradict it."""
    first = next(other for other in table.rows if other["rank"] == row["rank"])
    if first is not row:
        table.fault(row, "rank", "duplicate_row", first=str(first.number))
    value = _maximum(table, row)
    is_year = row["rank"] == LAST_YEAR and value == value.to_integral_value()
    content[_ONCE[row["rank"]]] = int(value) if is_year else value


def _close(table: Table, row: Row, criterion: dict[str, Any]) -> None:
    """A criterion with parts may leave its maximum blank: it is their sum."""
    if not criterion["parts"]:
        criterion["maximum"] = _maximum(table, row)
    elif criterion["maximum"] is None and not row.has_bad("max"):
        criterion["maximum"] = sum((part["maximum"] for part in criterion["parts"]), Decimal(0))
    else:
        _check_sum(table, row, criterion["maximum"], criterion["parts"])


def _check_sum(table: Table, row: Row, maximum: Decimal | None, parts: list[dict[str, Any]]) -> None:
    if not parts:
        table.fault(row, "rank", "structure_empty", name=row["title"] or "?")
        return
    total = sum((part["maximum"] or Decimal(0) for part in parts), Decimal(0))
    if maximum is not None and not table.faults and total != maximum:
        table.fault(
            row, "max", "structure_sum", got=maximum, total=total.normalize() + 0, name=row["title"] or "?"
        )


def _rules(table: Table) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    for row in table.rows:
        if row["rank"] in (BAND, CONDITION) and row["max"] is None and not row.has_bad("max"):
            table.fault(row, "max", "blank_cell")
        if row["rank"] == BAND:
            code = row["code"] or f"bac-{len(bands) + 1}"
            bands.append({"code": code, "title": _title(row), "from_percent": row["max"] or Decimal(0)})
        elif row["rank"] == CONDITION:
            _add_condition(table, row, bands)
        elif row["rank"] in (COMPONENT, SATISFACTION):
            origin = "satisfaction" if row["rank"] == SATISFACTION else "entered"
            components.append(_named(table, row) | {"maximum": _maximum(table, row), "origin": origin})
    _check_codes(table)
    return {"components": components, "bands": bands}


def _add_condition(table: Table, row: Row, bands: list[dict[str, Any]]) -> None:
    """A condition belongs to the grade above it; its code is that of the component that must reach so much."""
    if not bands:
        table.fault(row, "rank", "structure_order", above=BAND)
        return
    condition = {"component": _named(table, row)["code"], "from_percent": row["max"] or Decimal(0)}
    bands[-1].setdefault("conditions", []).append(condition)


def _check_codes(table: Table) -> None:
    first: dict[str, Row] = {}
    for row in table.rows:
        if row["rank"] == CONDITION:
            continue
        if row["code"] is not None and first.setdefault(row["code"], row) is not row:
            table.fault(row, "code", "duplicate_row", first=str(first[row["code"]].number))


def _named(table: Table, row: Row) -> dict[str, Any]:
    if row["code"] is None and not row.has_bad("code"):
        table.fault(row, "code", "blank_cell")
    elif row["code"] is not None and not FORM_OF_CODE.fullmatch(row["code"]):
        table.fault(row, "code", "structure_code", got=row["code"])
    return {"code": row["code"] or "?", "title": _title(row)}


def _title(row: Row) -> dict[str, str]:
    words = row["title"] or "?"
    return {"vi": words, "en": row["title_en"] or words}


def _maximum(table: Table, row: Row) -> Decimal:
    maximum: Decimal | None = row["max"]
    if maximum is None:
        if not row.has_bad("max"):
            table.fault(row, "max", "blank_cell")
        return Decimal(0)
    if maximum < _LEAST:
        table.fault(row, "max", "structure_least")
    return maximum
