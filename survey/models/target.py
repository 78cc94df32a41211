"""The points that a unit wants to reach in a year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import ExactDecimal, Model
from survey.models.unit import Unit


class ScoreTarget(Model):
    """A year's target of a unit; it holds for the units below that have none of their own."""

    __tablename__ = "score_target"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    points: Mapped[Decimal] = mapped_column(ExactDecimal)
    set_by: Mapped[str] = mapped_column(String(254))
    set_on: Mapped[date] = mapped_column(Date)

    unit: Mapped[Unit] = relationship()
