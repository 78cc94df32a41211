"""Questionnaires released in this program: how every process comes to know them, and how one is released."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, has_app_context
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from forms.questionnaire import (
    PROGRAM_ID,
    Questionnaire,
    QuestionnaireError,
    provide_questionnaires,
    questionnaire_from,
    released_questionnaires,
)
from survey.database import write
from survey.errors import HailongError
from survey.models import QuestionnaireVersion
from survey.services import audit, questionnaire_draft

EXTENSION = "hailong_questionnaires"
_STORED = select(QuestionnaireVersion.id, QuestionnaireVersion.definition).where(
    QuestionnaireVersion.definition.is_not(None)
)


@dataclass
class Released:
    """The versions that one application has read from its database; they never change, so they are kept."""

    engine: Engine
    known: dict[str, Questionnaire] = field(default_factory=dict)

    def find(self, version: str | None) -> Mapping[str, Questionnaire]:
        """Read one version, or for None all of them."""
        if version is not None and version in self.known:
            return self.known
        wanted = _STORED if version is None else _STORED.where(QuestionnaireVersion.id == version)
        try:
            with self.engine.connect() as connection:
                rows = connection.execute(wanted).all()
        except (OperationalError, ProgrammingError):
            return {}  # a database without tables yet has released nothing
        for name, definition in rows:
            if name not in self.known:
                self.known[name] = questionnaire_from(json.loads(definition or "{}"))
        return self.known


def init_app(app: Flask, engine: Engine) -> None:
    """Let the forms find what was released in the database of `app`."""
    app.extensions[EXTENSION] = Released(engine)
    provide_questionnaires(_released_here)


def _released_here(version: str | None) -> Mapping[str, Questionnaire]:
    if not has_app_context():
        return {}
    released: Released = current_app.extensions[EXTENSION]
    return released.find(version)


def register(session: Session, questionnaire: Questionnaire, *, today: date, packaged: bool) -> None:
    """Freeze a version: stored answers are unreadable if it changes later. The caller owns the transaction."""
    session.add(
        QuestionnaireVersion(
            id=questionnaire.id,
            digest=questionnaire.digest(),
            questions=list(questionnaire.columns),
            extra_questions=list(questionnaire.extra_columns),
            released_on=today,
            definition=None if packaged else questionnaire.definition,
        )
    )


def check_stored(session: Session) -> None:
    """Raise HailongError if a version released here is not any more what was released."""
    rows = session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.definition.is_not(None)))
    for row in rows:
        try:
            digest = questionnaire_from(json.loads(row.definition or "{}")).digest()
        except (QuestionnaireError, ValueError):
            digest = ""
        if digest != row.digest:
            raise HailongError("questionnaire_changed", version=row.id)


def release(
    session: Session, draft_id: str, *, seen: dict[str, Any], now: datetime, today: date, actor: str
) -> Questionnaire:
    """Turn a draft into a version that nobody can change any more, if it is what the officer has `seen`.

    Raises HailongError `draft_gone`, `draft_changed`, `questionnaire_faulty`, `questionnaire_id_reserved`, or
    `questionnaire_released` where the id is taken.
    """
    with write(session):
        draft = questionnaire_draft.locked(session, draft_id)
        if draft.definition != seen:
            raise HailongError("draft_changed")
        try:
            questionnaire = questionnaire_from(draft.definition)
        except QuestionnaireError as error:
            raise HailongError("questionnaire_faulty", detail=str(error)) from error
        taken = {each.id for each in released_questionnaires()}
        if questionnaire.id in taken or session.get(QuestionnaireVersion, questionnaire.id) is not None:
            raise HailongError("questionnaire_released", version=questionnaire.id)
        if PROGRAM_ID.fullmatch(questionnaire.id):
            raise HailongError("questionnaire_id_reserved", version=questionnaire.id)
        base = draft.base
        register(session, questionnaire, today=today, packaged=False)
        session.delete(draft)
        try:
            session.flush()
        except IntegrityError as error:  # another draft of this id, released at the same moment
            raise HailongError("questionnaire_released", version=questionnaire.id) from error
        audit.record(
            session,
            now=now,
            actor=actor,
            action="questionnaire.release",
            subject=questionnaire.id,
            detail={"base": base, "digest": questionnaire.digest(), "draft": draft_id},
        )
    return questionnaire
