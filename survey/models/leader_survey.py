"""The leaders' survey of a year: how many were asked, and what was answered; their links are one-time codes."""

from __future__ import annotations

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


class LeaderResponse(Model):
    """One leader's answers, under the hash of the number that was shown, without a day."""

    __tablename__ = "leader_response"
    __table_args__ = ({"sqlite_with_rowid": False},)

    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("leader_survey.id"), index=True)
    answers: Mapped[str] = mapped_column(String(80))
