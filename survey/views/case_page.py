"""The page of one case: what everybody may see of it, what was done, and what the officer may do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template
from flask_login import current_user

from forms.case import NoteForm, PickForm, ReplyForm
from survey.access import Permission, visible_units
from survey.extensions import db
from survey.feedback_messages import (
    CATEGORY_WORDS,
    DESK_ACTION_WORDS,
    DESK_ENTRY_WORDS,
    DESK_READER_WORDS,
    DESK_STATE_WORDS,
    SHORT_TOPIC_WORDS,
)
from survey.models import RESTRICTED, CaseState, FeedbackCase, FeedbackEntry, FeedbackNote
from survey.services import feedback_answer, feedback_reply, inbox, reply_template
from survey.services.contact import Contact
from survey.services.deadline import EXPECTED
from survey.services.feedback import OPEN
from survey.services.redaction import redact_suggested
from survey.services.unit_tree import units_in_force
from survey.views.case_access import assignable, deadlines, is_restricted, now, officers_of, sight_of
from survey.views.case_words import due_word, title


@dataclass(frozen=True)
class Shown:
    """What a page shows beyond the case itself: a form that came back, what was asked to be seen."""

    reply: ReplyForm | None = None
    note: NoteForm | None = None
    contact: Contact | None = None
    original: bool = False
    problem: str = ""
    status: int = 200


def page(case: FeedbackCase, shown: Shown) -> tuple[str, int]:
    """Draw the page of a case for the signed-in officer."""
    today = now().date()
    officer = current_user._get_current_object()
    rules = deadlines()
    may_answer = case.reader_unit_id in visible_units(db.session, officer, Permission.ANSWER_FEEDBACK)
    masked = case.category in RESTRICTED and not shown.original
    templates = reply_template.offered(db.session, case.reader_unit)
    reply = shown.reply or ReplyForm(formdata=None)
    reply.template.choices = [(str(each.id), each.name) for each in templates]
    merged_into = None if case.merged_into is None else db.session.get(FeedbackCase, case.merged_into)
    html = render_template(
        "officer/case.html",
        case=case,
        reference=feedback_answer.reference,
        title=title(case, masked=masked),
        text_of=lambda text: redact_suggested(text) if masked else text,
        masked=masked,
        is_restricted=is_restricted(case),
        shown=shown,
        reply=reply,
        note=shown.note or NoteForm(formdata=None),
        due=due_word(case, rules.calendar, today),
        expected=EXPECTED[case.topic],
        deadline=rules.of(case.category, case.topic),
        public_from=None if case.pending is None else feedback_reply.public_from(case.pending),
        timeline=timeline(case),
        history=feedback_answer.history(db.session, case),
        picks=_picks(case) if may_answer else {},
        may_answer=may_answer and case.erased_on is None,
        is_open=case.state in OPEN and case.merged_into is None,
        may_reply=case.merged_into is None and case.state in OPEN | feedback_reply.CORRECTABLE,
        is_correction=case.state in feedback_reply.CORRECTABLE,
        moves=feedback_answer.MOVES.get(case.state, frozenset()),
        merged_into=merged_into,
        merged=inbox.merged_into(db.session, case),
        states=DESK_STATE_WORDS,
        categories=CATEGORY_WORDS,
        topics=SHORT_TOPIC_WORDS,
        readers=DESK_READER_WORDS,
        entries=DESK_ENTRY_WORDS,
        actions=DESK_ACTION_WORDS,
        RESTRICTED=RESTRICTED,
        State=CaseState,
    )
    return html, shown.status


def timeline(case: FeedbackCase) -> Sequence[FeedbackEntry | FeedbackNote]:
    """Put what the citizen sees and what colleagues wrote into one order, the newest first."""
    things: list[tuple[date, int, int, FeedbackEntry | FeedbackNote]] = [
        (entry.on_date, 0, entry.position, entry) for entry in case.entries
    ]
    things += [(feedback_answer.day_of(note.at), 1, note.position, note) for note in case.notes]
    return [thing for *_, thing in sorted(things, key=lambda each: each[:3], reverse=True)]


def _picks(case: FeedbackCase) -> dict[str, PickForm]:
    """The short lists of the page, each in a form of its own."""
    officer = current_user._get_current_object()
    today = now().date()
    officials = officers_of([case.about_unit_id])
    similar = inbox.similar(db.session, sight_of(officer, Permission.ANSWER_FEEDBACK), case)
    choices = {
        "classify": [(value, str(words)) for value, words in CATEGORY_WORDS.items()],
        "assign": [("", "–"), *((each.id, each.name) for each in assignable(case, officer))],
        "about": [("", "–"), *((each.id, each.name) for each in officials)],
        "transfer": [("", "–")]
        + [
            (each.code, each.name)
            for each in units_in_force(db.session, None, below=False, today=today)
            if each.id != case.reader_unit_id
        ],
        "merge": [("", "–")]
        + [
            (
                feedback_answer.reference(each),
                f"{each.received_on:%d/%m}: {title(each, masked=each.category in RESTRICTED)}",
            )
            for each in similar
        ],
    }
    return {name: PickForm.of(offered) for name, offered in choices.items()}


def pick(case: FeedbackCase, name: str) -> str | None:
    """Return what was picked in one of the short lists, or None for something that was not offered."""
    form = _picks(case)[name]
    return (form.choice.data or "") if form.validate() else None
