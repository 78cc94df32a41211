"""The names of the fields and factors that results mention by their codes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.questionnaire import released_questionnaires
from survey.models import ServiceField


def code_names(session: Session, language: str) -> dict[str, str]:
    """Name every field and factor in a language, by code."""
    fields = session.scalars(select(ServiceField))
    names = {field.code: field.name_en if language == "en" else field.name_vi for field in fields}
    for questionnaire in released_questionnaires():
        names |= {factor.code: factor.title.plain(language) for factor in questionnaire.factors}
    return names
