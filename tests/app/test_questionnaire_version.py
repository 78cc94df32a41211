"""A database remembers what each questionnaire asked, and refuses one that was changed afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from forms.questionnaire import load_questionnaire
from survey.errors import HailongError
from survey.messages import sentence
from survey.models import QuestionnaireVersion
from survey.services import presets

from conftest import TODAY


def test_released_versions_are_registered_once_with_their_questions(session: Session) -> None:
    presets.load(session, today=TODAY)
    version = session.get_one(QuestionnaireVersion, "short-v1")
    assert version.digest == load_questionnaire("short-v1").digest()
    assert version.questions == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q7"]
    assert version.extra_questions == ["Q6", "Q8"]
    assert version.released_on == TODAY


def test_a_version_that_changed_after_its_release_is_refused(session: Session) -> None:
    session.get_one(QuestionnaireVersion, "short-v1").digest = "0" * 64
    session.commit()
    with pytest.raises(HailongError) as refused:
        presets.load(session, today=TODAY)
    assert "short-v1" in sentence(refused.value)
