"""The remark on the thank-you page: once, by itself, and the page stays the same for everyone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Comment, FeedbackCase, ResponseExtra, Unit
from survey.services import qrcode

from citizens import count, send, send_feedback
from factories import Factory


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit()


@pytest.fixture
def address(unit: Unit, factory: Factory) -> str:
    return f"/q/{factory.qr_code(unit).code}"


def test_a_remark_is_stored_once_with_its_unit_and_week(
    client: FlaskClient, address: str, unit: Unit, session: Session
) -> None:
    thanks = send(client, address).headers["Location"]
    for _ in range(2):
        sent = client.post(thanks, data={"Q6": "1", "Q9": " Chỗ ngồi\u200b chờ rất no\u0301ng. "})
        assert sent.status_code == 303
    assert "Đã nhận phần trả lời thêm." in client.get(sent.headers["Location"]).text
    comment = session.scalars(select(Comment)).one()
    assert (comment.text, comment.unit_id, comment.trial) == ("Chỗ ngồi chờ rất nóng.", unit.id, False)
    assert comment.week_of.weekday() == 0
    assert timedelta(0) <= datetime.now(UTC).date() - comment.week_of <= timedelta(days=8)
    assert count(session, ResponseExtra) == 1


def test_two_people_leave_two_remarks(client: FlaskClient, address: str, session: Session) -> None:
    for _ in range(2):
        client.post(send(client, address).headers["Location"], data={"Q9": "Tốt"})
    assert session.scalars(select(Comment.text)).all() == ["Tốt", "Tốt"]


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u3164"])
def test_an_empty_remark_is_none(client: FlaskClient, address: str, session: Session, text: str) -> None:
    assert client.post(send(client, address).headers["Location"], data={"Q9": text}).status_code == 303
    assert count(session, Comment) == 0


def test_a_remark_that_is_too_long_comes_back_with_everything(
    client: FlaskClient, address: str, session: Session
) -> None:
    thanks = send(client, address).headers["Location"]
    page = client.post(thanks, data={"Q6": "2", "Q9": "<b>" + "a" * 500, "to": "on"})
    assert page.status_code == 422
    assert "Ý kiến dài 503 ký tự, tối đa 500." in page.text
    assert "&lt;b&gt;" + "a" * 500 in page.text
    assert 'name="Q6" value="2" checked' in page.text
    assert 'id="to" name="to" checked' in page.text
    assert (count(session, Comment), count(session, ResponseExtra)) == (0, 0)
    assert client.post(thanks, data={"Q6": "2", "Q9": "a" * 500}).status_code == 303
    assert (count(session, Comment), count(session, ResponseExtra)) == (1, 1)


def test_a_remark_on_a_trial_is_one(client: FlaskClient, factory: Factory, session: Session) -> None:
    code = factory.qr_code(factory.unit(start_date=date(2099, 1, 1))).code
    client.post(send(client, f"/q/{code}").headers["Location"], data={"Q9": "Thử"})
    assert session.scalars(select(Comment)).one().trial


def test_a_code_revoked_meanwhile_takes_no_remark_but_says_so(
    client: FlaskClient, address: str, session: Session
) -> None:
    thanks = send(client, address).headers["Location"]
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    qrcode.revoke(session, address[3:], today=yesterday, now=datetime.now(UTC), actor="an@example.vn")
    page = client.post(thanks, data={"Q6": "1", "Q9": "Tốt"})
    assert page.status_code == 410
    assert (count(session, Comment), count(session, ResponseExtra)) == (0, 1)


def test_after_half_an_hour_the_offer_is_still_there(client: FlaskClient, address: str) -> None:
    page = client.get(send(client, address).headers["Location"])
    assert "Gửi góp ý, phản ánh để được trả lời" in page.text


def test_after_a_slip_was_used_a_remark_and_feedback_still_reach_its_unit(
    client: FlaskClient, unit: Unit, factory: Factory, session: Session
) -> None:
    code = factory.one_time_code(unit)
    thanks = send(client, f"/q/{code}").headers["Location"]
    assert client.post(thanks, data={"Q9": "Tốt"}).status_code == 303
    assert session.scalars(select(Comment)).one().unit_id == unit.id
    session.rollback()
    assert send_feedback(client, f"/q/{code}/feedback").status_code == 303
    case = session.scalars(select(FeedbackCase)).one()
    assert case.about_unit_id == unit.id
    assert code not in repr(case.__dict__)
