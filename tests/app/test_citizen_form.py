"""The citizen's form as a browser without JavaScript meets it: what it asks, and what is stored of it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.codes import grouped
from survey.models import Channel, Response, Source, SpentNonce, Trust
from survey.views.script import SCRIPT

from citizens import ANSWERS, NUMBER, count, nonce_in, send
from factories import Factory


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a counter for land matters."""
    unit = factory.unit(one_stop_name="Trung tâm <b>Tân Hoà</b>")
    return factory.qr_code(unit, factory.counter(unit)).code


def test_opening_the_form_stores_nothing_and_sets_no_cookie(
    client: FlaskClient, code: str, session: Session
) -> None:
    for method in (client.get, client.head):
        page = method(f"/q/{code}")
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert "Cookie" not in page.headers["Vary"]
    assert (count(session, Response), count(session, SpentNonce)) == (0, 0)


def test_the_form_asks_what_the_questionnaire_says_and_selects_nothing(client: FlaskClient, code: str) -> None:
    page = client.get(f"/q/{code}").text
    assert "Ông/Bà hài lòng hay không hài lòng về:" in page
    assert "Người tiếp nhận hồ sơ không xem được phiếu của Ông/Bà." in page
    assert "Trung tâm &lt;b&gt;Tân Hoà&lt;/b&gt;" in page
    assert page.count('type="radio"') == 5 * 6 + 3
    assert "checked" not in page.split("</style>")[1]
    assert page.count("<script") == page.count("<script src=") == 1
    assert "Hài Lòng" not in page
    assert "Hồ sơ của Ông/Bà về việc gì?" not in page


def test_the_form_speaks_english(client: FlaskClient, code: str) -> None:
    page = client.get(f"/q/{code}?lang=en").text
    assert '<html lang="en">' in page
    assert "How satisfied or dissatisfied are you with:" in page
    assert "The waiting area and equipment" in page
    assert "<button>Send</button>" in page
    sent = send(client, f"/q/{code}?lang=en")
    assert "lang=en" in sent.headers["Location"]
    assert "Your opinion has been recorded." in client.get(sent.headers["Location"]).text


def test_sending_stores_one_response_and_answers_303(client: FlaskClient, code: str, session: Session) -> None:
    sent = send(client, f"/q/{code}")
    assert sent.status_code == 303
    stored = session.scalars(select(Response)).one()
    assert stored.answers == "543x-2"
    assert (stored.field, stored.field_source) == ("dat-dai", Source.CODE)
    assert (stored.channel, stored.channel_source) == (Channel.DIRECT.value, Source.CODE)
    assert (stored.outcome, stored.outcome_source) == (None, Source.UNKNOWN)
    assert (stored.trust, stored.trial, stored.version) == (Trust.COUNTER, False, "short-v1")
    assert stored.counter_id is not None
    assert NUMBER.search(client.get(sent.headers["Location"]).text)


def test_the_same_form_sent_again_gives_one_response_with_one_number(
    client: FlaskClient, code: str, session: Session
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    first = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce})
    again = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce, "Q1": "1"})
    emptied = client.post(f"/q/{code}", data={"n": nonce})
    numbers = {NUMBER.search(client.get(r.headers["Location"]).text)[1] for r in (first, again, emptied)}  # type: ignore[index]
    assert {first.status_code, again.status_code, emptied.status_code} == {303}
    assert len(numbers) == 1
    assert count(session, Response) == 1
    assert session.scalars(select(Response.answers)).one() == "543x-2"


def test_a_code_for_several_fields_asks_which_at_most_six_and_something_else(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    eight = ("chung-thuc", "tu-phap-ho-tich", "dat-dai", "xay-dung", "lao-dong-xa-hoi", "kinh-te", "y-te", "khac")
    code = factory.qr_code(unit, factory.counter(unit, eight)).code
    page = client.get(f"/q/{code}").text
    assert "Hồ sơ của Ông/Bà về việc gì?" in page
    assert re.findall(r'name="L" value="([a-z-]+)"', page) == [*eight[:6], "khac"]
    for declared, stored in (
        ("xay-dung", "xay-dung"),
        ("khac", "khac"),
        ("y-te", "y-te"),  # offered when the form was opened, perhaps
        ("tat-ca", None),
        ("", None),
        ("\0", None),
        ("x" * 9000, None),
    ):
        before = set(session.scalars(select(Response.number_hash)))
        assert send(client, f"/q/{code}", L=declared).status_code == 303
        session.rollback()
        new = session.scalars(select(Response).where(Response.number_hash.not_in(before))).one()
        assert new.field == stored
        assert new.field_source is (Source.DECLARED if stored else Source.UNKNOWN)


def test_the_online_link_asks_about_the_portal_and_books_online(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    code = factory.qr_code(factory.unit()).code
    page = client.get(f"/q/{code}").text
    assert "Cổng Dịch vụ công quốc gia" in page
    assert "Chỗ ngồi chờ" not in page
    assert send(client, f"/q/{code}").status_code == 303
    stored = session.scalars(select(Response)).one()
    assert (stored.channel, stored.counter_id) == ("online", None)


def test_a_unit_with_one_field_needs_no_question(client: FlaskClient, session: Session, factory: Factory) -> None:
    unit = factory.unit()
    factory.counter(unit, ("y-te",))
    code = factory.qr_code(unit).code
    assert "Hồ sơ của Ông/Bà về việc gì?" not in client.get(f"/q/{code}").text
    assert send(client, f"/q/{code}").status_code == 303
    stored = session.scalars(select(Response)).one()
    assert (stored.field, stored.field_source) == ("y-te", Source.CODE)


@pytest.mark.parametrize("start", [None, date(2999, 1, 1)])
def test_before_its_start_date_a_unit_gets_trial_forms_that_say_so(
    client: FlaskClient, session: Session, factory: Factory, start: date | None
) -> None:
    code = factory.qr_code(factory.unit(start_date=start)).code
    assert "Phiếu thử, không tính." in client.get(f"/q/{code}").text
    sent = send(client, f"/q/{code}")
    assert session.scalars(select(Response.trial)).one() is True
    assert "Phiếu thử, không tính." in client.get(sent.headers["Location"]).text


def test_a_started_unit_says_nothing_of_trials(client: FlaskClient, code: str) -> None:
    assert "Phiếu thử" not in client.get(f"/q/{code}").text


def test_a_renamed_unit_shows_its_new_name_at_once(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit(one_stop_name="Bộ phận Một cửa Tên Cũ")
    code = factory.qr_code(unit).code
    assert "Tên Cũ" in client.get(f"/q/{code}").text
    unit.one_stop_name = "Bộ phận Một cửa Tên Mới"
    session.commit()
    page = client.get(f"/q/{code}").text
    assert "Tên Mới" in page
    assert "Tên Cũ" not in page


def test_an_old_poster_books_to_the_successor(client: FlaskClient, session: Session, factory: Factory) -> None:
    new = factory.unit(one_stop_name="Trung tâm Mới")
    old = factory.unit(valid_from=date(2020, 1, 1), valid_to=date(2025, 6, 30), successor=new)
    code = factory.qr_code(old, factory.counter(old)).code
    assert "Trung tâm Mới" in client.get(f"/q/{code}").text
    assert send(client, f"/q/{code}").status_code == 303
    assert session.scalars(select(Response.unit_id)).one() == new.id


def test_codes_are_forgiven_their_spelling(client: FlaskClient, code: str) -> None:
    assert client.get(f"/q/{grouped(code).lower()}").status_code == 200
    typed = client.get("/q", query_string={"code": f" {grouped(code).lower()} "})
    assert (typed.status_code, typed.headers["Location"]) == (303, f"/q/{code}")
    english = client.get("/q", query_string={"code": code, "lang": "en"})
    assert english.headers["Location"] == f"/q/{code}?lang=en"


def test_the_compressed_form_is_the_same_form(client: FlaskClient, code: str) -> None:
    plain = client.get(f"/q/{code}")
    packed = client.get(f"/q/{code}", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get(f"/q/{code}", headers={"Accept-Encoding": "gzip;q=0"}).headers
    unpacked = gzip.decompress(packed.data).decode()
    assert re.sub(r'name="n" value="[^"]+"', "", unpacked) == re.sub(r'name="n" value="[^"]+"', "", plain.text)


def test_the_form_is_one_request_of_at_most_6000_bytes(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url, environment="production", base_url="https://ykien.example.gov.vn")
    with app.app_context():
        factory = Factory(app.extensions["hailong_database"][1]())
        unit = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường " + "Rất Dài " * 8)
        fields = ("chung-thuc", "tu-phap-ho-tich", "dat-dai", "xay-dung", "lao-dong-xa-hoi", "kinh-te")
        codes = [factory.qr_code(unit, factory.counter(unit, fields)).code, factory.qr_code(unit).code]
    for code in codes:
        for language in ("vi", "en"):
            page = app.test_client().get(f"/q/{code}?lang={language}", headers={"Accept-Encoding": "gzip"})
            # What gunicorn adds: status line, Server, Date, Connection.
            wire = len(page.data) + len(str(page.headers)) + 120
            assert wire <= 6_000
            text = gzip.decompress(page.data).decode()
            assert re.findall(r'<(?:img|link|iframe)[^>]+(?:src|href)="(?!data:)|url\(|@import', text) == []
            # The script at its end is the only other request, and none that the page waits for.
            assert re.findall(r"<script[^>]*>", text) == [f'<script src="{SCRIPT.address}" async>']
