"""Replies that officers begin with."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model
from survey.models.unit import Unit


class ReplyTemplate(Model):
    """A reply to begin with, offered to the officers of a unit and of all units below it until it is retired."""

    __tablename__ = "reply_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(254))
    retired_on: Mapped[date | None] = mapped_column(Date)

    unit: Mapped[Unit] = relationship()
