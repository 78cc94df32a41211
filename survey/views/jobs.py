"""How far a long piece of work is; the page may be left and opened again."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import abort, jsonify, redirect, render_template, send_file, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from survey.access import checked_units, may, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Job, JobFile, JobState
from survey.services import job as job_service
from survey.services.job_kinds import NEEDS
from survey.services.package import Package
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("jobs")


@blueprint.get("/jobs/<int:job_id>")
def show(job_id: int) -> Response | str:
    """Show the progress bar, then lead to what the work made."""
    job = _job(job_id)
    if job.state is JobState.DONE and job.result.get("page"):
        return redirect(url_for(job.result["page"], **job.result["arguments"]), 303)
    return render_template("officer/job.html", job=job, fault=_fault(job), JobState=JobState)


@blueprint.get("/jobs/<int:job_id>.json")
def state(job_id: int) -> Response:
    """What the page's script asks for."""
    job = _job(job_id)
    return jsonify(
        state=job.state.value,
        percent=round(100 * job.progress_share),
        is_over=job.state in (JobState.DONE, JobState.FAILED),
    )


@blueprint.get("/jobs/<int:job_id>/<name>")
def file(job_id: int, name: str) -> Response:
    """Hand out a file that the work made."""
    job = _job(job_id)
    found = db.session.get(JobFile, (job.id, name)) if job.state is JobState.DONE else None
    if found is None:
        abort(404)
    name, content = found.name, found.content
    job_service.note_download(db.session, found, actor=current_user.email, now=datetime.now(TIME_ZONE))
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _job(job_id: int) -> Job:
    """Fetch a job; who did not ask for it learns nothing about it, and who lost the role or its units no more."""
    job = db.session.get(Job, job_id)
    if job is None or job.created_by != current_user.email:
        abort(404)
    needed = NEEDS.get(job.kind)
    if needed is not None and not may(current_user, needed):
        abort(403)
    if job.kind in ("export_file", "export_package"):
        _refuse_lost_units(job)
    return job


def _refuse_lost_units(job: Job) -> None:
    """Refuse a file about units of which the officer may have that kind of file no more."""
    is_package = job.payload.get("package") == Package.VERIFICATION.value
    still = checked_units(current_user) if is_package else visible_units(db.session, current_user, NEEDS[job.kind])
    if not still.issuperset(job.payload["unit_ids"]):
        abort(403)


def _fault(job: Job) -> str | None:
    if job.state is not JobState.FAILED:
        return None
    try:
        return str(sentence(HailongError(job.fault["code"], **job.fault["params"])))
    except KeyError:
        # A sentence that this version does not know, of a job that another one did.
        return str(gettext("Việc này chưa làm được. Xin thử lại."))
