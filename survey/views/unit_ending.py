"""Units that end: merged, split or closed. What it means is shown before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.unit import EndForm, MergeForm
from survey.access import Permission, require, unit_of_id_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Unit
from survey.services import unit_care, unit_end
from survey.services.qrcode import live_codes
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("unit_ending")
HEIR_FAULTS = ("heir_ends", "heir_begins_late", "end_into_itself")
DAY_FAULTS = ("end_day_past", "end_before_begin")
CODE = "code-"  # the field that says who takes a poster over begins with it


@blueprint.route("/units/<int:unit_id>/end", methods=["GET", "POST"])
def end(unit_id: int) -> Response | str | tuple[str, int]:
    """End a unit: another carries on, or several share its posters, or nobody does."""
    ending = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    heirs = _heirs(but=[ending])
    codes = live_codes(db.session, ending, today=_today())
    form = EndForm()
    form.successor.choices = [("", _("Không có: mã QR của đơn vị ngừng")), *_choices(heirs)]
    chosen = {
        code.code: heirs[sent] for code in codes if (sent := request.form.get(CODE + code.code, "")) in heirs
    }
    page = {"form": form, "unit": ending, "codes": codes, "heirs": _choices(heirs), "chosen": chosen}
    if not form.is_submitted():
        return render_template("officer/unit_end.html", **page)
    if form.validate() and form.day.data:
        successor = heirs.get(form.successor.data)
        try:
            unit_end.check(
                db.session, [ending], successor=successor, parts=list(chosen.values()),
                day=form.day.data, today=_today(),
            )  # fmt: skip
            if request.form.get("do") != "confirm":
                heirs_of_all = [*([successor] if successor else []), *chosen.values()]
                return _summary([ending], successor, heirs_of_all, form.day.data, chosen)
            _end([ending], successor, form.day.data, chosen)
        except HailongError as error:
            _refuse(form, "successor", error)
        else:
            return redirect(url_for("units.unit", unit_id=ending.id), 303)
    return render_template("officer/unit_end.html", **page), 422


@blueprint.post("/units/<int:unit_id>/keep")
def keep(unit_id: int) -> Response:
    """Take back an end that is still to come."""
    kept = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    try:
        unit_end.keep(db.session, kept, now=datetime.now(TIME_ZONE), actor=officer.email)
    except HailongError as error:
        flash(sentence(error), "warning")
    else:
        flash(_("%(unit)s được giữ lại như trước.", unit=kept.name), "good")
    return redirect(url_for("units.unit", unit_id=kept.id), 303)


@blueprint.route("/units/merge", methods=["GET", "POST"])
def merge() -> Response | str | tuple[str, int]:
    """Merge one or more units into one."""
    ids = visible_units(db.session, require(Permission.MANAGE_UNITS), Permission.MANAGE_UNITS)
    rows = [row for row in unit_care.tree(db.session, ids) if row.unit.valid_to is None]
    known = {str(row.unit.id): row.unit for row in rows}
    form = MergeForm()
    form.sources.choices = form.target.choices = _choices(known)
    page = {"form": form, "rows": rows, "picked": set(form.sources.data or request.args.getlist("sources"))}
    if not form.is_submitted():
        return render_template("officer/unit_merge.html", **page)
    if form.validate() and form.day.data:
        sources, target = [known[one] for one in form.sources.data or ()], known[form.target.data]
        try:
            unit_end.check(db.session, sources, successor=target, day=form.day.data, today=_today())
            if request.form.get("do") != "confirm":
                return _summary(sources, target, [target], form.day.data, {})
            _end(sources, target, form.day.data, {})
        except HailongError as error:
            _refuse(form, "target", error)
        else:
            return redirect(url_for("units.unit", unit_id=target.id), 303)
    return render_template("officer/unit_merge.html", **page), 422


def _end(units: Sequence[Unit], successor: Unit | None, day: date, codes: dict[str, Unit]) -> None:
    officer = require(Permission.MANAGE_UNITS)
    unit_end.end(
        db.session,
        units,
        successor=successor,
        codes=codes,
        day=day,
        now=datetime.now(TIME_ZONE),
        actor=officer.email,
    )
    flash(_("Đã ghi: từ ngày %(day)s không còn %(units)s.", day=f"{day:%d/%m/%Y}",
            units=", ".join(unit.name for unit in units)), "good")  # fmt: skip


def _summary(
    units: Sequence[Unit], successor: Unit | None, heirs: Sequence[Unit], day: date, codes: dict[str, Unit]
) -> str:
    return render_template(
        "officer/unit_end_summary.html",
        consequences=unit_end.consequences(db.session, units, heirs, day, today=_today()),
        successor=successor,
        day=day,
        codes=codes,
        sent=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "do")],
    )


def _refuse(form: EndForm | MergeForm, heir: str, error: HailongError) -> None:
    others = "sources" if isinstance(form, MergeForm) else "day"
    field = form[heir if error.code in HEIR_FAULTS else "day" if error.code in DAY_FAULTS else others]
    field.errors = [*field.errors, sentence(error)]


def _heirs(but: Sequence[Unit]) -> dict[str, Unit]:
    ids = visible_units(db.session, require(Permission.MANAGE_UNITS), Permission.MANAGE_UNITS)
    found = unit_end.successors_for(db.session, ids - {unit.id for unit in but})
    return {str(unit.id): unit for unit in found}


def _choices(units: dict[str, Unit]) -> list[tuple[str, str]]:
    return [(value, f"{unit.name} ({unit.code})") for value, unit in units.items()]


def _today() -> date:
    return datetime.now(TIME_ZONE).date()
