"""Editing a draft of a questionnaire: saved with every button, checked beside each field, previewed as a phone."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from forms.questionnaire import QuestionnaireError, released_questionnaires
from forms.questionnaire_draft import Data, changed_order, merged, presentable, read, same_arrangement, stamp
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
def change(draft_id: str) -> AnyResponse | tuple[str, int]:
    """Save what was typed, then do what the button says."""
    draft, email = _draft(draft_id, or_its_version=True)
    before, shown = draft.definition, request.form.get("shown")
    typed = merged(before, request.form)
    action = request.form.get("do", SAVE)
    if shown is not None and shown != stamp(before) and not (same_arrangement(before, shown) and typed == before):
        return _conflict(draft_id)
    data = typed if action in (SAVE, RELEASE) else changed_order(typed, action, taken=_codes())
    try:
        questionnaire_draft.save(db.session, draft_id, data, before=before, now=_now(), actor=email)
    except HailongError:
        return _conflict(draft_id)
    if action == RELEASE:
        return _release(draft_id, data, email)
    if action == SAVE:
        flash(_("Đã lưu bản nháp."), "good")
    anchor = None if action == SAVE else "questions"
    return redirect(url_for("questionnaire_drafts.edit", draft_id=draft_id, _anchor=anchor), 303)


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
    _found, email = _draft(draft_id, or_its_version=True)
    try:
        questionnaire_draft.discard(db.session, draft_id, now=_now(), actor=email)
    except HailongError:
        _gone(draft_id)
    flash(_("Đã bỏ bản nháp."), "good")
    return redirect(url_for("questionnaires.questionnaires"), 303)


def _release(draft_id: str, seen: Data, email: str) -> AnyResponse | tuple[str, int]:
    faults = _faults(seen)
    if "confirm" not in request.form:
        faults["confirm"] = _("Xin đánh dấu đã xem bản trên điện thoại: phát hành rồi thì không sửa được nữa.")
    now = _now()
    if not faults:
        try:
            released = questionnaire.release(
                db.session, draft_id, seen=seen, now=now, today=now.date(), actor=email
            )
        except HailongError as error:
            if error.code == "draft_changed":
                return _conflict(draft_id)
            faults = {"whole": sentence(error)}
        else:
            return _to_version(released.id)
    db.session.rollback()
    draft, _email = _draft(draft_id, or_its_version=True)
    return _page(draft, faults), 422


def _conflict(draft_id: str) -> tuple[str, int]:
    """Show what was typed over what was saved elsewhere meanwhile; where fields would not fit, only the latter."""
    db.session.rollback()
    draft, _email = _draft(draft_id, or_its_version=True)
    fits = same_arrangement(draft.definition, request.form.get("shown", ""))
    data = merged(draft.definition, request.form) if fits else draft.definition
    problem = sentence(HailongError("draft_changed" if fits else "draft_rearranged"))
    return _page(draft, {}, data=data, conflict=problem), 409


def _page(draft: QuestionnaireDraft, faults: Faults, *, data: Data | None = None, conflict: str = "") -> str:
    g.content_security_policy = {"frame-src": "'self'"}
    data = data or draft.definition
    return render_template(
        "officer/questionnaire_edit.html",
        draft=draft,
        data=data,
        shown=stamp(draft.definition),
        faults=faults,
        conflict=conflict,
        value=lambda name: read(data, name),
    )


def _faults(data: Data) -> Faults:
    return faults_of(data, released={each.id for each in released_questionnaires()})


def _codes() -> set[str]:
    return {q.code for each in released_questionnaires() for q in (*each.questions, *each.extra_questions)}


def _draft(draft_id: str, *, or_its_version: bool = False) -> tuple[QuestionnaireDraft, str]:
    officer = require_at_top(Permission.EDIT_QUESTIONNAIRES)
    draft = db.session.get(QuestionnaireDraft, draft_id, populate_existing=True)
    if draft is None and or_its_version:
        _gone(draft_id)
    if draft is None:
        abort(404)
    return draft, officer.email


def _gone(draft_id: str) -> NoReturn:
    """Lead whoever pressed twice, or a moment after a colleague, to the version that the draft became."""
    version = questionnaire_draft.released_as(db.session, draft_id)
    abort(404 if version is None else _to_version(version))


def _to_version(version: str) -> AnyResponse:
    flash(_("Đã phát hành %(version)s. Từ giờ không ai sửa được bản này.", version=version), "good")
    return redirect(url_for("questionnaires.questionnaire", version=version), 303)


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
