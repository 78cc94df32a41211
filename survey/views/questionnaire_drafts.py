"""Editing a draft of a questionnaire: saved with every button, checked beside each field, previewed as a phone."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from forms.questionnaire import QuestionnaireError, released_questionnaires
from forms.questionnaire_draft import Data, changed_order, merged, presentable, read
from forms.questionnaire_faults import Faults, faults_of
from survey.access import Permission, require_at_top
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import QuestionnaireDraft
from survey.services import questionnaire, questionnaire_draft
from survey.views.officer_page import officer_blueprint
from survey.views.questionnaire_preview import preview_response

blueprint = officer_blueprint("questionnaire_drafts")
SAVE, RELEASE = "save", "release"


@blueprint.get("/questionnaire-drafts/<draft_id>")
def edit(draft_id: str) -> str:
    """Show the draft with what it still lacks."""
    draft, _email = _draft(draft_id)
    return _page(draft, _faults(draft.definition))


@blueprint.post("/questionnaire-drafts/<draft_id>")
def change(draft_id: str) -> AnyResponse | str | tuple[str, int]:
    """Save what was typed, then do what the button says."""
    draft, email = _draft(draft_id)
    data = merged(draft.definition, request.form)
    action = request.form.get("do", SAVE)
    if action not in (SAVE, RELEASE):
        codes = {question.code for each in released_questionnaires() for question in each.questions}
        codes |= {question.code for each in released_questionnaires() for question in each.extra_questions}
        data = changed_order(data, action, taken=codes)
    questionnaire_draft.save(db.session, draft, data, now=_now(), actor=email)
    if action == RELEASE:
        return _release(draft, email)
    if action == SAVE:
        flash(_("Đã lưu bản nháp."), "good")
    anchor = None if action == SAVE else "questions"
    return redirect(url_for("questionnaire_drafts.edit", draft_id=draft.id, _anchor=anchor), 303)


@blueprint.route("/questionnaire-drafts/<draft_id>/preview", methods=["GET", "POST"])
def preview(draft_id: str) -> Response:
    """Show the draft as a phone shows it: as it was saved, or as it is being typed; nothing is stored."""
    draft, _email = _draft(draft_id)
    data = merged(draft.definition, request.form) if request.method == "POST" else draft.definition
    try:
        return preview_response(presentable(data))
    except QuestionnaireError:
        abort(422)


@blueprint.post("/questionnaire-drafts/<draft_id>/discard")
def discard(draft_id: str) -> AnyResponse:
    """Throw the draft away."""
    draft, email = _draft(draft_id)
    questionnaire_draft.discard(db.session, draft, now=_now(), actor=email)
    flash(_("Đã bỏ bản nháp."), "good")
    return redirect(url_for("questionnaires.questionnaires"), 303)


def _release(draft: QuestionnaireDraft, email: str) -> AnyResponse | tuple[str, int]:
    faults = _faults(draft.definition)
    if "confirm" not in request.form:
        faults["confirm"] = _("Xin đánh dấu đã xem bản trên điện thoại: phát hành rồi thì không sửa được nữa.")
    if faults:
        return _page(draft, faults), 422
    now = _now()
    try:
        released = questionnaire.release(db.session, draft.id, now=now, today=now.date(), actor=email)
    except HailongError as error:
        return _page(draft, {"whole": sentence(error)}), 422
    flash(_("Đã phát hành %(version)s. Từ giờ không ai sửa được bản này.", version=released.id), "good")
    return redirect(url_for("questionnaires.questionnaire", version=released.id), 303)


def _page(draft: QuestionnaireDraft, faults: Faults) -> str:
    g.content_security_policy = {"frame-src": "'self'"}
    data = draft.definition
    return render_template(
        "officer/questionnaire_edit.html",
        draft=draft,
        data=data,
        faults=faults,
        value=lambda name: read(data, name),
    )


def _faults(data: Data) -> Faults:
    return faults_of(data, released={each.id for each in released_questionnaires()})


def _draft(draft_id: str) -> tuple[QuestionnaireDraft, str]:
    officer = require_at_top(Permission.EDIT_QUESTIONNAIRES)
    draft = db.session.get(QuestionnaireDraft, draft_id)
    if draft is None:
        abort(404)
    return draft, officer.email


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
