"""Posters of a unit to download: chosen on a page, printed at once, or by the worker for many units."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from flask import abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.setup import PosterForm
from survey.access import Permission, require, unit_of_id_or_refuse
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Officer, Unit
from survey.services import job, poster, qrcode
from survey.services.poster import Layout
from survey.views.officer_page import officer_blueprint
from survey.views.qrcodes import base_url

blueprint = officer_blueprint("posters")


@blueprint.route("/units/<int:unit_id>/posters", methods=["GET", "POST"])
def posters(unit_id: int) -> Response | str | tuple[str, int]:
    """Choose a design; missing codes are made, then the file is there to download."""
    unit = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    form = _form()
    if not form.is_submitted():
        return render_template("officer/posters.html", form=form, unit=unit)
    if form.validate():
        if form.below.data:
            return _ask_worker(unit, form, officer)
        if form.design.data == "exit" or unit.open_counters:
            make_codes(unit, officer, at_exit=form.design.data == "exit")
            chosen = {"design": form.design.data, "language": form.language.data}
            return redirect(url_for("posters.pdf", unit_id=unit.id, paper=form.paper.data or None, **chosen), 303)
        form.design.errors = [
            _("Đơn vị chưa có quầy nào để in. Hãy thêm quầy trước, hoặc chọn áp phích ở cửa ra.")
        ]
    return render_template("officer/posters.html", form=form, unit=unit), 422


@blueprint.get("/units/<int:unit_id>/posters.pdf")
def pdf(unit_id: int) -> Response:
    """Hand out the posters of the working codes of a unit."""
    unit = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    layout = _layout(request.args.get("design", "a5"), request.args.get("language", ""), "paper" in request.args)
    today = datetime.now(TIME_ZONE).date()
    printed = poster.unit_posters(db.session, unit, layout=layout, base_url=base_url(), today=today)
    if printed is None:
        abort(404)
    response = current_app.response_class(printed, content_type="application/pdf")
    name = f"ap-phich-{unit.code.replace('/', '-')}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def make_codes(unit: Unit, officer: Officer, *, at_exit: bool = False) -> None:
    """Give every counter its code, and the unit its online link."""
    now = datetime.now(TIME_ZONE)
    qrcode.ensure_codes(db.session, unit, today=now.date(), now=now, actor=officer.email, at_exit=at_exit)


def _ask_worker(unit: Unit, form: PosterForm, officer: Officer) -> Response:
    layout = _layout(form.design.data, form.language.data, form.paper.data)
    payload = {"unit": unit.code, "layout": asdict(layout)}
    asked = job.ask(db.session, "posters", payload, actor=officer.email, now=datetime.now(TIME_ZONE))
    return redirect(url_for("jobs.show", job_id=asked.id), 303)


def _layout(design: str, language: str, paper: bool) -> Layout:
    if design not in poster.DESIGNS:
        abort(404)
    return Layout(design=design, size=poster.DESIGNS[design][0], english=language != "vi", paper=paper)


def _form() -> PosterForm:
    form = PosterForm(design="a5", language="vi+en")
    form.design.choices = [
        ("a5", _("A5, dán ở quầy")),
        ("stand", _("Thẻ để bàn, in trên A5 rồi gấp đôi")),
        ("wall", _("A4, treo tường")),
        ("exit", _("A4, ở cửa ra, chung cho mọi quầy")),
    ]
    form.language.choices = [("vi+en", _("Tiếng Việt, kèm tiếng Anh")), ("vi", _("Chỉ tiếng Việt"))]
    return form
