"""What is past its time goes, and only that; the command prints how much."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.models import (
    AuditEvent,
    Comment,
    EntryKind,
    Erasure,
    FeedbackCase,
    FeedbackContact,
    OneTimeCode,
    SpentNonce,
)
from survey.services import comment, feedback, feedback_answer, retention
from survey.services.retention import Purged

from citizens import CONTACT, FEEDBACK, count, do, send_feedback, tracking_address, tracking_code
from commands import hailong
from factories import Factory

ACTOR = "an@example.vn"
ANSWERED = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)


@pytest.fixture
def case_address(client: FlaskClient, factory: Factory) -> str:
    """A case with contact details, answered on 14/08/2026."""
    address = f"/q/{factory.qr_code(factory.unit()).code}/feedback"
    return tracking_address(send_feedback(client, address, FEEDBACK | CONTACT))


@pytest.fixture
def answered(session: Session, case_address: str) -> FeedbackCase:
    session.rollback()
    key = feedback.case_key(tracking_code(case_address))
    feedback_answer.reply(session, key, "Xin lỗi Ông/Bà.", actor=ACTOR, now=ANSWERED)
    return session.get_one(FeedbackCase, key)


def purge(session: Session, days: int, *, dry_run: bool = False) -> Purged:
    session.rollback()
    session.expire_all()
    return retention.purge(
        session,
        contact_days=90,
        text_days=730,
        now=ANSWERED + timedelta(days=days),
        actor=ACTOR,
        dry_run=dry_run,
    )


def test_contact_details_go_ninety_days_after_the_answer_and_the_text_later(
    client: FlaskClient, session: Session, case_address: str, answered: FeedbackCase
) -> None:
    assert purge(session, 89).contacts == 0
    assert count(session, FeedbackContact) == 1
    assert purge(session, 90).contacts == 1
    assert count(session, FeedbackContact) == 0
    page = client.get(case_address).text
    assert "Cách liên hệ đã xoá ngày 12/11/2026." in page
    assert FEEDBACK["text"] in page
    assert purge(session, 729).cases == 0
    assert purge(session, 730).cases == 1
    page = client.get(case_address).text
    assert "vì đã hết thời hạn lưu" in page
    assert FEEDBACK["text"] not in page
    assert "Xin lỗi Ông/Bà." not in page
    session.refresh(answered)
    assert (answered.erased_by, answered.entries[-1].kind) == (Erasure.RETENTION, EntryKind.ERASED)
    assert purge(session, 800) == Purged(0, 0, 0, 0, 0)


def test_a_case_that_waits_for_an_answer_keeps_its_contact_and_a_reopened_one_begins_anew(
    client: FlaskClient, session: Session, case_address: str, factory: Factory
) -> None:
    assert purge(session, 300).contacts == 0
    session.rollback()
    key = feedback.case_key(tracking_code(case_address))
    feedback_answer.reply(session, key, "Xin lỗi.", actor=ACTOR, now=ANSWERED)
    assert do(client, case_address, "reopen").status_code == 303
    assert purge(session, 300).contacts == 0


def test_remarks_lose_their_text_and_stay_counted(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    for day in (ANSWERED.date(), ANSWERED.date() + timedelta(days=40)):
        comment.leave(session, "Nóng quá", unit_id=unit.id, trial=False, once=secrets.token_bytes(32), today=day)
    # The week of 14/08/2026 ends on the 16th.
    assert purge(session, 731).comments == 0
    assert purge(session, 732).comments == 1
    assert sorted((c.text or "") for c in session.scalars(select(Comment))) == ["", "Nóng quá"]


def test_spent_nonces_go_after_thirty_days(session: Session) -> None:
    for back in (29, 30, 31):
        spent = ANSWERED.date() - timedelta(days=back)
        session.add(SpentNonce(nonce_hash=secrets.token_bytes(32), issued_on=spent))
    session.commit()
    assert purge(session, 0).spent_nonces == 1
    assert count(session, SpentNonce) == 2


def test_expired_one_time_codes_go_with_the_last_form_that_could_be_sent(
    session: Session, factory: Factory
) -> None:
    factory.one_time_code(factory.unit(), expires_on=ANSWERED.date())
    assert purge(session, 9).one_time_codes == 0
    assert purge(session, 10, dry_run=True).one_time_codes == 1
    assert count(session, OneTimeCode) == 1
    assert purge(session, 10).one_time_codes == 1
    assert count(session, OneTimeCode) == 0


def test_a_dry_run_counts_and_changes_nothing(session: Session, answered: FeedbackCase) -> None:
    events = count(session, AuditEvent)
    counted = purge(session, 800, dry_run=True)
    assert (counted.contacts, counted.cases) == (1, 1)
    assert count(session, FeedbackContact) == 1
    assert count(session, AuditEvent) == events
    assert purge(session, 800) == counted
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "purge")).one()
    spent = counted.spent_nonces
    assert event.detail == {
        "contacts": 1, "cases": 1, "comments": 0, "spent_nonces": spent, "one_time_codes": 0
    }  # fmt: skip


def test_on_postgresql_remarks_forget_when_they_were_written(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    for number in range(8):
        once = secrets.token_bytes(32)
        comment.leave(session, f"{number}", unit_id=unit.id, trial=False, once=once, today=date(2026, 8, 14))
    purge(session, 0)
    session.rollback()
    remarks = session.scalars(select(Comment.text).order_by(Comment.id)).all()
    assert sorted(t or "" for t in remarks) == [f"{number}" for number in range(8)]
    if session.get_bind().dialect.name == "postgresql":
        assert len(set(session.scalars(text("SELECT xmin::text FROM comment")))) == 1
        assert session.scalars(text("SELECT text FROM comment ORDER BY ctid")).all() == remarks


def test_the_command_prints_what_it_deleted(app: Flask, session: Session, answered: FeedbackCase) -> None:
    session.rollback()
    answered.settled_on = date(2020, 1, 1)
    session.commit()
    dry = hailong(app, "purge", "--dry-run").output
    assert "Sẽ xoá khi chạy không có --dry-run:" in dry
    assert "cách liên hệ quá 90 ngày: 1" in dry
    assert count(session, FeedbackContact) == 1
    done = hailong(app, "purge").output
    assert "Đã xoá:" in done
    assert "nội dung góp ý, phản ánh quá 730 ngày: 1" in done
    assert count(session, FeedbackContact) == 0
    assert "cách liên hệ quá 90 ngày: 0" in hailong(app, "purge").output


def test_what_nobody_ever_answers_is_not_kept_for_ever(
    client: FlaskClient, session: Session, case_address: str
) -> None:
    session.rollback()
    case = session.scalars(select(FeedbackCase)).one()
    case.received_on = ANSWERED.date()
    session.commit()
    assert purge(session, 365 + 89).contacts == 0
    assert purge(session, 365 + 90).contacts == 1
    assert count(session, FeedbackContact) == 0
    assert purge(session, 365 + 730).cases == 1
