"""Remarks written on the thank-you page: nobody answers them, and nothing leads from one to a response."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model


class Comment(Model):
    """One remark. Only the Monday of its week is kept: on its day, a small unit may have had one response."""

    __tablename__ = "comment"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    week_of: Mapped[date] = mapped_column(Date)
    trial: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[str | None] = mapped_column(Text)
    erased_on: Mapped[date | None] = mapped_column(Date)
