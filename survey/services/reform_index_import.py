"""Import the points of a reform index round, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.rules import DEFAULT_INDEX_RULES, IndexRules
from survey.errors import HailongError
from survey.models import ALL_LEVELS, IndexEntry, IndexPrinted, IndexRound, Unit
from survey.services import audit
from survey.services.columns import read_table
from survey.services.importing import ImportSummary, import_transaction
from survey.services.index_round import DEFAULT_KIND, KIND, change_rules, find_round
from survey.services.index_structure import find_rules
from survey.services.reform_index import compute, warning_faults
from survey.services.reform_index_table import Entry, index_columns, read_entries
from survey.services.template import Template
from survey.services.unit_finder import UnitFinder


def import_index(
    session: Session,
    data: bytes,
    *,
    year: int,
    now: datetime,
    actor: str,
    file_name: str,
    kind: str = DEFAULT_KIND,
    level: str = ALL_LEVELS,
    rules_id: str | None = None,
    dry_run: bool = False,
) -> ImportSummary:
    """Put the entries of a file in place of those its units had in the round; other units keep theirs.

    Raises HailongError for unusable rules or a kind that cannot be named so, ImportRefused with every fault.
    """
    if not KIND.fullmatch(kind):
        raise HailongError("index_kind_letters", kind=kind)
    known = find_round(session, year, kind, level)
    rules = find_rules(session, rules_id or (known.rules if known else DEFAULT_INDEX_RULES))
    units = UnitFinder(session.scalars(select(Unit)))
    table = read_table(data, index_columns(rules, units.parse), prefilled=("unit", "component", "max"))
    entries, printed = read_entries(table, rules)
    table.check()
    named = {row["unit"].id: row["unit"] for row in table.rows}
    with import_transaction(session, dry_run=dry_run):
        index_round = _prepared_round(session, year, kind, level, rules, named)
        replaced = _replace(session, index_round, entries, printed, named)
        session.flush()
        computed = compute(session, year=year, kind=kind, level=level)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="index.import",
            subject=f"{year} {kind}",
            detail={"file": file_name, "rules": rules.id, "units": len(named), "replaced": replaced},
        )
        of_file = replace(computed, rows=tuple(row for row in computed.rows if row.unit.id in named))
        warnings = [*table.warnings, *warning_faults(of_file)]
    return ImportSummary(
        rows=len(table.rows),
        created=len(named) - len(replaced),
        updated=len(replaced),
        replaced=tuple(replaced),
        blank_rows=table.blank_rows,
        warnings=tuple(warnings),
    )


def template(
    session: Session,
    *,
    year: int,
    kind: str = DEFAULT_KIND,
    level: str = ALL_LEVELS,
    rules_id: str | None = None,
) -> Template:
    """The sheet to fill in: a line for every unit of the time and each component that is entered."""
    known_round = find_round(session, year, kind, level)
    rules = find_rules(session, rules_id or (known_round.rules if known_round else DEFAULT_INDEX_RULES))
    units = [
        unit
        for unit in session.scalars(select(Unit).order_by(Unit.ranking_group, Unit.code))
        if unit.valid_from.year <= year and (unit.valid_to is None or unit.valid_to.year >= year)
    ]
    columns = [column for column in index_columns(rules, UnitFinder(units).parse) if ":" not in column.key]
    rows = [
        {"unit": unit.code, "component": part.title.vi, "max": part.maximum}
        for unit in units
        for part in rules.components
        if part.origin == "entered"
    ]
    return Template("index", columns, rows)


def _prepared_round(
    session: Session, year: int, kind: str, level: str, rules: IndexRules, units: Mapping[int, Unit]
) -> IndexRound:
    known = find_round(session, year, kind, level)
    if known is None:
        known = IndexRound(name=str(year), kind=kind, level=level, rules=rules.id)
        session.add(known)
        session.flush()
    elif known.rules != rules.id:
        # Points entered under other rules have other maxima; changing the rules means entering them all anew.
        entered = set(session.scalars(select(IndexEntry.unit_id).where(IndexEntry.round_id == known.id)))
        if entered - units.keys():
            raise HailongError("index_rules_differ", round=str(year), rules=known.rules, wanted=rules.id)
        change_rules(session, known, rules)
    return known


def _replace(
    session: Session,
    index_round: IndexRound,
    entries: Iterable[Entry],
    printed: Mapping[int, Decimal],
    units: Mapping[int, Unit],
) -> list[str]:
    of_units = (IndexEntry.round_id == index_round.id) & IndexEntry.unit_id.in_(units)
    replaced = set(session.scalars(select(IndexEntry.unit_id).where(of_units)))
    session.execute(delete(IndexEntry).where(of_units))
    session.execute(
        delete(IndexPrinted).where(IndexPrinted.round_id == index_round.id, IndexPrinted.unit_id.in_(units))
    )
    session.add_all(
        IndexEntry(
            round_id=index_round.id,
            unit_id=entry.unit.id,
            component=entry.component.code,
            points=entry.points,
            percent=entry.percent,
            not_applicable=entry.not_applicable,
        )
        for entry in entries
    )
    session.add_all(
        IndexPrinted(round_id=index_round.id, unit_id=unit_id, total=total) for unit_id, total in printed.items()
    )
    return sorted(units[unit_id].code for unit_id in replaced)
