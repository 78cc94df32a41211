"""What the pages show of a round: its table with means, the units that have not begun, a unit's years."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from analysis.reform_index import GroupMean, means_by_group
from survey.models import IndexEntry, IndexPrinted, IndexRound, IndexSheet, SheetState, Unit
from survey.services import index_round as rounds
from survey.services import reform_index
from survey.services.reform_index import IndexRow, IndexTable


@dataclass(frozen=True)
class RoundView:
    """A round as one officer sees it: the rows in sight by group, the means of all, who has not begun."""

    round: IndexRound
    table: IndexTable
    groups: Mapping[str, list[IndexRow]]
    means: Mapping[str, GroupMean]
    waiting: list[Unit]
    counts: Mapping[SheetState, int]


def view(session: Session, index_round: IndexRound, in_sight: Collection[int]) -> RoundView:
    """Compute a round; units out of sight count in ranks and means but are shown only once published."""
    table = reform_index.compute_round(session, index_round)
    groups: dict[str, list[IndexRow]] = {}
    counts: dict[SheetState, int] = {}
    for row in table.rows:
        if row.unit.id in in_sight or row.state is SheetState.PUBLISHED:
            groups.setdefault(row.result.group, []).append(row)
        if row.state is not None and row.unit.id in in_sight:
            counts[row.state] = counts.get(row.state, 0) + 1
    begun = {row.unit.id for row in table.rows}
    waiting = [
        unit for unit in rounds.units_of(session, index_round) if unit.id in in_sight and unit.id not in begun
    ]
    means = means_by_group(row.result for row in table.rows)
    return RoundView(index_round, table, groups, means, waiting, counts)


@dataclass(frozen=True)
class PastYear:
    """A unit's place in one round, or that of a unit which merged into it."""

    round: IndexRound
    row: IndexRow
    table: IndexTable


def history(session: Session, unit: Unit) -> list[PastYear]:
    """List the rounds that the unit, or a unit it succeeds, was in, newest first; each keeps its own name."""
    ids = {unit.id, *session.scalars(select(Unit.id).where(Unit.successor_id == unit.id))}
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
        table = reform_index.compute_round(session, one)
        past += [PastYear(one, row, table) for row in table.rows if row.unit.id in ids]
    return past
