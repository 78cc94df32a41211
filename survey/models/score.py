"""Results of a period: provisional while it is open, frozen when it is closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import ExactDecimal, Model, UtcDateTime, choice
from survey.models.unit import Unit


class ScoreState(StrEnum):
    """Whether the figures may still change."""

    PROVISIONAL = "provisional"
    CLOSED = "closed"


class ScoreSet(Model):
    """All units' scores of one period, computed in one go from one tally.

    Revision 0 is the provisional result, replaced at each computation; revisions from 1 on are frozen.
    """

    __tablename__ = "score_set"
    __table_args__ = (Index("uq_score_set_period_revision", "period", "revision", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(24))
    revision: Mapped[int]
    state: Mapped[ScoreState] = mapped_column(choice(ScoreState))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rule: Mapped[str] = mapped_column(String(60))
    rule_digest: Mapped[str] = mapped_column(String(64))
    versions: Mapped[list[str]]
    program_version: Mapped[str] = mapped_column(String(20))
    tally_digest: Mapped[str] = mapped_column(String(64))
    response_count: Mapped[int]

    scores: Mapped[list[Score]] = relationship(
        back_populates="score_set", cascade="all, delete-orphan", passive_deletes=True
    )


class Score(Model):
    """One unit's score. The columns are what tables and exports list; `detail` holds the rest
    (factors, items, calibration, the unweighted twin, the other formulas, warnings)."""

    __tablename__ = "score"

    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    response_count: Mapped[int]
    dossier_count: Mapped[int | None]
    effective_count: Mapped[float | None]
    coverage_share: Mapped[float | None]
    index_share: Mapped[float | None]
    standard_error: Mapped[float | None]
    lower_share: Mapped[float | None]
    upper_share: Mapped[float | None]
    points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    lower_points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    upper_points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unweighted_share: Mapped[float | None]
    detail: Mapped[dict[str, Any]]

    score_set: Mapped[ScoreSet] = relationship(back_populates="scores")
    unit: Mapped[Unit] = relationship()

    @property
    def ranking_group(self) -> str | None:
        """The group of the unit when this was computed; results of before that was kept take today's."""
        kept: str | None = self.detail.get("ranking_group", self.unit.ranking_group)
        return kept
