"""A round of the 100-point reform index: what was entered, the satisfaction of the year, totals and ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.criteria_points import SheetPoints
from analysis.points import Conversion, check_printed, round_half_up, to_points
from analysis.reform_index import IndexEntry as AnalysisEntry
from analysis.reform_index import IndexResult, PreviousIndex, compute_index
from analysis.rules import Component, IndexRules
from analysis.scores import Warning, YearScore
from survey.errors import Fault, HailongError
from survey.models import ALL_LEVELS, IndexEntry, IndexPrinted, IndexRound, SheetState, Unit
from survey.services import index_sheet, leader_survey
from survey.services.index_round import DEFAULT_KIND, SHEET_COMPONENT, find_round, round_before, rules_of
from survey.services.score import year_scores

# The component that our own leaders' survey fills where nothing was entered for it.
LEADERS_COMPONENT = "lanh-dao"
Source = Literal["closed", "entered", "leaders", "sheet"]


@dataclass(frozen=True)
class IndexRow:
    """One unit's index; `satisfaction` is the year behind the satisfaction component where periods are closed.

    `state` is how far the unit's sheet is, None without one.
    """

    unit: Unit
    result: IndexResult
    satisfaction: YearScore | None
    sources: Mapping[str, Source]
    warnings: tuple[Warning, ...]
    state: SheetState | None = None


@dataclass(frozen=True)
class IndexTable:
    """A round computed: its rules and its units, by group and rank."""

    round: str
    kind: str
    rules: IndexRules
    has_previous: bool
    rows: tuple[IndexRow, ...]


def compute(session: Session, *, year: int, kind: str = DEFAULT_KIND, level: str = ALL_LEVELS) -> IndexTable:
    """Compute a round against the year before, where that is known; HailongError if there is no such round."""
    index_round = find_round(session, year, kind, level)
    if index_round is None:
        raise HailongError("no_index_round", round=str(year), kind=kind)
    return compute_round(session, index_round)


def compute_round(session: Session, index_round: IndexRound) -> IndexTable:
    """Compute a round against the year before, where that is known."""
    before = round_before(session, index_round)
    previous = {} if before is None else _as_previous(_computed(session, before, {}))
    return replace(_computed(session, index_round, previous), has_previous=before is not None)


def _computed(session: Session, index_round: IndexRound, previous: Mapping[str, PreviousIndex]) -> IndexTable:
    rules = rules_of(index_round)
    sheets = index_sheet.sheets(session, index_round)
    appraised = index_sheet.appraised(session, index_round)
    entered: dict[int, dict[str, IndexEntry]] = {}
    for entry in session.scalars(select(IndexEntry).where(IndexEntry.round_id == index_round.id)):
        entered.setdefault(entry.unit_id, {})[entry.component] = entry
    printed = {
        row.unit_id: row.total
        for row in session.scalars(select(IndexPrinted).where(IndexPrinted.round_id == index_round.id))
    }
    in_round = entered.keys() | printed.keys() | sheets.keys()
    units = session.scalars(select(Unit).where(Unit.id.in_(in_round)).order_by(Unit.code)).all()
    years = year_scores(session, int(index_round.name)) if _measures(rules) else {}
    leaders = (
        leader_survey.shares(session, round_name=index_round.name) if index_round.kind == DEFAULT_KIND else {}
    )
    drafts = [
        _with_sheet(
            _draft(unit, rules, entered.get(unit.id, {}), years.get(unit.id), leaders.get(unit.id)),
            rules,
            appraised.get(unit.id),
        )
        for unit in units
    ]
    results = compute_index(
        [
            replace(draft.entry, printed_total=printed.get(unit.id))
            for unit, draft in zip(units, drafts, strict=True)
        ],
        rules,
        previous=previous,
    )
    rows = [
        IndexRow(
            unit,
            result,
            draft.satisfaction,
            draft.sources,
            (*draft.warnings, *_with_titles(result.warnings, rules)),
            sheets[unit.id].state if unit.id in sheets else None,
        )
        for unit, draft, result in zip(units, drafts, results, strict=True)
    ]
    rows.sort(key=lambda row: (row.result.group, row.result.rank is None, _place(row.result), row.unit.code))
    return IndexTable(index_round.name, index_round.kind, rules, has_previous=False, rows=tuple(rows))


def _measures(rules: IndexRules) -> bool:
    return any(part.origin == "satisfaction" for part in rules.components)


@dataclass(frozen=True)
class _Draft:
    entry: AnalysisEntry
    satisfaction: YearScore | None
    sources: Mapping[str, Source]
    warnings: tuple[Warning, ...]


def _draft(
    unit: Unit,
    rules: IndexRules,
    entered: Mapping[str, IndexEntry],
    year: YearScore | None,
    leaders: Decimal | None,
) -> _Draft:
    """Put a unit's components together.

    The closed periods go before what was entered for satisfaction; points entered for the leaders' rating go
    before our own survey among leaders, because a decision may have settled them otherwise.
    """
    points: dict[str, Decimal | None] = {}
    sources: dict[str, Source] = {}
    warnings = []
    measured = None
    for part in rules.components:
        entry = entered.get(part.code)
        given = None if entry is None else entered_points(entry, part)
        share = year.index_share if year is not None and part.origin == "satisfaction" else None
        if year is None or share is None:
            rated = leaders if part.code == LEADERS_COMPONENT and entry is None else None
            points[part.code] = given if rated is None else round_half_up(rated * part.maximum)
            if points[part.code] is not None:
                sources[part.code] = "entered" if rated is None else "leaders"
            continue
        measured = year
        computed = year_points(year, share, part)
        points[part.code] = computed
        sources[part.code] = "closed"
        if given is not None and not check_printed(given, computed).agrees:
            values = {"entered": str(given), "computed": str(computed)}
            warnings.append(Warning("satisfaction_differs", values))
        if year.missing:
            warnings.append(Warning("year_incomplete", {"missing": ", ".join(year.missing)}))
    not_applicable = frozenset(code for code, entry in entered.items() if entry.not_applicable)
    entry_of_unit = AnalysisEntry(
        unit_id=unit.code, group=unit.ranking_group or "", points=points, not_applicable=not_applicable
    )
    return _Draft(entry_of_unit, measured, sources, tuple(warnings))


def _with_sheet(draft: _Draft, rules: IndexRules, sheet: SheetPoints | None) -> _Draft:
    """Fill the results component from an appraised sheet, which goes before what was entered for it.

    Where the tree's maximum is not the component's, points and maximum are converted in proportion.
    """
    part = next((one for one in rules.components if one.code == SHEET_COMPONENT), None)
    if sheet is None or part is None or sheet.whole.points is None:
        return draft
    factor = part.maximum / sheet.full_maximum
    points = round_half_up(sheet.whole.points * factor)
    entry = replace(
        draft.entry,
        points={**draft.entry.points, part.code: points},
        not_applicable=draft.entry.not_applicable - {part.code},
        maxima={part.code: max(points, round_half_up(sheet.whole.maximum * factor))},
        adjustment=sheet.adjustment,
    )
    return replace(draft, entry=entry, sources={**draft.sources, part.code: "sheet"})


def entered_points(entry: IndexEntry, part: Component) -> Decimal | None:
    """Points as entered, or converted from the percentage: 87.60% of 30 is 26.28."""
    if entry.points is not None:
        return entry.points
    return None if entry.percent is None else round_half_up(entry.percent * part.maximum / 100)


def year_points(year: YearScore, share: float, part: Component) -> Decimal:
    """A measured year in points of this component, whatever maximum the score rule had."""
    return to_points(share, Conversion(maximum=part.maximum))


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


def _as_previous(table: IndexTable) -> dict[str, PreviousIndex]:
    return {
        row.result.unit_id: PreviousIndex(
            total=row.result.total,
            rank=None if row.result.rank is None else row.result.rank.place,
            points={part.code: part.points for part in row.result.components},
        )
        for row in table.rows
    }


def warning_faults(table: IndexTable) -> list[Fault]:
    """The warnings of a round, to be worded: each once, with all the units it is about."""
    units: dict[tuple[str, tuple[tuple[str, object], ...]], list[str]] = {}
    for row in table.rows:
        for warning in row.warnings:
            same = (warning.code, tuple(_numbers(warning.params).items()))
            units.setdefault(same, []).append(row.unit.name)
    return [
        Fault(None, None, f"index_{code}", dict(params) | {"unit": tuple(names)})
        for (code, params), names in units.items()
    ]


def _numbers(params: Mapping[str, str | int | float]) -> dict[str, object]:
    points = ("printed", "computed", "entered")
    return {name: Decimal(str(value)) if name in points else value for name, value in params.items()}
