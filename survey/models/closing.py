"""What happens around the closing of a period: drafts sent to the units, their objections, recomputations."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime, choice
from survey.models.score import ScoreSet
from survey.models.unit import Unit


class ScoreDraft(Model):
    """A draft result that the units were sent, and the last day on which they may object."""

    __tablename__ = "score_draft"

    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id"), primary_key=True)
    until: Mapped[date]
    sent_by: Mapped[str] = mapped_column(String(254))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)

    score_set: Mapped[ScoreSet] = relationship()


class ObjectionVerdict(StrEnum):
    """What became of an objection: the result follows it (tiếp thu), or it is explained why not (giải trình)."""

    ACCEPTED = "accepted"
    EXPLAINED = "explained"


class Objection(Model):
    """What a unit holds against its draft score, and the answer; neither is changed once it is written."""

    __tablename__ = "score_objection"
    __table_args__ = (Index("ix_score_objection_score_set_id_unit_id", "score_set_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(String(254))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[ObjectionVerdict | None] = mapped_column(choice(ObjectionVerdict))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(String(254))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
    score_set: Mapped[ScoreSet] = relationship()


class Verification(Model):
    """A closed result was computed again: when, by whom, with which program, and what differed."""

    __tablename__ = "score_verification"

    id: Mapped[int] = mapped_column(primary_key=True)
    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(254))
    program_version: Mapped[str] = mapped_column(String(20))
    agrees: Mapped[bool] = mapped_column(Boolean)
    difference_count: Mapped[int]
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
