"""The page after sending: the same for everyone, with a number and two more questions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.questionnaire import load_questionnaire
from survey.extensions import db
from survey.models import QuestionnaireUse, Response, ResponseExtra, SpentNonce
from survey.services.response import number_hash, submit_extra

from citizens import NUMBER, count, nonce_in, send, signer
from factories import Factory


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a counter for land matters."""
    unit = factory.unit(one_stop_name="Trung tâm <b>Tân Hoà</b>")
    return factory.qr_code(unit, factory.counter(unit)).code


def test_the_number_is_found_again_only_by_its_hash(client: FlaskClient, code: str, session: Session) -> None:
    page = client.get(send(client, f"/q/{code}").headers["Location"]).text
    number = NUMBER.search(page)
    assert number
    stored = session.scalars(select(Response)).one()
    spent = session.scalars(select(SpentNonce)).one()
    assert len(stored.number_hash) == 32
    assert stored.number_hash != spent.nonce_hash
    assert number[1].replace("-", "") not in repr(stored.__dict__)


def test_the_thank_you_page_is_the_same_for_everyone_but_the_number(client: FlaskClient, code: str) -> None:
    worst = send(client, f"/q/{code}", {"Q1": "1", "Q2": "1", "Q3": "1", "Q4": "1", "Q5": "1", "Q7": "1"})
    best = send(client, f"/q/{code}", {"Q1": "5", "Q2": "5", "Q3": "5", "Q4": "5", "Q5": "5", "Q7": "2"})
    pages = [client.get(sent.headers["Location"]) for sent in (worst, best)]
    numbers = [NUMBER.search(page.text)[1] for page in pages]  # type: ignore[index]
    assert numbers[0] != numbers[1]
    assert pages[0].data.replace(numbers[0].encode(), b"") == pages[1].data.replace(numbers[1].encode(), b"")
    assert len(worst.headers["Location"]) == len(best.headers["Location"])
    for words in ("Trân trọng cảm ơn Ông/Bà.", "Ý kiến đã được ghi nhận.", "Ông/Bà có thể đóng trang này."):
        assert words in pages[0].text


def test_not_even_the_size_on_the_wire_tells_what_was_answered(client: FlaskClient, code: str) -> None:
    packed = {"Accept-Encoding": "gzip"}
    for mark in ("", "&x=1"):
        sent, pages = [], []
        for rating in "15":
            nonce = nonce_in(client.get(f"/q/{code}"))
            answers = dict.fromkeys(("Q1", "Q2", "Q3", "Q4", "Q5"), rating) | {"n": nonce}
            sent.append(client.post(f"/q/{code}?send=1{mark}", data=answers, headers=packed))
            pages.append(client.get(sent[-1].headers["Location"], headers=packed))
        assert [page.headers["Content-Encoding"] for page in pages] == ["gzip", "gzip"]
        assert pages[0].headers.to_wsgi_list() == pages[1].headers.to_wsgi_list()
        assert len(pages[0].data) == len(pages[1].data)
        # The redirect differs in its receipt alone, and that has one length.
        worst, best = ({**answer.headers, "Location": ""} for answer in sent)
        assert worst == best
        assert len(sent[0].data) == len(sent[1].data)
        assert len(sent[0].headers["Location"]) == len(sent[1].headers["Location"])


def test_the_switches_follow_to_the_thank_you_page(client: FlaskClient, code: str) -> None:
    sent = send(client, f"/q/{code}", to="on", td="on")
    page = client.get(sent.headers["Location"]).text
    assert 'id="to" name="to" checked' in page
    assert 'id="td" name="td" checked' in page


def test_more_answers_are_stored_once_beside_the_response(
    client: FlaskClient, code: str, session: Session
) -> None:
    thanks = send(client, f"/q/{code}").headers["Location"]
    first = client.post(thanks, data={"Q6": "4", "Q8": "3"})
    assert first.status_code == 303
    assert "Đã nhận phần trả lời thêm." in client.get(first.headers["Location"]).text
    assert client.post(thanks, data={"Q6": "0", "Q8": "1"}).status_code == 303
    extra = session.scalars(select(ResponseExtra)).one()
    response = session.scalars(select(Response)).one()
    assert extra.answers == "43"
    assert (extra.number_hash, extra.local_date) == (response.number_hash, response.local_date)


def test_more_answers_after_a_later_retry_belong_to_the_day_of_the_response(
    app: Flask, session: Session, factory: Factory
) -> None:
    number, sent_on = bytes(range(10)), date(2026, 8, 3)
    factory.responses(factory.unit(), "55555-", local_date=sent_on, number_hash=number_hash(number))
    submit_extra(
        db.engine(app),
        questionnaire=load_questionnaire("short-v1"),
        answers={"Q6": "1"},
        number=number,
        shown_on=date(2026, 8, 9),
    )
    assert session.scalars(select(ResponseExtra)).one().local_date == sent_on


def test_skipping_all_more_questions_stores_nothing(client: FlaskClient, code: str, session: Session) -> None:
    thanks = send(client, f"/q/{code}").headers["Location"]
    assert client.post(thanks, data={"Q6": "nonsense"}).status_code == 303
    assert count(session, ResponseExtra) == 0


def test_after_half_an_hour_the_thank_you_page_still_thanks(
    app: Flask, client: FlaskClient, code: str, session: Session
) -> None:
    opened = datetime.now(UTC) - timedelta(minutes=31)
    number = bytes(range(10))
    t = signer(app).issue_receipt(code=code, version="short-v1", number=number, trial=False, now=opened)
    page = client.get(f"/q/{code}/thanks", query_string={"t": t})
    assert page.status_code == 200
    assert "Trân trọng cảm ơn Ông/Bà." in page.text
    assert NUMBER.search(page.text) is None
    late = client.post(f"/q/{code}/thanks", query_string={"t": t}, data={"Q6": "1"})
    assert late.status_code == 410
    assert count(session, ResponseExtra) == 0


def test_a_form_without_more_questions_does_not_speak_of_them(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    session.add(QuestionnaireUse(unit_id=unit.id, version="sipas-2640-v1", valid_from=date(2025, 7, 1)))
    session.commit()
    address = f"/q/{factory.qr_code(unit).code}"
    items = load_questionnaire("sipas-2640-v1").rating_items
    page = client.get(send(client, address, dict.fromkeys(items, "4")).location)
    assert "Ý kiến thêm" in page.text
    assert "từng câu" not in page.text
    assert "Không bắt buộc." in page.text


@pytest.mark.parametrize("t", ["", "short-v1.AAAA", "x" * 400])
def test_a_forged_receipt_opens_nothing(client: FlaskClient, code: str, session: Session, t: str) -> None:
    assert client.get(f"/q/{code}/thanks", query_string={"t": t}).status_code == 404
    assert client.post(f"/q/{code}/thanks", query_string={"t": t}, data={"Q6": "1"}).status_code == 404
    assert count(session, ResponseExtra) == 0
