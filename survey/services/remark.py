"""Remarks without a case, for those who improve the service: never so few that one could guess who wrote them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import Comment, Unit
from survey.services.spelling import fold

# Of fewer remarks in a unit and quarter none is shown (domain.md: no raw comments with n < 5).
FEWEST = 5


@dataclass(frozen=True)
class RemarkGroup:
    """The remarks of a unit in a time, in the order of their weeks; none of them while there are too few."""

    unit: Unit
    count: int
    remarks: list[Comment]

    @property
    def is_hidden(self) -> bool:
        """Whether there are too few to show any."""
        return self.count < FEWEST


def groups(
    session: Session, unit_ids: Collection[int], *, first: date, last: date, words: str = ""
) -> list[RemarkGroup]:
    """List the remarks of weeks that lie wholly between two days, by unit; trial and erased ones do not count.

    A search shows some of the remarks of a unit only where all of them may be shown.
    """
    in_time = (
        Comment.unit_id.in_(unit_ids),
        Comment.week_of >= first,
        Comment.week_of <= last - timedelta(days=6),
        Comment.trial.is_(False),
        Comment.text.isnot(None),
    )
    counts = dict(
        session.execute(select(Comment.unit_id, func.count()).where(*in_time).group_by(Comment.unit_id)).all()
    )
    shown = [unit_id for unit_id, count in counts.items() if count >= FEWEST]
    found: dict[int, list[Comment]] = {unit_id: [] for unit_id in counts}
    # The key breaks ties: it is random and tells nothing of the order in which they were written.
    order = (Comment.week_of.desc(), Comment.id)
    wanted = fold(words).split()
    for comment in session.scalars(select(Comment).where(*in_time, Comment.unit_id.in_(shown)).order_by(*order)):
        if all(word in fold(comment.text or "") for word in wanted):
            found[comment.unit_id].append(comment)
    units = session.scalars(select(Unit).where(Unit.id.in_(counts)).order_by(Unit.name, Unit.code))
    return [RemarkGroup(unit, counts[unit.id], found[unit.id]) for unit in units]
