"""The known population: dossiers (hồ sơ) of a unit and period, counted by field, channel and outcome."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import ExactDecimal, Model, choice


class Channel(StrEnum):
    """How a dossier was handed in; the II.06 table's column "trực tiếp/BCCI" is kept as `direct`."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class Outcome(StrEnum):
    """When a dossier was settled, against its appointed day."""

    EARLY = "early"
    ON_TIME = "on_time"
    OVERDUE = "overdue"


class Basis(StrEnum):
    """What a count is of: the full cross, or one of the two margins of an II.06 table."""

    CROSS = "cross"
    RECEIVED = "received"
    SETTLED = "settled"
    CARRIED_OVER = "carried_over"
    PENDING = "pending"
    PENDING_LATE = "pending_late"
    # The counts behind the three rates of QĐ 766/QĐ-TTg; no dossiers of the population.
    FEEDBACK = "feedback"
    FEEDBACK_ON_TIME = "feedback_on_time"
    FEEDBACK_BAD = "feedback_bad"
    DOSSIERS_BAD = "dossiers_bad"


class DossierCount(Model):
    """One count; channel and outcome are empty where the basis does not split by them."""

    __tablename__ = "dossier_count"
    __table_args__ = (CheckConstraint("count >= 0", name="count_not_negative"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(24), primary_key=True)
    basis: Mapped[Basis] = mapped_column(choice(Basis), primary_key=True)
    field: Mapped[str] = mapped_column(ForeignKey("service_field.code"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True, default="")
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True, default="")
    count: Mapped[int] = mapped_column(Integer)


class DossierPrinted(Model):
    """The on-time rate that an imported table prints, kept to be checked against the computed one."""

    __tablename__ = "dossier_printed"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(24), primary_key=True)
    field: Mapped[str] = mapped_column(ForeignKey("service_field.code"), primary_key=True)
    on_time_percent: Mapped[Decimal] = mapped_column(ExactDecimal)
