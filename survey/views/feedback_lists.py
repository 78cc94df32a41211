"""What stands beside the inbox: remarks without a case, reply templates, and cases as a file."""

from __future__ import annotations

from datetime import date

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from analysis.periods import Period, previous, quarter_of
from forms.case import NamesForm, TemplateForm
from survey.access import Permission, require, visible_units
from survey.extensions import db
from survey.feedback_messages import CATEGORY_WORDS, DESK_STATE_WORDS, SHORT_TOPIC_WORDS
from survey.models import ReplyTemplate
from survey.services import feedback_export, inbox, remark, reply_template
from survey.views.case_access import now, sight_of
from survey.views.inbox import chosen, kept
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("feedback_lists")
MIME_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
SHOWN_QUARTERS = 6


@blueprint.get("/feedback/remarks")
def remarks() -> str:
    """List remarks of one quarter, unit by unit, where there are enough of them."""
    officer = require(Permission.READ_REMARKS)
    periods = _quarters(now().date())
    period = next((each for each in periods if each.text == request.args.get("period")), periods[0])
    unit_ids = visible_units(db.session, officer, Permission.READ_REMARKS)
    words = request.args.get("q", "")[:200]
    return render_template(
        "officer/remarks.html",
        groups=remark.groups(db.session, unit_ids, first=period.first, last=period.last, words=words),
        period=period,
        periods=periods,
        words=words,
        fewest=remark.FEWEST,
    )


@blueprint.route("/feedback/export", methods=["GET", "POST"])
def export() -> AnyResponse | str:
    """Let names be confirmed, then write the cases of the filter as a file."""
    officer = require(Permission.READ_FEEDBACK)
    moment = now()
    cases = feedback_export.chosen(db.session, sight_of(officer), chosen(), today=moment.date())
    form, suggested = NamesForm(), feedback_export.names_in(cases)
    if not form.validate_on_submit():
        return render_template(
            "officer/feedback_export.html", form=form, names=suggested, count=len(cases), query=kept()
        )
    kind = "csv" if form.file.data == "csv" else "xlsx"
    more = [name.strip() for name in form.more.data.split(",") if name.strip()]
    data = feedback_export.file_of(
        db.session,
        cases,
        kind=kind,
        names=[*(name for name in form.names.data if name in suggested), *more],
        words={
            "topic": SHORT_TOPIC_WORDS,
            "category": CATEGORY_WORDS,
            "state": DESK_STATE_WORDS,
            "rating": {"1": _("hài lòng"), "0": _("không hài lòng")},
        },
        actor=officer.email,
        now=moment,
    )
    response = Response(data, content_type=MIME_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"gop-y-{moment:%Y-%m-%d}.{kind}")
    return response


@blueprint.route("/feedback/templates", methods=["GET", "POST"])
def templates() -> AnyResponse | str | tuple[str, int]:
    """List the templates of replies, and add one."""
    officer = require(Permission.ANSWER_FEEDBACK)
    units = {
        str(unit.id): unit
        for unit in inbox.units_in(db.session, visible_units(db.session, officer, Permission.ANSWER_FEEDBACK))
    }
    form = TemplateForm()
    form.unit.choices = [(value, unit.name) for value, unit in units.items()]
    if form.validate_on_submit():
        reply_template.add(
            db.session,
            unit=units[form.unit.data],
            name=form.name.data,
            text=form.text.data,
            actor=officer.email,
            now=now(),
        )
        flash(_("Đã thêm mẫu “%(name)s”.", name=form.name.data), "good")
        return redirect(url_for("feedback_lists.templates"), 303)
    listed = reply_template.listed(db.session, {unit.id for unit in units.values()})
    page = render_template("officer/reply_templates.html", form=form, templates=listed)
    return (page, 422) if form.is_submitted() else page


@blueprint.post("/feedback/templates/<int:template_id>/retire")
def retire(template_id: int) -> AnyResponse:
    """Offer a template no longer."""
    officer = require(Permission.ANSWER_FEEDBACK)
    template = db.session.get(ReplyTemplate, template_id)
    if template is None:
        abort(404)
    if template.unit_id not in visible_units(db.session, officer, Permission.ANSWER_FEEDBACK):
        abort(403)
    reply_template.retire(db.session, template, actor=officer.email, now=now())
    flash(_("Mẫu “%(name)s” không còn được gợi ý.", name=template.name), "good")
    return redirect(url_for("feedback_lists.templates"), 303)


def _quarters(today: date) -> list[Period]:
    periods = [quarter_of(today)]
    while len(periods) < SHOWN_QUARTERS:
        periods.append(previous(periods[-1]))
    return periods
