"""The guided start of a unit: one path from its name to the first day that counts. Every step can be left."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime, timedelta

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.setup import LONG_COUNTER, LONGEST_COUNTER, MOST_COUNTERS, FirstUnitForm, SampleForm, StartDayForm
from survey.access import Permission, require, unit_of_id_or_refuse, visible_units
from survey.codes import grouped
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Officer, Unit, UnitKind
from survey.services import counter_care, poster, start, unit_care, unit_days
from survey.services.unit_care import UnitFacts
from survey.unit_messages import KIND_WORDS, STEP_WORDS
from survey.views.officer_page import officer_blueprint
from survey.views.posters import make_codes
from survey.views.qrcodes import base_url

blueprint = officer_blueprint("start")
EMPTY_ROWS = 3
Answer = Response | str | tuple[str, int]


@blueprint.before_request
def leave_what_has_started() -> Response | None:
    """The path is gone once the unit measures; only how many responses it needs can still be read."""
    unit_id = (request.view_args or {}).get("unit_id")
    if unit_id is None or request.endpoint == "start.sample":
        return None
    shown = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    return redirect(url_for("units.unit", unit_id=shown.id), 303) if _has_started(shown) else None


@blueprint.get("/start")
def begin() -> Response | str:
    """Lead to the unit that is not ready, or let one be chosen."""
    ids = visible_units(db.session, require(Permission.MANAGE_UNITS), Permission.MANAGE_UNITS)
    units = start.beginners(db.session, ids, today=_today())
    if len(units) == 1:
        return redirect(url_for("start.unit", unit_id=units[0].id), 303)
    return render_template("officer/start_choose.html", units=units)


@blueprint.get("/start/<int:unit_id>")
def unit(unit_id: int) -> Response | str:
    """Go on where the unit was left; say so when nothing is left to do."""
    shown = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    way = start.way_of(db.session, shown, today=_today())
    if way.next_step is None:
        return render_template("officer/start_ready.html", **_page(shown, ""))
    return redirect(url_for(_endpoint(way.next_step), unit_id=shown.id), 303)


@blueprint.route("/start/<int:unit_id>/unit", methods=["GET", "POST"], endpoint="unit_step")
def name(unit_id: int) -> Answer:
    """Check how the unit and its one-stop shop are called."""
    shown, officer = _beginner(unit_id)
    form = FirstUnitForm(obj=shown, kind=shown.kind.value)
    form.kind.choices = list(KIND_WORDS.items())
    if form.is_submitted() and form.validate():
        facts = UnitFacts(
            form.name.data or "", UnitKind(form.kind.data), form.one_stop_name.data or "",
            shown.ranking_group or "", shown.start_date,
        )  # fmt: skip
        try:
            unit_care.edit(db.session, shown, facts, parent=shown.parent, now=_now(), actor=officer.email)
        except HailongError as error:
            form.kind.errors = [sentence(error)]
        else:
            start.confirm(db.session, shown, start.UNIT, now=_now(), actor=officer.email)
            return _onwards(shown)
    return _answer("officer/start_unit.html", form.is_submitted(), shown, start.UNIT, form=form)


@blueprint.route("/start/<int:unit_id>/counters", methods=["GET", "POST"])
def counters(unit_id: int) -> Answer:
    """Name the counters, all on one page."""
    shown, officer = _beginner(unit_id)
    names = [" ".join(text.split()) for text in request.form.getlist("name")][:MOST_COUNTERS]
    fault = ""
    if request.method == "POST" and request.form.get("do") != "more":
        given = [text for text in names if text]
        if any(len(text) > LONGEST_COUNTER for text in given):
            fault = LONG_COUNTER
        elif not given and not shown.open_counters:
            fault = _("Xin ghi tên ít nhất một quầy.")
        else:
            try:
                if given:
                    counter_care.add(db.session, shown, given, now=_now(), actor=officer.email)
                return _onwards(shown)
            except HailongError as error:
                fault = sentence(error)
    if not names and not shown.open_counters:
        names = [_("Quầy số 1")]
    rows = names + [""] * (EMPTY_ROWS if (names and names[-1]) or not names else 0)
    return _answer("officer/start_counters.html", bool(fault), shown, start.COUNTERS, rows=rows, fault=fault)


@blueprint.route("/start/<int:unit_id>/fields", methods=["GET", "POST"])
def fields(unit_id: int) -> Answer:
    """Tick what each counter serves."""
    shown, officer = _beginner(unit_id)
    known = counter_care.fields(db.session)
    ticked = {counter.id: {field.code for field in counter.fields} for counter in shown.open_counters}
    lacking: list[int] = []
    if request.method == "POST":
        ticked = {
            counter.id: set(request.form.getlist(f"counter-{counter.id}")) for counter in shown.open_counters
        }
        lacking = [counter_id for counter_id, chosen in ticked.items() if not chosen]
        if not lacking:
            counter_care.set_fields(db.session, shown, dict(ticked), now=_now(), actor=officer.email)
            return _onwards(shown)
    english = str(get_locale()) == "en"
    names = [(field.code, field.name_en if english else field.name_vi) for field in known]
    return _answer(
        "officer/start_fields.html",
        bool(lacking),
        shown,
        start.FIELDS,
        known=names,
        ticked=ticked,
        lacking=lacking,
    )


@blueprint.route("/start/<int:unit_id>/poster", methods=["GET", "POST"], endpoint="poster")
def poster_step(unit_id: int) -> Answer:
    """Make the codes and offer the posters."""
    shown, officer = _beginner(unit_id)
    if request.method == "POST":
        make_codes(shown, officer)
        return redirect(url_for("start.poster", unit_id=shown.id), 303)
    codes = start.codes_to_try(db.session, shown, today=_today())
    return _answer("officer/start_poster.html", False, shown, start.POSTER, codes=codes)


@blueprint.get("/start/<int:unit_id>/trial")
def trial(unit_id: int) -> Answer:
    """Wait for a trial response, with the codes to scan from the screen."""
    shown, _officer = _beginner(unit_id)
    codes = [
        (code, f"data:image/svg+xml;base64,{b64encode(poster.symbol(base_url(), code.code, kind='svg')).decode()}",
         poster.address(base_url(), code.code), grouped(code.code))
        for code in start.codes_to_try(db.session, shown, today=_today())
    ]  # fmt: skip
    counted = start.trials(db.session, shown)
    names = {counter.id: counter.name for counter in shown.counters}
    return _answer(
        "officer/start_trial.html", False, shown, start.TRIAL, codes=codes, trials=counted, counter_names=names
    )


@blueprint.get("/start/<int:unit_id>/trial.json")
def trial_state(unit_id: int) -> Response:
    """What the page's script asks for: how many trial responses there are."""
    shown, _officer = _beginner(unit_id)
    return jsonify(count=start.trials(db.session, shown).total)


@blueprint.route("/start/<int:unit_id>/day", methods=["GET", "POST"])
def day(unit_id: int) -> Answer:
    """Choose the first day that counts."""
    shown, officer = _beginner(unit_id)
    form = StartDayForm(start_date=shown.start_date or _today() + timedelta(days=1))
    if form.is_submitted() and form.validate() and form.start_date.data:
        try:
            unit_care.set_start(db.session, shown, form.start_date.data, now=_now(), actor=officer.email)
        except HailongError as error:
            form.start_date.errors = [sentence(error)]
        else:
            return redirect(url_for("start.sample", unit_id=shown.id), 303)
    return _answer("officer/start_day.html", form.is_submitted(), shown, start.DAY, form=form, today=_today())


@blueprint.route("/start/<int:unit_id>/sample", methods=["GET", "POST"])
def sample(unit_id: int) -> Answer:
    """Say how many responses a quarter needs, and why; `dossiers` in the address asks for another number."""
    shown = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    if request.method == "POST":
        start.confirm(db.session, shown, start.SAMPLE, now=_now(), actor=officer.email)
        return _onwards(shown)
    known = start.known_dossiers(db.session, shown)
    asked = "dossiers" in request.args
    form = SampleForm(request.args if asked else None, dossiers=known, meta={"csrf": False})
    is_good = form.validate() if asked else known is not None
    plan = start.sample_plan(form.dossiers.data) if is_good and form.dossiers.data else None
    return _answer(
        "officer/start_sample.html", asked and not is_good, shown, start.SAMPLE, form=form, plan=plan, known=known
    )


def _beginner(unit_id: int) -> tuple[Unit, Officer]:
    return unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS), require(Permission.MANAGE_UNITS)


def _has_started(unit: Unit) -> bool:
    return unit_days.has_started(unit, _today())


def _onwards(unit: Unit) -> Response:
    return redirect(url_for("start.unit", unit_id=unit.id), 303)


def _answer(template: str, is_faulty: bool, unit: Unit, step: str, **values: object) -> Answer:
    html = render_template(template, **_page(unit, step), **values)
    return (html, 422) if is_faulty else html


def _endpoint(step: str) -> str:
    return "start.unit_step" if step == start.UNIT else f"start.{step}"


def _page(unit: Unit, step: str) -> dict[str, object]:
    way = start.way_of(db.session, unit, today=_today())
    endpoints = {one: _endpoint(one) for one in start.STEPS}
    return {"unit": unit, "way": way, "step": step, "steps": STEP_WORDS, "endpoints": endpoints}


def _now() -> datetime:
    return datetime.now(TIME_ZONE)


def _today() -> date:
    return _now().date()
