"""Responses that do not count: who asked for it, why, who agreed, and which ones. Every table is insert-only."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime, choice
from survey.models.officer import Officer
from survey.models.paper import PaperBatch
from survey.models.unit import Counter, Unit


class SetAsideAct(StrEnum):
    """What is asked for: that responses do not count, or that they count again after all."""

    SET_ASIDE = "set_aside"
    COUNT_AGAIN = "count_again"


class Selection(StrEnum):
    """How responses are chosen: always many alike, but for the one whose number its sender has given."""

    NUMBER = "number"
    CODE = "code"
    TABLET = "tablet"
    DAYS = "days"
    FLAG = "flag"
    BATCH = "batch"


class Reason(StrEnum):
    """Why responses are not to count; never what they answer. `MISTAKE` is why they are to count again."""

    FILLED_IN = "filled_in"
    NO_DOSSIER = "no_dossier"
    REPEATED = "repeated"
    PRESSURE = "pressure"
    TYPING = "typing"
    OWN_WISH = "own_wish"
    OTHER = "other"
    MISTAKE = "mistake"


class Verdict(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class SetAsideRequest(Model):
    """One officer's request. `undoes_id` names the request whose responses are to count again.

    Of a single response only the hash of its number is kept, as of every response; `response_count` is what the
    selection held when it was asked.
    """

    __tablename__ = "set_aside_request"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="day_range"),
        # For the decision, which proves with it that two persons were involved.
        UniqueConstraint("id", "asked_by_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    period: Mapped[str] = mapped_column(String(24))
    act: Mapped[SetAsideAct] = mapped_column(choice(SetAsideAct))
    selection: Mapped[Selection] = mapped_column(choice(Selection))
    first_day: Mapped[date]
    last_day: Mapped[date]
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    channel: Mapped[str | None] = mapped_column(String(16))
    flag: Mapped[str | None] = mapped_column(String(1))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("paper_batch.id"))
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    undoes_id: Mapped[str | None] = mapped_column(ForeignKey("set_aside_request.id"))
    reason: Mapped[Reason] = mapped_column(choice(Reason))
    text: Mapped[str] = mapped_column(String(500))
    response_count: Mapped[int]
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("officer.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
    counter: Mapped[Counter | None] = relationship()
    batch: Mapped[PaperBatch | None] = relationship()
    asked_by: Mapped[Officer] = relationship()
    undoes: Mapped[SetAsideRequest | None] = relationship(remote_side=id)
    decision: Mapped[SetAsideDecision | None] = relationship(back_populates="request")


class SetAsideDecision(Model):
    """The end of a request: approved or refused by another person, or withdrawn by the one who asked.

    The database itself knows who asked (through the foreign key) and refuses that the same person decides.
    """

    __tablename__ = "set_aside_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["request_id", "asked_by_id"], ["set_aside_request.id", "set_aside_request.asked_by_id"]
        ),
        CheckConstraint("(verdict = 'withdrawn') = (decided_by_id = asked_by_id)", name="two_persons"),
    )

    request_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    asked_by_id: Mapped[str] = mapped_column(String(32))
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    decided_by_id: Mapped[str] = mapped_column(ForeignKey("officer.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(String(500))
    response_count: Mapped[int]

    request: Mapped[SetAsideRequest] = relationship(back_populates="decision")
    decided_by: Mapped[Officer] = relationship()


class SetAsideResponse(Model):
    """One response that an approved request names. It acts until a request to count again is approved."""

    __tablename__ = "set_aside_response"
    __table_args__ = ({"sqlite_with_rowid": False},)

    local_date: Mapped[date] = mapped_column(Date, primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("set_aside_request.id"), primary_key=True)
