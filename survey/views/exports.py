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
    require,
    require_at_top,
    stands_at_top,
    unit_or_refuse,
    visible_units,
)
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Officer
from survey.services import job, publication, score
from survey.services.export import FORMATS, export_bytes
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
        may_verify=stands_at_top(officer, Permission.EXPORT_SCORES),
    )


@blueprint.post("/exports/<period>/verification")
def verification(period: str) -> Response:
    """Ask for the archive with which the scores can be computed again; for who answers for all units."""
    officer = require_at_top(Permission.EXPORT_SCORES)
    return _ask(_closed(period), Package.VERIFICATION, officer)


@blueprint.post("/exports/<period>/public")
def public(period: str) -> Response:
    """Ask for the archive of what is published."""
    officer = require(Permission.EXPORT_SCORES)
    wanted = _closed(period)
    if publication.published_set(db.session, wanted.text) is None:
        abort(404)
    return _ask(wanted, Package.PUBLIC, officer)


def _ask(period: Period, package: Package, officer: Officer) -> Response:
    unit_ids = sorted(visible_units(db.session, officer, Permission.EXPORT_SCORES))
    asked = job.ask(
        db.session,
        "export_package",
        {"period": period.text, "package": package.value, "unit_ids": unit_ids},
        actor=officer.email,
        now=datetime.now(TIME_ZONE),
    )
    return redirect(url_for("jobs.show", job_id=asked.id), 303)


def _closed(period: str) -> Period:
    try:
        wanted = parse_period(period)
    except AnalysisError:
        abort(404)
    if score.closed_set(db.session, wanted.text) is None:
        abort(404)
    return wanted


@blueprint.get("/exports/<period>.<any(xlsx, csv, json, docx, pdf):kind>")
def export(period: str, kind: str) -> AnyResponse:
    """Download the closed scores of the units that the officer may see, or of one of them (`?unit=CODE`)."""
    officer = require(Permission.EXPORT_SCORES)
    wanted = _closed(period)
    code = request.args.get("unit")
    if code is None:
        unit_ids = visible_units(db.session, officer, Permission.EXPORT_SCORES)
    else:
        unit_ids = {unit_or_refuse(code, Permission.EXPORT_SCORES).id}
    response = AnyResponse(export_bytes(db.session, wanted, kind, unit_ids), content_type=MIME_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"diem-hai-long-{wanted.text}.{kind}")
    return response
