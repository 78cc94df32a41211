"""Load what every installation starts with: the fields of procedures and the released questionnaires."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from forms.questionnaire import released_questionnaires
from survey.database import write
from survey.errors import HailongError
from survey.models import QuestionnaireVersion, ServiceField

FIELDS = Path(__file__).resolve().parent.parent / "presets" / "fields.toml"


def load(session: Session, *, today: date) -> None:
    """Add the presets that are missing; what an officer has changed stays as it is."""
    with write(session):
        _add_fields(session)
        _register_questionnaires(session, today)


def _add_fields(session: Session) -> None:
    fields = tomllib.loads(FIELDS.read_text(encoding="utf-8"))["field"]
    for position, field in enumerate(fields):
        if session.get(ServiceField, field["code"]) is None:
            session.add(
                ServiceField(
                    code=field["code"],
                    name_vi=field["vi"],
                    name_en=field["en"],
                    position=position,
                    asked=field.get("asked", True),
                )
            )


def _register_questionnaires(session: Session, today: date) -> None:
    """Freeze each released version at its first meeting: stored answers are unreadable if it changes later."""
    for questionnaire in released_questionnaires():
        known = session.get(QuestionnaireVersion, questionnaire.id)
        if known is None:
            session.add(
                QuestionnaireVersion(
                    id=questionnaire.id,
                    digest=questionnaire.digest(),
                    questions=[question.code for question in questionnaire.questions],
                    extra_questions=[question.code for question in questionnaire.extra_questions],
                    released_on=today,
                )
            )
        elif known.digest != questionnaire.digest():
            raise HailongError("questionnaire_changed", version=questionnaire.id)
