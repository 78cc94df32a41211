"""Paper forms: the batches in which officers type them, and the sheets of a batch that is still open."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime, choice
from survey.models.officer import Officer
from survey.models.unit import Counter, Unit


class BatchState(StrEnum):
    """Whether sheets can still be typed and corrected."""

    OPEN = "open"
    FINISHED = "finished"
    DISCARDED = "discarded"


class PaperBatch(Model):
    """What one opening of a box gave: who opened it, how many sheets lay in it, and who typed them.

    `last_day` is the day of the transactions, under which the responses are booked; those of an imported file are
    booked under their own days, and its openers are who imported it and who checked. `compared_count` and
    `agreed_count` are answers typed twice, and those of them that were the same both times.
    """

    __tablename__ = "paper_batch"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="day_range"),
        CheckConstraint("opener_one <> opener_two", name="two_openers"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    version: Mapped[str] = mapped_column(ForeignKey("questionnaire_version.id"))
    state: Mapped[BatchState] = mapped_column(choice(BatchState))
    first_day: Mapped[date]
    last_day: Mapped[date]
    opened_on: Mapped[date]
    opener_one: Mapped[str] = mapped_column(String(120))
    opener_two: Mapped[str] = mapped_column(String(120))
    found_count: Mapped[int]
    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stored_count: Mapped[int | None]
    invalid_count: Mapped[int | None]
    compared_count: Mapped[int | None]
    agreed_count: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(300))
    # Only of a batch imported from a file: where the file came from, and its SHA-256 so that none comes twice.
    source: Mapped[str | None] = mapped_column(String(120))
    file_digest: Mapped[str | None] = mapped_column(String(64))

    unit: Mapped[Unit] = relationship()
    counter: Mapped[Counter | None] = relationship()
    officer: Mapped[Officer] = relationship()
    sheets: Mapped[list[PaperSheet]] = relationship(
        back_populates="batch", order_by="PaperSheet.number", cascade="all, delete-orphan"
    )


class PaperSheet(Model):
    """One typed sheet of an open batch: a draft, which goes when the batch ends.

    `typed` is the row of keys that counts. Of a sheet drawn for a blind second typing (`chosen`), `first` keeps
    what was typed first, `second` what was typed then; `settled`: a difference was looked up on the paper.
    """

    __tablename__ = "paper_sheet"

    batch_id: Mapped[str] = mapped_column(ForeignKey("paper_batch.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    typed: Mapped[str] = mapped_column(String(120))
    chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    first: Mapped[str | None] = mapped_column(String(120))
    second: Mapped[str | None] = mapped_column(String(120))
    settled: Mapped[bool] = mapped_column(Boolean, default=False)

    batch: Mapped[PaperBatch] = relationship(back_populates="sheets")
