"""Rounds of the reform index (Chỉ số CCHC) and the points entered for them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import ExactDecimal, Model


class IndexRound(Model):
    """One kind of index in one year, with the rules it is computed by."""

    __tablename__ = "index_round"
    __table_args__ = (Index("uq_index_round_name_kind", "name", "kind", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    rules: Mapped[str] = mapped_column(String(60))


class IndexEntry(Model):
    """What was entered for one component of one unit: points, or a share in percent to be converted."""

    __tablename__ = "index_entry"

    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    component: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    percent: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    not_applicable: Mapped[bool] = mapped_column(default=False)


class IndexPrinted(Model):
    """The total that the source document prints, kept to be checked against the computed one."""

    __tablename__ = "index_printed"

    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    total: Mapped[Decimal] = mapped_column(ExactDecimal)
