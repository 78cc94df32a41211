"""The officers' home: the quarter at a glance, and two units or two periods side by side."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from analysis.periods import Period
from survey import figure_messages as words
from survey.access import Permission, may, require, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.feedback_messages import CATEGORY_WORDS, TOPIC_WORDS
from survey.messages import status_word, warning_sentence
from survey.models import Officer, Unit
from survey.services import score, start
from survey.services.axis import axis_of, share_axis
from survey.services.feedback_count import FeedbackCounts, feedback_counts
from survey.services.figure import compared
from survey.services.glance import Glance, glance
from survey.services.names import code_names
from survey.services.opening import place_counts, whole_counts
from survey.services.spelling import fold
from survey.services.unit_tree import units_below
from survey.views.case_access import sight_of
from survey.views.known_period import known_period
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("dashboard")
LEAST_AT_A_COUNTER = 30


@blueprint.get("/")
def home() -> Response | str:
    """Show the own unit's newest quarter at once, or say why there is none; lead a new unit to its start."""
    managed = visible_units(db.session, current_user, Permission.MANAGE_UNITS)
    if managed and start.is_due(db.session, managed, today=datetime.now(TIME_ZONE).date()):
        return redirect(url_for("start.begin"), 303)
    if not may(current_user, Permission.SEE_SCORES):
        return render_template("officer/empty.html", reason="role")
    periods = score.periods(db.session)
    if not periods:
        return render_template("officer/empty.html", reason="period")
    quarters = [period for period in periods if period.kind != "year"]
    return _page((quarters or periods)[0], _own_unit(require(Permission.SEE_SCORES)))


@blueprint.get("/quarter")
def choose() -> Response:
    """Turn the pickers' choice into the address of that unit and period."""
    period, unit = request.args.get("period", ""), request.args.get("unit", "")
    return redirect(url_for("dashboard.show", period=known_period(period).text, unit=unit), 303)


@blueprint.get("/quarter/<period>/<unit>")
def show(period: str, unit: str) -> Response | str:
    """Show a unit's period at a glance."""
    found = unit_or_refuse(unit, Permission.SEE_SCORES)
    wanted = known_period(period)
    if wanted.text != period:
        return redirect(url_for("dashboard.show", period=wanted.text, unit=unit), 308)
    return _page(wanted, found)


@blueprint.get("/compare")
def compare() -> str:
    """Put two units, or two periods of one unit, side by side."""
    officer = require(Permission.SEE_SCORES)
    periods = score.periods(db.session)
    if not periods:
        return render_template("officer/empty.html", reason="period")
    units = _units(officer)
    own = _own_unit(officer)
    default = periods[1].text if len(periods) > 1 else periods[0].text
    left = _side(request.args.get("left_unit", own.code), request.args.get("left", default))
    right = _side(request.args.get("right_unit", own.code), request.args.get("right", periods[0].text))
    change = None
    if left[2] and right[2] and left[2].figure and right[2].figure and left[2].rule == right[2].rule:
        change = compared(left[2].figure, right[2].figure, right[2].rule)
    return render_template(
        "officer/compare.html",
        sides=(left, right),
        change=change,
        is_same=left[:2] == right[:2],
        units=units,
        periods=periods,
        names=code_names(db.session, str(get_locale())),
        words=words,
        status_word=status_word,
    )


def _page(period: Period, unit: Unit) -> str:
    officer = require(Permission.SEE_SCORES)
    today = datetime.now(TIME_ZONE).date()
    below = units_below(db.session, unit.id)
    score_set = score.latest_set(db.session, period.text)
    seen = None if score_set is None else glance(db.session, score_set, unit, below=below)
    feedback = _feedback(officer, unit, below)
    names = code_names(db.session, str(get_locale()))
    return render_template(
        "officer/dashboard.html",
        period=period,
        unit=unit,
        seen=seen,
        axes=_axes(seen),
        is_running=today <= period.last,
        feedback=feedback,
        openings=_openings(period, unit, below, seen),
        least_at_a_counter=LEAST_AT_A_COUNTER,
        periods=score.periods(db.session),
        units=_units(officer),
        names=names,
        words=words,
        kind_words=CATEGORY_WORDS | TOPIC_WORDS,
        status_word=status_word,
        warning_sentence=partial(warning_sentence, names=names),
    )


def _axes(seen: Glance | None) -> dict[str, Any]:
    if seen is None or seen.figure is None:
        return {}
    figure = seen.figure
    targets = [] if seen.target is None else [seen.target.points]
    return {
        "points": axis_of([figure.points, figure.lower, figure.upper, *targets], seen.rule.maximum_points),
        "factors": share_axis([edge for one in seen.factors for edge in (one.lower, one.upper)]),
    }


def _openings(period: Period, unit: Unit, below: set[int], seen: Glance | None) -> list[Any]:
    """Openings by counter, or of many units all together; no counter with few responses."""
    if seen is not None and seen.is_whole:
        whole = whole_counts(db.session, period, below)
        return [whole] if whole.opened else []
    return [
        place
        for place in place_counts(db.session, period, unit.id)
        if place.sent >= LEAST_AT_A_COUNTER and place.opened
    ]


def _feedback(officer: Officer, unit: Unit, below: set[int]) -> FeedbackCounts | None:
    if not may(officer, Permission.READ_FEEDBACK):
        return None
    today = datetime.now(TIME_ZONE).date()
    return feedback_counts(db.session, sight_of(officer), unit_id=unit.id, below=below, today=today)


def _units(officer: Officer) -> list[Unit]:
    """The units to choose from, the highest first, then by name."""
    visible = visible_units(db.session, officer, Permission.SEE_SCORES)
    units = db.session.scalars(select(Unit).where(Unit.id.in_(visible)))
    return sorted(units, key=lambda unit: (unit.parent_id in visible, fold(unit.name)))


def _own_unit(officer: Officer) -> Unit:
    """The highest unit on which the officer may see scores."""
    units = _units(officer)
    granted = {grant.unit_id for grant in officer.grants}
    return next((unit for unit in units if unit.id in granted), units[0])


def _side(code: str, text: str) -> tuple[Unit, Period, Glance | None]:
    unit, period = unit_or_refuse(code, Permission.SEE_SCORES), known_period(text)
    score_set = score.latest_set(db.session, period.text)
    if score_set is None:
        return unit, period, None
    below = units_below(db.session, unit.id)
    return unit, period, glance(db.session, score_set, unit, below=below)
