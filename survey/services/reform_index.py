"""A round of the 100-point reform index: what was entered, the satisfaction of the year, totals and ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import quarters_of
from analysis.reform_index import IndexResult, PreviousIndex, compute_index, means_by_group
from analysis.rules import ON_TIME, IndexRules
from analysis.scores import Warning, YearScore
from survey.errors import Fault, HailongError
from survey.models import ALL_LEVELS, IndexEntry, IndexPrinted, IndexRound, IndexSheet, SheetState, Unit
from survey.services import index_frozen, index_sheet, leader_survey, on_time
from survey.services.index_draft import put_together, with_sheet
from survey.services.index_round import DEFAULT_KIND, criteria_of, find_round, round_before, rules_of, units_of
from survey.services.index_sheet import APPRAISED_STATES
from survey.services.index_table import IndexRow, IndexTable, SheetSums, as_previous, head_of
from survey.services.score import closed_set, year_scores

# What may be published: a second person has approved it.
APPROVED_STATES = (SheetState.APPROVED, SheetState.PUBLISHED)


def compute(session: Session, *, year: int, kind: str = DEFAULT_KIND, level: str = ALL_LEVELS) -> IndexTable:
    """Compute a round against the year before, where that is known; HailongError if there is no such round."""
    index_round = find_round(session, year, kind, level)
    if index_round is None:
        raise HailongError("no_index_round", round=str(year), kind=kind)
    return compute_round(session, index_round)


def compute_round(session: Session, index_round: IndexRound, *, only_approved: bool = False) -> IndexTable:
    """Compute a round against the year before, where that is known, as published where it is.

    `only_approved` leaves units out whose sheets nobody has approved yet, what a publication would hold: in a
    round with criteria, results that were entered by hand do not stand in for an approved sheet.
    """
    before = round_before(session, index_round)
    previous = {} if before is None else _previous(session, before)
    computed = _computed(session, index_round, previous, only_approved=only_approved)
    incomplete = {unit.ranking_group or "" for unit in left_out(session, index_round, computed)}
    rows = tuple(_without_change_of_rank(row) if row.result.group in incomplete else row for row in computed.rows)
    return replace(computed, has_previous=before is not None, rows=rows)


def left_out(session: Session, index_round: IndexRound, table: IndexTable) -> list[Unit]:
    """List the units of a round that a table of results does not hold."""
    held = {row.unit.id for row in table.rows}
    return [unit for unit in units_of(session, index_round) if unit.id not in held]


def _without_change_of_rank(row: IndexRow) -> IndexRow:
    """A rank among some of a group says nothing beside one among all of it."""
    return replace(row, result=replace(row.result, change_rank=None))


def _previous(session: Session, index_round: IndexRound) -> dict[str, PreviousIndex]:
    """A past round as the year before, without the ranks of groups from which units were left out."""
    table, published = _settled(session, index_round), index_frozen.latest(session, index_round)
    if published is None:
        incomplete = {unit.ranking_group or "" for unit in left_out(session, index_round, table)}
    else:
        incomplete = index_frozen.incomplete_groups(published)
    return as_previous(table, incomplete)


def _settled(session: Session, index_round: IndexRound) -> IndexTable:
    """A past round: as it was published, else what could be published of it."""
    published = index_frozen.latest(session, index_round)
    if published is not None:
        return index_frozen.table_of(session, published)
    return _computed(session, index_round, {}, only_approved=True)


def _computed(
    session: Session,
    index_round: IndexRound,
    previous: Mapping[str, PreviousIndex],
    *,
    only_approved: bool = False,
) -> IndexTable:
    rules = rules_of(session, index_round)
    inputs = _inputs(session, index_round, rules)
    in_round = inputs.entered.keys() | inputs.printed.keys() | inputs.sheets.keys()
    if only_approved and index_round.criteria is not None:
        in_round = {unit_id for unit_id, sheet in inputs.sheets.items() if sheet.state in APPROVED_STATES}
    units = session.scalars(select(Unit).where(Unit.id.in_(in_round)).order_by(Unit.code)).all()
    drafts = [
        with_sheet(
            put_together(
                unit,
                rules,
                inputs.entered.get(unit.id, {}),
                inputs.years.get(unit.id),
                inputs.leaders.get(unit.id),
            ),
            rules,
            None if (sums := inputs.sums.get(unit.id)) is None else sums.appraised,
        )
        for unit in units
    ]
    results = compute_index(
        [
            replace(
                draft.entry,
                printed_total=inputs.printed.get(unit.id),
                on_time_percent=inputs.on_time.get(unit.id),
            )
            for unit, draft in zip(units, drafts, strict=True)
        ],
        rules,
        previous=previous,
    )
    rows = [
        IndexRow(
            unit=unit,
            name=unit.name,
            result=result,
            satisfaction=draft.satisfaction,
            sources=draft.sources,
            warnings=(*draft.warnings, *_with_titles(result.warnings, rules)),
            state=inputs.sheets[unit.id].state if unit.id in inputs.sheets else None,
            sums=inputs.sums.get(unit.id),
            on_time=inputs.on_time.get(unit.id),
        )
        for unit, draft, result in zip(units, drafts, results, strict=True)
    ]
    rows.sort(key=lambda row: (row.result.group, row.result.rank is None, _place(row.result), row.unit.code))
    return IndexTable(
        index_round.name,
        index_round.kind,
        rules,
        has_previous=False,
        rows=tuple(rows),
        criteria=None if index_round.criteria is None else head_of(criteria_of(session, index_round)),
        quarters=inputs.quarters,
        means=means_by_group(results),
    )


@dataclass(frozen=True)
class _Inputs:
    """Everything a round is made of, by unit id; `quarters` by period."""

    entered: Mapping[int, Mapping[str, IndexEntry]]
    printed: Mapping[int, Decimal]
    sheets: Mapping[int, IndexSheet]
    sums: Mapping[int, SheetSums]
    years: Mapping[int, YearScore]
    quarters: Mapping[str, int]
    leaders: Mapping[int, Decimal]
    on_time: Mapping[int, Decimal]


def _inputs(session: Session, index_round: IndexRound, rules: IndexRules) -> _Inputs:
    year = int(index_round.name)
    measures = any(part.origin == "satisfaction" for part in rules.components)
    entered: dict[int, dict[str, IndexEntry]] = {}
    for entry in session.scalars(select(IndexEntry).where(IndexEntry.round_id == index_round.id)):
        entered.setdefault(entry.unit_id, {})[entry.component] = entry
    printed = select(IndexPrinted).where(IndexPrinted.round_id == index_round.id)
    rates_leaders = index_round.kind == DEFAULT_KIND
    return _Inputs(
        entered=entered,
        printed={row.unit_id: row.total for row in session.scalars(printed)},
        sheets=index_sheet.sheets(session, index_round),
        sums=_sums(session, index_round),
        years=year_scores(session, year) if measures else {},
        quarters=_quarters(session, year) if measures else {},
        leaders=leader_survey.shares(session, round_name=index_round.name) if rates_leaders else {},
        on_time=on_time.year_percents(session, year) if ON_TIME in rules.ties else {},
    )


def _sums(session: Session, index_round: IndexRound) -> dict[int, SheetSums]:
    if index_round.criteria is None:
        return {}
    states = index_sheet.sheets(session, index_round)
    return {
        unit_id: SheetSums(own, appraised if states[unit_id].state in APPRAISED_STATES else None)
        for unit_id, (own, appraised) in index_sheet.sums(session, index_round).items()
        if unit_id in states and states[unit_id].state is not SheetState.DRAFT
    }


def _quarters(session: Session, year: int) -> dict[str, int]:
    frozen = {quarter.text: closed_set(session, quarter.text) for quarter in quarters_of(year)}
    return {text: found.revision for text, found in frozen.items() if found is not None}


def _with_titles(warnings: Iterable[Warning], rules: IndexRules) -> Iterable[Warning]:
    titles = {part.code: part.title.vi for part in rules.components}
    for warning in warnings:
        component = warning.params.get("component")
        yield (
            warning
            if component is None
            else Warning(warning.code, {**warning.params, "component": titles.get(str(component), str(component))})
        )


def _place(result: IndexResult) -> int:
    return 0 if result.rank is None else result.rank.place


def warning_faults(table: IndexTable) -> list[Fault]:
    """The warnings of a round, to be worded: each once, with all the units it is about."""
    units: dict[tuple[str, tuple[tuple[str, object], ...]], list[str]] = {}
    for row in table.rows:
        for warning in row.warnings:
            same = (warning.code, tuple(_numbers(warning.params).items()))
            units.setdefault(same, []).append(row.name)
    return [
        Fault(None, None, f"index_{code}", dict(params) | {"unit": tuple(names)})
        for (code, params), names in units.items()
    ]


def _numbers(params: Mapping[str, str | int | float]) -> dict[str, object]:
    points = ("printed", "computed", "entered")
    return {name: Decimal(str(value)) if name in points else value for name, value in params.items()}
