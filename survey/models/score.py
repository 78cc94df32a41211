"""Results of a period: provisional while it is open, frozen when it is closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.dossier import Basis
from survey.models.model import ExactDecimal, Model, UtcDateTime, choice
from survey.models.unit import Unit


class ScoreState(StrEnum):
    """Whether the figures may still change, were sent to the units to object to, or are final."""

    PROVISIONAL = "provisional"
    DRAFT = "draft"
    CLOSED = "closed"


class ScoreSet(Model):
    """All units' scores of one period, computed in one go from one tally.

    Revision 0 is the provisional result, replaced at each computation; -1, -2 … are the drafts that the units were
    sent; revisions from 1 on are closed. Only a provisional one is ever replaced. A correction names the revision
    that it `replaces`, and why. `population_digest` belongs to the dossiers as they were (`FrozenDossierCount`).
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
    population_digest: Mapped[str | None] = mapped_column(String(64))
    replaces: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    scores: Mapped[list[Score]] = relationship(
        back_populates="score_set", cascade="all, delete-orphan", passive_deletes=True
    )


class Score(Model):
    """One unit's score. The columns are what tables and exports list; `detail` holds the rest
    (factors, items, calibration, the unweighted twin, the other formulas, warnings). `tally_digest` belongs to
    this unit's responses alone; `ranking_group` is the unit's at that time: a later one changes no closed rank."""

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
    tally_digest: Mapped[str | None] = mapped_column(String(64))
    ranking_group: Mapped[str | None] = mapped_column(String(80))

    score_set: Mapped[ScoreSet] = relationship(back_populates="scores")
    unit: Mapped[Unit] = relationship()


class FrozenDossierCount(Model):
    """A dossier count as it was when a result was closed: a later correction must not change what was verified."""

    __tablename__ = "frozen_dossier_count"

    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    basis: Mapped[Basis] = mapped_column(choice(Basis), primary_key=True)
    field: Mapped[str] = mapped_column(ForeignKey("service_field.code"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True, default="")
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True, default="")
    count: Mapped[int]


class FrozenPaper(Model):
    """What the files of a closed result say beside its figures, as it was then: the names of units, fields and
    factors, what stands above which unit, letterheads, and the cases of units that have no score."""

    __tablename__ = "frozen_paper"

    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[dict[str, Any]]
