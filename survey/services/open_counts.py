"""Which counts of a result are withheld when it is published, also against what was published before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from analysis.suppression import is_small, protect
from analysis.tally import TRUST_LEVELS
from survey.models import PublishedUnit, Score, ScoreSet, Unit

# A count, by result, line and way in; "n" is all ways together. A result of 0 stands for what lies between two.
Cell = tuple[int, str, str]
WHOLE = "n"
# A count of a level above tells about many units: it goes last.
COST_ABOVE = 9


@dataclass(frozen=True)
class Counts:
    """The counts of one result by unit and way, and which lines add up which units.

    `withheld` are the cells that readers do not have; of an earlier publication that is all that was left out.
    """

    id: int
    period: Period
    by_unit: Mapping[str, Mapping[str, int]]
    members: Mapping[str, Collection[str]]
    withheld: Collection[Cell] = ()

    def cells(self, ways: Sequence[str]) -> Iterator[tuple[Cell, int]]:
        """Every cell with its count; those of lines above are added up."""
        for code, counts in self.by_unit.items():
            for way in ways:
                yield (self.id, code, way), counts.get(way, 0)
        for line, codes in self.members.items():
            for way in ways:
                yield (self.id, line, way), sum(self.by_unit[code].get(way, 0) for code in codes)


def counts_of(session: Session, score_set: ScoreSet) -> dict[str, dict[str, int]]:
    """Responses by unit code and way in, as they were stored with the scores."""
    query = select(Unit.code, Score.response_count, Score.detail).join(Unit, Unit.id == Score.unit_id)
    return {
        code: {WHOLE: n, **detail.get("trust_counts", {})}
        for code, n, detail in session.execute(query.where(Score.score_set_id == score_set.id))
    }


def published_counts(session: Session, score_set: ScoreSet) -> Counts:
    """The counts of an earlier publication, with what it left out."""
    by_unit = counts_of(session, score_set)
    query = select(PublishedUnit).where(PublishedUnit.score_set_id == score_set.id)
    lines = {line.code: line for line in session.scalars(query)}
    withheld: set[Cell] = set()
    for code, line in lines.items():
        ways = line.content.get("ways") or {}
        withheld |= {(score_set.id, code, way) for way in TRUST_LEVELS if ways.get(way) is None}
        if line.content.get("responses") is None:
            withheld.add((score_set.id, code, WHOLE))
    shown = [code for code, line in lines.items() if line.content.get("responses") is not None and code in by_unit]
    above: dict[str, list[str]] = {}
    for code in shown:
        parent = lines[code].parent_code
        while parent in lines and code not in above.get(parent, ()):
            above.setdefault(parent, []).append(code)
            parent = lines[parent].parent_code
    members = {line: codes for line, codes in above.items() if line not in by_unit}
    return Counts(score_set.id, parse_period(score_set.period), by_unit, members, withheld)


def withheld_units(new: Counts, earlier: Sequence[Counts], *, least: int) -> set[str]:
    """The units of which not even the number of responses may be published."""
    alone = Counts(new.id, new.period, new.by_unit, {})
    found = _protected(alone, earlier, (WHOLE,), least=least, keep=())
    return {code for place, code, _ in found if place == new.id}


def withheld_ways(
    new: Counts, earlier: Sequence[Counts], *, least: int, already: Collection[str]
) -> set[tuple[str, str]]:
    """The counts by way in that may not be published, of units and of lines above, as (code, way).

    Everything of the units in `already` is withheld anyway.
    """
    start = {(new.id, code, way) for code in already for way in TRUST_LEVELS}
    ready = Counts(new.id, new.period, new.by_unit, new.members, start)
    keep = {(new.id, code, WHOLE) for code in (*new.by_unit, *new.members)}
    found = _protected(ready, earlier, (*TRUST_LEVELS, WHOLE), least=least, keep=keep)
    return {(code, way) for place, code, way in found if place == new.id}


def _protected(
    new: Counts, earlier: Sequence[Counts], ways: Sequence[str], *, least: int, keep: Collection[Cell]
) -> frozenset[Cell]:
    values = dict(new.cells(ways))
    public, withheld, sums = set(keep), set(new.withheld), list(_sums(new, ways))
    for old in earlier:
        cells = dict(old.cells(ways))
        values |= cells
        gone = set(old.withheld) & cells.keys()
        withheld |= gone
        public |= cells.keys() - gone
        sums += _sums(old, ways)
        if old.period == new.period:
            sums += _alike(new, old, ways, least)
    for one in _nested(new, earlier, ways, values, public, withheld):
        sums.append(one)
    small = {cell for cell, count in values.items() if is_small(count, least) and cell not in public}
    cost = {(new.id, line, way): COST_ABOVE for line in new.members for way in ways}
    return protect(values, sums, small=small, withheld=withheld, public=public, cost=cost).withheld


def _sums(counts: Counts, ways: Sequence[str]) -> Iterator[dict[Cell, int]]:
    """What adds up inside a result: the ways of each unit, and the units of each line above."""
    parts = [way for way in ways if way != WHOLE]
    if parts:
        for code in (*counts.by_unit, *counts.members):
            yield {(counts.id, code, WHOLE): -1} | {(counts.id, code, way): 1 for way in parts}
    for line, codes in counts.members.items():
        for way in ways:
            yield {(counts.id, line, way): -1} | {(counts.id, code, way): 1 for code in codes}


def _alike(new: Counts, old: Counts, ways: Sequence[str], least: int) -> Iterator[dict[Cell, int]]:
    """What hardly changes from one revision to the next is taken for known to whoever has one of them."""
    for code, counts in new.by_unit.items():
        before = old.by_unit.get(code, {})
        for way in ways:
            if abs(counts.get(way, 0) - before.get(way, 0)) < least:
                yield {(new.id, code, way): 1, (old.id, code, way): -1}


def _nested(
    new: Counts,
    earlier: Sequence[Counts],
    ways: Sequence[str],
    values: dict[Cell, int],
    public: set[Cell],
    withheld: set[Cell],
) -> Iterator[dict[Cell, int]]:
    """A period less the published ones within it: a year less its quarters. What is left is a count as well."""
    every = [*earlier, new]
    for whole in every:
        parts: list[Counts] = []
        for part in sorted(every, key=lambda one: (one.period.first, one.period.last, -one.id)):
            inside = whole.period.first <= part.period.first and part.period.last <= whole.period.last
            if inside and part.period != whole.period and (not parts or parts[-1].period.last < part.period.first):
                parts.append(part)
        if not parts or new not in (whole, *parts):
            continue
        is_all = sum(part.period.day_count for part in parts) == whole.period.day_count
        for code, counts in whole.by_unit.items():
            for way in ways:
                rest = (0, f"{whole.id} {code}", way)
                used = [part for part in parts if code in part.by_unit]
                values[rest] = abs(counts.get(way, 0) - sum(part.by_unit[code].get(way, 0) for part in used))
                (public if is_all else withheld).add(rest)
                yield {(whole.id, code, way): 1, rest: -1} | {(part.id, code, way): -1 for part in used}
