"""The leaders' survey of a year: who is still to answer, and what was answered, without anything between them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model
from survey.models.unit import Unit


class LeaderSurvey(Model):
    """How many leaders were asked to rate a unit in a round, and by which questionnaire."""

    __tablename__ = "leader_survey"
    __table_args__ = (Index("uq_leader_survey_round_unit_id", "round", "unit_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[str] = mapped_column(ForeignKey("questionnaire_version.id"))
    asked: Mapped[int] = mapped_column(SmallInteger)

    unit: Mapped[Unit] = relationship()


class LeaderInvitation(Model):
    """A personal link that was not used yet: only its hash. The row goes when it is used.

    A mark "used" would be written in the same transaction as the answers, and PostgreSQL numbers rows by
    transaction: with the list of links at hand, an administrator could then read who answered what.
    """

    __tablename__ = "leader_invitation"
    __table_args__ = ({"sqlite_with_rowid": False},)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("leader_survey.id"), index=True)
    expires_on: Mapped[date]


class LeaderResponse(Model):
    """One leader's answers, under a random key, without a day."""

    __tablename__ = "leader_response"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("leader_survey.id"), index=True)
    answers: Mapped[str] = mapped_column(String(80))
