"""Evidence beside the criteria of a sheet: added, handed out, taken away."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import abort, flash, send_file
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from survey.access import Permission, unit_or_refuse
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import IndexEvidence, Unit
from survey.services import index_evidence, index_sheet
from survey.views.reform_index import round_or_404
from survey.views.reform_index_sheet import SHEET, Page, back_to_sheet, evidence_form, first_fault, sheet_page
from survey.views.uploads import takes_files

blueprint = takes_files("index_evidence")
EVIDENCE = f"{SHEET}/evidence"


@blueprint.post(EVIDENCE)
def add(round_id: int, unit_code: str) -> Page:
    """Keep a file beside a criterion."""
    unit = unit_or_refuse(unit_code, Permission.SCORE_INDEX)
    found = round_or_404(round_id)
    form = evidence_form(index_sheet.load(db.session, found, unit))
    if not form.validate():
        return sheet_page(round_id, unit, problem=first_fault(form.errors)), 422
    data = form.file.data.stream.read(index_evidence.LARGEST_FILE + 1)
    try:
        index_evidence.add(
            db.session,
            found,
            unit,
            form.criterion.data,
            data,
            file_name=form.file.data.filename or "?",
            now=_now(),
            actor=current_user.email,
        )
    except HailongError as error:
        return sheet_page(round_id, unit, problem=sentence(error)), 422
    flash(_("Đã thêm tài liệu kiểm chứng."), "good")
    return back_to_sheet(round_id, unit)


@blueprint.get(f"{EVIDENCE}/<evidence_id>")
def download(round_id: int, unit_code: str, evidence_id: str) -> Response:
    """Hand a file of evidence out, always as a download."""
    unit = unit_or_refuse(unit_code, Permission.SEE_INDEX)
    found = _evidence(round_id, unit, evidence_id)
    name, media_type = found.file_name, found.media_type
    content = index_evidence.read(db.session, found, unit, now=_now(), actor=current_user.email)
    return send_file(BytesIO(content), media_type, as_attachment=True, download_name=name)


@blueprint.post(f"{EVIDENCE}/<evidence_id>/remove")
def remove(round_id: int, unit_code: str, evidence_id: str) -> Page:
    """Take a file of evidence away from a draft."""
    unit = unit_or_refuse(unit_code, Permission.SCORE_INDEX)
    found = _evidence(round_id, unit, evidence_id)
    try:
        index_evidence.remove(db.session, found, unit, now=_now(), actor=current_user.email)
    except HailongError as error:
        return sheet_page(round_id, unit, problem=sentence(error)), 422
    flash(_("Đã bỏ tài liệu."), "good")
    return back_to_sheet(round_id, unit)


def _evidence(round_id: int, unit: Unit, evidence_id: str) -> IndexEvidence:
    found = db.session.get(IndexEvidence, evidence_id)
    if found is None or (found.round_id, found.unit_id) != (round_id, unit.id):
        abort(404)
    return found


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
