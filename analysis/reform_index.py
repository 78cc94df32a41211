"""The administrative reform index of a unit: components, total, rank in its group, grade, change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from analysis.errors import AnalysisError
from analysis.points import PrintedCheck, add_points, check_printed, percent_of, round_half_up
from analysis.ranking import Rank, competition_ranks
from analysis.rules import ON_TIME, Component, GradeBand, IndexRules
from analysis.scores import Warning


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The components of one unit as appraised; a component that is absent or None has no points yet.

    `group` is the ranking group. `printed_total` is a total printed elsewhere, to be checked. `maxima` holds the
    maximum of components in which not every criterion arose; `adjustment` is the bonus less the penalty.
    `on_time_percent` of the year's dossiers can break a tie.
    """

    unit_id: str
    group: str
    points: Mapping[str, Decimal | None]
    not_applicable: frozenset[str] = field(default_factory=frozenset)
    printed_total: Decimal | None = None
    maxima: Mapping[str, Decimal] = field(default_factory=dict)
    adjustment: Decimal = Decimal(0)
    on_time_percent: Decimal | None = None

    def maximum_of(self, part: Component) -> Decimal:
        """Return the maximum that the component has for this unit."""
        return self.maxima.get(part.code, part.maximum)


@dataclass(frozen=True, slots=True)
class PreviousIndex:
    """The year before of one unit, as published."""

    total: Decimal | None
    rank: int | None
    points: Mapping[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """One component: points, their percentage of the maximum, the rank in the group, the change in points."""

    code: str
    maximum: Decimal
    status: Literal["scored", "missing", "not_applicable"]
    points: Decimal | None
    percent: Decimal | None
    rank: Rank | None
    change_points: Decimal | None


@dataclass(frozen=True, slots=True)
class IndexResult:
    """The index of one unit.

    `total` is on the scale of `maximum` (the rules' `scale_to`, or the sum of the applicable maxima); `percent`
    is total / maximum and decides the grade, or the next band whose side conditions hold too: then
    `grade_held_back` is the band that the percentage alone would reach. `adjustment` is the bonus less the penalty
    inside `total`, which stays within 0 and `maximum`. `change_rank` is old minus new: positive is a rise.
    """

    unit_id: str
    group: str
    status: Literal["ranked", "unranked"]
    components: tuple[ComponentResult, ...]
    total: Decimal | None
    maximum: Decimal | None
    percent: Decimal | None
    rank: Rank | None
    grade: GradeBand | None
    change_points: Decimal | None
    change_rank: int | None
    printed: PrintedCheck | None
    warnings: tuple[Warning, ...]
    adjustment: Decimal = Decimal(0)
    grade_held_back: GradeBand | None = None


def compute_index(
    entries: Iterable[IndexEntry], rules: IndexRules, *, previous: Mapping[str, PreviousIndex] | None = None
) -> tuple[IndexResult, ...]:
    """Compute the index of every unit, exactly, and rank it inside its group; results come in the order given.

    A unit without the satisfaction component (or any other) has no total and no rank, never 0, unless the rules
    re-base. Raises `AnalysisError` for unknown components, points outside 0 to the maximum, a unit twice.
    """
    drafts = [_draft(entry, rules) for entry in _checked(entries, rules)]
    ties = {draft.entry.unit_id: [_tie_value(draft, code) for code in rules.ties] for draft in drafts}
    ranks = _ranks_by_group(drafts, {draft.entry.unit_id: draft.percent for draft in drafts}, ties)
    component_ranks = {
        component.code: _ranks_by_group(
            drafts, {draft.entry.unit_id: draft.percents[component.code] for draft in drafts}
        )
        for component in rules.components
    }
    return tuple(
        _result(
            draft,
            rules,
            ranks[draft.entry.unit_id],
            {code: by_unit[draft.entry.unit_id] for code, by_unit in component_ranks.items()},
            (previous or {}).get(draft.entry.unit_id),
        )
        for draft in drafts
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A unit's sums before ranking."""

    entry: IndexEntry
    missing: tuple[str, ...]
    percents: Mapping[str, Decimal | None]
    total: Decimal | None
    maximum: Decimal | None
    percent: Decimal | None


def _draft(entry: IndexEntry, rules: IndexRules) -> _Draft:
    applicable = [part for part in rules.components if part.code not in entry.not_applicable]
    scored = [part for part in applicable if entry.points.get(part.code) is not None]
    missing = tuple(part.code for part in applicable if entry.points.get(part.code) is None)
    percents = {
        part.code: None if (given := entry.points.get(part.code)) is None else _percent(given, entry, part)
        for part in rules.components
    }
    complete = not missing or rules.when_missing == "rebase"
    if not scored or not complete:
        return _Draft(entry, missing, percents, None, None, None)
    total = add_points(points for part in scored if (points := entry.points[part.code]) is not None)
    maximum = add_points(entry.maximum_of(part) for part in scored)
    total = min(max(total + entry.adjustment, Decimal(0)), maximum)
    if rules.scale_to is not None:
        total = round_half_up(total * rules.scale_to / maximum)
        maximum = rules.scale_to
    return _Draft(entry, missing, percents, total, maximum, percent_of(total, maximum))


def _percent(points: Decimal, entry: IndexEntry, part: Component) -> Decimal | None:
    return percent_of(points, entry.maximum_of(part))


def _result(
    draft: _Draft,
    rules: IndexRules,
    rank: Rank | None,
    component_ranks: Mapping[str, Rank | None],
    before: PreviousIndex | None,
) -> IndexResult:
    entry = draft.entry
    changes = before.points if before is not None else {}
    components = tuple(
        ComponentResult(
            code=part.code,
            maximum=entry.maximum_of(part),
            status=_component_status(entry, part.code),
            points=entry.points.get(part.code),
            percent=draft.percents[part.code],
            rank=component_ranks[part.code],
            change_points=_difference(entry.points.get(part.code), changes.get(part.code)),
        )
        for part in rules.components
    )
    printed = None
    if entry.printed_total is not None and draft.total is not None:
        printed = check_printed(entry.printed_total, draft.total)
    old_rank = before.rank if before is not None else None
    grade = None if draft.percent is None else grade_of(draft.percent, rules, draft.percents)
    reached = None if draft.percent is None else grade_of(draft.percent, rules)
    return IndexResult(
        unit_id=entry.unit_id,
        group=entry.group,
        status="unranked" if rank is None else "ranked",
        components=components,
        total=draft.total,
        maximum=draft.maximum,
        percent=draft.percent,
        rank=rank,
        grade=grade,
        change_points=_difference(draft.total, before.total if before is not None else None),
        change_rank=None if rank is None or old_rank is None else old_rank - rank.place,
        printed=printed,
        warnings=tuple(_warnings(draft, rules, printed)),
        adjustment=entry.adjustment,
        grade_held_back=reached if reached != grade else None,
    )


@dataclass(frozen=True, slots=True)
class GroupMean:
    """The plain mean of the units of a group that have a total, each figure rounded once."""

    unit_count: int
    total: Decimal
    percent: Decimal
    points: Mapping[str, Decimal]


def means_by_group(results: Iterable[IndexResult]) -> dict[str, GroupMean]:
    """Average totals, percentages and components inside each ranking group; units without a total stay out."""
    groups: dict[str, list[IndexResult]] = {}
    for result in results:
        if result.total is not None and result.percent is not None:
            groups.setdefault(result.group, []).append(result)
    return {
        group: GroupMean(
            unit_count=len(members),
            total=_mean(one.total for one in members),
            percent=_mean(one.percent for one in members),
            points={
                part.code: _mean(one.components[place].points for one in members)
                for place, part in enumerate(members[0].components)
            },
        )
        for group, members in groups.items()
    }


def _mean(values: Iterable[Decimal | None]) -> Decimal:
    known = [value for value in values if value is not None]
    return round_half_up(add_points(known) / len(known)) if known else Decimal(0)


def grade_of(
    percent: Decimal, rules: IndexRules, components: Mapping[str, Decimal | None] | None = None
) -> GradeBand | None:
    """Return the highest band reached; None when the rules have no bands.

    With the percentages of the `components`, the bands' side conditions must hold too; the lowest has none.
    """
    return next((band for band in rules.bands if percent >= band.from_percent and _holds(band, components)), None)


def _holds(band: GradeBand, components: Mapping[str, Decimal | None] | None) -> bool:
    if components is None:
        return True
    reached = ((components.get(one.component), one.from_percent) for one in band.conditions)
    return all(percent is not None and percent >= least for percent, least in reached)


def _component_status(entry: IndexEntry, code: str) -> Literal["scored", "missing", "not_applicable"]:
    if code in entry.not_applicable:
        return "not_applicable"
    return "missing" if entry.points.get(code) is None else "scored"


def _warnings(draft: _Draft, rules: IndexRules, printed: PrintedCheck | None) -> Iterator[Warning]:
    rebased = draft.total is not None
    for code in draft.missing:
        yield Warning("component_rebased" if rebased else "component_missing", {"component": code})
    for part in rules.components:
        if part.code in draft.entry.not_applicable:
            yield Warning("component_not_applicable", {"component": part.code})
    if printed is not None and not printed.agrees:
        yield Warning("printed_differs", {"printed": str(printed.printed), "computed": str(printed.computed)})


def _tie_value(draft: _Draft, code: str) -> Decimal | None:
    return draft.entry.on_time_percent if code == ON_TIME else draft.percents[code]


def _ranks_by_group(
    drafts: Iterable[_Draft],
    values: Mapping[str, Decimal | None],
    ties: Mapping[str, Sequence[Decimal | None]] | None = None,
) -> Mapping[str, Rank | None]:
    groups: dict[str, dict[str, Decimal | None]] = {}
    for draft in drafts:
        groups.setdefault(draft.entry.group, {})[draft.entry.unit_id] = values[draft.entry.unit_id]
    return {unit: rank for group in groups.values() for unit, rank in competition_ranks(group, ties=ties).items()}


def _difference(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    return None if new is None or old is None else new - old


def _checked(entries: Iterable[IndexEntry], rules: IndexRules) -> list[IndexEntry]:
    checked: dict[str, IndexEntry] = {}
    codes = [part.code for part in rules.components]
    for entry in entries:
        if entry.unit_id in checked:
            raise _faulty("index_unit_twice", entry.unit_id, entry.unit_id, "each unit once")
        unknown = sorted({*entry.points, *entry.not_applicable} - set(codes))
        if unknown:
            raise _faulty("index_component", entry.unit_id, ", ".join(unknown), ", ".join(codes))
        if entry.not_applicable and rules.when_not_applicable == "refused":
            where = f"{entry.unit_id}: {', '.join(sorted(entry.not_applicable))}"
            raise _faulty(
                "index_not_applicable", where, "not applicable", "points: these rules allow no exception"
            )
        for part in rules.components:
            points = entry.points.get(part.code)
            where = f"{entry.unit_id}: {part.code}"
            if points is not None and part.code in entry.not_applicable:
                raise _faulty("index_not_applicable", where, points, "no points for what does not apply")
            maximum = entry.maximum_of(part)
            if points is not None and not (points.is_finite() and 0 <= points <= maximum):
                raise _faulty("index_points", where, points, f"0 to {maximum}")
        checked[entry.unit_id] = entry
    return list(checked.values())


def _faulty(code: str, where: str, got: object, expected: str) -> AnalysisError:
    return AnalysisError(
        "an index entry cannot be used",
        code=code,
        where=where,
        got=got,
        expected=expected,
        remedy="mend the entry, or choose the rules it was made for",
    )
