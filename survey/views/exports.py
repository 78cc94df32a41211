"""Files of closed periods."""

from __future__ import annotations

from flask import Response, abort, request

from analysis.errors import AnalysisError
from analysis.periods import parse_period
from survey.access import Permission, require, unit_or_refuse, visible_units
from survey.extensions import db
from survey.services import score
from survey.services.export import export_bytes
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("exports")
MIME_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@blueprint.get("/exports/<period>.<any(xlsx, csv, json):kind>")
def export(period: str, kind: str) -> Response:
    """Download the closed scores of the units that the officer may see, or of one of them (`?unit=CODE`)."""
    officer = require(Permission.EXPORT_SCORES)
    try:
        wanted = parse_period(period)
    except AnalysisError:
        abort(404)
    if score.closed_set(db.session, wanted.text) is None:
        abort(404)
    code = request.args.get("unit")
    if code is None:
        unit_ids = visible_units(db.session, officer, Permission.EXPORT_SCORES)
    else:
        unit_ids = {unit_or_refuse(code, Permission.EXPORT_SCORES).id}
    response = Response(export_bytes(db.session, wanted, kind, unit_ids), content_type=MIME_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"diem-hai-long-{wanted.text}.{kind}")
    return response
