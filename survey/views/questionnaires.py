"""The questionnaires: which there are, what each asks, where each is used."""

from __future__ import annotations

from datetime import date, datetime

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from forms.questionnaire import Questionnaire, QuestionnaireError, load_questionnaire, released_questionnaires
from forms.questionnaire_draft import copy_of, next_id
from survey.access import Permission, require, require_at_top, stands_at_top, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import QuestionnaireVersion, Unit
from survey.services import questionnaire_draft, questionnaire_use
from survey.views.officer_page import officer_blueprint
from survey.views.questionnaire_preview import preview_response

blueprint = officer_blueprint("questionnaires")


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
    officer = require(Permission.SEE_QUESTIONNAIRES)
    shown = _version(version)
    g.content_security_policy = {"frame-src": "'self'"}
    editable = _units(Permission.EDIT_QUESTIONNAIRES)
    return render_template(
        "officer/questionnaire.html",
        questionnaire=shown,
        stored=db.session.get_one(QuestionnaireVersion, version),
        uses=questionnaire_use.uses(db.session, _units(Permission.SEE_QUESTIONNAIRES), version),
        units=db.session.scalars(select(Unit).where(Unit.id.in_(editable)).order_by(Unit.name)).all(),
        may_edit=stands_at_top(officer, Permission.EDIT_QUESTIONNAIRES),
        words="en" if str(get_locale()) == "en" else "vi",
        today=_now().date(),
    )


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
def use(version: str) -> AnyResponse:
    """Let the citizens of a unit and all below it answer this version from a day on."""
    officer = require(Permission.EDIT_QUESTIONNAIRES)
    unit = unit_or_refuse(request.form.get("unit", ""), Permission.EDIT_QUESTIONNAIRES)
    _version(version)
    first, last = _day("from"), _day("to")
    if first is None or (request.form.get("to") and last is None):
        flash(_("Chưa giao được: xin nhập ngày bắt đầu (và ngày kết thúc nếu có) như 01/10/2026."), "warning")
        return redirect(url_for("questionnaires.questionnaire", version=version), 303)
    try:
        questionnaire_use.assign(
            db.session, version, unit=unit, valid_from=first, valid_to=last, now=_now(), actor=officer.email
        )
    except HailongError as error:
        flash(sentence(error), "warning")
    else:
        flash(_("Đã giao %(version)s cho %(unit)s và các đơn vị trực thuộc, từ %(first)s.",
                version=version, unit=unit.name, first=f"{first:%d/%m/%Y}"), "good")  # fmt: skip
    return redirect(url_for("questionnaires.questionnaire", version=version), 303)


def _version(version: str) -> Questionnaire:
    try:
        return load_questionnaire(version)
    except QuestionnaireError:
        abort(404)


def _units(permission: Permission) -> set[int]:
    return visible_units(db.session, require(Permission.SEE_QUESTIONNAIRES), permission)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
