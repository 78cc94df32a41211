"""The units' scores of a period."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from survey.access import Permission, require, require_at_top, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence, status_word, warning_sentence
from survey.services import job, objection, score
from survey.services.names import code_names
from survey.services.scoreboard import scoreboard
from survey.set_aside_messages import set_aside_line
from survey.views.known_period import known_period
from survey.views.officer_page import officer_blueprint
from survey.whole_number import whole_number

blueprint = officer_blueprint("scores")


@blueprint.get("/scores")
def choose() -> Response:
    """Turn the period picker's choice into the address of that period; without one lead to the newest."""
    require(Permission.SEE_SCORES)
    if "period" not in request.args:
        periods = score.periods(db.session)
        to = url_for("scores.scores", period=periods[0].text) if periods else url_for("dashboard.home")
        return redirect(to, 303)
    period, group = request.args.get("period", ""), request.args.get("group") or None
    return redirect(url_for("scores.scores", period=known_period(period).text, group=group), 303)


@blueprint.get("/scores/<period>")
def scores(period: str) -> Response | str:
    """List the scores of the units that the officer may see."""
    officer = require(Permission.SEE_SCORES)
    wanted = known_period(period)
    if wanted.text != period:
        return redirect(url_for("scores.scores", period=wanted.text), 308)
    revision = request.args.get("revision", type=whole_number)
    score_set = score.latest_set(db.session, wanted.text)
    if revision is not None:
        score_set = score.revision_set(db.session, wanted.text, revision) or abort(404)
    group = request.args.get("group")
    board = None
    if score_set is not None:
        visible = visible_units(db.session, officer, Permission.SEE_SCORES)
        board = scoreboard(db.session, score_set, unit_ids=visible, group=group)
        if group is not None and group not in board.group_names:
            abort(404)
    return render_template(
        "officer/scores.html",
        period=wanted,
        periods=score.periods(db.session),
        board=board,
        revision=revision,
        draft=objection.newest_draft(db.session, wanted.text),
        group=group,
        own={grant.unit_id for grant in officer.grants},
        status_word=status_word,
        set_aside_line=set_aside_line,
        warning_sentence=partial(warning_sentence, names=code_names(db.session, str(get_locale()))),
    )


@blueprint.post("/scores/<period>/refresh")
def refresh(period: str) -> Response:
    """Compute the provisional scores of an open period anew: of all units, so only who stands above all may."""
    officer = require_at_top(Permission.REFRESH_SCORES)
    wanted = known_period(period)
    if score.closed_set(db.session, wanted.text) is not None:
        flash(sentence(HailongError("period_closed", period=wanted.text)), "warning")
        return redirect(url_for("scores.scores", period=wanted.text), 303)
    asked = job.ask(
        db.session, "refresh_scores", {"period": wanted.text}, actor=officer.email, now=datetime.now(TIME_ZONE)
    )
    return redirect(url_for("jobs.show", job_id=asked.id), 303)
