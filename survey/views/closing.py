"""Closing a period: what to check, drafts and objections, closing, verification, publication, correction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.periods import Period
from survey.access import Permission, require_at_top
from survey.closing_messages import difference_line
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import ObjectionVerdict, ScoreSet
from survey.services import (
    closing_check,
    job,
    objection,
    publication,
    score,
    score_draft,
    score_rule,
    verification,
)
from survey.views.known_period import known_period
from survey.views.officer_page import officer_blueprint
from survey.whole_number import whole_number

blueprint = officer_blueprint("closing")
USUAL_DAYS = 5


@blueprint.get("/closing")
def choose() -> Response | str:
    """Lead to the period asked for, else to the newest one that is over and not closed yet."""
    require_at_top(Permission.CLOSE_PERIOD)
    if wanted := request.args.get("period"):
        return _to(known_period(wanted))
    periods = score.periods(db.session)
    if not periods:
        return render_template("officer/empty.html", reason="period")
    over = [period for period in periods if period.last < _now().date()]
    waiting = (period for period in over if score.closed_set(db.session, period.text) is None)
    return _to(next(waiting, (over or periods)[0]))


@blueprint.get("/closing/<period>")
def closing(period: str) -> Response | str:
    """Show how far the closing of a period has come, and what can be done next."""
    require_at_top(Permission.CLOSE_PERIOD)
    wanted = known_period(period)
    if wanted.text != period:
        return redirect(url_for("closing.closing", period=wanted.text), 308)
    return _page(wanted)


@blueprint.post("/closing/<period>/draft")
def draft(period: str) -> Response | tuple[str, int]:
    """Send the draft result to the units, as long work."""
    wanted, email = _asked(period)
    try:
        days = int(request.form.get("days", ""))
    except ValueError:
        days = 0
    if not 1 <= days <= score_draft.MOST_DAYS:
        return _page(wanted, fault=HailongError("draft_days", most=score_draft.MOST_DAYS), at="days"), 422
    try:
        score.check_closing(db.session, wanted, now=_now())
    except HailongError as error:
        # Objections that wait for an answer do not keep a second draft back.
        if error.code != "objections_unanswered":
            return _page(wanted, fault=error, at="days"), 422
    return _work("send_draft", {"period": wanted.text, "days": days}, email)


@blueprint.post("/closing/<period>/objections/<int:objection_id>")
def answer(period: str, objection_id: int) -> Response | tuple[str, int]:
    """Answer what a unit holds against its draft."""
    wanted, email = _asked(period)
    text, verdict = request.form.get("answer", ""), request.form.get("verdict", "")
    if verdict not in set(ObjectionVerdict):
        abort(400)
    try:
        objection.answer_objection(
            db.session, wanted.text, objection_id, ObjectionVerdict(verdict), text, now=_now(), actor=email
        )
    except HailongError as error:
        if error.code == "objection_unknown":
            abort(404)
        return _page(wanted, fault=error, at=f"answer-{objection_id}", typed=text), 422
    flash(_("Đã ghi câu trả lời; đơn vị xem được ngay."), "good")
    return redirect(url_for("closing.closing", period=wanted.text, _anchor="objections"), 303)


@blueprint.post("/closing/<period>/close")
def close(period: str) -> Response | tuple[str, int]:
    """Close the period, or correct it, as long work."""
    wanted, email = _asked(period)
    newest = score.closed_set(db.session, wanted.text)
    revision_of = request.form.get("revision_of", type=whole_number)
    reason = request.form.get("reason", "")
    try:
        score.check_closing(db.session, wanted, now=_now(), revision_of=revision_of, reason=reason)
    except HailongError as error:
        return _page(wanted, fault=error, at="confirm" if newest is None else "reason", typed=reason), 422
    if "confirm" not in request.form:
        return _page(wanted, fault=HailongError("closing_unconfirmed"), at="confirm", typed=reason), 422
    payload = {"period": wanted.text, "revision_of": revision_of, "reason": reason}
    return _work("close_period", payload, email)


@blueprint.post("/closing/<period>/verify")
def verify(period: str) -> Response:
    """Compute a revision again, as long work."""
    wanted, email = _asked(period)
    found = _revision(wanted, request.form.get("revision", type=whole_number))
    return _work("verify_period", {"period": wanted.text, "revision": found.revision}, email)


@blueprint.post("/closing/<period>/publish")
def publish(period: str) -> Response:
    """Publish the newest revision once it has been computed again, as long work."""
    wanted, email = _asked(period)
    if _revision(wanted, None).published_at is not None:
        flash(_("Bản này đã công bố rồi."), "warning")
        return _to(wanted)
    return _work("publish_period", {"period": wanted.text}, email)


def _page(period: Period, *, fault: HailongError | None = None, at: str = "", typed: str = "") -> str:
    now = _now()
    revisions = publication.closed_revisions(db.session, period.text)
    rule = score_rule.rule_for(db.session, period.text)
    newest_draft = objection.newest_draft(db.session, period.text)
    return render_template(
        "officer/closing.html",
        period=period,
        periods=score.periods(db.session),
        is_over=period.last < now.date(),
        checks=closing_check.checks(db.session, period),
        latest=score.latest_set(db.session, period.text),
        rule=rule,
        words="en" if str(get_locale()) == "en" else "vi",
        drafts=objection.drafts(db.session, period.text),
        is_running=newest_draft is not None and now.date() <= newest_draft.until,
        objections=objection.objections(db.session, period.text),
        revisions=[(found, verification.last_verification(db.session, found)) for found in revisions],
        input_changed=bool(revisions) and verification.dossiers_changed(db.session, revisions[0]),
        difference_line=difference_line,
        usual_days=USUAL_DAYS,
        most_days=score_draft.MOST_DAYS,
        fault=None if fault is None else sentence(fault),
        at=at,
        typed=typed,
    )


def _asked(period: str) -> tuple[Period, str]:
    officer = require_at_top(Permission.CLOSE_PERIOD)
    return known_period(period), officer.email


def _work(kind: str, payload: dict[str, Any], email: str) -> Response:
    asked = job.ask(db.session, kind, payload, actor=email, now=_now())
    return redirect(url_for("jobs.show", job_id=asked.id), 303)


def _revision(period: Period, revision: int | None) -> ScoreSet:
    try:
        return verification.closed_revision(db.session, period.text, revision)
    except HailongError:
        abort(404)


def _to(period: Period) -> Response:
    return redirect(url_for("closing.closing", period=period.text), 303)


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
