"""Forms that cannot be stored as they are: everything is kept, and the page says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Response, SpentNonce
from survey.services import qrcode

from citizens import ANSWERS, count, nonce_in, send, signer
from factories import Factory


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a counter for land matters."""
    unit = factory.unit(one_stop_name="Trung tâm <b>Tân Hoà</b>")
    return factory.qr_code(unit, factory.counter(unit)).code


def test_too_few_ratings_come_back_marked_with_everything_kept(
    client: FlaskClient, code: str, session: Session
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    page = client.post(f"/q/{code}", data={"n": nonce, "Q1": "4", "Q3": "x", "Q7": "1", "to": "on"})
    assert page.status_code == 422
    assert count(session, Response) == 0
    for missing in ("Q2", "Q4", "Q5"):
        assert f'<a href="#{missing}">' in page.text
        assert f'id="{missing}" aria-describedby="{missing}e"' in page.text
    assert page.text.count("▲ Chưa chọn") == 3
    assert "Ông/Bà đã trả lời 2, xin chọn thêm ít nhất 1 câu" in page.text
    for name, value in (("Q1", "4"), ("Q3", "x"), ("Q7", "1")):
        assert f'name="{name}" value="{value}" checked' in page.text
    assert 'id="to" name="to" checked' in page.text
    assert 'id="td" name="td" checked' not in page.text
    # The same nonce: when the form is complete, the time since it was opened still counts.
    assert nonce_in(page) == nonce
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code == 303


def test_dont_know_counts_as_an_answer(client: FlaskClient, code: str, session: Session) -> None:
    assert send(client, f"/q/{code}", {"Q1": "x", "Q2": "x", "Q5": "x"}).status_code == 303
    assert session.scalars(select(Response.answers)).one() == "xx--x-"


@pytest.mark.parametrize("answers", [{"Q1": "9"}, {"Q2": "<script>"}, {"Q7": "x"}, {"Q3": "5" * 5000}])
def test_an_answer_that_was_not_offered_is_asked_for_again(
    client: FlaskClient, code: str, session: Session, answers: dict[str, str]
) -> None:
    page = send(client, f"/q/{code}", ANSWERS | {"Q5": "1"} | answers)
    assert page.status_code == 422
    assert f'<a href="#{next(iter(answers))}">' in page.text
    assert "<script>" not in page.text
    assert count(session, Response) == 0


def test_an_altered_nonce_keeps_the_answers_and_brings_a_new_one(
    client: FlaskClient, code: str, session: Session, factory: Factory
) -> None:
    other = factory.qr_code(factory.unit()).code
    foreign = nonce_in(client.get(f"/q/{other}"))
    for nonce in (foreign, "nonsense", "", "short-v1." + "A" * 43, "long-v9." + "A" * 43):
        page = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce})
        assert page.status_code == 400
        assert 'name="Q1" value="5" checked' in page.text
        assert "Chưa chọn" not in page.text
        assert count(session, Response) == 0
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce_in(page)}).status_code == 303
    assert client.post(f"/q/{code}", data=ANSWERS).status_code == 400


def test_an_expired_form_keeps_the_answers_and_asks_only_to_send_again(
    app: Flask, client: FlaskClient, code: str, session: Session
) -> None:
    opened = datetime.now(UTC) - timedelta(days=7, minutes=1)
    old = signer(app).issue(code=code, version="short-v1", now=opened)
    page = client.post(f"/q/{code}", data=ANSWERS | {"n": old})
    assert page.status_code == 422
    assert "Phiếu này mở đã quá 7 ngày. Xin bấm “Gửi ý kiến” một lần nữa." in page.text
    assert 'name="Q2" value="4" checked' in page.text
    assert "Chưa chọn" not in page.text
    assert count(session, Response) == 0
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce_in(page)}).status_code == 303


def test_a_form_sent_before_it_expired_is_not_counted_twice(
    app: Flask, client: FlaskClient, code: str, session: Session
) -> None:
    opened = datetime.now(UTC) - timedelta(days=8)
    old = signer(app).issue(code=code, version="short-v1", now=opened)
    spent = signer(app).read(old, code=code)
    session.add(SpentNonce(nonce_hash=spent.hash, issued_on=opened.date()))
    session.commit()
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": old}).status_code == 303
    assert count(session, Response) == 0


def test_only_haste_is_flagged(app: Flask, client: FlaskClient, code: str, session: Session) -> None:
    for seconds, flags in ((0, "f"), (10, ""), (3_600, ""), (6 * 86_400, "")):
        opened = datetime.now(UTC) - timedelta(seconds=seconds)
        nonce = signer(app).issue(code=code, version="short-v1", now=opened)
        before = set(session.scalars(select(Response.number_hash)))
        assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code == 303
        session.rollback()
        new = session.scalars(select(Response).where(Response.number_hash.not_in(before))).one()
        assert new.flags == flags


def test_unknown_and_revoked_codes_get_friendly_pages(client: FlaskClient, code: str, session: Session) -> None:
    for address in ("/q/ABCDEFGH", "/q/nothing-like-a-code", "/q?code=<b>4711</b>"):
        page = client.get(address)
        assert page.status_code == 404
        assert "Không tìm thấy mã này" in page.text
        assert "<b>4711" not in page.text
    nonce = nonce_in(client.get(f"/q/{code}"))
    today = datetime.now(UTC).date() - timedelta(days=1)
    qrcode.revoke(session, code, today=today, now=datetime.now(UTC), actor="an@example.vn")
    assert client.get(f"/q/{code}").status_code == 410
    sent = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce})
    assert sent.status_code == 410
    assert "Xin quét mã mới ở quầy." in sent.text
    assert count(session, Response) == 0
