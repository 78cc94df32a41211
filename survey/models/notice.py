"""Notices: what each officer wishes to hear of, what waits to be told, and how a gateway fetches a number once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model, UtcDateTime, choice


class NoticeKind(StrEnum):
    """What officers hear of; WEEKLY is the digest of Monday morning."""

    NEW = "new"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    REOPENED = "reopened"
    DUE = "due"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    WEEKLY = "weekly"


class NoticeChoice(StrEnum):
    """When an officer hears of something: a mail each time, a line of the digest, or nothing.

    The digest itself comes each week (AT_ONCE), only with something in it (IF_ANY), or not at all.
    """

    AT_ONCE = "at_once"
    DIGEST = "digest"
    IF_ANY = "if_any"
    OFF = "off"


class NoticeSetting(Model):
    """What an officer chose for one kind; without a row the default holds."""

    __tablename__ = "notice_setting"

    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind), primary_key=True)
    choice: Mapped[NoticeChoice] = mapped_column(choice(NoticeChoice))


class FeedbackNotice(Model):
    """What a citizen did and nobody was told yet: written with the act itself, without any time.

    A job of its own would keep the moment. The rows are told of and deleted once an hour (docs/decisions/0014).
    """

    __tablename__ = "feedback_notice"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_key: Mapped[bytes] = mapped_column(ForeignKey("feedback_case.key", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind), primary_key=True)


class ContactHandle(Model):
    """What lets the province's gateway fetch the phone number of a case's citizen, once, until a moment.

    Only the hash of the handle is stored; the number stays where it is and goes with the citizen's consent.
    """

    __tablename__ = "contact_handle"
    __table_args__ = (Index("ix_contact_handle_until", "until"), {"sqlite_with_rowid": False})

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    case_key: Mapped[bytes] = mapped_column(ForeignKey("feedback_contact.case_key", ondelete="CASCADE"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
