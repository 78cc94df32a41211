"""A round of the reform index computed: its rules, where its figures come from, and its units."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from analysis.criteria import CriteriaSet
from analysis.criteria_points import SheetPart, SheetPoints
from analysis.reform_index import GroupMean, IndexResult, PreviousIndex
from analysis.rules import Bilingual, IndexRules
from analysis.scores import Warning, YearScore
from survey.models import SheetState, Unit

Source = Literal["closed", "entered", "leaders", "sheet"]


@dataclass(frozen=True)
class FieldTitle:
    """A field of the criteria, as the tables by field name it."""

    code: str
    title: Bilingual
    maximum: Decimal


@dataclass(frozen=True)
class CriteriaHead:
    """Which criteria the sheets of a round follow, and their fields."""

    id: str
    version: str
    title: Bilingual
    source: Bilingual
    digest: str
    fields: tuple[FieldTitle, ...]
    reference: bool = False


@dataclass(frozen=True)
class SheetSums:
    """What a unit's sheet sums up to by itself; `appraised` is None until the appraisal is finished."""

    own: SheetPoints
    appraised: SheetPoints | None


@dataclass(frozen=True)
class IndexRow:
    """One unit's index, under the `name` it has, or had when the round was published.

    `satisfaction` is the year behind the satisfaction component where periods are closed; `on_time` the year's
    on-time rate in percent, where the rules ask for it; `state` is how far the unit's sheet is, None without one.
    """

    unit: Unit
    name: str
    result: IndexResult
    satisfaction: YearScore | None
    sources: Mapping[str, Source]
    warnings: tuple[Warning, ...]
    state: SheetState | None = None
    sums: SheetSums | None = None
    on_time: Decimal | None = None


@dataclass(frozen=True)
class IndexTable:
    """A round computed: its rules and its units, by group and rank.

    `quarters` is the revision of each closed quarter behind the satisfaction component; `means` are by group.
    """

    round: str
    kind: str
    rules: IndexRules
    has_previous: bool
    rows: tuple[IndexRow, ...]
    criteria: CriteriaHead | None = None
    quarters: Mapping[str, int] = field(default_factory=dict)
    means: Mapping[str, GroupMean] = field(default_factory=dict)


def head_of(criteria: CriteriaSet) -> CriteriaHead:
    """Keep of a set of criteria what a table of results says about it."""
    fields = tuple(FieldTitle(one.code, one.title, one.maximum) for one in criteria.fields)
    head = criteria.head
    return CriteriaHead(head.id, head.version, head.title, head.source, criteria.digest(), fields, head.reference)


def as_previous(table: IndexTable, incomplete: Collection[str] = ()) -> dict[str, PreviousIndex]:
    """A round as the year before of the next one, by the codes of today; no ranks of `incomplete` groups."""
    return {
        row.unit.code: PreviousIndex(
            total=row.result.total,
            rank=None if row.result.rank is None or row.result.group in incomplete else row.result.rank.place,
            points={part.code: part.points for part in row.result.components},
        )
        for row in table.rows
    }


def input_digest(table: IndexTable) -> str:
    """SHA-256 of everything the figures follow from: a name is not among it, a point or a corrected quarter is."""
    inputs = {
        "rules": table.rules.digest(),
        "criteria": None if table.criteria is None else table.criteria.digest,
        "quarters": dict(table.quarters),
        "units": [_inputs(row) for row in sorted(table.rows, key=lambda row: row.unit.id)],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def _inputs(row: IndexRow) -> list[Any]:
    result = row.result
    parts = [[part.code, part.status, _text(part.maximum), _text(part.points)] for part in result.components]
    change = [_text(result.change_points), result.change_rank]
    printed = None if result.printed is None else _text(result.printed.printed)
    share = None if row.satisfaction is None else row.satisfaction.index_share
    sums = None if row.sums is None else [_sums(row.sums.own), _sums(row.sums.appraised)]
    given = [parts, _text(result.adjustment), _text(row.on_time), printed, share, sums]
    return [row.unit.id, result.group, given, change]


def _sums(points: SheetPoints | None) -> list[Any] | None:
    if points is None:
        return None
    fields = {code: _part(part) for code, part in points.fields.items()}
    return [fields, _part(points.whole), _text(points.adjustment)]


def _part(part: SheetPart) -> list[Any]:
    return [_text(part.points), _text(part.maximum)]


def _text(value: Decimal | None) -> str | None:
    """2, 2.0 and 2.00 points are the same points."""
    return None if value is None else f"{value.normalize() + 0:f}"
