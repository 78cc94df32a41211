"""Read what was published: nothing here looks at a response, a score or a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from survey.models import PublishedResult, PublishedUnit, ScoreSet
from survey.services.publication import published_revisions, published_sets
from survey.services.spelling import fold


@dataclass(frozen=True)
class OpenResult:
    """One published revision of a period."""

    id: int
    period: Period
    content: dict[str, Any]

    @property
    def revision(self) -> int:
        return int(self.content["revision"])


def newest_results(session: Session) -> list[OpenResult]:
    """The published result of every period in its newest revision; newest period first."""
    return _with_tables(session, published_sets(session))


def revisions(session: Session, period: str) -> list[OpenResult]:
    """Every published revision of a period, newest first; none where the period is not published."""
    return _with_tables(session, published_revisions(session, period))


def _with_tables(session: Session, score_sets: Sequence[ScoreSet]) -> list[OpenResult]:
    query = select(PublishedResult).where(PublishedResult.score_set_id.in_([one.id for one in score_sets]))
    content = {found.score_set_id: found.content for found in session.scalars(query)}
    return [
        OpenResult(one.id, parse_period(one.period), content[one.id]) for one in score_sets if one.id in content
    ]


def lines(
    session: Session, result: OpenResult, *, start: int = 0, count: int | None = None
) -> list[PublishedUnit]:
    """The lines of a result in their order: all, or `count` from `start` on."""
    query = select(PublishedUnit).where(PublishedUnit.score_set_id == result.id).order_by(PublishedUnit.position)
    return list(session.scalars(query.offset(start).limit(count)))


def line_count(session: Session, result: OpenResult) -> int:
    """How many lines a result has."""
    query = select(func.count()).select_from(PublishedUnit).where(PublishedUnit.score_set_id == result.id)
    return session.scalar(query) or 0


def line_of(session: Session, result: OpenResult, code: str) -> PublishedUnit | None:
    """The line of one unit."""
    return session.get(PublishedUnit, (result.id, code))


def named_lines(session: Session, result: OpenResult, words: str) -> list[PublishedUnit]:
    """The lines whose name holds all `words`, whatever their accents."""
    wanted = fold(words).split()
    return [
        line for line in lines(session, result) if all(word in fold(str(line.content["name"])) for word in wanted)
    ]
