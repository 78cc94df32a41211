"""The second typing of a batch of paper forms, and its end."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.paper import SheetForm
from survey.access import Permission, require
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import BatchState, PaperBatch
from survey.services import paper, paper_check
from survey.views.officer_page import officer_blueprint
from survey.views.paper import Page, batch_or_refuse, legend_of

blueprint = officer_blueprint("paper_check")


@blueprint.post("/paper/<batch_id>/draw")
def draw(batch_id: str) -> Response:
    """Draw the sheets to be typed a second time."""
    found = batch_or_refuse(batch_id)
    try:
        paper_check.draw(db.session, found.id)
    except HailongError as error:
        flash(sentence(error), "warning")
        return redirect(url_for("paper.batch", batch_id=found.id), 303)
    return redirect(url_for("paper_check.check", batch_id=found.id), 303)


@blueprint.route("/paper/<batch_id>/check", methods=["GET", "POST"])
def check(batch_id: str) -> Page:
    """Type a drawn sheet again without seeing the first typing; look up on paper where the two differ."""
    found = batch_or_refuse(batch_id)
    form, typed, problem = SheetForm(), "", None
    if form.is_submitted():
        if not form.validate():
            abort(400)
        typed = form.typed.data
        officer, now = require(Permission.ENTER_PAPER), datetime.now(TIME_ZONE)
        try:
            paper_check.type_again(db.session, found.id, form.number.data, typed, officer=officer, now=now)
            return redirect(url_for("paper_check.check", batch_id=found.id), 303)
        except HailongError as error:
            problem = sentence(error)
    return _show_check(found, typed, problem)


@blueprint.post("/paper/<batch_id>/finish")
def finish(batch_id: str) -> Page:
    """Turn the sheets into responses."""
    found = batch_or_refuse(batch_id)
    officer, now = require(Permission.ENTER_PAPER), datetime.now(TIME_ZONE)
    try:
        paper_check.finish(db.session, found.id, reason=request.form.get("reason", ""), officer=officer, now=now)
    except HailongError as error:
        return _show_check(found, "", sentence(error))
    return redirect(url_for("paper.batch", batch_id=found.id), 303)


@blueprint.post("/paper/<batch_id>/discard")
def discard(batch_id: str) -> Response:
    """Give the batch up."""
    found = batch_or_refuse(batch_id)
    officer, now = require(Permission.ENTER_PAPER), datetime.now(TIME_ZONE)
    try:
        paper.discard(db.session, found.id, reason=request.form.get("reason", ""), officer=officer, now=now)
    except HailongError as error:
        flash(_("Chưa bỏ lô: %(why)s", why=sentence(error)), "warning")
    return redirect(url_for("paper.batch", batch_id=found.id), 303)


def _show_check(found: PaperBatch, typed: str, problem: str | None) -> Page:
    if found.state is not BatchState.OPEN or not found.sheets:
        return redirect(url_for("paper.batch", batch_id=found.id), 303)
    html = render_template(
        "officer/paper_check.html",
        batch=found,
        legend=legend_of(found),
        check=paper_check.progress(found),
        typed=typed,
        problem=problem,
        reason=request.form.get("reason", ""),
    )
    return (html, 422) if problem else html
