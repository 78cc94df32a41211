"""Tablets of the one-stop shops that an officer has enrolled."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime
from survey.models.unit import Counter, Unit


class Device(Model):
    """A tablet on which citizens answer: of one counter, or of the whole one-stop shop.

    The tablet holds a token of which only the hash is stored here. No response names its device, and of its use
    only the last day is kept.
    """

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    name: Mapped[str] = mapped_column(String(80))
    registered_on: Mapped[date]
    registered_by: Mapped[str] = mapped_column(String(254))
    enrolment_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    enrolment_until: Mapped[datetime] = mapped_column(UtcDateTime)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    enrolled_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    last_seen_on: Mapped[date | None]
    late_count: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship()
    counter: Mapped[Counter | None] = relationship()
