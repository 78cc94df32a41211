"""Load what every installation starts with: the fields of procedures and the released questionnaires."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from survey.database import write
from survey.models import ServiceField

FIELDS = Path(__file__).resolve().parent.parent / "presets" / "fields.toml"


def load(session: Session, *, today: date) -> None:
    """Add the presets that are missing; what an officer has changed stays as it is."""
    with write(session):
        _add_fields(session)


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
