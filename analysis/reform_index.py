"""The administrative reform index of a unit: components, total, rank in its group, grade, change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from analysis.points import PrintedCheck
from analysis.ranking import Rank
from analysis.rules import GradeBand, IndexRules
from analysis.scores import Warning


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The components of one unit as appraised; a component that is absent or None has no points yet.

    `group` is the ranking group. `printed_total` is a total printed elsewhere, to be checked.
    """

    unit_id: str
    group: str
    points: Mapping[str, Decimal | None]
    not_applicable: frozenset[str] = field(default_factory=frozenset)
    printed_total: Decimal | None = None


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
    is total / maximum and decides the grade. `change_rank` is old minus new: positive is a rise.
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


def compute_index(
    entries: Iterable[IndexEntry], rules: IndexRules, *, previous: Mapping[str, PreviousIndex] | None = None
) -> tuple[IndexResult, ...]:
    """Compute the index of every unit, exactly, and rank it inside its group.

    A unit without the satisfaction component (or any other) has no total and no rank, never 0, unless the rules
    re-base. Raises `AnalysisError` for unknown components, points outside 0 to the maximum, a unit twice.
    """
    raise NotImplementedError
