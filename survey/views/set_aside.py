"""Responses that do not count: what waits for a decision, asking for it, and deciding about another's request."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period
from forms.set_aside import ReasonForm
from survey.access import Permission, require, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Officer, SetAsideRequest, Unit, Verdict
from survey.services import device, set_aside
from survey.services.set_aside_selection import offered
from survey.views.officer_page import officer_blueprint
from survey.views.set_aside_ask import Tried, ask_form, try_to_ask
from survey.views.set_aside_words import words

blueprint = officer_blueprint("set_aside")
Page = Response | str | tuple[str, int]


@blueprint.get("/set-aside")
def requests() -> str:
    """List what waits for a decision, and what was decided."""
    officer = require(Permission.SET_ASIDE)
    found = set_aside.requests(db.session, visible_units(db.session, officer, Permission.SET_ASIDE))
    waiting = [one for one in found if one.decision is None]
    return render_template(
        "officer/set_aside.html",
        for_me=[one for one in waiting if one.asked_by_id != officer.id],
        mine=[one for one in waiting if one.asked_by_id == officer.id],
        decided=[one for one in found if one.decision is not None],
        **words(),
    )


@blueprint.route("/set-aside/new", methods=["GET", "POST"])
def ask() -> Page:
    """Choose responses, see how many they are, and ask that they do not count."""
    officer = require(Permission.SET_ASIDE)
    periods = set_aside.open_periods(db.session, now=_now())
    unit, units = _unit(officer)
    period = _period(periods)
    if unit is None or period is None:
        return render_template("officer/set_aside_ask.html", unit=unit, units=units, periods=periods, **words())
    choices = offered(db.session, unit.id, period)
    form = ask_form(choices, period)
    tried = try_to_ask(form, unit, period, choices, officer, now=_now()) if form.is_submitted() else Tried()
    if tried.asked is not None:
        flash(_("Đã gửi đề nghị. Một người khác có quyền sẽ duyệt."), "good")
        return redirect(url_for("set_aside.show", request_id=tried.asked.id), 303)
    html = render_template(
        "officer/set_aside_ask.html",
        unit=unit,
        units=units,
        period=period,
        periods=periods,
        form=form,
        choices=choices,
        tried=tried,
        **words(),
    )
    return (html, 422) if tried.problem or form.errors else html


@blueprint.get("/set-aside/<request_id>")
def show(request_id: str) -> Page:
    """Show one request, with what can be done about it."""
    return _page(_request_or_refuse(request_id))


@blueprint.post("/set-aside/<request_id>/decision")
def decide(request_id: str) -> Page:
    """Approve, refuse or withdraw."""
    asked, officer, form = _request_or_refuse(request_id), require(Permission.SET_ASIDE), ReasonForm()
    if form.verdict.data not in set(Verdict) or not form.validate():
        return _page(asked, problem=_("Xin chọn duyệt hoặc không duyệt."))
    verdict, text = Verdict(form.verdict.data), form.text.data or ""
    try:
        set_aside.decide(db.session, asked, verdict, text=text, officer=officer, now=_now())
    except HailongError as error:
        return _page(asked, problem=sentence(error))
    flash(_("Đã ghi quyết định."), "good")
    return redirect(url_for("set_aside.requests"), 303)


@blueprint.post("/set-aside/<request_id>/undo")
def undo(request_id: str) -> Page:
    """Ask that the responses of a request count again."""
    asked, officer, form = _request_or_refuse(request_id), require(Permission.SET_ASIDE), ReasonForm()
    try:
        again = set_aside.ask_to_count_again(
            db.session, form.request_id.data or "", asked, text=form.text.data or "", officer=officer, now=_now()
        )
    except HailongError as error:
        return _page(asked, problem=sentence(error))
    flash(_("Đã gửi đề nghị. Một người khác có quyền sẽ duyệt."), "good")
    return redirect(url_for("set_aside.show", request_id=again.id), 303)


def _page(asked: SetAsideRequest, *, problem: str = "") -> Page:
    officer = require(Permission.SET_ASIDE)
    db.session.refresh(asked)
    form = ReasonForm()
    form.request_id.data = set_aside.new_request_id()
    html = render_template(
        "officer/set_aside_request.html",
        asked=asked,
        form=form,
        problem=problem,
        count=set_aside.count_now(db.session, asked) if asked.decision is None else None,
        total=offered(db.session, asked.unit_id, parse_period(asked.period)).total,
        is_own=asked.asked_by_id == officer.id,
        may_undo=asked.decision is not None and set_aside.may_be_undone(db.session, asked),
        **words(),
    )
    return (html, 409) if problem else html


def _request_or_refuse(request_id: str) -> SetAsideRequest:
    """Fetch a request; answer 404 if there is none, 403 if the officer may not set aside in its unit."""
    officer = require(Permission.SET_ASIDE)
    asked = db.session.get(SetAsideRequest, request_id)
    if asked is None:
        abort(404)
    if asked.unit_id not in visible_units(db.session, officer, Permission.SET_ASIDE):
        abort(403)
    return asked


def _unit(officer: Officer) -> tuple[Unit | None, list[Unit]]:
    """The unit asked for, and those to choose from; of one alone it is that one."""
    visible = visible_units(db.session, officer, Permission.SET_ASIDE)
    units = device.places(db.session, visible, today=_now().date())
    code = request.args.get("unit", "")
    if code:
        return unit_or_refuse(code, Permission.SET_ASIDE), units
    return (units[0] if len(units) == 1 else None), units


def _period(periods: list[Period]) -> Period | None:
    text = request.args.get("period", "")
    if not text:
        return periods[0] if periods else None
    try:
        wanted = parse_period(text)
    except AnalysisError:
        abort(404)
    if wanted not in periods:
        abort(404)
    return wanted


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
