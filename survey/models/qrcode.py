"""The codes behind printed posters and online links."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.dossier import Channel
from survey.models.model import Model, choice
from survey.models.unit import Counter, Unit


class QrCode(Model):
    """A code that opens the form: of one counter, or, without a counter, a unit's online link."""

    __tablename__ = "qr_code"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    created_on: Mapped[date]
    revoked_on: Mapped[date | None]

    unit: Mapped[Unit] = relationship()
    counter: Mapped[Counter | None] = relationship()
