"""How often the form of a code was opened and sent: numbers a day, and nothing about who."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model


class QrOpening(Model):
    """The openings of one code on one day, and the forms sent through it, trials left out."""

    __tablename__ = "qr_opening"
    __table_args__ = (Index("ix_qr_opening_local_date", "local_date"), {"sqlite_with_rowid": False})

    code: Mapped[str] = mapped_column(String(8), ForeignKey("qr_code.code"), primary_key=True)
    local_date: Mapped[date] = mapped_column(Date, primary_key=True)
    opened: Mapped[int] = mapped_column(Integer)
    sent: Mapped[int] = mapped_column(Integer)
