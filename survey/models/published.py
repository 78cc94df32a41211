"""What everybody may read of a published result: written once, when it is published, and never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model


class PublishedResult(Model):
    """One published revision: how it was made, what it replaces, and what was withheld; insert-only."""

    __tablename__ = "published_result"

    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id"), primary_key=True)
    content: Mapped[dict[str, Any]]


class PublishedUnit(Model):
    """One line of a published revision, with small counts already left out; insert-only.

    `parent_code` is the level above at that time: a line of that code holds what the units below it have together.
    """

    __tablename__ = "published_unit"

    score_set_id: Mapped[int] = mapped_column(ForeignKey("published_result.score_set_id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int]
    parent_code: Mapped[str | None] = mapped_column(String(32))
    content: Mapped[dict[str, Any]]
