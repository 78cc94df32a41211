"""Questionnaire versions that this database has met, where each is used, and drafts of new ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime
from survey.models.unit import Unit


class QuestionnaireVersion(Model):
    """A released version: the order of its questions is the meaning of every stored answer string.

    `definition` is the version itself, as JSON, where it was released in this program; those that come with the
    program are read from its files. A row is never changed: the digest belongs to the definition.
    """

    __tablename__ = "questionnaire_version"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    questions: Mapped[list[str]]
    extra_questions: Mapped[list[str]]
    released_on: Mapped[date]
    definition: Mapped[str | None] = mapped_column(Text)


class QuestionnaireUse(Model):
    """From one day on, citizens of a unit and of all below it answer another version than the short form."""

    __tablename__ = "questionnaire_use"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    version: Mapped[str] = mapped_column(ForeignKey("questionnaire_version.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship()


class QuestionnaireDraft(Model):
    """A version in the making; `definition` may still have faults, and goes when it is released."""

    __tablename__ = "questionnaire_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    base: Mapped[str] = mapped_column(ForeignKey("questionnaire_version.id"))
    definition: Mapped[dict[str, Any]]
    author: Mapped[str] = mapped_column(String(254))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
