"""One case of feedback: read it, answer it, and everything else that officers do with it."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.case import PICK, NoteForm, ReplyForm
from survey.access import Permission, require
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import CaseState, Category, FeedbackCase, Officer, ReplyTemplate
from survey.services import apology as letters
from survey.services import feedback_answer, feedback_handling, feedback_reply, inbox, reply_template
from survey.services.unit_tree import unit_by_code
from survey.views.case_access import assignable, case_or_refuse, deadlines, now, officers_of, sight_of
from survey.views.case_page import Shown, page, pick
from survey.views.feedback import sealing_key
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("cases")
Page = Response | tuple[str, int]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LONG_TEXTS = 512 * 1024


@blueprint.before_request
def publish() -> None:
    """Let nobody look at a case whose reply is due but not public yet; take long texts."""
    request.max_content_length = LONG_TEXTS
    request.max_form_memory_size = LONG_TEXTS
    feedback_reply.publish_due(db.session, now=now())


@blueprint.get("/feedback/<reference>")
def case(reference: str) -> Page:
    """Show a case."""
    return page(case_or_refuse(reference), Shown())


@blueprint.post("/feedback/<reference>/reply")
def reply(reference: str) -> Page:
    """Send a reply that can be taken back for ten seconds, or put a template into the text first."""
    found, form, officer = _answering(reference), ReplyForm(), require(Permission.ANSWER_FEEDBACK)
    if request.form.get("do") == "template":
        form.text.data = _with_template(found, form)
        return page(found, Shown(reply=form))
    if not form.validate():
        return page(found, Shown(reply=form, status=422))
    try:
        feedback_reply.send(db.session, found.key, form.text.data, actor=officer.email, now=now())
    except HailongError as error:
        return page(_again(reference), Shown(reply=form, problem=sentence(error), status=409))
    return redirect(url_for("cases.case", reference=reference, _anchor="reply"), 303)


@blueprint.post("/feedback/<reference>/undo")
def undo(reference: str) -> Page:
    """Take a reply back while that can be, and put its text into the form again."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    try:
        text = feedback_reply.undo(db.session, found.key, actor=officer.email, now=now())
    except HailongError as error:
        return page(_again(reference), Shown(problem=sentence(error), status=409))
    form = ReplyForm(formdata=None)
    form.text.data = text
    flash(_("Đã hoàn tác: người dân chưa thấy câu trả lời này. Chữ Ông/Bà viết còn ở dưới."), "good")
    return page(found, Shown(reply=form))


@blueprint.post("/feedback/<reference>/note")
def note(reference: str) -> Page:
    """Write an internal note."""
    found, form, officer = _answering(reference), NoteForm(), require(Permission.ANSWER_FEEDBACK)
    if not form.validate():
        return page(found, Shown(note=form, status=422))
    return _do(
        found,
        lambda: feedback_handling.add_note(db.session, found.key, form.note.data, actor=officer.email, now=now()),
        _("Đã lưu ghi chú nội bộ."),
    )


@blueprint.post("/feedback/<reference>/classify")
def classify(reference: str) -> Page:
    """Say what a case is."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    category = Category(_picked(found, "classify"))
    return _do(
        found,
        lambda: feedback_handling.classify(
            db.session, found.key, category, deadlines=deadlines(), actor=officer.email, now=now()
        ),
        _("Đã phân loại."),
    )


@blueprint.post("/feedback/<reference>/assign")
def assign(reference: str) -> Page:
    """Give a case to somebody."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    picked = _picked(found, "assign", or_nobody=True)
    assignee = next((each for each in assignable(found, officer) if each.id == picked), None)
    return _do(
        found,
        lambda: feedback_handling.assign(db.session, found.key, assignee, actor=officer.email, now=now()),
        _("Đã giao xử lý.") if assignee else _("Đã bỏ giao."),
    )


@blueprint.post("/feedback/<reference>/about")
def about(reference: str) -> Page:
    """Note whom a case is about."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    picked = _picked(found, "about", or_nobody=True)
    official: Officer | None = next(
        (each for each in officers_of([found.about_unit_id]) if each.id == picked), None
    )
    return _do(
        found,
        lambda: feedback_handling.name_official(db.session, found.key, official, actor=officer.email, now=now()),
        _("Đã ghi. Người bị phản ánh không thấy góp ý này và không được giao xử lý."),
    )


@blueprint.post("/feedback/<reference>/state")
def state(reference: str) -> Page:
    """Begin to work on a case, or close it."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    wanted = request.form.get("state", "")
    if wanted not in set(CaseState):
        return page(found, Shown(problem=str(PICK), status=422))
    return _do(
        found,
        lambda: feedback_answer.set_state(
            db.session, found.key, CaseState(wanted), actor=officer.email, now=now()
        ),
        _("Đã chuyển trạng thái."),
    )


@blueprint.post("/feedback/<reference>/transfer")
def transfer(reference: str) -> Page:
    """Pass a case on to another unit."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    unit = unit_by_code(db.session, _picked(found, "transfer"))
    return _do(
        found,
        lambda: feedback_handling.transfer(db.session, found.key, unit, actor=officer.email, now=now()),
        _("Đã chuyển đến %(unit)s; người dân thấy việc chuyển này.", unit=unit.name),
    )


@blueprint.post("/feedback/<reference>/merge")
def merge(reference: str) -> Page:
    """Answer a case together with another one."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    main = case_or_refuse(_picked(found, "merge"), Permission.ANSWER_FEEDBACK)
    return _do(
        found,
        lambda: feedback_handling.merge(db.session, found.key, main.key, actor=officer.email, now=now()),
        _("Đã gộp. Người gửi góp ý này sẽ nhận cùng câu trả lời công khai."),
    )


@blueprint.post("/feedback/<reference>/apology")
def apology(reference: str) -> Page:
    """Hand out the draft of a letter of apology."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    response = Response(letters.draft(db.session, found, actor=officer.email, now=now()), content_type=DOCX)
    response.headers.set("Content-Disposition", "attachment", filename=f"thu-xin-loi-{reference[:8]}.docx")
    return response


@blueprint.post("/feedback/<reference>/contact")
def contact(reference: str) -> Page:
    """Show how to reach who sent a case; that it was looked at is noted."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    known = feedback_answer.read_contact(
        db.session, found.key, sealing_key=sealing_key(), actor=officer.email, now=now()
    )
    return page(found, Shown(contact=known))


@blueprint.post("/feedback/<reference>/original")
def original(reference: str) -> Page:
    """Show the text of a complaint or denunciation as it was written; that it was looked at is noted."""
    found, officer = _answering(reference), require(Permission.ANSWER_FEEDBACK)
    feedback_answer.note_reading(db.session, found.key, actor=officer.email, now=now())
    return page(found, Shown(original=True))


def _answering(reference: str) -> FeedbackCase:
    return case_or_refuse(reference, Permission.ANSWER_FEEDBACK)


def _picked(found: FeedbackCase, name: str, *, or_nobody: bool = False) -> str:
    """Return what was picked in one of the short lists, or answer with the page that asks to pick."""
    picked = pick(found, name)
    if picked is None or not (picked or or_nobody):
        abort(make_response(page(found, Shown(problem=str(PICK), status=422))))
    return picked


def _again(reference: str) -> FeedbackCase:
    """Load a case anew after a use case refused it."""
    db.session.expire_all()
    return case_or_refuse(reference)


def _do(found: FeedbackCase, act: Callable[[], None], done: str) -> Page:
    """Carry out a use case; who may no longer see the case afterwards is led to the list."""
    reference = feedback_answer.reference(found)
    try:
        act()
    except HailongError as error:
        return page(_again(reference), Shown(problem=sentence(error), status=409))
    flash(done, "good")
    db.session.expire_all()
    if inbox.find(db.session, sight_of(require(Permission.READ_FEEDBACK)), reference) is None:
        return redirect(url_for("inbox.feedback"), 303)
    return redirect(url_for("cases.case", reference=reference), 303)


def _with_template(found: FeedbackCase, form: ReplyForm) -> str:
    """Add the picked template to what is written already."""
    offered = reply_template.offered(db.session, found.reader_unit)
    picked: ReplyTemplate | None = next((each for each in offered if str(each.id) == form.template.data), None)
    parts = [form.text.data or "", "" if picked is None else picked.text]
    return "\n\n".join(part for part in parts if part)
