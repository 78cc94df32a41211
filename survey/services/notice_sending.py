"""The jobs that send: look up now who may know what, put it into words, hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import MailServer, Settings
from survey.models import FeedbackCase, NoticeChoice, NoticeKind, Officer, ScoreDraft
from survey.permissions import Permission, has_permission
from survey.reports import notice as words
from survey.services import contact_handle, inbox, mail, objection, webhook
from survey.services.contact import unseal
from survey.services.digest import week_of
from survey.services.feedback import OPEN
from survey.services.feedback_answer import day_of, reference
from survey.services.mail import Mail
from survey.services.notice_choice import choices
from survey.services.notice_people import sight_of
from survey.services.webhook import Event

Payload = Mapping[str, Any]


def mail_notice(session: Session, settings: Settings, payload: Payload, *, now: datetime) -> None:
    """Write to an officer of the cases that he may still see and that still wait."""
    officer = session.get(Officer, payload["officer"])
    if settings.mail_server is None or officer is None or not officer.is_active:
        return
    sight = sight_of(session, officer)
    waiting = []
    for each in payload["notices"]:
        kind = NoticeKind(each["kind"])
        case = inbox.find(session, sight, each["case"])
        if case is not None and _still_waits(case, kind, officer):
            waiting.append(words.Waiting(kind.value, reference(case), case.about_unit.name, case.due_on))
    if waiting:
        letter = words.notice(officer.name, waiting, base_url=settings.base_url)
        _mail(session, settings.mail_server, officer.email, letter, payload, now)


def mail_digest(session: Session, settings: Settings, payload: Payload, *, now: datetime) -> None:
    """Write to an officer how many cases there are; not if there is none and he did not ask for that."""
    officer = session.get(Officer, payload["officer"])
    if settings.mail_server is None or officer is None or not officer.is_active:
        return
    chosen = choices(session, officer)
    wanted = chosen[NoticeKind.WEEKLY]
    if wanted is NoticeChoice.OFF or not has_permission(officer, Permission.READ_FEEDBACK):
        return
    monday = date.fromisoformat(payload["monday"])
    week = week_of(session, officer, chosen, monday=monday, today=day_of(now))
    if wanted is NoticeChoice.IF_ANY and week.is_empty:
        return
    letter = words.digest(officer.name, week, base_url=settings.base_url)
    _mail(session, settings.mail_server, officer.email, letter, payload, now)


def mail_draft(session: Session, settings: Settings, payload: Payload, *, now: datetime) -> None:
    """Write to an officer that draft scores wait for objections, while they do and he may still object."""
    officer = session.get(Officer, payload["officer"])
    if settings.mail_server is None or officer is None or not officer.is_active:
        return
    draft = session.get_one(ScoreDraft, payload["draft"])
    is_running = objection.is_running(session, draft, today=day_of(now))
    if is_running and has_permission(officer, Permission.OBJECT_TO_SCORES):
        period = parse_period(draft.score_set.period)
        days = period.first, period.last
        address = f"{settings.base_url}/officer/scores/{period.text}?revision={draft.score_set.revision}"
        letter = words.draft(officer.name, period.text, days, draft.until, address=address)
        _mail(session, settings.mail_server, officer.email, letter, payload, now)


def tell_citizen(session: Session, settings: Settings, payload: Payload, *, now: datetime) -> None:
    """Tell a citizen that there is an answer: by e-mail, or by a handle that the gateway turns into a number.

    Contact details are read only here, and only as long as the consent stands.
    """
    case = _case(session, payload["case"])
    if case is None or case.erased_on is not None or case.contact is None:
        return
    contact = unseal(settings.key_for("feedback contact"), case.key, case.contact.sealed)
    if contact.email and settings.mail_server is not None:
        letter = words.answered(base_url=settings.base_url)
        _mail(session, settings.mail_server, contact.email, letter, payload, now)
    elif contact.phone and settings.webhook is not None and settings.webhook.offers_phones:
        handle = contact_handle.issue(session, case, now=now)
        webhook.send(settings.webhook, Event("citizen.answered", payload["mark"], {"handle": handle}), now=now)


def send_event(session: Session, settings: Settings, payload: Payload, *, now: datetime) -> None:
    """Tell the gateway of an event: which case by its reference, the unit that reads it, until when."""
    case = _case(session, payload["case"])
    if settings.webhook is None or case is None or case.erased_on is not None:
        return
    facts = {
        "reference": reference(case),
        # Never the unit that it is about: with Reader.ABOVE that one must not hear of it.
        "unit": case.reader_unit.code,
        "due_on": None if case.due_on is None else case.due_on.isoformat(),
    }
    session.commit()
    webhook.send(settings.webhook, Event(payload["event"], payload["mark"], facts), now=now)


def _still_waits(case: FeedbackCase, kind: NoticeKind, officer: Officer) -> bool:
    if case.erased_on is not None or case.state not in OPEN or case.merged_into is not None:
        return False
    return kind is not NoticeKind.ASSIGNED or case.assignee_id == officer.id


def _mail(
    session: Session, server: MailServer, to: str, letter: words.Letter, payload: Payload, now: datetime
) -> None:
    session.commit()  # no transaction stays open while another server takes its time
    mail.send(server, Mail(to, letter.subject, letter.text, payload["mark"]), now=now)


def _case(session: Session, name: str) -> FeedbackCase | None:
    """Find a case by its reference, for the program itself."""
    start = bytes.fromhex(name)
    rest = 32 - len(start)
    key = FeedbackCase.key.between(start + bytes(rest), start + b"\xff" * rest)
    return session.scalars(select(FeedbackCase).where(key)).one_or_none()
