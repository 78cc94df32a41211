"""Tables sent in: what was read and what is wrong with it, what would change, and the import itself."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from analysis.periods import parse_period
from forms.upload import UploadForm
from survey.access import Permission, require, stands_at_top, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Officer, Upload, UploadKind, UploadState
from survey.services import upload as service
from survey.services.findings import fault_from
from survey.services.importing import Reach
from survey.services.sheet import LARGEST_FILE
from survey.services.upload import Past
from survey.views.officer_page import officer_blueprint

PERMISSIONS = {
    UploadKind.DOSSIERS: Permission.IMPORT_DOSSIERS,
    UploadKind.UNITS: Permission.MANAGE_UNITS,
    UploadKind.COUNTERS: Permission.MANAGE_UNITS,
}
TEMPLATE_NAMES = {
    UploadKind.DOSSIERS: "mau-so-ho-so.xlsx",
    UploadKind.UNITS: "mau-don-vi.xlsx",
    UploadKind.COUNTERS: "mau-quay.xlsx",
}
# A file somewhat too large still gets its own page, with the limit and the remedy.
LARGEST_UPLOAD = 3 * LARGEST_FILE
Page = Response | str | tuple[str, int]


def takes_files(name: str) -> Blueprint:
    """Make a blueprint of officers' pages on which a signed-in officer may send a file."""
    blueprint = officer_blueprint(name)
    # First of all, because reading the form for its token reads the file too.
    blueprint.before_request_funcs[None].insert(0, _raise_limit)
    return blueprint


def _raise_limit() -> None:
    if current_user.is_authenticated and request.method == "POST":
        request.max_content_length = LARGEST_UPLOAD


blueprint = takes_files("uploads")


@blueprint.route("/imports/<any(units, counters):kind>", methods=["GET", "POST"])
def lists(kind: str) -> Page:
    """Import units or counters."""
    wanted = UploadKind(kind)
    officer = require(PERMISSIONS[wanted])
    form = UploadForm()
    if form.validate_on_submit():
        return take_in(wanted, form.file.data, officer, period=None)
    html = render_template(
        "officer/import_list.html", form=form, kind=wanted, past=past_imports(wanted, officer), Kind=UploadKind
    )
    return (html, 422) if form.errors else html


@blueprint.get("/imports/<any(units, counters, dossiers):kind>/template.xlsx")
def template(kind: str) -> Response:
    """Hand out the sheet to fill in, with the own codes in it."""
    wanted = UploadKind(kind)
    officer = require(PERMISSIONS[wanted])
    sheet = service.template(db.session, wanted, reach=reach_of(officer, wanted), now=_now())
    return send_file(BytesIO(sheet.workbook()), as_attachment=True, download_name=TEMPLATE_NAMES[wanted])


@blueprint.get("/uploads/<upload_id>")
def show(upload_id: str) -> Page:
    """Show what was found in a table, how far its import is, or what it changed."""
    upload = upload_or_refuse(upload_id)
    if upload.job_id is not None:
        return redirect(url_for("jobs.show", job_id=upload.job_id), 303)
    faults = [fault_from(one) for one in upload.findings.get("faults", [])]
    warnings = [fault_from(one) for one in upload.findings.get("warnings", [])]
    return render_template(
        "officer/upload.html",
        upload=upload,
        period=parse_period(upload.period) if upload.period else None,
        found=upload.findings,
        sentences=[sentence(one) for one in faults or warnings],
        faults=faults,
        warnings=warnings,
        State=UploadState,
        Kind=UploadKind,
        back=back_to(upload),
    )


@blueprint.post("/uploads/<upload_id>/confirm")
def confirm(upload_id: str) -> Response:
    """Import a checked table."""
    upload = upload_or_refuse(upload_id)
    officer = require(PERMISSIONS[upload.kind])
    reach = reach_of(officer, upload.kind)
    try:
        job = service.confirm(db.session, upload, reach=reach, officer=officer, now=_now())
    except HailongError as error:
        flash(sentence(error), "warning")
        return redirect(url_for("uploads.show", upload_id=upload_id), 303)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@blueprint.post("/uploads/<upload_id>/drop")
def drop(upload_id: str) -> Response:
    """Forget a table without importing it."""
    upload = upload_or_refuse(upload_id)
    back = back_to(upload)
    service.give_up(db.session, upload)
    return redirect(back, 303)


def take_in(kind: UploadKind, file: FileStorage, officer: Officer, *, period: str | None) -> Response:
    """Keep and check the file that was sent, and go on to what was found."""
    upload = service.receive(
        db.session,
        kind,
        # One byte more than is allowed is enough to be refused.
        file.stream.read(LARGEST_FILE + 1),
        file_name=file.filename or "?",
        period=period,
        reach=reach_of(officer, kind),
        officer=officer,
        now=_now(),
    )
    return redirect(url_for("uploads.show", upload_id=upload.id), 303)


def upload_or_refuse(upload_id: str) -> Upload:
    """Fetch a table; who did not send it in learns nothing about it."""
    upload = db.session.get(Upload, upload_id) if re.fullmatch(r"[0-9a-f]{32}", upload_id) else None
    if upload is None or upload.officer_id != current_user.id:
        abort(404)
    require(PERMISSIONS[upload.kind])
    return upload


def reach_of(officer: Officer, kind: UploadKind) -> Reach:
    """The units whose tables the officer may import."""
    permission = PERMISSIONS[kind]
    return Reach(frozenset(visible_units(db.session, officer, permission)), stands_at_top(officer, permission))


def past_imports(kind: UploadKind, officer: Officer) -> list[Past]:
    """What was imported of the officer's units."""
    return service.history(db.session, kind, reach_of(officer, kind))


def back_to(upload: Upload) -> str:
    """The page on which the next file is sent."""
    if upload.kind is UploadKind.DOSSIERS:
        return url_for("dossiers.dossiers", period=upload.period)
    return url_for("uploads.lists", kind=upload.kind.value)


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
