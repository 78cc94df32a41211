"""The questionnaires: which there are, what each asks, where each is used."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from forms.questionnaire import Questionnaire, QuestionnaireError, load_questionnaire, released_questionnaires
from forms.questionnaire_draft import copy_of, next_id
from forms.questionnaire_use import UseForm
from survey.access import Permission, require, require_at_top, stands_at_top, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import QuestionnaireUse, QuestionnaireVersion, Unit
from survey.services import questionnaire_draft, questionnaire_use
from survey.views.officer_page import officer_blueprint
from survey.views.questionnaire_preview import preview_response

blueprint = officer_blueprint("questionnaires")
# Beside which field a refusal stands, if not beside the first day.
FIELDS = {"use_backwards": "last", "questionnaire_for_leaders": "unit"}


@blueprint.get("/questionnaires")
def questionnaires() -> str:
    """List every version with its source and dates, and the drafts for those who may edit."""
    officer = require(Permission.SEE_QUESTIONNAIRES)
    may_edit = stands_at_top(officer, Permission.EDIT_QUESTIONNAIRES)
    return render_template(
        "officer/questionnaires.html",
        versions=released_questionnaires(),
        drafts=questionnaire_draft.drafts(db.session) if may_edit else (),
        uses=questionnaire_use.uses(db.session, _units(Permission.SEE_QUESTIONNAIRES)),
        default=questionnaire_use.DEFAULT_VERSION,
        may_edit=may_edit,
        today=_now().date(),
    )


@blueprint.get("/questionnaires/<version>")
def questionnaire(version: str) -> str:
    """Show what a version asks, beside the form as a phone shows it."""
    require(Permission.SEE_QUESTIONNAIRES)
    return _page(_version(version), _use_form())


@blueprint.get("/questionnaires/<version>/preview")
def preview(version: str) -> Response:
    """Show the form of a version as citizens see it, to stand in a frame of our own pages."""
    require(Permission.SEE_QUESTIONNAIRES)
    return preview_response(_version(version))


@blueprint.post("/questionnaires/<version>/copy")
def copy(version: str) -> AnyResponse:
    """Begin a new version from this one."""
    officer = require_at_top(Permission.EDIT_QUESTIONNAIRES)
    base = _version(version)
    taken = {each.id for each in released_questionnaires()}
    taken |= {str(draft.definition["id"]) for draft in questionnaire_draft.drafts(db.session)}
    data = copy_of(base, new_id=next_id(base.id, taken), today=_now().date())
    draft = questionnaire_draft.begin(db.session, base=base.id, definition=data, now=_now(), actor=officer.email)
    return redirect(url_for("questionnaire_drafts.edit", draft_id=draft.id), 303)


@blueprint.post("/questionnaires/<version>/use")
def use(version: str) -> AnyResponse | tuple[str, int]:
    """Let the citizens of a unit and all below it answer this version from a day on."""
    officer = require(Permission.EDIT_QUESTIONNAIRES)
    unit = unit_or_refuse(request.form.get("unit", ""), Permission.EDIT_QUESTIONNAIRES)
    shown, form = _version(version), _use_form()
    if form.validate() and form.first.data:
        first, last = form.first.data, form.last.data
        try:
            questionnaire_use.assign(
                db.session, version, unit=unit, valid_from=first, valid_to=last, now=_now(), actor=officer.email
            )
        except HailongError as error:
            field = form[FIELDS.get(error.code, "first")]
            field.errors = [*field.errors, sentence(error)]
        else:
            flash(_("Đã giao %(version)s cho %(unit)s và các đơn vị trực thuộc, từ %(first)s.",
                    version=version, unit=unit.name, first=f"{first:%d/%m/%Y}"), "good")  # fmt: skip
            return redirect(url_for("questionnaires.questionnaire", version=version), 303)
    return _page(shown, form), 422


@blueprint.post("/questionnaires/<version>/uses/<int:use_id>/end")
def end(version: str, use_id: int) -> AnyResponse:
    """Let an assignment end with today, or take back one that has not begun."""
    officer = require(Permission.EDIT_QUESTIONNAIRES)
    ended = db.session.get(QuestionnaireUse, use_id)
    if ended is None or ended.version != version:
        abort(404)
    if ended.unit_id not in _units(Permission.EDIT_QUESTIONNAIRES):
        abort(403)
    unit = ended.unit.name
    questionnaire_use.end(db.session, ended, now=_now(), actor=officer.email)
    flash(_("%(unit)s thôi dùng %(version)s sau hôm nay.", unit=unit, version=version), "good")
    return redirect(url_for("questionnaires.questionnaire", version=version), 303)


def _use_form() -> UseForm:
    editable = _units(Permission.EDIT_QUESTIONNAIRES)
    units = db.session.scalars(select(Unit).where(Unit.id.in_(editable)).order_by(Unit.name))
    form = UseForm(first=_now().date())
    form.unit.choices = [(unit.code, unit.name) for unit in units]
    return form


def _page(shown: Questionnaire, form: UseForm) -> str:
    g.content_security_policy = {"frame-src": "'self'"}
    officer = require(Permission.SEE_QUESTIONNAIRES)
    return render_template(
        "officer/questionnaire.html",
        questionnaire=shown,
        stored=db.session.get_one(QuestionnaireVersion, shown.id),
        uses=questionnaire_use.uses(db.session, _units(Permission.SEE_QUESTIONNAIRES), shown.id),
        editable=_units(Permission.EDIT_QUESTIONNAIRES),
        form=form,
        may_edit=stands_at_top(officer, Permission.EDIT_QUESTIONNAIRES),
        words="en" if str(get_locale()) == "en" else "vi",
        today=_now().date(),
    )


def _version(version: str) -> Questionnaire:
    try:
        return load_questionnaire(version)
    except QuestionnaireError:
        abort(404)


def _units(permission: Permission) -> set[int]:
    return visible_units(db.session, require(Permission.SEE_QUESTIONNAIRES), permission)


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
