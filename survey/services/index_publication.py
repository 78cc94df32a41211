"""Publishing a round of the index: its result frozen as a revision, and corrected by another one with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import IndexPublication, IndexPublishedUnit, IndexRound, IndexSheet, SheetState
from survey.services import audit, index_frozen
from survey.services.index_frozen_sheet import sheet_lines
from survey.services.index_table import IndexRow, IndexTable, input_digest
from survey.services.reform_index import APPROVED_STATES, compute_round, left_out
from survey.services.score_store import PROGRAM_VERSION

LONGEST_REASON = 2000


@dataclass(frozen=True)
class Changed:
    """What a unit would have today, None where it would not be in the result or was not."""

    name: str
    published: IndexRow | None
    today: IndexRow | None


@dataclass(frozen=True)
class Standing:
    """A published round held against what would come out today; `changes` may be none although inputs changed.

    `reopened` names the units that are published and whose sheets are being appraised again.
    """

    publication: IndexPublication
    is_current: bool
    changes: tuple[Changed, ...]
    reopened: tuple[str, ...] = ()


def publish(
    session: Session,
    index_round: IndexRound,
    *,
    shown: int,
    now: datetime,
    actor: str,
    reason: str = "",
    without_reopened: str = "",
) -> IndexPublication:
    """Freeze a round as its next revision; `shown` is the revision that the officer saw, 0 for none.

    Every sheet that is approved counts as published from then on; units without an approved sheet are left out,
    published ones that are appraised again only where the officer has ticked just these (`without_reopened`).
    Raises HailongError where there is nothing to publish, nothing changed, a correction has no reason, a published
    sheet is reopened, or another officer published in between.
    """
    with write(session):
        # Another publication waits; who saves a sheet refers to the round meanwhile, and is waited for below.
        locked = session.get_one(
            IndexRound, index_round.id, with_for_update={"key_share": True}, populate_existing=True
        )
        # Nobody hands a sheet back, or approves another one, while the result is computed.
        sheets = session.scalars(
            select(IndexSheet)
            .where(IndexSheet.round_id == locked.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        before = index_frozen.latest(session, locked)
        revision = 0 if before is None else before.revision
        if revision != shown:
            raise HailongError("index_published_meanwhile")
        reopened = () if before is None else _reopened(session, before)
        if reopened and without_reopened != "; ".join(reopened):
            raise HailongError("index_reopened", units="; ".join(reopened))
        table = compute_round(session, locked, only_approved=True)
        digest = input_digest(table)
        _check(table, before, digest)
        stored = IndexPublication(
            round_id=locked.id,
            revision=revision + 1,
            reason=None if before is None else _checked_reason(reason),
            published_at=now,
            published_by=actor,
            program_version=PROGRAM_VERSION,
            rules_digest=table.rules.digest(),
            criteria_digest=None if table.criteria is None else table.criteria.digest,
            input_digest=digest,
            structure=index_frozen.structure_of(table, left_out(session, locked, table)),
        )
        session.add(stored)
        session.flush()
        _store(session, locked, stored, table)
        for sheet in sheets:
            if sheet.state is SheetState.APPROVED:
                sheet.state = SheetState.PUBLISHED
        audit.record(
            session,
            now=now,
            actor=actor,
            action="index.publish",
            subject=f"{locked.name} {locked.kind} {locked.level}",
            detail={
                "revision": stored.revision,
                "input_digest": digest,
                "reason": stored.reason,
                "left_out": list(reopened),
            },
        )
    return stored


def standing(session: Session, index_round: IndexRound) -> Standing | None:
    """Hold the published round against today's inputs; None while none is published."""
    publication = index_frozen.latest(session, index_round)
    if publication is None:
        return None
    today = compute_round(session, index_round, only_approved=True)
    if input_digest(today) == publication.input_digest:
        return Standing(publication, True, ())
    changes = tuple(_changes(index_frozen.table_of(session, publication), today))
    return Standing(publication, False, changes, _reopened(session, publication))


def missing_if_published(session: Session, index_round: IndexRound) -> list[str]:
    """Name the units that a publication would leave out today."""
    table = compute_round(session, index_round, only_approved=True)
    return [unit.name for unit in left_out(session, index_round, table)]


def count_to_publish(session: Session, index_round: IndexRound) -> int:
    """How many sheets are approved and not published yet."""
    query = select(func.count()).select_from(IndexSheet)
    return session.scalar(query.filter_by(round_id=index_round.id, state=SheetState.APPROVED)) or 0


def _reopened(session: Session, publication: IndexPublication) -> tuple[str, ...]:
    """Name the published units whose sheets wait for another approval: a correction must not drop them unseen."""
    published = select(IndexPublishedUnit).where(IndexPublishedUnit.publication_id == publication.id)
    unit_ids = [one.unit_id for one in session.scalars(published) if one.content["sums"] is not None]
    sheets = select(IndexSheet).where(
        IndexSheet.round_id == publication.round_id,
        IndexSheet.unit_id.in_(unit_ids),
        IndexSheet.state.not_in(APPROVED_STATES),
    )
    return tuple(sorted(sheet.unit.name for sheet in session.scalars(sheets)))


def _check(table: IndexTable, before: IndexPublication | None, digest: str) -> None:
    if all(row.result.total is None for row in table.rows):
        raise HailongError("index_nothing_to_publish")
    if before is not None and before.input_digest == digest:
        raise HailongError("index_unchanged", revision=str(before.revision))


def _store(session: Session, index_round: IndexRound, stored: IndexPublication, table: IndexTable) -> None:
    lines = sheet_lines(session, index_round, {row.unit.id for row in table.rows if row.sums is not None})
    session.add_all(
        IndexPublishedUnit(
            publication_id=stored.id,
            unit_id=row.unit.id,
            position=position,
            name=row.name,
            content=index_frozen.content_of(row) | {"lines": lines.get(row.unit.id, [])},
        )
        for position, row in enumerate(table.rows, start=1)
    )


def _changes(published: IndexTable, today: IndexTable) -> Iterator[Changed]:
    then = {row.unit.id: row for row in published.rows}
    now = {row.unit.id: row for row in today.rows}
    for unit_id in [*then, *(unit_id for unit_id in now if unit_id not in then)]:
        old, new = then.get(unit_id), now.get(unit_id)
        if old is None or new is None or _figures(old) != _figures(new):
            yield Changed((old or now[unit_id]).name, old, new)


def _figures(row: IndexRow) -> tuple[Decimal | int | str | None, ...]:
    result = row.result
    place = None if result.rank is None else result.rank.place
    grade = None if result.grade is None else result.grade.title.vi
    return (result.group, result.total, result.maximum, place, grade, result.change_points, result.change_rank)


def _checked_reason(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise HailongError("index_correction_reason", longest=str(LONGEST_REASON))
    return words
