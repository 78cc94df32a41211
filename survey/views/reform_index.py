"""Rounds of the reform index: the list, a new one, the results of one with its grades, and publishing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.reform_index import RoundForm
from forms.text import clean_line, clean_text
from survey import index_words
from survey.access import Permission, require, require_at_top, stands_at_top, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.index_words import in_language
from survey.messages import sentence
from survey.models import IndexRound, Officer
from survey.services import (
    index_frozen,
    index_publication,
    index_result,
    index_round,
    index_step,
    index_structure,
    index_workbook,
)
from survey.services.cells import BadCell, percentage
from survey.services.index_result import RoundView
from survey.services.index_round import Band
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
    """Show totals, ranks, grades, changes and means of a round, as published or as they stand."""
    return _results_page(round_id)


@blueprint.post("/index/<int:round_id>/approve")
def approve_all(round_id: int) -> Response:
    """Approve every sheet that waits for it."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    done = index_step.approve_all(db.session, round_or_404(round_id), now=_now(), actor=officer.email)
    if done:
        flash(_("Đã phê duyệt %(done)s bảng điểm.", done=done), "good")
    else:
        flash(_("Không có bảng điểm nào chờ Ông/Bà: bảng do mình thẩm định thì người khác phê duyệt."), "warning")
    return redirect(url_for("reform_index.results", round_id=round_id), 303)


@blueprint.post("/index/<int:round_id>/publish")
def publish(round_id: int) -> Page:
    """Freeze the round as published, or a corrected revision of it."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    found = round_or_404(round_id)
    shown = request.form.get("shown", "")
    try:
        published = index_publication.publish(
            db.session,
            found,
            shown=int(shown) if shown.isdecimal() and len(shown) < 6 else 0,
            now=_now(),
            actor=officer.email,
            reason=clean_text(request.form.get("reason", "")),
            without_reopened=request.form.get("without_reopened", ""),
        )
    except HailongError as error:
        return _results_page(round_id, fault=sentence(error), fault_at="publish"), 422
    flash(_("Đã công bố bản %(revision)s.", revision=published.revision), "good")
    return redirect(url_for("reform_index.results", round_id=round_id), 303)


@blueprint.get("/index/<int:round_id>/results.xlsx")
def workbook(round_id: int) -> Response:
    """Hand the results out as a workbook, in the revision that the page shows."""
    shown = _shown(round_or_404(round_id))
    content = index_workbook.workbook(db.session, shown)
    return send_file(BytesIO(content), as_attachment=True, download_name=index_workbook.file_name(shown))


@blueprint.post("/index/<int:round_id>/bands")
def bands(round_id: int) -> Page:
    """Decide the grades of this round, or return to those of the split."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    found = round_or_404(round_id)
    try:
        wanted = None if "reset" in request.form else _typed_bands()
        index_round.set_bands(db.session, found, wanted, now=_now(), actor=officer.email)
    except HailongError as error:
        return _results_page(round_id, fault=sentence(error)), 422
    flash(_("Đã lưu các bậc xếp loại của đợt."), "good")
    return redirect(url_for("reform_index.results", round_id=round_id), 303)


@blueprint.get("/index/units/<unit_code>")
def unit(unit_code: str) -> str:
    """Show the years of a unit, and of those that merged into it, in every kind of index."""
    found, officer = unit_or_refuse(unit_code, Permission.SEE_INDEX), require(Permission.SEE_INDEX)
    return render_template(
        "officer/index_unit.html",
        unit=found,
        history=index_result.history(db.session, found, visible_units(db.session, officer, Permission.SEE_INDEX)),
        words=index_words,
        in_language=in_language,
    )


def round_or_404(round_id: int) -> IndexRound:
    """Fetch a round."""
    return db.session.get(IndexRound, round_id) or abort(404)


def _typed_bands() -> list[Band]:
    wanted = []
    for place in range(MOST_BANDS):
        title = clean_line(request.form.get(f"title-{place}", ""))[:60]
        if not title:
            continue
        at_least = _percent(request.form.get(f"from-{place}", ""))
        condition = request.form.get(f"least-{place}", "").strip()
        component = request.form.get(f"component-{place}", "")
        wanted.append(Band(title, at_least, component, _percent(condition) if condition else None))
    return wanted


def _percent(text: str) -> Decimal:
    try:
        return percentage(Cell(text.strip()))
    except BadCell as bad:
        raise HailongError("index_bands_number") from bad


def _shown(found: IndexRound) -> RoundView:
    """The round as the address asks for it: a revision, as it stands (`now`), or the newest that is published."""
    officer = require(Permission.SEE_INDEX)
    try:
        return index_result.view(
            db.session,
            found,
            visible_units(db.session, officer, Permission.SEE_INDEX),
            revision=request.args.get("revision", type=int),
            as_it_stands="now" in request.args,
        )
    except HailongError:
        abort(404)


def _results_page(round_id: int, *, fault: str | None = None, fault_at: str = "bands") -> str:
    officer = require(Permission.SEE_INDEX)
    found = round_or_404(round_id)
    in_sight = visible_units(db.session, officer, Permission.SEE_INDEX)
    shown = _shown(found)
    rows = tuple(row for row in shown.table.rows if row.unit.id in in_sight)
    return render_template(
        "officer/index_round.html",
        shown=shown,
        standing=index_publication.standing(db.session, found),
        left_out=[] if shown.publication is None else index_frozen.left_out_of(shown.publication),
        missing=_missing(officer, shown),
        to_publish=index_publication.count_to_publish(db.session, found),
        in_sight=in_sight,
        words=index_words,
        in_language=in_language,
        warnings=[sentence(one) for one in warning_faults(replace(shown.table, rows=rows))],
        most_bands=MOST_BANDS,
        fault=fault,
        fault_at=fault_at,
    )


def _missing(officer: Officer, shown: RoundView) -> list[str]:
    """Whom the first publication would leave out, for whoever may publish."""
    if shown.publications or not stands_at_top(officer, Permission.APPRAISE_INDEX):
        return []
    return index_publication.missing_if_published(db.session, shown.round)


def _rounds_page(form: RoundForm) -> str:
    return render_template(
        "officer/index_rounds.html",
        form=form,
        rounds=index_round.rounds(db.session),
        published=index_frozen.newest_revisions(db.session),
        words=index_words,
    )


def _round_form() -> RoundForm:
    form = RoundForm()
    form.offer(_choices())
    if not form.is_submitted():
        form.year.data, form.rules.data = _now().year, index_round.DEFAULT_RULES
    return form


def _choices() -> Mapping[str, list[tuple[str, str]]]:
    reference = _("mẫu tham khảo")
    rules, criteria = (
        [
            (one.structure.id, in_language(head.title) + (f" ({reference})" if head.reference else ""))
            for one in offered
            for head in [one.structure.head]
        ]
        for offered in (index_structure.rules_offered(db.session), index_structure.criteria_offered(db.session))
    )
    return {
        "kind": [(kind, str(words)) for kind, words in index_words.KINDS.items()],
        "level": [(level, str(words)) for level, words in index_words.LEVELS.items()],
        "rules": rules,
        "criteria": [*criteria, ("", _("Không: nhập điểm theo từng nội dung"))],
    }


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
