"""Nothing leads from a case or a remark to a response, and nobody reads contact details without the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, inspect, select, text
from sqlalchemy.orm import Session

from survey.extensions import db
from survey.models import (
    Comment,
    FeedbackCase,
    FeedbackContact,
    FeedbackEntry,
    FeedbackNote,
    Model,
    PendingReply,
    Response,
    ResponseExtra,
    SpentNonce,
)

from citizens import ANSWERS, CONTACT, FEEDBACK, count, do, send, send_feedback, tracking_address, tracking_code
from factories import Factory

SURVEY = (Response, ResponseExtra)
FEEDBACK_TABLES = (FeedbackCase, FeedbackEntry, FeedbackContact, Comment)
# Written by officers, at whatever time of the day they work.
OFFICERS_TABLES = (FeedbackNote, PendingReply)


@pytest.fixture
def address(factory: Factory) -> str:
    """The survey form of a ward."""
    unit = factory.unit(parent=factory.unit())
    return f"/q/{factory.qr_code(unit, factory.counter(unit)).code}"


def visit(client: FlaskClient, address: str, mark: str) -> None:
    """Answer the survey, leave a remark, send feedback: all that one citizen can do, one right after the other."""
    thanks = send(client, address).headers["Location"]
    client.post(thanks, data={"Q6": "1", "Q9": f"Ý kiến {mark}"})
    send_feedback(client, f"{address}/feedback", FEEDBACK | CONTACT | {"text": f"Góp ý {mark}"})


def test_the_tables_have_no_column_that_could_hold_a_link(session: Session) -> None:
    columns = {
        model.__tablename__: set(model.__table__.columns.keys()) for model in (*FEEDBACK_TABLES, *OFFICERS_TABLES)
    }
    assert columns == {
        "feedback_case": {
            "key", "about_unit_id", "reader_unit_id", "reader", "topic", "state", "trial",
            "received_on", "settled_on", "contact_erased_on", "erased_on", "erased_by",
            "category", "assignee_id", "about_officer_id", "due_on", "escalated_on", "merged_into", "search_text",
        },
        "feedback_entry": {"case_key", "position", "on_date", "kind", "state", "text", "satisfied", "unit_id"},
        "feedback_note": {"case_key", "position", "at", "author", "text"},
        "feedback_pending": {"case_key", "kind", "text", "author", "sent_at"},
        "feedback_contact": {"case_key", "sealed", "consent_version", "consented_on"},
        "comment": {"id", "unit_id", "week_of", "trial", "text", "erased_on"},
    }  # fmt: skip
    inspector = inspect(session.get_bind())
    for table in columns:
        referred = {key["referred_table"] for key in inspector.get_foreign_keys(table)}
        assert referred <= {"unit", "feedback_case", "officer"}  # officers who handle it, never who sent it
    for table in ("response", "response_extra", "spent_nonce"):
        referred = {key["referred_table"] for key in inspector.get_foreign_keys(table)}
        assert not referred & set(columns)


def test_no_stored_value_joins_a_case_or_a_remark_to_a_response(
    app: Flask, client: FlaskClient, address: str, session: Session
) -> None:
    for mark in "abc":
        visit(client, address, mark)
    session.rollback()
    assert [count(session, model) for model in (Response, Comment, FeedbackCase)] == [3, 3, 3]
    binary = {model: _values(session, model, kind=bytes) for model in (*SURVEY, *FEEDBACK_TABLES)}
    nonces = _values(session, SpentNonce, kind=bytes)
    for model in FEEDBACK_TABLES:
        for other in SURVEY:
            assert not binary[model] & binary[other]
        assert not binary[model] & nonces
    # What both know is the unit and the day; on a remark not even the day.
    days = {case.received_on for case in session.scalars(select(FeedbackCase))}
    assert days == {response.local_date for response in session.scalars(select(Response))}
    assert {comment.week_of.weekday() for comment in session.scalars(select(Comment))} == {0}


def test_the_order_of_the_rows_tells_nothing(client: FlaskClient, address: str, session: Session) -> None:
    marks = [str(number) for number in range(12)]
    for mark in marks:
        visit(client, address, mark)
    session.rollback()
    written = [f"Góp ý {mark}" for mark in marks]
    by_key = session.scalars(select(FeedbackEntry.text).order_by(FeedbackEntry.case_key)).all()
    assert sorted(by_key) == sorted(written)
    assert by_key != written
    remarks = session.scalars(select(Comment.text).order_by(Comment.id)).all()
    assert remarks != [f"Ý kiến {mark}" for mark in marks]
    if session.get_bind().dialect.name == "sqlite":
        # No hidden row number either: the tables are stored by their random keys.
        for model in FEEDBACK_TABLES:
            sql = session.scalar(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": model.__tablename__}
            )
            assert "WITHOUT ROWID" in sql
        assert session.scalars(text("SELECT text FROM feedback_entry")).all() == by_key


def test_no_time_of_the_day_is_stored(session: Session) -> None:
    for model in FEEDBACK_TABLES:
        for column in model.__table__.columns:
            assert "TIME" not in str(column.type).upper(), column
            if isinstance(column.type, LargeBinary):
                assert column.primary_key or column.name in ("sealed", "case_key", "merged_into")


def test_a_remark_with_nothing_else_leaves_no_row_beside_the_response(
    client: FlaskClient, address: str, session: Session
) -> None:
    thanks = send(client, address).headers["Location"]
    client.post(thanks, data={"Q9": "Chỉ một ý kiến"})
    assert (count(session, Comment), count(session, ResponseExtra)) == (1, 0)


def test_the_feedback_form_of_two_people_differs_only_in_its_nonce(client: FlaskClient, address: str) -> None:
    pages = []
    for rating in "15":
        client.get(send(client, address, ANSWERS | {"Q1": rating}).headers["Location"])
        page = client.get(f"{address}/feedback").text
        nonce = page.partition('name="n" value="')[2].partition('"')[0]
        pages.append(page.replace(nonce, ""))
    assert pages[0] == pages[1]


def test_contact_details_and_codes_cannot_be_read_in_the_database_file_and_erased_text_is_gone(
    make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path
) -> None:
    app = make_app(sqlite_url)
    client = app.test_client()
    with app.app_context():
        factory = Factory(db.session)
        address = f"/q/{factory.qr_code(factory.unit()).code}/feedback"
    secret = "Một câu rất riêng của tôi. " * 300
    sent = FEEDBACK | CONTACT | {"email": "hoa@example.vn", "text": secret[:5000]}
    case = tracking_address(send_feedback(client, address, sent))
    stored = _bytes_of(tmp_path)
    assert "Một câu rất riêng".encode() in stored
    code = tracking_code(case)
    for private in ("0912 345 678", "0912345678", "Nguyễn Thị Hoà", "hoa@example.vn", code, case[-19:]):
        assert private.encode() not in stored
    do(client, case, "erase")
    assert "câu rất riêng".encode() not in _bytes_of(tmp_path)


def _values(session: Session, model: type[Model], *, kind: type) -> set[Any]:
    rows = session.scalars(select(model)).all()
    names = model.__table__.columns.keys()
    return {value for row in rows for name in names if isinstance(value := getattr(row, name), kind)}


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("test.sqlite3*")))


def test_the_log_does_not_show_a_case_behind_the_response_before_it(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    file = tmp_path / "log.sqlite3"
    app = make_app(f"sqlite:///{file}")
    with app.app_context():
        address = f"/q/{Factory(db.session).qr_code(Factory(db.session).unit()).code}"
        db.session.close()
    client = app.test_client()
    send(client, address)
    send_feedback(client, f"{address}/feedback")
    assert (tmp_path / "log.sqlite3-wal").stat().st_size == 0
