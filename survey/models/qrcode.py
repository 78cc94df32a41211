"""The codes behind printed posters and online links."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.dossier import Channel
from survey.models.model import Model, choice
from survey.models.unit import Counter, Unit


class QrCode(Model):
    """A code that opens the form: of one counter, or, without a counter, of a unit's exit or its online link.

    It opens the form from `valid_from` to `valid_to`, both planned and changeable, unless it is revoked, which is
    for good. When its unit has ended it is booked to `next_unit_id` if there is one, else to the unit's successor.
    """

    __tablename__ = "qr_code"
    __table_args__ = (
        CheckConstraint("valid_from IS NULL OR valid_to IS NULL OR valid_to >= valid_from", name="valid_range"),
    )

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    created_on: Mapped[date]
    revoked_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    next_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id)
    next_unit: Mapped[Unit | None] = relationship(foreign_keys=next_unit_id)
    counter: Mapped[Counter | None] = relationship()

    @property
    def is_online_link(self) -> bool:
        """Whether it is handed out to those who applied online."""
        return self.counter_id is None and self.channel is Channel.ONLINE

    @property
    def is_exit(self) -> bool:
        """Whether it hangs where people leave, for all counters of the unit."""
        return self.counter_id is None and self.channel is not Channel.ONLINE
