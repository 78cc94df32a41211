"""The ranking of a period, with how little of its order may be certain."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from survey.access import Permission, require, visible_units
from survey.extensions import db
from survey.figure_messages import KIND_WORDS
from survey.messages import status_word
from survey.models import UnitKind
from survey.services import score
from survey.services.ranking import Table, ranking_table
from survey.views.known_period import known_period
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("ranking")


@blueprint.get("/ranking")
def choose() -> Response:
    """Turn the pickers' choice into the address of that ranking; without one lead to the newest."""
    require(Permission.SEE_SCORES)
    periods = score.periods(db.session)
    if not periods:
        return redirect(url_for("dashboard.home"), 303)
    period = known_period(request.args["period"]) if "period" in request.args else periods[0]
    group, kind = request.args.get("group") or None, request.args.get("kind") or None
    return redirect(url_for("ranking.ranking", period=period.text, group=group, kind=kind), 303)


@blueprint.get("/ranking/<period>")
def ranking(period: str) -> Response | str:
    """Show the places of the units that the officer may see, inside their groups."""
    officer = require(Permission.SEE_SCORES)
    wanted = known_period(period)
    if wanted.text != period:
        return redirect(url_for("ranking.ranking", period=wanted.text), 308)
    score_set = score.latest_set(db.session, wanted.text)
    table: Table | None = None
    if score_set is not None:
        visible = visible_units(db.session, officer, Permission.SEE_SCORES)
        table = ranking_table(
            db.session, score_set, unit_ids=visible, group=request.args.get("group"), kind=_kind()
        )
        if table is None:
            abort(404)
    return render_template(
        "officer/ranking.html",
        period=wanted,
        periods=score.periods(db.session),
        table=table,
        own={grant.unit_id for grant in current_user.grants},
        kind_words=KIND_WORDS,
        status_word=status_word,
    )


def _kind() -> UnitKind | None:
    text = request.args.get("kind")
    if not text:
        return None
    try:
        return UnitKind(text)
    except ValueError:
        abort(404)
