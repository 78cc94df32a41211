"""The periods: which there are, which come next, and opening one of one's own."""

from __future__ import annotations

from datetime import datetime

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from forms.period import PeriodForm
from survey.access import Permission, may, require, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import ScoreState
from survey.services import period as service
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("periods")


@blueprint.route("/periods", methods=["GET", "POST"])
def periods() -> Response | str | tuple[str, int]:
    """List the periods; a period of one's own is checked, then opened by importing its dossiers."""
    officer = require(Permission.SEE_SCORES)
    form, problem = PeriodForm(), None
    if form.is_submitted():
        require(Permission.IMPORT_DOSSIERS)
        if form.validate():
            try:
                period = service.opened(
                    db.session, form.first.data, form.last.data, today=datetime.now(TIME_ZONE).date()
                )
                return redirect(url_for("dossiers.dossiers", period=period.text), 303)
            except HailongError as error:
                problem = sentence(error)
    html = render_template(
        "officer/periods.html",
        form=form,
        problem=problem,
        overview=service.overview(db.session, visible_units(db.session, officer, Permission.SEE_SCORES)),
        suggestions=service.suggestions(db.session, today=datetime.now(TIME_ZONE).date()),
        may_import=may(officer, Permission.IMPORT_DOSSIERS),
        State=ScoreState,
    )
    return (html, 422) if problem or form.errors else html
