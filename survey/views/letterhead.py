"""The letterhead of a unit: set it beside a picture of the page."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.letterhead import LetterheadForm
from survey.access import Permission, require, unit_or_refuse
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.services import letterhead as service
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("letterhead")


@blueprint.route("/letterhead/<unit_code>", methods=["GET", "POST"])
def letterhead(unit_code: str) -> Response | str | tuple[str, int]:
    """Show the letterhead of a unit, and set it."""
    unit = unit_or_refuse(unit_code, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    own = service.set_for(db.session, unit.id)
    form = LetterheadForm(data={key: own.get(key, "") for key in service.KEYS})
    if form.validate_on_submit():
        values = {key: form[key].data or "" for key in service.KEYS}
        service.save(db.session, unit, values, now=datetime.now(TIME_ZONE), actor=officer.email)
        flash(_("Đã lưu thể thức văn bản của %(unit)s.", unit=unit.name), "good")
        return redirect(url_for("letterhead.letterhead", unit_code=unit.code), 303)
    html = render_template(
        "officer/letterhead.html",
        unit=unit,
        form=form,
        blank=service.made_up(db.session, unit.id),
        shown=service.letterhead_of(db.session, unit.id),
    )
    return (html, 422) if form.errors else html
