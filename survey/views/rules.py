"""The score rules: which there are, what each does, which holds when, and what another would change."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.periods import Period, parse_period
from survey.access import Permission, require, require_at_top, stands_at_top
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.services import job, score, score_rule, score_rule_draft, what_if
from survey.services.names import code_names
from survey.services.score_rule import ReleasedRule
from survey.views.known_period import known_period
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("rules")


@blueprint.get("/rules")
def rules() -> str:
    """List every rule with its source, the periods it holds for, and the drafts for those who may edit."""
    officer = require(Permission.SEE_SCORES)
    may_edit = stands_at_top(officer, Permission.EDIT_RULES)
    drafts = score_rule_draft.drafts(db.session) if may_edit else ()
    return render_template(
        "officer/rules.html",
        rules=score_rule.released_rules(db.session),
        drafts=[(draft, score_rule.parsed(draft.definition)) for draft in drafts],
        uses={use.period: use for use in score_rule.uses(db.session)},
        default=score_rule.default_rule_id(),
        periods=_choosable(),
        may_edit=may_edit,
        words=_words(),
    )


@blueprint.get("/rules/<rule_id>")
def rule(rule_id: str) -> str:
    """Show everything that a rule says."""
    officer = require(Permission.SEE_SCORES)
    return render_template(
        "officer/rule.html",
        found=_rule(rule_id),
        uses=[use for use in score_rule.uses(db.session) if use.rule == rule_id],
        may_edit=stands_at_top(officer, Permission.EDIT_RULES),
        names=code_names(db.session, _words()),
        words=_words(),
    )


@blueprint.post("/rules/<rule_id>/copy")
def copy(rule_id: str) -> Response:
    """Begin a new rule from this one."""
    officer = require_at_top(Permission.EDIT_RULES)
    _rule(rule_id)
    draft = score_rule_draft.begin(db.session, rule_id, now=_now(), actor=officer.email)
    return redirect(url_for("rule_drafts.edit", draft_id=draft.id), 303)


@blueprint.post("/rules/use")
def use() -> Response:
    """Let a rule hold for a period."""
    officer = require_at_top(Permission.EDIT_RULES)
    period = next((one for one in _choosable() if one.text == request.form.get("period")), None)
    if period is None:
        abort(404)
    try:
        score_rule.choose(db.session, period, request.form.get("rule", ""), now=_now(), actor=officer.email)
    except HailongError as error:
        flash(sentence(error), "warning")
        return redirect(url_for("rules.rules"), 303)
    if score.closed_set(db.session, period.text) is None:
        flash(_("Đã chọn. Điểm tạm tính đổi khi bấm “Tính lại”."), "good")
    else:
        flash(_("Đã chọn. Kỳ này đã chốt nên điểm không đổi, trừ khi lập bản đính chính."), "good")
    return redirect(url_for("rules.rules"), 303)


@blueprint.get("/rules/what-if")
def compare() -> str:
    """Show the last comparison that the officer asked for, and the form for another one."""
    officer = require_at_top(Permission.EDIT_RULES)
    periods = score.periods(db.session)
    period = known_period(request.args["period"]) if "period" in request.args else next(iter(periods), None)
    done = None if period is None else what_if.latest(db.session, period.text, officer.email)
    return render_template(
        "officer/what_if.html",
        period=period,
        periods=periods,
        rules=score_rule.released_rules(db.session),
        result=None if done is None else done.result["values"],
        finished_at=None if done is None else done.finished_at,
        most_rules=what_if.MOST_RULES,
    )


@blueprint.post("/rules/what-if")
def ask() -> Response:
    """Compare rules on a period, as long work."""
    officer = require_at_top(Permission.EDIT_RULES)
    period = known_period(request.form.get("period", ""))
    known = {each.id for each in score_rule.released_rules(db.session)}
    chosen = [rule_id for rule_id in request.form.getlist("rule") if rule_id in known]
    if not chosen:
        flash(_("Xin chọn ít nhất một quy tắc để so sánh."), "warning")
        return redirect(url_for("rules.compare", period=period.text), 303)
    payload = {"period": period.text, "rules": chosen}
    asked = job.ask(db.session, what_if.KIND, payload, actor=officer.email, now=_now())
    return redirect(url_for("jobs.show", job_id=asked.id), 303)


def _choosable() -> list[Period]:
    """The periods there are, and the years that their quarters make."""
    periods = score.periods(db.session)
    years = {parse_period(str(period.first.year)) for period in periods if period.kind == "quarter"}
    return sorted({*periods, *years}, key=lambda one: (one.last, one.first), reverse=True)


def _rule(rule_id: str) -> ReleasedRule:
    found = next((each for each in score_rule.released_rules(db.session) if each.id == rule_id), None)
    if found is None:
        abort(404)
    return found


def _words() -> str:
    return "en" if str(get_locale()) == "en" else "vi"


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
