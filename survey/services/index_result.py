"""What the pages show of a round: as published or as it stands, the units that have not begun, a unit's years."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from analysis.reform_index import IndexResult
from survey.errors import HailongError
from survey.models import (
    IndexEntry,
    IndexPrinted,
    IndexPublication,
    IndexRound,
    IndexSheet,
    SheetState,
    Unit,
)
from survey.services import index_frozen, index_sheet, reform_index
from survey.services import index_round as rounds
from survey.services.index_table import IndexRow, IndexTable


@dataclass(frozen=True)
class RoundView:
    """A round as one officer sees it: the rows in sight by group, how far the sheets are, who has not begun.

    `publication` is the revision shown, None where the round is shown as it stands; `publications` are all of
    them, newest first.
    """

    round: IndexRound
    table: IndexTable
    groups: Mapping[str, list[IndexRow]]
    waiting: list[Unit]
    counts: Mapping[SheetState, int]
    publication: IndexPublication | None
    publications: Sequence[IndexPublication]


def view(
    session: Session,
    index_round: IndexRound,
    in_sight: Collection[int],
    *,
    revision: int | None = None,
    as_it_stands: bool = False,
) -> RoundView:
    """Show a round as published, in its newest or the given revision; else, or if asked for, as it stands.

    Units out of sight are shown only as published; before that there are no ranks and means of their groups.
    Raises HailongError `index_no_revision`.
    """
    published = index_frozen.publications(session, index_round)
    shown = None if as_it_stands else next(iter(published), None)
    if revision is not None:
        shown = next((one for one in published if one.revision == revision), None)
        if shown is None:
            raise HailongError("index_no_revision", revision=str(revision))
    if shown is None:
        table = _within_sight(reform_index.compute_round(session, index_round), in_sight)
    else:
        table = index_frozen.table_of(session, shown)
    groups: dict[str, list[IndexRow]] = {}
    for row in table.rows:
        if shown is not None or row.unit.id in in_sight:
            groups.setdefault(row.result.group, []).append(row)
    sheets = index_sheet.sheets(session, index_round)
    counts: dict[SheetState, int] = {}
    for unit_id, sheet in sheets.items():
        if unit_id in in_sight:
            counts[sheet.state] = counts.get(sheet.state, 0) + 1
    begun = set(sheets) if index_round.criteria is not None else {row.unit.id for row in table.rows}
    waiting = [
        unit for unit in rounds.units_of(session, index_round) if unit.id in in_sight and unit.id not in begun
    ]
    return RoundView(index_round, table, groups, waiting, counts, shown, published)


def _within_sight(table: IndexTable, in_sight: Collection[int]) -> IndexTable:
    """Leave ranks and means out of groups with units out of sight: beside the own points they tell the others'."""
    partly = {row.result.group for row in table.rows if row.unit.id not in in_sight}
    rows = tuple(
        replace(row, result=_without_rank(row.result)) if row.result.group in partly else row for row in table.rows
    )
    means = {group: mean for group, mean in table.means.items() if group not in partly}
    return replace(table, rows=rows, means=means)


def _without_rank(result: IndexResult) -> IndexResult:
    components = tuple(replace(part, rank=None) for part in result.components)
    return replace(result, rank=None, change_rank=None, components=components)


@dataclass(frozen=True)
class PastYear:
    """A unit's place in one round, or that of a unit which merged into it; `is_published` or in the making."""

    round: IndexRound
    row: IndexRow
    table: IndexTable
    is_published: bool


def history(session: Session, unit: Unit, in_sight: Collection[int] = ()) -> list[PastYear]:
    """List the rounds that the unit, or a unit it succeeds, was in, newest first; each keeps its own name.

    In a round that is not published it has a rank only for whoever has its whole group `in_sight`.
    """
    ids = _with_predecessors(session, unit)
    named = or_(
        *(
            exists().where(table.round_id == IndexRound.id, table.unit_id.in_(ids))
            for table in (IndexEntry, IndexPrinted, IndexSheet)
        )
    )
    found = session.scalars(
        select(IndexRound).where(named).order_by(IndexRound.name.desc(), IndexRound.kind.desc())
    )
    past = []
    for one in found:
        published = index_frozen.latest(session, one)
        held = None if published is None else index_frozen.table_of(session, published)
        table = held
        if table is None:
            table = _within_sight(reform_index.compute_round(session, one), {*in_sight, *ids})
        past += [PastYear(one, row, table, held is not None) for row in table.rows if row.unit.id in ids]
    return past


def _with_predecessors(session: Session, unit: Unit) -> set[int]:
    """A unit and every unit that merged into it, also through another one."""
    ids, newest = {unit.id}, {unit.id}
    while newest:
        found = set(session.scalars(select(Unit.id).where(Unit.successor_id.in_(newest))))
        newest = found - ids
        ids |= newest
    return ids
