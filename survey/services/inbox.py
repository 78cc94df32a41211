"""The officers' inbox: which cases somebody may see, and those found by filters and words.

Who sees a case follows from the unit that reads it, never from the one it is about (docs/decisions/0006). What is
not to be seen is not found, not counted and not exported either: everything goes through `visible`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from survey import codes
from survey.models import RESTRICTED, CaseState, Category, FeedbackCase, Reader, Topic, Unit
from survey.services.feedback import OPEN, case_key
from survey.services.spelling import fold

PAGE_SIZE = 25
REFERENCE_DIGITS = 16


class Section(StrEnum):
    """Praise has a list of its own: nobody waits for an answer there."""

    INBOX = "inbox"
    PRAISE = "praise"


@dataclass(frozen=True)
class Sight:
    """What an officer may see: the cases read by these units, and the restricted ones of some of them."""

    officer_id: str
    unit_ids: frozenset[int]
    restricted_ids: frozenset[int]


@dataclass(frozen=True)
class Filter:
    """What is looked for; an empty `state` means all that is open."""

    section: Section = Section.INBOX
    words: str = ""
    state: str = ""
    kind: str = ""
    unit_id: int | None = None
    mine: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class Found:
    """One page of cases and how many there are in all."""

    cases: list[FeedbackCase]
    count: int
    page: int
    page_count: int


@dataclass(frozen=True)
class Waiting:
    """How many open cases there are, and how urgent they are."""

    open_count: int
    overdue_count: int
    today_count: int


def visible(sight: Sight) -> ColumnElement[bool]:
    """Say which cases an officer may see; whom a case is about does not see it."""
    return and_(
        FeedbackCase.reader_unit_id.in_(sight.unit_ids),
        or_(~is_restricted(), FeedbackCase.reader_unit_id.in_(sight.restricted_ids)),
        or_(FeedbackCase.about_officer_id.is_(None), FeedbackCase.about_officer_id != sight.officer_id),
    )


def is_restricted() -> ColumnElement[bool]:
    """Say which cases only a leader sees."""
    return or_(
        FeedbackCase.reader == Reader.LEADER,
        and_(FeedbackCase.category.isnot(None), FeedbackCase.category.in_(RESTRICTED)),
    )


def is_of_unit(unit_id: int) -> ColumnElement[bool]:
    """Say which cases a unit reads, or are about it."""
    return or_(FeedbackCase.reader_unit_id == unit_id, FeedbackCase.about_unit_id == unit_id)


def waiting(session: Session, sight: Sight, *, today: date, unit_id: int | None = None) -> Waiting:
    """Count the open cases of the inbox, or those that it shows of one unit."""
    overdue = FeedbackCase.due_on < today
    counts = session.execute(
        select(
            func.count(),
            func.sum(case((overdue, 1), else_=0)),
            func.sum(case((FeedbackCase.due_on == today, 1), else_=0)),
        ).where(*conditions(sight, Filter(unit_id=unit_id), today=today))
    ).one()
    return Waiting(*(int(each or 0) for each in counts))


def search(session: Session, sight: Sight, wanted: Filter, *, today: date, page: int = 1) -> Found:
    """Find cases, the most urgent first."""
    chosen = conditions(sight, wanted, today=today)
    count = session.scalar(select(func.count()).select_from(FeedbackCase).where(*chosen)) or 0
    page_count = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), page_count)
    query = (
        select(FeedbackCase)
        .where(*chosen)
        .options(
            joinedload(FeedbackCase.about_unit),
            joinedload(FeedbackCase.reader_unit),
            joinedload(FeedbackCase.assignee),
            joinedload(FeedbackCase.pending),
            selectinload(FeedbackCase.entries),
        )
        .order_by(
            FeedbackCase.state.not_in(OPEN),
            FeedbackCase.due_on.is_(None),
            FeedbackCase.due_on,
            FeedbackCase.received_on,
            FeedbackCase.key,
        )
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Found(list(session.scalars(query)), count, page, page_count)


def conditions(sight: Sight, wanted: Filter, *, today: date) -> list[ColumnElement[bool]]:
    """Turn a filter into conditions, that of visibility first."""
    chosen = [visible(sight), _is_praise() if wanted.section is Section.PRAISE else ~_is_praise()]
    if not wanted.state:
        chosen.append(_is_open())
    elif wanted.state in set(CaseState):
        chosen.append(FeedbackCase.state == CaseState(wanted.state))
    chosen.extend(_kind(wanted.kind))
    if wanted.unit_id is not None:
        chosen.append(is_of_unit(wanted.unit_id))
    if wanted.mine:
        chosen.append(FeedbackCase.assignee_id == sight.officer_id)
    if wanted.overdue:
        chosen.extend((FeedbackCase.due_on < today, FeedbackCase.state.in_(OPEN)))
    chosen.extend(_words(wanted.words))
    return chosen


def find(session: Session, sight: Sight, reference: str) -> FeedbackCase | None:
    """Find a case that may be seen by its reference, the beginning of its key."""
    if len(reference) != REFERENCE_DIGITS:
        return None
    try:
        start = bytes.fromhex(reference)
    except ValueError:
        return None
    rest = 32 - len(start)
    key = FeedbackCase.key
    query = select(FeedbackCase).where(visible(sight), key.between(start + bytes(rest), start + b"\xff" * rest))
    return session.scalars(query).one_or_none()


def units_of(session: Session, unit_ids: Collection[int]) -> list[Unit]:
    """List the units that read cases, for a filter."""
    readers = select(FeedbackCase.reader_unit_id).where(FeedbackCase.reader_unit_id.in_(unit_ids))
    return list(session.scalars(select(Unit).where(Unit.id.in_(readers)).order_by(Unit.name, Unit.code)))


def units_in(session: Session, unit_ids: Collection[int]) -> list[Unit]:
    """List units by name."""
    return list(session.scalars(select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.name, Unit.code)))


def merged_into(session: Session, main: FeedbackCase) -> list[FeedbackCase]:
    """List the cases that are answered together with this one."""
    query = select(FeedbackCase).where(FeedbackCase.merged_into == main.key)
    return list(session.scalars(query.order_by(FeedbackCase.received_on, FeedbackCase.key)))


def similar(session: Session, sight: Sight, found: FeedbackCase) -> list[FeedbackCase]:
    """List open cases into which this one may be merged: same reader, same restriction, newest first."""
    query = (
        select(FeedbackCase)
        .where(
            visible(sight),
            FeedbackCase.key != found.key,
            FeedbackCase.reader_unit_id == found.reader_unit_id,
            FeedbackCase.about_unit_id == found.about_unit_id,
            FeedbackCase.reader == found.reader,
            FeedbackCase.merged_into.is_(None),
            FeedbackCase.erased_on.is_(None),
            FeedbackCase.state.in_(OPEN | {CaseState.ANSWERED}),
        )
        .options(selectinload(FeedbackCase.entries))
        .order_by(FeedbackCase.received_on.desc(), FeedbackCase.key)
        .limit(40)
    )
    words = set(found.search_text.split())
    near = [
        other
        for other in session.scalars(query)
        if (other.category in RESTRICTED) == (found.category in RESTRICTED)
    ]
    return sorted(near, key=lambda other: -_likeness(words, set(other.search_text.split())))


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _is_open() -> ColumnElement[bool]:
    return and_(FeedbackCase.state.in_(OPEN), FeedbackCase.merged_into.is_(None))


def _is_praise() -> ColumnElement[bool]:
    return or_(
        and_(FeedbackCase.category.isnot(None), FeedbackCase.category == Category.PRAISE),
        and_(FeedbackCase.category.is_(None), FeedbackCase.topic == Topic.PRAISE),
    )


def _kind(kind: str) -> list[ColumnElement[bool]]:
    """A category, the citizen's topic, or "unclassified"."""
    if kind == "unclassified":
        return [FeedbackCase.category.is_(None)]
    group, _, value = kind.partition(":")
    if group == "category" and value in set(Category):
        return [FeedbackCase.category == Category(value)]
    if group == "topic" and value in set(Topic):
        return [FeedbackCase.topic == Topic(value)]
    return []


def _words(typed: str) -> list[ColumnElement[bool]]:
    """Every word must occur, or begin one, with or without marks; a whole tracking code finds its case."""
    code = codes.normalise(typed)
    if codes.is_number(code):
        return [FeedbackCase.key == case_key(code)]
    text = FeedbackCase.search_text
    return [or_(text.startswith(word), text.contains(f" {word}")) for word in fold(typed).split()]
