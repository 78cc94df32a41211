"""Typing paper forms: the batches of a unit, a new batch, and its sheets."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from analysis.periods import quarter_of
from forms.paper import BeginForm, SheetForm
from survey.access import Permission, require, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import BatchState, Counter, Officer, PaperBatch, Unit
from survey.services import paper, paper_check
from survey.services.paper_legend import legend
from survey.services.paper_row import stored_row
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("paper")
EXIT = "exit"
# Where to mend what the service refuses.
FIELDS = {
    "paper_openers_equal": "opener_two",
    "paper_days_wrong": "first_day",
    "paper_two_quarters": "first_day",
    "paper_period_closed": "last_day",
    "paper_found_wrong": "found",
}
Page = Response | str | tuple[str, int]


@blueprint.route("/paper", methods=["GET", "POST"])
def batches() -> Page:
    """List the batches, and begin one."""
    officer = require(Permission.ENTER_PAPER)
    unit, units = _unit(officer)
    form = None if unit is None else _begin_form(unit)
    problem, target = None, "box"
    if unit is not None and form is not None and form.is_submitted():
        if form.validate():
            try:
                batch = _begin(unit, form, officer)
                return redirect(url_for("paper.batch", batch_id=batch.id), 303)
            except HailongError as error:
                problem, target = sentence(error), FIELDS.get(error.code, "box")
        problem = problem or _("Chưa mở được lô")
    visible = [unit.id] if unit is not None else [one.id for one in units]
    found = paper.batches(db.session, visible)
    html = render_template(
        "officer/paper.html",
        form=form,
        unit=unit,
        units=units,
        batches=found,
        problem=problem,
        target=target,
        State=BatchState,
    )
    return (html, 422) if problem else html


@blueprint.get("/paper/<batch_id>")
def batch(batch_id: str) -> Page:
    """Type the next sheet, or see how the batch ended."""
    return show_batch(batch_or_refuse(batch_id))


@blueprint.post("/paper/<batch_id>/sheets")
def add_sheet(batch_id: str) -> Page:
    """Keep one sheet and go on to the next."""
    found = batch_or_refuse(batch_id)
    form = SheetForm()
    if not form.validate():
        abort(400)
    number, typed = form.number.data, form.typed.data
    try:
        row = paper.type_sheet(db.session, found.id, number, typed)
    except HailongError as error:
        return show_batch(found, typed=typed, problem=sentence(error)), 422
    flash(_("Đã giữ tờ số %(number)s: %(keys)s", number=number, keys=row.keys), "good")
    return redirect(url_for("paper.batch", batch_id=found.id), 303)


@blueprint.route("/paper/<batch_id>/sheets/<int:number>", methods=["GET", "POST"])
def sheet(batch_id: str, number: int) -> Page:
    """Correct a sheet that was typed wrongly."""
    found = batch_or_refuse(batch_id)
    known = next((one for one in found.sheets if one.number == number), None)
    if known is None:
        abort(404)
    form, problem = SheetForm(), None
    typed = stored_row(legend_of(found).questionnaire, known.typed).keys
    if form.is_submitted():
        if not form.validate():
            abort(400)
        typed = form.typed.data
        try:
            row = paper.correct_sheet(db.session, found.id, number, typed)
            flash(_("Đã sửa tờ số %(number)s: %(keys)s", number=number, keys=row.keys), "good")
            return redirect(url_for("paper.batch", batch_id=found.id), 303)
        except HailongError as error:
            problem = sentence(error)
    html = render_template(
        "officer/paper_sheet.html",
        batch=found,
        legend=legend_of(found),
        number=number,
        typed=typed,
        problem=problem,
        is_last=number == len(found.sheets),
        drawn=known.chosen,
    )
    return (html, 422) if problem else html


@blueprint.post("/paper/<batch_id>/sheets/<int:number>/remove")
def remove_sheet(batch_id: str, number: int) -> Response:
    """Take the newest sheet back."""
    found = batch_or_refuse(batch_id)
    try:
        paper.remove_last_sheet(db.session, found.id, number)
    except HailongError as error:
        flash(sentence(error), "warning")
    else:
        flash(_("Đã bỏ dòng của tờ số %(number)s.", number=number), "good")
    return redirect(url_for("paper.batch", batch_id=found.id), 303)


def batch_or_refuse(batch_id: str) -> PaperBatch:
    """Fetch a batch; answer 404 if there is none, 403 if the officer does not type for its unit."""
    officer = require(Permission.ENTER_PAPER)
    found = db.session.get(PaperBatch, batch_id) if re.fullmatch(r"[0-9a-f]{32}", batch_id) else None
    if found is None:
        abort(404)
    if found.unit_id not in visible_units(db.session, officer, Permission.ENTER_PAPER):
        abort(403)
    return found


def legend_of(found: PaperBatch) -> Any:
    """What the keys mean, in the language of the page."""
    return legend(db.session, found.version, str(get_locale()))


def show_batch(found: PaperBatch, *, typed: str = "", problem: str | None = None) -> str:
    """Show an open batch with the next sheet to type, or what became of one that has ended."""
    if found.state is not BatchState.OPEN:
        return render_template("officer/paper_ended.html", batch=found, State=BatchState)
    return render_template(
        "officer/paper_batch.html",
        batch=found,
        legend=legend_of(found),
        number=len(found.sheets) + 1,
        typed=typed,
        problem=problem,
        check=paper_check.progress(found),
    )


def _unit(officer: Officer) -> tuple[Unit | None, list[Unit]]:
    """The unit to type for, if it is settled, and all that can be chosen."""
    ids = visible_units(db.session, officer, Permission.ENTER_PAPER)
    units = list(db.session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.code)))
    wanted = request.args.get("unit")
    if wanted is None:
        return (units[0] if len(units) == 1 else None), units
    unit = db.session.scalars(select(Unit).where(Unit.code == wanted)).one_or_none()
    if unit is None:
        abort(404)
    if unit.id not in ids:
        abort(403)
    return unit, units


def _begin_form(unit: Unit) -> BeginForm:
    today = datetime.now(TIME_ZONE).date()
    counters = db.session.scalars(select(Counter).where(Counter.unit_id == unit.id).order_by(Counter.code))
    boxes = [(EXIT, _("Hộp chung ở cửa ra")), *((counter.code, counter.name) for counter in counters)]
    return BeginForm.for_boxes(
        boxes,
        data={
            "batch": paper.new_batch_id(),
            # This week, as far as it lies in this quarter.
            "first_day": max(today - timedelta(days=today.weekday()), quarter_of(today).first),
            "last_day": today,
            "opened_on": today,
        },
    )


def _begin(unit: Unit, form: BeginForm, officer: Officer) -> PaperBatch:
    counter = None
    if form.box.data != EXIT:
        counter = db.session.scalars(
            select(Counter).where(Counter.unit_id == unit.id, Counter.code == form.box.data)
        ).one()
    opening = paper.BoxOpening(
        first_day=form.first_day.data,
        last_day=form.last_day.data,
        opened_on=form.opened_on.data,
        opener_one=form.opener_one.data,
        opener_two=form.opener_two.data,
        found_count=form.found.data,
    )
    now = datetime.now(TIME_ZONE)
    return paper.begin(db.session, form.batch.data, unit, counter, opening, officer=officer, now=now)
