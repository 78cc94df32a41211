"""Units of the administration, the counters of their one-stop shops, and the fields they serve."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, choice


class UnitKind(StrEnum):
    """What a unit is in the administration; `district` and `city` exist only before 01/07/2025."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    WARD = "ward"
    COMMUNE = "commune"
    SPECIAL_ZONE = "special_zone"
    DISTRICT = "district"
    CITY = "city"
    OTHER = "other"


class Unit(Model):
    """A receiving unit with its place in the tree and the time in which it existed."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    one_stop_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[UnitKind] = mapped_column(choice(UnitKind))
    ranking_group: Mapped[str | None] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    start_date: Mapped[date | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    parent: Mapped[Unit | None] = relationship(foreign_keys=parent_id, remote_side=id)
    successor: Mapped[Unit | None] = relationship(foreign_keys=successor_id, remote_side=id)
    counters: Mapped[list[Counter]] = relationship(back_populates="unit", order_by="Counter.code")

    @property
    def open_counters(self) -> list[Counter]:
        """The counters that are still staffed."""
        return [counter for counter in self.counters if counter.ended_on is None]


class ServiceField(Model):
    """A field of procedures (lĩnh vực), the level at which dossiers are counted."""

    __tablename__ = "service_field"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(SmallInteger)
    asked: Mapped[bool] = mapped_column(Boolean)


class Counter(Model):
    """A counter (quầy) of a one-stop shop; one that is staffed no more keeps its responses and has `ended_on`."""

    __tablename__ = "counter"
    __table_args__ = (Index("uq_counter_unit_code", "unit_id", "code", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    ended_on: Mapped[date | None]

    unit: Mapped[Unit] = relationship(back_populates="counters")
    fields: Mapped[list[ServiceField]] = relationship(
        secondary="counter_field", order_by=ServiceField.position, viewonly=True
    )


class CounterField(Model):
    """Which fields a counter serves."""

    __tablename__ = "counter_field"

    counter_id: Mapped[int] = mapped_column(ForeignKey("counter.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(ForeignKey("service_field.code"), primary_key=True)


class StartStep(Model):
    """A step of a unit's guided start that somebody has confirmed; what else is done is seen in the data."""

    __tablename__ = "start_step"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(16), primary_key=True)
    done_on: Mapped[date]
