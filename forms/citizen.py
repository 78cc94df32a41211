"""The citizen's form and its optional second part, made from a questionnaire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm

from forms.fields import ChoiceField, SeveralField
from forms.nonce import Nonce, NonceError, Signer
from forms.question import Kind, Question
from forms.questionnaire import Questionnaire, load_questionnaire

EXPIRED = "expired"
ALTERED = "altered"
LONGEST_FIELD_CODE = 32
CLASSES_KEPT = 64


@dataclass(frozen=True)
class Opening:
    """For which code, and when, a form is opened or sent."""

    signer: Signer
    code: str
    version: str
    now: datetime


class NonceProtection(CSRF):  # type: ignore[misc]  # WTForms has no types
    """Takes WTForms' place for a token: a nonce that is good once, for one code and version, for seven days."""

    def setup_form(self, form: BaseForm) -> list[tuple[str, Any]]:
        self._opening: Opening = form.meta.csrf_context
        fields: list[tuple[str, Any]] = super().setup_form(form)
        return fields

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        # A form that comes back because of its answers keeps its nonce, and with it the moment it was opened.
        return csrf_token_field.data or self._new_nonce()

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:
        try:
            nonce = self._opening.signer.read(field.data or "", code=self._opening.code)
            if nonce.version != self._opening.version:
                raise NonceError("of a questionnaire that is not there any more")
        except NonceError:
            field.current_token = self._new_nonce()
            raise ValidationError(ALTERED) from None
        form.nonce = nonce
        if nonce.is_expired(self._opening.now):
            field.current_token = self._new_nonce()
            raise ValidationError(EXPIRED)

    def _new_nonce(self) -> str:
        opening = self._opening
        return opening.signer.issue(code=opening.code, version=opening.version, now=opening.now)


class Switches(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The reader's choice of large text and dark page, sent along so that the next page keeps it."""

    to = BooleanField()
    td = BooleanField()

    class Meta:
        csrf = False

        def get_translations(self, form: BaseForm) -> None:
            """Look nothing up: the messages here are codes, which the templates put into words."""


class ProtectedForm(Switches):
    """A form with its nonce: `nonce` once that has been read, and what may be wrong with it."""

    class Meta:
        csrf = True
        csrf_class = NonceProtection
        csrf_field_name = "n"

    nonce: Nonce | None = None

    @property
    def is_expired(self) -> bool:
        """Whether it was opened too long ago and must be sent once more with its new nonce."""
        return EXPIRED in self.n.errors

    @property
    def is_altered(self) -> bool:
        """Whether the nonce is missing, changed, or of another form."""
        return ALTERED in self.n.errors


class CitizenForm(ProtectedForm):
    """One field for each question, the declared field of procedures, and the nonce."""

    L = StringField()
    questionnaire: Questionnaire

    @property
    def answers(self) -> dict[str, str]:
        """What was ticked, by question code."""
        return _answers(self, self.questionnaire.questions)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The rating questions without an answer."""
        return self.questionnaire.unanswered_ratings(self.answers)

    @property
    def has_too_few(self) -> bool:
        """Whether more ratings are needed for the form to count."""
        return not self.questionnaire.is_valid(self.answers)

    @property
    def marked(self) -> tuple[str, ...]:
        """The questions to be pointed at: unanswered ratings if more are needed, and answers never offered."""
        missing = self.unanswered if self.has_too_few else ()
        codes = [question.code for question in self.questionnaire.questions]
        return tuple(code for code in codes if code in missing or self[code].errors)

    @property
    def never_offered(self) -> tuple[str, ...]:
        """The questions whose answer was none of the choices: a form that a browser shows cannot send that."""
        return tuple(question.code for question in self.questionnaire.questions if self[question.code].errors)

    @property
    def declared_field(self) -> str | None:
        """The field of procedures that was ticked; the list may have changed since, so any that exists is good."""
        declared: str = self.L.data or ""
        return declared if declared.isprintable() and 0 < len(declared) <= LONGEST_FIELD_CODE else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the nonce, that every answer was offered, and that enough ratings are answered."""
        return super().validate(extra_validators) and not self.has_too_few


class ExtraForm(Switches):
    """One field for each question asked after sending; all may be skipped."""

    questionnaire: Questionnaire

    @property
    def answers(self) -> dict[str, str]:
        """What was ticked, by question code; an answer that was not offered counts as skipped."""
        chosen = _answers(self, self.questionnaire.extra_questions)
        return {code: value for code, value in chosen.items() if self[code].is_offered()}


def citizen_form(opening: Opening, sent: MultiDict[str, str] | None = None) -> CitizenForm:
    """Make the form for `opening`, with what was sent if anything was."""
    form: CitizenForm = _form_class(load_questionnaire(opening.version))(
        formdata=sent, meta={"csrf_context": opening}
    )
    return form


def extra_form(version: str, sent: MultiDict[str, str] | None = None) -> ExtraForm:
    """Make the optional second part, with what was sent if anything was."""
    form: ExtraForm = _extra_class(load_questionnaire(version))(formdata=sent)
    return form


def blank_form(questionnaire: Questionnaire, opening: Opening) -> CitizenForm:
    """Make the form of a questionnaire that need not be released, to be looked at."""
    form: CitizenForm = _form_class(questionnaire)(formdata=None, meta={"csrf_context": opening})
    return form


@lru_cache(CLASSES_KEPT)
def _form_class(questionnaire: Questionnaire) -> Any:
    return type("QuestionnaireForm", (CitizenForm,), _members(questionnaire, questionnaire.questions))


@lru_cache(CLASSES_KEPT)
def _extra_class(questionnaire: Questionnaire) -> Any:
    return type("QuestionnaireExtra", (ExtraForm,), _members(questionnaire, questionnaire.extra_questions))


def _members(questionnaire: Questionnaire, questions: Sequence[Question]) -> dict[str, Any]:
    fields = {
        question.code: (SeveralField if question.kind is Kind.SEVERAL else ChoiceField)(values=question.values)
        for question in questions
    }
    return {"questionnaire": questionnaire} | fields


def _answers(form: FlaskForm, questions: Sequence[Question]) -> dict[str, str]:
    return {question.code: form[question.code].data for question in questions if form[question.code].data}
