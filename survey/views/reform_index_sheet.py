"""A unit's sheet in a round: its page, self-score, appraisal, steps, and the sheet as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forms.reform_index import EvidenceForm, SheetFileForm
from survey import index_words
from survey.access import Permission, require_at_top, stands_at_top, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.errors import Fault, HailongError, ImportRefused
from survey.extensions import db
from survey.index_words import in_language
from survey.messages import fault_line, sentence
from survey.models import SheetState, Unit
from survey.services import index_file, index_lines, index_result, index_sheet, index_step
from survey.services.index_lines import Typed
from survey.services.index_round import rules_of
from survey.services.index_sheet import SheetView
from survey.services.index_step import Step
from survey.services.sheet import LARGEST_FILE
from survey.views.reform_index import round_or_404
from survey.views.uploads import takes_files

blueprint = takes_files("reform_index_sheet")
Page = Response | str | tuple[str, int]
SHEET = "/index/<int:round_id>/<unit_code>"


@blueprint.get(SHEET)
def sheet(round_id: int, unit_code: str) -> str:
    """Show a unit's sheet, with what the officer may do at this step."""
    return sheet_page(round_id, unit_or_refuse(unit_code, Permission.SEE_INDEX))


@blueprint.post(f"{SHEET}/own")
def save_own(round_id: int, unit_code: str) -> Page:
    """Keep the unit's self-score; "submit" sends it on as well."""
    unit = unit_or_refuse(unit_code, Permission.SCORE_INDEX)
    return _save(round_id, unit, index_sheet.save_own, then=Step.SUBMIT)


@blueprint.post(f"{SHEET}/appraisal")
def save_appraisal(round_id: int, unit_code: str) -> Page:
    """Keep the appraiser's points; "appraise" finishes the appraisal as well."""
    return _save(round_id, appraised_unit(unit_code), index_sheet.save_appraisal, then=Step.APPRAISE)


@blueprint.post(f"{SHEET}/<any(submit, return, appraise, approve, reopen):step>")
def take(round_id: int, unit_code: str, step: str) -> Page:
    """Take one step with the sheet as a whole."""
    unit = _unit_for(Step(step), unit_code)
    try:
        state = index_step.take(
            db.session,
            round_or_404(round_id),
            unit,
            Step(step),
            now=_now(),
            actor=current_user.email,
            reason=request.form.get("reason", ""),
        )
    except ImportRefused as refused:
        return sheet_page(round_id, unit, faults=refused.faults), 422
    except HailongError as error:
        return sheet_page(round_id, unit, problem=sentence(error)), 422
    flash(_("Trạng thái bảng điểm: %(state)s.", state=index_words.STATES[state.value]), "good")
    return back_to_sheet(round_id, unit)


@blueprint.get(f"{SHEET}/sheet.xlsx")
def download(round_id: int, unit_code: str) -> Response:
    """Hand the whole sheet out, to be filled in offline."""
    unit = unit_or_refuse(unit_code, Permission.SEE_INDEX)
    found = round_or_404(round_id)
    content = index_file.workbook(db.session, found, [unit])
    name = f"bang-diem-{found.name}-{found.kind}-{unit.code}.xlsx"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


@blueprint.post(f"{SHEET}/sheet")
def send(round_id: int, unit_code: str) -> Page:
    """Take a sheet in that was filled in offline: the self-score of a draft, the appraisal of a submitted one."""
    unit = unit_or_refuse(unit_code, Permission.SEE_INDEX)
    found = round_or_404(round_id)
    is_draft = index_sheet.load(db.session, found, unit).state is SheetState.DRAFT
    unit = unit_or_refuse(unit_code, Permission.SCORE_INDEX) if is_draft else appraised_unit(unit_code)
    form = SheetFileForm()
    if not form.validate():
        return sheet_page(round_id, unit, problem=first_fault(form.errors)), 422
    data = form.sheet.data.stream.read(LARGEST_FILE + 1)
    part = index_file.Part.OWN if is_draft else index_file.Part.APPRAISAL
    try:
        index_file.import_sheets(
            db.session,
            found,
            data,
            part=part,
            units=[unit],
            file_name=form.sheet.data.filename or "?",
            now=_now(),
            actor=current_user.email,
        )
    except ImportRefused as refused:
        return sheet_page(round_id, unit, lines=[fault_line(one) for one in refused.faults]), 422
    except HailongError as error:
        return sheet_page(round_id, unit, problem=sentence(error)), 422
    flash(_("Đã nhập bảng điểm từ tệp."), "good")
    return back_to_sheet(round_id, unit)


def appraised_unit(code: str) -> Unit:
    """Fetch a unit whose sheet the officer may appraise: from the unit above it, never as one of its own."""
    unit = unit_or_refuse(code, Permission.APPRAISE_INDEX)
    if not _may_appraise(unit):
        abort(403)
    return unit


def _may_appraise(unit: Unit) -> bool:
    if unit.parent_id is None:
        return stands_at_top(current_user, Permission.APPRAISE_INDEX)
    return unit.parent_id in visible_units(db.session, current_user, Permission.APPRAISE_INDEX)


def _unit_for(step: Step, code: str) -> Unit:
    if step is Step.SUBMIT:
        return unit_or_refuse(code, Permission.SCORE_INDEX)
    if step in (Step.APPROVE, Step.REOPEN):
        require_at_top(Permission.APPRAISE_INDEX)
    return appraised_unit(code)


def _save(round_id: int, unit: Unit, save: Any, *, then: Step) -> Page:
    found = round_or_404(round_id)
    view = index_sheet.load(db.session, found, unit)
    typed = {leaf.code: _typed(leaf.code) for leaf in view.criteria.leaves}
    try:
        given = index_lines.read_lines(typed)
        save(db.session, found, unit, given, now=_now(), actor=current_user.email)
        if "then" not in request.form:
            flash(_("Đã lưu bảng điểm."), "good")
            return back_to_sheet(round_id, unit)
        index_step.take(db.session, found, unit, then, now=_now(), actor=current_user.email)
    except ImportRefused as refused:
        return sheet_page(round_id, unit, faults=refused.faults, typed=typed), 422
    except HailongError as error:
        return sheet_page(round_id, unit, problem=sentence(error), typed=typed), 422
    flash(_("Đã gửi thẩm định.") if then is Step.SUBMIT else _("Đã thẩm định xong."), "good")
    return back_to_sheet(round_id, unit)


def _typed(code: str) -> Typed:
    sent = request.form
    return Typed(sent.get(f"points-{code}", ""), f"na-{code}" in sent, sent.get(f"note-{code}", ""))


def sheet_page(
    round_id: int,
    unit: Unit,
    *,
    faults: list[Fault] | None = None,
    typed: Mapping[str, Typed] | None = None,
    problem: str | None = None,
    lines: list[str] | None = None,
) -> str:
    """Render a sheet with what the officer may do, and what went wrong: by line, as a whole, or in a file."""
    found = round_or_404(round_id)
    view = index_sheet.load(db.session, found, unit)
    by_code: dict[str, list[str]] = {}
    for one in faults or []:
        by_code.setdefault(one.column or "", []).append(sentence(one))
    may_score = unit.id in visible_units(db.session, current_user, Permission.SCORE_INDEX)
    may_appraise = _may_appraise(unit)
    rules = rules_of(db.session, found)
    return render_template(
        "officer/index_sheet.html",
        view=view,
        rules=rules,
        may_leave=rules.when_not_applicable == "leave",
        edits_own=may_score and view.state is SheetState.DRAFT,
        appraises=may_appraise and view.state is SheetState.SUBMITTED,
        may_appraise=may_appraise,
        decides=stands_at_top(current_user, Permission.APPRAISE_INDEX),
        words=index_words,
        in_language=in_language,
        history=index_result.history(
            db.session, unit, visible_units(db.session, current_user, Permission.SEE_INDEX)
        ),
        typed=typed,
        faults=by_code,
        problem=problem,
        lines=lines or [],
        evidence_form=evidence_form(view),
        file_form=SheetFileForm(),
        State=SheetState,
        Step=Step,
    )


def evidence_form(view: SheetView) -> EvidenceForm:
    """Make the form that adds a file to one of the sheet's criteria."""
    form = EvidenceForm()
    form.criterion.choices = [
        (leaf.code, f"{leaf.code} {in_language(leaf.title)}"[:110]) for leaf in view.criteria.leaves
    ]
    return form


def back_to_sheet(round_id: int, unit: Unit) -> Response:
    """Go on to the sheet."""
    return redirect(url_for("reform_index_sheet.sheet", round_id=round_id, unit_code=unit.code), 303)


def first_fault(errors: Mapping[str, Any]) -> str:
    """Give the first of a form's faults in words."""
    return next((str(text) for texts in errors.values() for text in texts), "")


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
