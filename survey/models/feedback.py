"""Feedback with an answer: cases that a citizen follows by a code, without any way back to a response.

A case knows its unit, its day, what was written and who may read it. It holds no response, no rating of the
survey, no code of a counter and no time of the day (docs/decisions/0006).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime, choice
from survey.models.officer import Officer
from survey.models.unit import Unit


class Topic(StrEnum):
    """What a case is about, as the citizen says."""

    SUGGESTION = "suggestion"
    REPORT = "report"
    PRAISE = "praise"
    EXTRA_FEES = "extra_fees"
    CONDUCT = "conduct"


class Category(StrEnum):
    """What an officer found a case to be; complaints and denunciations have a way of their own."""

    PETITION = "petition"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    UNRELATED = "unrelated"


# Only a leader sees these, whoever they were addressed to.
RESTRICTED = frozenset({Category.COMPLAINT, Category.DENUNCIATION})


class Reader(StrEnum):
    """Who reads a case: the unit's people, only its leader, or the level above and nobody of the unit."""

    UNIT = "unit"
    LEADER = "leader"
    ABOVE = "above"


class CaseState(StrEnum):
    """How far a case has come, as the citizen sees it."""

    NEW = "new"
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


class EntryKind(StrEnum):
    """What happened in a case."""

    SENT = "sent"
    ADDED = "added"
    STATE = "state"
    REPLY = "reply"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    CORRECTION = "correction"
    TRANSFERRED = "transferred"
    MERGED = "merged"


class Erasure(StrEnum):
    """Why the texts of a case are gone."""

    CITIZEN = "citizen"
    RETENTION = "retention"


class FeedbackCase(Model):
    """One case. `key` is the hash of its tracking code, which only the citizen has.

    Who may see it follows from `reader_unit_id`, never from `about_unit_id`: with Reader.ABOVE the unit that it is
    about must not find it anywhere. `settled_on` is when it was last answered, closed or withdrawn; retention
    counts from there. After an erasure the row stays as a tombstone without any text.
    `due_on` is when it must be answered (services/deadline.py), `merged_into` the case that is answered in its
    place, `about_officer_id` whom it is about, if an officer said so: that person neither sees it nor gets it to
    work on. `search_text` holds the folded words of its texts and goes with them.
    """

    __tablename__ = "feedback_case"
    __table_args__ = (
        Index("ix_feedback_case_reader_unit_id_state", "reader_unit_id", "state"),
        Index("ix_feedback_case_merged_into", "merged_into"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    about_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reader_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reader: Mapped[Reader] = mapped_column(choice(Reader))
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    state: Mapped[CaseState] = mapped_column(choice(CaseState))
    trial: Mapped[bool] = mapped_column(Boolean)
    received_on: Mapped[date] = mapped_column(Date)
    settled_on: Mapped[date | None] = mapped_column(Date)
    contact_erased_on: Mapped[date | None] = mapped_column(Date)
    erased_on: Mapped[date | None] = mapped_column(Date)
    erased_by: Mapped[Erasure | None] = mapped_column(choice(Erasure))
    category: Mapped[Category | None] = mapped_column(choice(Category))
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("officer.id"))
    about_officer_id: Mapped[str | None] = mapped_column(ForeignKey("officer.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    escalated_on: Mapped[date | None] = mapped_column(Date)
    merged_into: Mapped[bytes | None] = mapped_column(ForeignKey("feedback_case.key"))
    search_text: Mapped[str] = mapped_column(Text, default="")

    about_unit: Mapped[Unit] = relationship(foreign_keys=about_unit_id)
    reader_unit: Mapped[Unit] = relationship(foreign_keys=reader_unit_id)
    assignee: Mapped[Officer | None] = relationship(foreign_keys=assignee_id)
    about_officer: Mapped[Officer | None] = relationship(foreign_keys=about_officer_id)
    entries: Mapped[list[FeedbackEntry]] = relationship(
        order_by="FeedbackEntry.position", cascade="all, delete-orphan"
    )
    notes: Mapped[list[FeedbackNote]] = relationship(
        order_by="FeedbackNote.position", cascade="all, delete-orphan"
    )
    pending: Mapped[PendingReply | None] = relationship(cascade="all, delete-orphan")
    contact: Mapped[FeedbackContact | None] = relationship(cascade="all, delete-orphan")


class FeedbackEntry(Model):
    """One thing that happened in a case, in the order of `position`; all of it is for the citizen to see."""

    __tablename__ = "feedback_entry"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_key: Mapped[bytes] = mapped_column(ForeignKey("feedback_case.key", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    on_date: Mapped[date] = mapped_column(Date)
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind))
    state: Mapped[CaseState | None] = mapped_column(choice(CaseState))
    text: Mapped[str | None] = mapped_column(Text)
    satisfied: Mapped[bool | None] = mapped_column(Boolean)
    # Where a case was transferred to.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    unit: Mapped[Unit | None] = relationship()


class FeedbackContact(Model):
    """How to reach who sent a case, encrypted; it exists only with consent and goes after the retention time."""

    __tablename__ = "feedback_contact"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_key: Mapped[bytes] = mapped_column(ForeignKey("feedback_case.key", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    consent_version: Mapped[str] = mapped_column(String(40))
    consented_on: Mapped[date] = mapped_column(Date)


class FeedbackNote(Model):
    """What officers wrote to one another about a case; its citizen never sees it, and it goes with the texts."""

    __tablename__ = "feedback_note"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_key: Mapped[bytes] = mapped_column(ForeignKey("feedback_case.key", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(String(254))
    text: Mapped[str | None] = mapped_column(Text)


class PendingReply(Model):
    """A reply or correction that was sent and can still be taken back; the citizen does not see it yet."""

    __tablename__ = "feedback_pending"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_key: Mapped[bytes] = mapped_column(ForeignKey("feedback_case.key", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind))
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(254))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
