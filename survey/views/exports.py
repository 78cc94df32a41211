"""Files of closed periods."""

from __future__ import annotations

from datetime import datetime

from flask import Response as AnyResponse
from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period
from survey.access import (
    Permission,
    checked_units,
    require,
    unit_or_refuse,
    visible_units,
)
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Officer
from survey.services import job, publication, score
from survey.services.export import FORMATS, export_bytes, file_name, takes_long
from survey.services.package import Package
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("exports")
MIME_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@blueprint.get("/exports")
def exports() -> str:
    """List the closed periods with every file there is of them."""
    officer = require(Permission.EXPORT_SCORES)
    closed = [
        (period, found)
        for period in score.periods(db.session)
        if (found := score.closed_set(db.session, period.text)) is not None
    ]
    return render_template(
        "officer/exports.html",
        closed=closed,
        published={found.period for found in publication.published_sets(db.session)},
        kinds=FORMATS,
        is_long=takes_long(len(_own_units(officer))),
        may_verify=bool(checked_units(officer)),
    )


@blueprint.post("/exports/<period>/verification")
def verification(period: str) -> Response:
    """Ask for the archive with which the scores can be computed again."""
    officer = require(Permission.EXPORT_SCORES)
    unit_ids = checked_units(officer)
    if not unit_ids:
        abort(403)
    return _ask(officer, "export_package", _closed(period), unit_ids, package=Package.VERIFICATION.value)


@blueprint.post("/exports/<period>/public")
def public(period: str) -> Response:
    """Ask for the archive of what is published."""
    officer = require(Permission.EXPORT_SCORES)
    wanted = _closed(period)
    if publication.published_set(db.session, wanted.text) is None:
        abort(404)
    return _ask(officer, "export_package", wanted, _own_units(officer), package=Package.PUBLIC.value)


@blueprint.post("/exports/<period>/<any(xlsx, csv, json, docx, pdf):kind>")
def make(period: str, kind: str) -> Response:
    """Ask for a file of many units."""
    officer = require(Permission.EXPORT_SCORES)
    return _ask(officer, "export_file", _closed(period), _own_units(officer), format=kind)


@blueprint.get("/exports/<period>.<any(xlsx, csv, json, docx, pdf):kind>")
def export(period: str, kind: str) -> Response:
    """Download the closed scores of the units that the officer may see, or of one of them (`?unit=CODE`)."""
    officer = require(Permission.EXPORT_SCORES)
    wanted = _closed(period)
    code = request.args.get("unit")
    unit_ids = _own_units(officer) if code is None else {unit_or_refuse(code, Permission.EXPORT_SCORES).id}
    if takes_long(len(unit_ids)):
        # There it can be asked for; a link alone sets nothing going.
        return redirect(url_for("exports.exports"), 303)
    response = AnyResponse(export_bytes(db.session, wanted, kind, unit_ids), content_type=MIME_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=file_name(wanted, kind))
    return response


def _own_units(officer: Officer) -> set[int]:
    return visible_units(db.session, officer, Permission.EXPORT_SCORES)


def _ask(officer: Officer, kind: str, period: Period, unit_ids: set[int], **more: str) -> Response:
    payload = {"period": period.text, "unit_ids": sorted(unit_ids), **more}
    asked = job.ask(db.session, kind, payload, actor=officer.email, now=datetime.now(TIME_ZONE))
    return redirect(url_for("jobs.show", job_id=asked.id), 303)


def _closed(period: str) -> Period:
    try:
        wanted = parse_period(period)
    except AnalysisError:
        abort(404)
    if score.closed_set(db.session, wanted.text) is None:
        abort(404)
    return wanted
