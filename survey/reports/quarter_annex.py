"""What a report on a closed period says beside the score: questions, fields, trips and fees, dossiers, feedback.

Plain data of one unit each. What may not be shown is not in it, so that no sum of it gives anything away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TypeVar

Addend = TypeVar("Addend", int, float)


@dataclass(frozen=True)
class ItemFigures:
    """One question: persons by rating from 1 to 5, all None where fewer answered than may be shown."""

    code: str
    text: str
    factor: str
    counts: tuple[int, ...] | None = None
    not_applicable: int | None = None
    skipped: int | None = None
    share: float | None = None
    lower_share: float | None = None
    upper_share: float | None = None


@dataclass(frozen=True)
class CellFigures:
    """One field and way of handing in; `weight` is the mean calibration weight of its responses."""

    field: str
    field_name: str
    channel: str
    dossiers: int | None
    n: int
    weight: float | None
    share: float
    lower_share: float
    upper_share: float


@dataclass(frozen=True)
class MarginFigures:
    """One field, or one way of handing in, of a unit."""

    level: str
    name: str
    dossiers: int | None
    n: int
    share: float
    lower_share: float
    upper_share: float


@dataclass(frozen=True)
class FlowFigures:
    """The dossiers of one field; None is not stated, unlike 0. `received` are the new ones only."""

    field: str
    field_name: str
    received: int | None = None
    received_online: int | None = None
    carried_over: int | None = None
    settled_early: int | None = None
    settled_on_time: int | None = None
    settled_overdue: int | None = None
    pending: int | None = None
    pending_overdue: int | None = None

    @property
    def received_direct(self) -> int | None:
        """New dossiers handed in at the counter or by post."""
        if self.received is None or self.received_online is None:
            return None
        return self.received - self.received_online

    @property
    def received_all(self) -> int | None:
        """New ones and those carried over."""
        return None if self.received is None else self.received + (self.carried_over or 0)

    @property
    def settled(self) -> int | None:
        """All that were settled."""
        return added((self.settled_early, self.settled_on_time, self.settled_overdue))

    @property
    def pending_in_time(self) -> int | None:
        """Those being handled whose day has not passed."""
        return None if self.pending is None else self.pending - (self.pending_overdue or 0)


@dataclass(frozen=True)
class AnswerFigures:
    """What people said about fees beyond the receipt, trips and the appointed day; None where too few did."""

    fees_asked: int | None = None
    fees_yes: int | None = None
    fees_declined: int | None = None
    trips_asked: int | None = None
    # From four trips on it counts four.
    trips_total: int | None = None
    trips_many: int | None = None
    promised_asked: int | None = None
    promised_kept: int | None = None


@dataclass(frozen=True)
class FeedbackFigures:
    """The cases that came in during the period, as they stood when it was closed."""

    received: int = 0
    answered: int = 0
    answered_late: int = 0
    open: int = 0
    open_late: int = 0
    unrelated: int = 0
    withdrawn: int = 0
    satisfied: int = 0
    dissatisfied: int = 0

    @property
    def answered_in_time(self) -> int:
        """Answered by the day that was due."""
        return self.answered - self.answered_late

    @property
    def open_in_time(self) -> int:
        """Being handled, not late."""
        return self.open - self.open_late


@dataclass(frozen=True)
class ChangeFigures:
    """Points now minus points of the period before; `verdict` is unclear while 0 lies inside the interval."""

    period: str
    points: Decimal
    lower: Decimal
    upper: Decimal
    verdict: str


@dataclass(frozen=True)
class Importance:
    """How a factor's mean (0 to 1) and its correlation with the others place it: what to work on first."""

    code: str
    mean_share: float
    correlation: float
    quadrant: str


@dataclass(frozen=True)
class UnitAnnex:
    """Everything beside one unit's score; all of it empty for a unit that is suppressed."""

    items: tuple[ItemFigures, ...] = ()
    fields: tuple[MarginFigures, ...] = ()
    channels: tuple[MarginFigures, ...] = ()
    cells: tuple[CellFigures, ...] = ()
    flows: tuple[FlowFigures, ...] = ()
    answers: AnswerFigures = field(default_factory=AnswerFigures)
    feedback: FeedbackFigures | None = None
    change: ChangeFigures | None = None
    importance: tuple[Importance, ...] = ()


def added(values: Iterable[Addend | None]) -> Addend | None:
    """Add up what is stated; None where nothing is.

    >>> added([1, None, 2]), added([None])
    (3, None)
    """
    stated = [value for value in values if value is not None]
    return sum(stated) if stated else None


def flows_together(flows: Iterable[FlowFigures]) -> list[FlowFigures]:
    """Add up the dossiers of many units field by field, most settled first."""
    of: dict[str, list[FlowFigures]] = {}
    for flow in flows:
        of.setdefault(flow.field, []).append(flow)
    numbers = [each.name for each in fields(FlowFigures)][2:]
    joined = [
        FlowFigures(field, own[0].field_name, *(added(getattr(one, name) for one in own) for name in numbers))
        for field, own in of.items()
    ]
    return sorted(joined, key=lambda flow: (-(flow.settled or 0), flow.field))


def items_together(units: Iterable[UnitAnnex]) -> list[ItemFigures]:
    """Add up the ratings of many units question by question; only those that are shown of each."""
    of: dict[str, list[ItemFigures]] = {}
    for unit in units:
        for item in unit.items:
            of.setdefault(item.code, []).append(item)
    return [_joined(own) for own in of.values()]


def _joined(items: list[ItemFigures]) -> ItemFigures:
    shown = [item for item in items if item.counts is not None]
    head = items[0]
    if not shown:
        return ItemFigures(head.code, head.text, head.factor)
    return ItemFigures(
        head.code,
        head.text,
        head.factor,
        counts=tuple(sum(numbers) for numbers in zip(*(item.counts or () for item in shown), strict=True)),
        not_applicable=added(item.not_applicable for item in shown),
        skipped=added(item.skipped for item in shown),
    )


def feedback_together(every: Iterable[FeedbackFigures | None]) -> FeedbackFigures | None:
    """Add up the cases of many units; None where none was counted."""
    counted = [feedback for feedback in every if feedback is not None]
    if not counted:
        return None
    names = [each.name for each in fields(FeedbackFigures)]
    return FeedbackFigures(**{name: sum(getattr(one, name) for one in counted) for name in names})


def answers_together(units: Iterable[UnitAnnex]) -> AnswerFigures:
    """Add up what people said, of the units whose numbers are shown."""
    every = [unit.answers for unit in units]
    return AnswerFigures(
        **{each.name: added(getattr(one, each.name) for one in every) for each in fields(AnswerFigures)}
    )
