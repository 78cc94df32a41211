"""The units that an officer keeps: the tree, one unit with its counters and codes, adding and changing one."""

from __future__ import annotations

from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from forms.unit import NewUnitForm, UnitForm
from survey.access import Permission, require, stands_at_top, unit_of_id_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Unit, UnitKind
from survey.services import unit_care, unit_days
from survey.services.qrcode import live_codes
from survey.services.unit import TWO_TIERS_FROM
from survey.services.unit_care import UnitFacts
from survey.unit_messages import KIND_WORDS
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("units")
# Beside which field a refusal stands.
FIELDS = {
    "unit_code_letters": "code",
    "unit_code_taken": "code",
    "unit_parent_ended": "parent",
    "unit_circle": "parent",
    "unit_kind_of_the_past": "kind",
    "unit_start_past": "start_date",
    "unit_start_outside": "start_date",
    "unit_has_started": "start_date",
}


@blueprint.get("/units")
def units() -> str:
    """Show the tree of the units that the officer keeps."""
    ids = visible_units(db.session, require(Permission.MANAGE_UNITS), Permission.MANAGE_UNITS)
    return render_template(
        "officer/units.html", rows=unit_care.tree(db.session, ids), kinds=KIND_WORDS, today=today()
    )


@blueprint.get("/units/<int:unit_id>")
def unit(unit_id: int) -> str:
    """Show one unit: what is known of it, its counters, and what can be done."""
    shown = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    return render_template(
        "officer/unit.html",
        unit=shown,
        kinds=KIND_WORDS,
        code_count=len(live_codes(db.session, shown, today=today())),
        below=db.session.scalars(select(Unit).where(Unit.parent_id == shown.id).order_by(Unit.name)).all(),
        today=today(),
        has_started=unit_days.has_started(shown, today()),
    )


@blueprint.route("/units/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Add a unit below one of the officer's."""
    officer = require(Permission.MANAGE_UNITS)
    parents = _parents()
    form = NewUnitForm(
        parent=request.args.get("parent", next(iter(parents), "")), kind="ward", valid_from=TWO_TIERS_FROM
    )
    form.offer(KIND_WORDS, _choices(parents))
    if not form.is_submitted():
        return _page(form)
    if form.validate() and form.code.data and form.valid_from.data:
        try:
            added = unit_care.add(
                db.session,
                _facts(form),
                code=form.code.data,
                parent=parents[form.parent.data],
                valid_from=form.valid_from.data,
                now=datetime.now(TIME_ZONE),
                actor=officer.email,
            )
        except HailongError as error:
            refuse(form, error, FIELDS)
        else:
            flash(_("Đã thêm %(unit)s.", unit=added.name), "good")
            return redirect(url_for("units.unit", unit_id=added.id), 303)
    return _page(form), 422


@blueprint.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
def edit(unit_id: int) -> Response | str | tuple[str, int]:
    """Change the names, kind, place and start date of a unit."""
    changed = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    parents = _parents(but=changed)
    form = UnitForm(obj=changed, parent=str(changed.parent_id or ""), kind=changed.kind.value)
    form.offer(KIND_WORDS, _choices(parents))
    if not form.is_submitted():
        return _page(form, changed)
    if form.validate():
        try:
            unit_care.edit(
                db.session,
                changed,
                _facts(form),
                parent=parents[form.parent.data],
                now=datetime.now(TIME_ZONE),
                actor=officer.email,
            )
        except HailongError as error:
            refuse(form, error, FIELDS)
        else:
            flash(_("Đã lưu %(unit)s.", unit=changed.name), "good")
            return redirect(url_for("units.unit", unit_id=changed.id), 303)
    return _page(form, changed), 422


def refuse(form: UnitForm, error: HailongError, fields: dict[str, str]) -> None:
    """Put the sentence of a refusal beside its field."""
    field = form[fields[error.code]]
    field.errors = [*field.errors, sentence(error)]


def today() -> date:
    """The day by which pages judge what is past."""
    return datetime.now(TIME_ZONE).date()


def _page(form: UnitForm, changed: Unit | None = None) -> str:
    return render_template(
        "officer/unit_edit.html",
        form=form,
        unit=changed,
        groups=unit_care.ranking_groups(db.session),
        has_started=changed is not None and unit_days.has_started(changed, today()),
    )


def _facts(form: UnitForm) -> UnitFacts:
    return UnitFacts(
        name=form.name.data or "",
        kind=UnitKind(form.kind.data),
        one_stop_name=form.one_stop_name.data or "",
        ranking_group=form.ranking_group.data or "",
        start_date=form.start_date.data,
    )


def _parents(but: Unit | None = None) -> dict[str, Unit | None]:
    """The units that can stand above another, by what the form sends.

    At the top, where what stands above is outside the officer's reach, it stays what it is.
    """
    officer = require(Permission.MANAGE_UNITS)
    ids = visible_units(db.session, officer, Permission.MANAGE_UNITS)
    found: dict[str, Unit | None] = {}
    if but is not None and but.parent_id not in ids:
        found[str(but.parent_id or "")] = but.parent
    for row in unit_care.tree(db.session, ids):
        if not row.has_ended(today()) and row.unit is not but:
            found[str(row.unit.id)] = row.unit
    if stands_at_top(officer, Permission.MANAGE_UNITS):
        found.setdefault("", None)
    return found


def _choices(parents: dict[str, Unit | None]) -> list[tuple[str, str]]:
    return [
        (value, _("Không có: đơn vị đứng trên cùng") if one is None else f"{one.name} ({one.code})")
        for value, one in parents.items()
    ]
