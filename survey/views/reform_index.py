"""Rounds of the reform index: the list, a new one, and the results of one with its grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.criteria import list_criteria
from analysis.rules import DEFAULT_INDEX_RULES, BandCondition, Bilingual, GradeBand, IndexRules, list_rules
from forms.reform_index import RoundForm
from survey import index_words
from survey.access import Permission, require, require_at_top, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import IndexRound
from survey.services import index_result, index_round, index_step
from survey.services.cells import BadCell, percentage
from survey.services.index_step import Step
from survey.services.reform_index import warning_faults
from survey.services.sheet import Cell
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("reform_index")
MOST_BANDS = 6
Page = Response | str | tuple[str, int]


@blueprint.get("/index")
def rounds() -> str:
    """List the rounds, with the form that begins one for whoever appraises at the top."""
    require(Permission.SEE_INDEX)
    return _rounds_page(_round_form())


@blueprint.post("/index")
def begin() -> Page:
    """Begin a round."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    form = _round_form()
    if form.validate():
        try:
            begun = index_round.begin(
                db.session,
                year=form.year.data,
                kind=form.kind.data,
                level=form.level.data,
                rules_id=form.rules.data,
                criteria_id=form.criteria.data or None,
                now=_now(),
                actor=officer.email,
            )
        except HailongError as error:
            form.year.errors = [sentence(error)]
        else:
            flash(_("Đã mở đợt chấm."), "good")
            return redirect(url_for("reform_index.results", round_id=begun.id), 303)
    return _rounds_page(form), 422


@blueprint.get("/index/<int:round_id>")
def results(round_id: int) -> str:
    """Show totals, ranks, grades, changes and means of a round, and how far each sheet is."""
    return _results_page(round_id)


@blueprint.post("/index/<int:round_id>/<any(approve, publish):step>")
def step_all(round_id: int, step: str) -> Response:
    """Approve or publish every sheet that waits for it."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    found = round_or_404(round_id)
    done = index_step.take_all(db.session, found, Step(step), now=_now(), actor=officer.email)
    approved = step == Step.APPROVE
    if done and approved:
        flash(_("Đã phê duyệt %(done)s bảng điểm.", done=done), "good")
    elif done:
        flash(_("Đã công bố %(done)s bảng điểm.", done=done), "good")
    elif approved:
        flash(_("Không có bảng điểm nào chờ Ông/Bà: bảng do mình thẩm định thì người khác phê duyệt."), "warning")
    else:
        flash(_("Không có bảng điểm nào đã phê duyệt để công bố."), "warning")
    return redirect(url_for("reform_index.results", round_id=round_id), 303)


@blueprint.post("/index/<int:round_id>/bands")
def bands(round_id: int) -> Page:
    """Decide the grades of this round, or return to those of the split."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    found = round_or_404(round_id)
    try:
        wanted = None if "reset" in request.form else _typed_bands(index_round.usable_rules(found.rules))
        index_round.set_bands(db.session, found, wanted, now=_now(), actor=officer.email)
    except HailongError as error:
        return _results_page(round_id, fault=sentence(error)), 422
    flash(_("Đã lưu các bậc xếp loại của đợt."), "good")
    return redirect(url_for("reform_index.results", round_id=round_id), 303)


def round_or_404(round_id: int) -> IndexRound:
    """Fetch a round."""
    return db.session.get(IndexRound, round_id) or abort(404)


def in_language(text: Bilingual) -> str:
    """Choose the words of the page's language."""
    return text.en if str(get_locale()) == "en" else text.vi


def _typed_bands(rules: IndexRules) -> list[GradeBand]:
    wanted = []
    for place in range(MOST_BANDS):
        title = request.form.get(f"title-{place}", "").strip()[:60]
        if not title:
            continue
        at_least = _percent(request.form.get(f"from-{place}", ""))
        condition = request.form.get(f"least-{place}", "").strip()
        component = request.form.get(f"component-{place}", "")
        conditions = (BandCondition(component, _percent(condition)),) if condition else ()
        wanted.append(GradeBand(f"bac-{place + 1}", Bilingual(title, title), at_least, conditions))
    return wanted


def _percent(text: str) -> Decimal:
    try:
        return percentage(Cell(text.strip()))
    except BadCell as bad:
        raise HailongError("index_bands_number") from bad


def _results_page(round_id: int, *, fault: str | None = None) -> str:
    officer = require(Permission.SEE_INDEX)
    found = round_or_404(round_id)
    in_sight = visible_units(db.session, officer, Permission.SEE_INDEX)
    shown = index_result.view(db.session, found, in_sight)
    rows = tuple(row for row in shown.table.rows if row.unit.id in in_sight)
    return render_template(
        "officer/index_round.html",
        shown=shown,
        in_sight=in_sight,
        words=index_words,
        in_language=in_language,
        warnings=[sentence(one) for one in warning_faults(replace(shown.table, rows=rows))],
        most_bands=MOST_BANDS,
        fault=fault,
        Step=Step,
    )


def _rounds_page(form: RoundForm) -> str:
    return render_template(
        "officer/index_rounds.html", form=form, rounds=index_round.rounds(db.session), words=index_words
    )


def _round_form() -> RoundForm:
    form = RoundForm()
    form.offer(_choices())
    if not form.is_submitted():
        form.year.data, form.rules.data = _now().year, DEFAULT_INDEX_RULES
    return form


def _choices() -> Mapping[str, list[tuple[str, str]]]:
    reference = _("mẫu tham khảo")
    heads = [head for head in list_rules() if head.kind == "index"]
    criteria = [(found.id, f"{in_language(found.head.title)} ({reference})") for found in list_criteria()]
    return {
        "kind": [(kind, str(words)) for kind, words in index_words.KINDS.items()],
        "level": [(level, str(words)) for level, words in index_words.LEVELS.items()],
        "rules": [(head.id, f"{in_language(head.title)} ({reference})") for head in heads],
        "criteria": [*criteria, ("", _("Không: nhập điểm theo từng nội dung"))],
    }


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
