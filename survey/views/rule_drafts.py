"""Editing a draft of a score rule: saved with every button, checked, released once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.errors import AnalysisError
from forms.questionnaire import load_questionnaire
from forms.score_rule import FORMULAS, TRUST_LEVELS, typed, values
from survey.access import Permission, require_at_top
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import ScoreRuleDraft
from survey.services import score_rule, score_rule_draft
from survey.services.names import code_names
from survey.services.questionnaire_use import DEFAULT_VERSION
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("rule_drafts")
RELEASE = "release"


@blueprint.get("/rule-drafts/<draft_id>")
def edit(draft_id: str) -> str:
    """Show the draft with what it still lacks."""
    draft, _email = _draft(draft_id)
    data = score_rule.parsed(draft.definition)
    return _page(draft, data, _fault(data))


@blueprint.post("/rule-drafts/<draft_id>")
def change(draft_id: str) -> Response | tuple[str, int]:
    """Save what was typed; release it if that was asked for."""
    draft, email = _draft(draft_id)
    data = typed(
        score_rule.parsed(draft.definition),
        request.form,
        trust=request.form.getlist("trust_levels"),
        factors=_factors(),
    )
    try:
        saved = score_rule_draft.save(
            db.session, draft_id, data, shown=request.form.get("shown", ""), now=_now(), actor=email
        )
    except HailongError as error:
        return _page(draft, data, {"": sentence(error)}), 409
    if request.form.get("do") != RELEASE:
        flash(_("Đã lưu bản nháp."), "good")
        return redirect(url_for("rule_drafts.edit", draft_id=draft_id), 303)
    return _release(saved, email)


@blueprint.post("/rule-drafts/<draft_id>/discard")
def discard(draft_id: str) -> Response:
    """Throw the draft away."""
    _draft_found, email = _draft(draft_id)
    score_rule_draft.discard(db.session, draft_id, now=_now(), actor=email)
    flash(_("Đã bỏ bản nháp."), "good")
    return redirect(url_for("rules.rules"), 303)


def _release(draft: ScoreRuleDraft, email: str) -> Response | tuple[str, int]:
    data, now = score_rule.parsed(draft.definition), _now()
    fault = _fault(data)
    if not fault and "confirm" not in request.form:
        fault = {"confirm": _("Xin đánh dấu đã xem lại: phát hành rồi thì không sửa được nữa.")}
    if not fault:
        try:
            released = score_rule_draft.release(
                db.session, draft.id, shown=score_rule_draft.stamp(draft), now=now, today=now.date(), actor=email
            )
        except HailongError as error:
            fault = {"id" if error.code == "rule_released" else "": sentence(error)}
        else:
            flash(_("Đã phát hành %(rule)s. Từ giờ không ai sửa được quy tắc này.", rule=released.id), "good")
            return redirect(url_for("rules.rule", rule_id=released.id), 303)
    return _page(draft, data, fault), 422


def _page(draft: ScoreRuleDraft, data: dict[str, Any], faults: dict[str, str]) -> str:
    return render_template(
        "officer/rule_edit.html",
        draft=draft,
        values=values(data),
        shown=score_rule_draft.stamp(draft),
        faults=faults,
        formulas=FORMULAS,
        trust_levels=TRUST_LEVELS,
        factors=_factors(),
        names=code_names(db.session, str(get_locale())),
        least=score_rule_draft.LEAST_SUPPRESSED,
    )


def _fault(data: dict[str, Any]) -> dict[str, str]:
    """Say which field of the form holds the first value that cannot be used."""
    try:
        score_rule_draft.checked(data)
    except AnalysisError as error:
        place = (error.where or "").split(": ", 1)[-1]
        name = _field_of(place)
        return {name: _("Giá trị “%(got)s” chưa dùng được ở đây.", got=str(error.got))}
    return {}


def _field_of(place: str) -> str:
    """The field of the form for a place in the definition, such as `minimum: mark_below` or `points: steps 2`."""
    if "steps" in place:
        return "steps"
    if place.startswith("factor_weights: "):
        return "weight." + place.removeprefix("factor_weights: ")
    if place == "factor_weights":
        return f"weight.{_factors()[0]}"
    for group in ("title", "source"):
        if place.startswith(f"{group}: "):
            return place.replace(": ", ".")
    return place.rpartition(": ")[2].rpartition(".")[2]


def _factors() -> list[str]:
    return [factor.code for factor in load_questionnaire(DEFAULT_VERSION).factors]


def _draft(draft_id: str) -> tuple[ScoreRuleDraft, str]:
    officer = require_at_top(Permission.EDIT_RULES)
    draft = db.session.get(ScoreRuleDraft, draft_id, populate_existing=True)
    if draft is None:
        abort(404)
    return draft, officer.email


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
