"""Score rules released in this program, drafts of new ones, and which rule holds for which period."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model, UtcDateTime


class ScoreRuleVersion(Model):
    """A released rule as JSON, never changed: the digest belongs to it. The program's own stand in files."""

    __tablename__ = "score_rule_version"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    base: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    definition: Mapped[str] = mapped_column(Text)
    released_on: Mapped[date]
    released_by: Mapped[str] = mapped_column(String(254))


class ScoreRuleDraft(Model):
    """A rule in the making, as JSON; it may still have faults, and goes when it is released."""

    __tablename__ = "score_rule_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    base: Mapped[str] = mapped_column(String(60))
    definition: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(254))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ScoreRuleUse(Model):
    """The rule that holds for a period; a period without one follows the program's default."""

    __tablename__ = "score_rule_use"

    period: Mapped[str] = mapped_column(String(24), primary_key=True)
    rule: Mapped[str] = mapped_column(String(60))
    chosen_by: Mapped[str] = mapped_column(String(254))
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
