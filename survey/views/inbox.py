"""The officers' inbox of feedback: found by filters and words, several cases handled at once."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.case import BulkForm
from survey.access import Permission, may, require
from survey.errors import HailongError
from survey.extensions import db
from survey.feedback_messages import CATEGORY_WORDS, DESK_STATE_WORDS, SHORT_TOPIC_WORDS
from survey.messages import sentence
from survey.models import RESTRICTED, CaseState, Category, Officer
from survey.services import feedback_answer, feedback_handling, feedback_reply, inbox
from survey.services.inbox import Filter, Section
from survey.views.case_access import assignable, case_or_refuse, deadlines, handlers, now, sight_of
from survey.views.case_words import due_word, title
from survey.views.officer_page import officer_blueprint
from survey.whole_number import whole_number

blueprint = officer_blueprint("inbox")
LONGEST_WORDS = 200
KEPT = ("list", "q", "state", "kind", "unit", "mine", "overdue")


@blueprint.get("/feedback")
def feedback() -> str:
    """List what waits for an answer, the most urgent first."""
    officer = require(Permission.READ_FEEDBACK)
    moment = now()
    feedback_reply.publish_due(db.session, now=moment)
    sight, wanted, today = sight_of(officer), chosen(), moment.date()
    found = inbox.search(
        db.session, sight, wanted, today=today, page=request.args.get("page", 1, type=whole_number)
    )
    return render_template(
        "officer/inbox.html",
        found=found,
        wanted=wanted,
        waiting=inbox.waiting(db.session, sight, today=today),
        units=inbox.units_of(db.session, sight.unit_ids),
        is_filtered=wanted != Filter(section=wanted.section),
        query=kept(),
        title=lambda case: title(case, masked=case.category in RESTRICTED),
        due=lambda case: due_word(case, deadlines().calendar, today),
        form=BulkForm() if may(officer, Permission.ANSWER_FEEDBACK) else None,
        handlers=handlers() if may(officer, Permission.ANSWER_FEEDBACK) else [],
        reference=feedback_answer.reference,
        states=DESK_STATE_WORDS,
        categories=CATEGORY_WORDS,
        topics=SHORT_TOPIC_WORDS,
        Section=Section,
    )


@blueprint.post("/feedback")
def bulk() -> Response:
    """Do the same to all cases that were ticked, and say which of them could not."""
    officer = require(Permission.ANSWER_FEEDBACK)
    form = BulkForm()
    act = _action(form, officer)
    here = redirect(url_for("inbox.feedback", _external=False, **kept()), 303)
    if not form.validate_on_submit() or act is None or not form.cases.data:
        flash(_("Xin đánh dấu ít nhất một góp ý và chọn việc cần làm."), "warning")
        return here
    chosen_cases = [
        case_or_refuse(each, Permission.ANSWER_FEEDBACK) for each in form.cases.data[: inbox.PAGE_SIZE]
    ]
    summary = feedback_handling.each_of(chosen_cases, act)
    if summary.done_count:
        flash(_("Đã làm xong với %(count)s góp ý.", count=summary.done_count), "good")
    for name, code in summary.refused:
        flash(
            _("Góp ý %(name)s chưa làm được: %(why)s", name=name[:8], why=sentence(HailongError(code))), "warning"
        )
    return here


def chosen() -> Filter:
    """Read the filter from the address."""
    given = request.args
    return Filter(
        section=Section.PRAISE if given.get("list") == Section.PRAISE else Section.INBOX,
        words=given.get("q", "")[:LONGEST_WORDS],
        state=given.get("state", ""),
        kind=given.get("kind", ""),
        unit_id=given.get("unit", type=whole_number),
        mine="mine" in given,
        overdue="overdue" in given,
    )


def kept() -> dict[str, str]:
    """Return what the address says about the filter, to be carried along."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _action(form: BulkForm, officer: Officer) -> Callable[[bytes], None] | None:
    moment, actor = now(), officer.email
    do, category = form.do.data, form.category.data
    if do == "classify" and category in set(Category):
        wanted = Category(category)
        return lambda key: feedback_handling.classify(
            db.session, key, wanted, deadlines=deadlines(), actor=actor, now=moment
        )
    if do == "spam":
        return lambda key: feedback_handling.classify(
            db.session, key, Category.UNRELATED, deadlines=deadlines(), actor=actor, now=moment
        )
    if do == "close":
        return lambda key: feedback_answer.set_state(db.session, key, CaseState.CLOSED, actor=actor, now=moment)
    if do == "assign" and form.officer.data in {other.id for other in handlers()}:
        assignee = db.session.get_one(Officer, form.officer.data)
        return lambda key: _assign(key, assignee, officer)
    return None


def _assign(key: bytes, assignee: Officer, actor: Officer) -> None:
    """Give a case only to somebody who may handle it."""
    case = case_or_refuse(key.hex()[: inbox.REFERENCE_DIGITS], Permission.ANSWER_FEEDBACK)
    if assignee.id == case.about_officer_id:
        raise HailongError("assignee_is_about")
    if assignee not in assignable(case, actor):
        raise HailongError("assignee_may_not")
    feedback_handling.assign(db.session, key, assignee, actor=actor.email, now=now())
