"""Which questionnaire versions this database has met, frozen by their digest."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model


class QuestionnaireVersion(Model):
    """A released version: the order of its questions is the meaning of every stored answer string."""

    __tablename__ = "questionnaire_version"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    questions: Mapped[list[str]]
    extra_questions: Mapped[list[str]]
    released_on: Mapped[date]
