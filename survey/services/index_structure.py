"""Splits of the points and sets of criteria: those that come with the program, and those registered in it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.criteria import CriteriaSet, criteria_data, criteria_from_data, list_criteria, load_criteria
from analysis.errors import AnalysisError
from analysis.rules import (
    Bilingual,
    IndexRules,
    index_rules_data,
    index_rules_from_data,
    list_rules,
    load_index_rules,
)
from survey.database import write
from survey.errors import HailongError
from survey.models import IndexStructure
from survey.services import audit

FORM_OF_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,58}")
# Codes are parts of addresses, of names of form fields, and of columns of tables.
FORM_OF_CODE = re.compile(r"[\w.-]{1,40}")
Structure = IndexRules | CriteriaSet
# What no text may hold: control characters other than the end of a line, and halves of a character.
NO_TEXT = frozenset(("Cc", "Cs"))
LONGEST_VERSION, LONGEST_TITLE, LONGEST_SOURCE, LONGEST_NAME = 20, 200, 2000, 400
# What reading a number or a nesting without measure raises, and a definition that is no table.
UNREADABLE = (ValueError, ArithmeticError, RecursionError, AttributeError)


@dataclass(frozen=True)
class Offered:
    """A structure that a round can be begun with; `registered_on` and `registered_by` only of those made here."""

    structure: Structure
    registered_on: date | None = None
    registered_by: str | None = None


def written(content: Any) -> str:
    """Write what a file of a structure holds as it is stored; numbers stay exact."""
    return json.dumps(content, ensure_ascii=False, default=_plain)


def parsed(text: str) -> Any:
    """Read what `written` wrote, fractions exact."""
    return json.loads(text, parse_float=Decimal)


def rules_offered(session: Session) -> list[Offered]:
    """List the splits there are: the program's, then the registered ones."""
    ours = [load_index_rules(head.id) for head in list_rules() if head.kind == "index"]
    return [*map(Offered, ours), *_registered(session, "index")]


def criteria_offered(session: Session) -> list[Offered]:
    """List the sets of criteria there are: the program's, then the registered ones."""
    return [*map(Offered, list_criteria()), *_registered(session, "criteria")]


def find_rules(session: Session, rules_id: str) -> IndexRules:
    """Load a split, or raise HailongError that lists those there are."""
    found = _registered_as(session, rules_id)
    if isinstance(found, IndexRules):
        return found
    try:
        return load_index_rules(rules_id)
    except AnalysisError as error:
        known = _ids(rules_offered(session))
        raise HailongError("index_rules_unknown", rules=rules_id, known=known) from error


def find_criteria(session: Session, criteria_id: str) -> CriteriaSet:
    """Load a set of criteria, or raise HailongError that lists those there are."""
    found = _registered_as(session, criteria_id)
    if isinstance(found, CriteriaSet):
        return found
    try:
        return load_criteria(criteria_id)
    except AnalysisError as error:
        known = _ids(criteria_offered(session))
        raise HailongError("index_criteria_unknown", criteria=criteria_id, known=known) from error


def find(session: Session, structure_id: str) -> Offered | None:
    """Return a structure of either kind."""
    offered = [*rules_offered(session), *criteria_offered(session)]
    return next((one for one in offered if one.structure.id == structure_id), None)


def register(session: Session, definition: str, *, now: datetime, today: date, actor: str) -> Structure:
    """Keep what a file holds as a structure that nobody can change any more.

    Raises HailongError `structure_id`, `structure_taken`, or `structure_gone` where it is none.
    """
    try:
        posted = read_structure(parsed(definition), where="structure")
        text = written(content_of(posted))
        # What counts is what will be read: 60.0 is written as 60, and its digest is another one.
        structure = read_structure(parsed(text), where="structure")
    except UNREADABLE as error:
        raise HailongError("structure_gone") from error
    checked(session, structure)
    with write(session):
        stored = IndexStructure(
            id=structure.id,
            kind=structure.head.kind,
            digest=structure.digest(),
            definition=text,
            registered_on=today,
            registered_by=actor,
        )
        session.add(stored)
        try:
            session.flush()
        except IntegrityError as error:  # registered by another officer at the same moment
            raise HailongError("structure_taken", structure=structure.id) from error
        detail = {"kind": stored.kind, "digest": stored.digest, "version": structure.head.version}
        audit.record(session, now=now, actor=actor, action="index.structure", subject=structure.id, detail=detail)
    return structure


def checked(session: Session, structure: Structure) -> Structure:
    """Refuse an id that is taken, codes that cannot be written in an address, texts too long: HailongError."""
    _check_texts(structure)
    if not FORM_OF_ID.fullmatch(structure.id):
        raise HailongError("structure_id", structure=structure.id)
    if find(session, structure.id) is not None:
        raise HailongError("structure_taken", structure=structure.id)
    for code in _codes(structure):
        if not FORM_OF_CODE.fullmatch(code):
            raise HailongError("structure_code", got=code[:80])
    return structure


def _check_texts(structure: Structure) -> None:
    for text, longest in _texts(structure):
        if any(unicodedata.category(letter) in NO_TEXT and letter not in "\r\n" for letter in text):
            raise HailongError("structure_characters")
        if len(text) > longest:
            raise HailongError("structure_too_long", text=text[:60], longest=str(longest))


def _texts(structure: Structure) -> Iterator[tuple[str, int]]:
    """Every text of a structure, with the longest that it may be."""
    head = structure.head
    yield from ((head.id, LONGEST_NAME), (head.version, LONGEST_VERSION))
    for texts, longest in ((head.title, LONGEST_TITLE), (head.source, LONGEST_SOURCE)):
        yield from ((texts.vi, longest), (texts.en, longest))
    for code in _codes(structure):
        yield code, LONGEST_NAME
    for title in _titles(structure):
        yield from ((title.vi, LONGEST_NAME), (title.en, LONGEST_NAME))


def _titles(structure: Structure) -> Iterator[Bilingual]:
    if isinstance(structure, IndexRules):
        yield from (part.title for part in structure.components)
        yield from (band.title for band in structure.bands)
        return
    for field in structure.fields:
        yield from (field.title, *(one.title for one in field.criteria), *(leaf.title for leaf in field.leaves))


def _codes(structure: Structure) -> list[str]:
    if isinstance(structure, IndexRules):
        return [part.code for part in structure.components] + [band.code for band in structure.bands]
    codes = [leaf.code for leaf in structure.leaves]
    for field in structure.fields:
        codes += [field.code, *(one.code for one in field.criteria)]
    return codes


def read_structure(content: dict[str, Any], *, where: str) -> Structure:
    """Read and check what a file holds, by the kind that it names; raise AnalysisError where it is unusable."""
    if content.get("kind") == "index":
        return index_rules_from_data(content, where=where)
    return criteria_from_data(content, where=where)


def content_of(structure: Structure) -> dict[str, Any]:
    """Give what a file of a structure holds."""
    return index_rules_data(structure) if isinstance(structure, IndexRules) else criteria_data(structure)


def _registered_as(session: Session, structure_id: str) -> Structure | None:
    stored = session.get(IndexStructure, structure_id)
    return None if stored is None else _checked(stored)


def _registered(session: Session, kind: str) -> Sequence[Offered]:
    query = select(IndexStructure).where(IndexStructure.kind == kind)
    rows = session.scalars(query.order_by(IndexStructure.registered_on, IndexStructure.id))
    return [Offered(_checked(row), row.registered_on, row.registered_by) for row in rows if _is_whole(row)]


def broken(session: Session) -> list[str]:
    """List the ids of those that are no more what was registered; the others stay usable."""
    rows = session.scalars(select(IndexStructure).order_by(IndexStructure.id))
    return [row.id for row in rows if not _is_whole(row)]


def _is_whole(row: IndexStructure) -> bool:
    try:
        _checked(row)
    except HailongError:
        return False
    return True


def _checked(row: IndexStructure) -> Structure:
    try:
        structure = read_structure(parsed(row.definition), where=row.id)
    except UNREADABLE as error:
        raise HailongError("index_structure_changed", structure=row.id) from error
    if structure.digest() != row.digest:
        raise HailongError("index_structure_changed", structure=row.id)
    return structure


def _ids(offered: Sequence[Offered]) -> str:
    return ", ".join(one.structure.id for one in offered)


def _plain(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"cannot be written: {value!r}")
    return int(value) if value == value.to_integral_value() else float(value)
