"""The counters of a unit: add one, rename it, say what it serves, end it."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.setup import CounterForm
from survey.access import Permission, require, unit_of_id_or_refuse
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Counter, Unit
from survey.services import counter_care
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("counters")


@blueprint.route("/units/<int:unit_id>/counters/new", methods=["GET", "POST"])
def new(unit_id: int) -> Response | str | tuple[str, int]:
    """Add a counter with its fields."""
    unit = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    form = _form()
    if not form.is_submitted():
        return _page(form, unit)
    if form.validate():
        try:
            counter_care.add(
                db.session,
                unit,
                [form.name.data or ""],
                field_codes=form.fields.data or [],
                now=datetime.now(TIME_ZONE),
                actor=officer.email,
            )
        except HailongError as error:
            form.name.errors = [sentence(error)]
        else:
            flash(_("Đã thêm “%(name)s”. Bước tiếp theo: in áp phích.", name=form.name.data), "good")
            return redirect(url_for("units.unit", unit_id=unit.id), 303)
    return _page(form, unit), 422


@blueprint.route("/counters/<int:counter_id>", methods=["GET", "POST"])
def counter(counter_id: int) -> Response | str | tuple[str, int]:
    """Rename a counter and set the fields that it serves."""
    shown = _counter(counter_id)
    officer = require(Permission.MANAGE_UNITS)
    form = _form(name=shown.name, fields=[field.code for field in shown.fields])
    if not form.is_submitted():
        return _page(form, shown.unit, shown)
    if form.validate():
        try:
            counter_care.edit(
                db.session,
                shown,
                name=form.name.data or "",
                field_codes=form.fields.data or [],
                now=datetime.now(TIME_ZONE),
                actor=officer.email,
            )
        except HailongError as error:
            form.name.errors = [sentence(error)]
        else:
            flash(_("Đã lưu “%(name)s”.", name=shown.name), "good")
            return redirect(url_for("units.unit", unit_id=shown.unit_id), 303)
    return _page(form, shown.unit, shown), 422


@blueprint.post("/counters/<int:counter_id>/end")
def end(counter_id: int) -> Response:
    """Close a counter and revoke its codes."""
    closed = _counter(counter_id)
    officer = require(Permission.MANAGE_UNITS)
    counter_care.end(db.session, closed, now=datetime.now(TIME_ZONE), actor=officer.email)
    flash(_("“%(name)s” đã ngừng dùng; mã QR của quầy không mở phiếu nữa.", name=closed.name), "good")
    return redirect(url_for("units.unit", unit_id=closed.unit_id), 303)


def _counter(counter_id: int) -> Counter:
    require(Permission.MANAGE_UNITS)
    found = db.session.get(Counter, counter_id)
    if found is None:
        abort(404)
    unit_of_id_or_refuse(found.unit_id, Permission.MANAGE_UNITS)
    return found


def _form(**values: object) -> CounterForm:
    form: CounterForm = CounterForm(**values)
    english = str(get_locale()) == "en"
    form.fields.choices = [
        (field.code, field.name_en if english else field.name_vi) for field in counter_care.fields(db.session)
    ]
    return form


def _page(form: CounterForm, unit: Unit, counter: Counter | None = None) -> str:
    today = datetime.now(TIME_ZONE).date()
    return render_template(
        "officer/counter.html",
        form=form,
        unit=unit,
        counter=counter,
        codes=[] if counter is None else counter_care.working_codes(db.session, counter, today),
        tablet_count=0 if counter is None else counter_care.tablet_count(db.session, counter),
    )
