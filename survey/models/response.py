"""Responses, without anything that could lead to a person, a dossier or a moment of the day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model, choice


class Trust(StrEnum):
    """How sure we are that the respondent had a dossier here, highest first."""

    DOSSIER = "dossier"
    COUNTER = "counter"
    ASSISTED = "assisted"


class Source(StrEnum):
    """Where the field, channel or outcome of a response comes from."""

    TOKEN = "token"  # noqa: S105  a word of the design, not a password
    CODE = "code"
    DECLARED = "declared"
    UNKNOWN = "unknown"


class Response(Model):
    """One answered form. `answers` holds one character per question of its version, in frozen order:
    `1`-`5` a rating, another digit or letter a choice, `x` not applicable, `-` skipped.

    The key is random by nature: the hash of the response number, which itself is a keyed hash of the form's
    nonce. `local_date` leads the key because PostgreSQL partitions the table by it.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_unit_id_local_date", "unit_id", "local_date"),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (local_date)"},
    )

    local_date: Mapped[date] = mapped_column(Date, primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    version: Mapped[str] = mapped_column(ForeignKey("questionnaire_version.id"))
    trust: Mapped[Trust] = mapped_column(choice(Trust))
    flags: Mapped[str] = mapped_column(String(16), default="")
    trial: Mapped[bool] = mapped_column(Boolean, default=False)
    field: Mapped[str | None] = mapped_column(ForeignKey("service_field.code"))
    field_source: Mapped[Source] = mapped_column(choice(Source))
    channel: Mapped[str | None] = mapped_column(String(16))
    channel_source: Mapped[Source] = mapped_column(choice(Source))
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_source: Mapped[Source] = mapped_column(choice(Source))
    answers: Mapped[str] = mapped_column(String(80))
    # Only of paper: the batch in which it was typed, so that a batch can be set aside as a whole.
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("paper_batch.id"))


class ResponseExtra(Model):
    """The optional answers given after sending, once and insert-only."""

    __tablename__ = "response_extra"
    __table_args__ = ({"sqlite_with_rowid": False},)

    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    local_date: Mapped[date] = mapped_column(Date, index=True)
    version: Mapped[str] = mapped_column(ForeignKey("questionnaire_version.id"))
    answers: Mapped[str] = mapped_column(String(80))


class SpentNonce(Model):
    """The hash of a form's nonce: inserting it is what makes a form count once.

    Not partitioned, so that its key is unique over all days; `issued_on` serves only to clear it away
    after the nonce has expired.
    """

    __tablename__ = "spent_nonce"
    __table_args__ = ({"sqlite_with_rowid": False},)

    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    issued_on: Mapped[date] = mapped_column(Date, index=True)
