"""What a unit's documents bear at their head and foot (Nghị định 30/2020/NĐ-CP)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model
from survey.models.unit import Unit


class UnitLetterhead(Model):
    """What was set for one unit; a blank is None and is made up by `survey/services/letterhead.py`.

    `signature` and `recipients` hold one line of the document a line.
    """

    __tablename__ = "unit_letterhead"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    superior: Mapped[str | None] = mapped_column(String(200))
    issuer: Mapped[str | None] = mapped_column(String(200))
    place: Mapped[str | None] = mapped_column(String(120))
    symbol: Mapped[str | None] = mapped_column(String(60))
    signature: Mapped[str | None] = mapped_column(String(400))
    signer: Mapped[str | None] = mapped_column(String(120))
    recipients: Mapped[str | None] = mapped_column(Text)

    unit: Mapped[Unit] = relationship()
