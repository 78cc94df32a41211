"""Load what every installation starts with: the fields of procedures and the released questionnaires."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from forms.questionnaire import packaged_questionnaires
from survey.database import write
from survey.errors import HailongError
from survey.models import QuestionnaireVersion, ServiceField
from survey.services import questionnaire

# The description of the open data.
OPENAPI = Path(__file__).resolve().parent.parent / "presets" / "openapi.json"
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
    """Freeze each version of the program at its first meeting; check that nothing released was changed."""
    for each in packaged_questionnaires():
        known = session.get(QuestionnaireVersion, each.id)
        if known is None:
            questionnaire.register(session, each, today=today, packaged=True)
        elif known.digest != each.digest():
            raise HailongError("questionnaire_changed", version=each.id)
    questionnaire.check_stored(session)
