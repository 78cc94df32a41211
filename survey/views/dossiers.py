"""The dossiers of the periods: send a table in, and see what was imported."""

from __future__ import annotations

from datetime import datetime

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period
from forms.upload import PeriodUploadForm
from survey.access import Permission, require, visible_units
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import day, period_name
from survey.models import ScoreState, UploadKind
from survey.services import period as periods
from survey.services.on_time import dossiers_of
from survey.views.known_period import known_period
from survey.views.uploads import Page, past_imports, reach_of, take_in, takes_files

blueprint = takes_files("dossiers")


@blueprint.route("/dossiers", methods=["GET", "POST"])
def dossiers() -> Page:
    """List the periods with their dossiers, and take a table in."""
    officer = require(Permission.IMPORT_DOSSIERS)
    overview = periods.overview(db.session, reach_of(officer, UploadKind.DOSSIERS).unit_ids)
    form = PeriodUploadForm()
    form.offer(_choices(overview))
    if request.method == "GET" and "period" in request.args:
        form.period.data = request.args["period"]
    if form.validate_on_submit():
        return take_in(UploadKind.DOSSIERS, form.file.data, officer, period=form.period.data)
    html = render_template(
        "officer/dossiers.html",
        form=form,
        overview=overview,
        past=past_imports(UploadKind.DOSSIERS, officer),
        State=ScoreState,
    )
    return (html, 422) if form.errors else html


@blueprint.get("/dossiers/<period>")
def of_period(period: str) -> Page:
    """Show what the dossiers of a period say by themselves, beside the score."""
    officer = require(Permission.SEE_SCORES)
    wanted = known_period(period)
    if wanted.text != period:
        return redirect(url_for("dossiers.of_period", period=wanted.text), 308)
    found = dossiers_of(db.session, wanted, visible_units(db.session, officer, Permission.SEE_SCORES))
    return render_template("officer/dossiers_of.html", period=wanted, found=found)


def _choices(overview: list[periods.PeriodState]) -> list[tuple[str, str]]:
    """The periods whose dossiers can be imported: known and open, likely next, or asked for in the address."""
    today = datetime.now(TIME_ZONE).date()
    wanted = [one.period for one in overview if one.state is not ScoreState.CLOSED]
    wanted += [one.period for one in periods.suggestions(db.session, today=today) if one.taken_by is None]
    if (asked := _asked()) is not None:
        wanted.append(asked)
    # A quarter is wanted far more often than a year.
    unique = sorted(set(wanted), key=lambda one: (one.day_count > 300, -one.last.toordinal()))
    return [(one.text, _words(one)) for one in unique]


def _asked() -> Period | None:
    text = request.args.get("period") or request.form.get("period")
    try:
        return parse_period(text) if text else None
    except AnalysisError:
        abort(404)


def _words(period: Period) -> str:
    if period.kind == "range":
        return period_name(period)
    first, last = day(period.first), day(period.last)
    return str(_("%(name)s (%(first)s–%(last)s)", name=period_name(period), first=first, last=last))
