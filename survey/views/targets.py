"""What the units want to reach in a year."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from forms.target import TargetForm
from survey.access import Permission, require, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Unit
from survey.services import target as service
from survey.services.rules import maximum_points
from survey.services.spelling import fold
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("targets")


@blueprint.get("/targets")
def targets() -> str:
    """List the targets, with the form to set one."""
    return _page(_form())


@blueprint.post("/targets")
def change() -> Response | tuple[str, int]:
    """Set a target, or take one away."""
    officer = require(Permission.EDIT_RULES)
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        points = form.wanted(maximum_points())
    except ValueError:
        text = _("Điểm mục tiêu là số từ 0 đến %(maximum)s, nhiều nhất hai số lẻ, ví dụ 26,70.")
        form.points.errors = [text % {"maximum": f"{maximum_points():.0f}"}]
        return _page(form), 422
    unit = unit_or_refuse(form.unit.data, Permission.EDIT_RULES)
    now = datetime.now(TIME_ZONE)
    service.set_target(db.session, unit, form.year.data, points, now=now, actor=officer.email)
    flash(_("Đã lưu mục tiêu.") if points is not None else _("Đã bỏ mục tiêu."), "good")
    return redirect(url_for("targets.targets"), 303)


def _form() -> TargetForm:
    officer = require(Permission.EDIT_RULES)
    visible = visible_units(db.session, officer, Permission.EDIT_RULES)
    if not visible:
        abort(403)
    units = sorted(
        db.session.scalars(select(Unit).where(Unit.id.in_(visible))),
        key=lambda unit: (unit.parent_id in visible, fold(unit.name)),
    )
    form = TargetForm()
    form.offer({"": [(unit.code, unit.name) for unit in units]})
    if not form.is_submitted():
        form.year.data = datetime.now(TIME_ZONE).year
    return form


def _page(form: TargetForm) -> str:
    officer = require(Permission.EDIT_RULES)
    visible = visible_units(db.session, officer, Permission.EDIT_RULES)
    return render_template(
        "officer/targets.html",
        form=form,
        targets=service.targets_set(db.session, visible),
        maximum=maximum_points(),
    )
