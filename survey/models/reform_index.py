"""Rounds of the reform index (Chỉ số CCHC): points entered, sheets of criteria, evidence, published results."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import ExactDecimal, Model, UtcDateTime, choice
from survey.models.unit import Unit

# A round in which units of every level are scored together.
ALL_LEVELS = "all"


class IndexRound(Model):
    """One kind of index of the units of a level in one year, with the rules it is computed by.

    `criteria` is the tree that the units score themselves by, None where only components are entered. `bands` are
    the grades decided for this round, None where those of the rules hold.
    """

    __tablename__ = "index_round"
    __table_args__ = (Index("uq_index_round_name_kind_level", "name", "kind", "level", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16), default=ALL_LEVELS)
    rules: Mapped[str] = mapped_column(String(60))
    criteria: Mapped[str | None] = mapped_column(String(60))
    bands: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))


class IndexEntry(Model):
    """What was entered for one component of one unit: points, or a share in percent to be converted."""

    __tablename__ = "index_entry"

    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    component: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    percent: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    not_applicable: Mapped[bool] = mapped_column(default=False)


class IndexPrinted(Model):
    """The total that the source document prints, kept to be checked against the computed one."""

    __tablename__ = "index_printed"

    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    total: Mapped[Decimal] = mapped_column(ExactDecimal)


class SheetState(StrEnum):
    """How far a unit's sheet has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPRAISED = "appraised"
    APPROVED = "approved"
    PUBLISHED = "published"


class IndexSheet(Model):
    """A unit's sheet in a round: how far it is, who took the last steps, and why it was handed back.

    `appraisers` is everybody who ever gave points to it as an appraiser; none of them approves it.
    """

    __tablename__ = "index_sheet"

    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    state: Mapped[SheetState] = mapped_column(choice(SheetState), default=SheetState.DRAFT)
    changed_by: Mapped[str] = mapped_column(String(254))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    appraised_by: Mapped[str | None] = mapped_column(String(254))
    appraisers: Mapped[list[str]] = mapped_column(default=list)
    returned_because: Mapped[str | None] = mapped_column(Text)

    unit: Mapped[Unit] = relationship()


class IndexScore(Model):
    """One criterion of a sheet: what the unit gives itself, and what the appraiser makes of it."""

    __tablename__ = "index_score"

    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    self_points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    self_not_applicable: Mapped[bool] = mapped_column(Boolean, default=False)
    self_note: Mapped[str] = mapped_column(Text, default="")
    points: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    not_applicable: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str] = mapped_column(Text, default="")


class IndexEvidence(Model):
    """A file that shows why a criterion has its points; kept in the database, so that backups hold it too."""

    __tablename__ = "index_evidence"
    __table_args__ = (Index("ix_index_evidence_round_id_unit_id", "round_id", "unit_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[str] = mapped_column(String(254))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IndexStructure(Model):
    """A split of the points, or a set of criteria, registered in this program; insert-only.

    `definition` is what its file holds, as JSON. The program's own reference templates stand in files.
    """

    __tablename__ = "index_structure"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    definition: Mapped[str] = mapped_column(Text)
    registered_on: Mapped[date]
    registered_by: Mapped[str] = mapped_column(String(254))


class IndexPublication(Model):
    """A round as it was published: a revision that is never changed; insert-only.

    `structure` holds the rules, the fields and where the figures come from, as JSON; `input_digest` tells whether
    the same would come out today.
    """

    __tablename__ = "index_publication"
    __table_args__ = (Index("uq_index_publication_round_id_revision", "round_id", "revision", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("index_round.id"))
    revision: Mapped[int]
    reason: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(254))
    program_version: Mapped[str] = mapped_column(String(40))
    rules_digest: Mapped[str] = mapped_column(String(64))
    criteria_digest: Mapped[str | None] = mapped_column(String(64))
    input_digest: Mapped[str] = mapped_column(String(64))
    structure: Mapped[str] = mapped_column(Text)


class IndexPublishedUnit(Model):
    """One unit of a published round, under the name it had then, with all its figures; insert-only."""

    __tablename__ = "index_published_unit"

    publication_id: Mapped[int] = mapped_column(ForeignKey("index_publication.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]]

    unit: Mapped[Unit] = relationship()
