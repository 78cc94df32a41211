"""The citizen's form as a browser without JavaScript meets it: open, send, be told what is missing, be thanked."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.nonce import Signer
from survey.codes import grouped
from survey.models import Channel, Response, ResponseExtra, Source, SpentNonce, Trust
from survey.services import qrcode

from factories import Factory

ANSWERS = {"Q1": "5", "Q2": "4", "Q3": "3", "Q4": "x", "Q7": "2"}
NUMBER = re.compile(r"<b>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</b>")


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a counter for land matters."""
    unit = factory.unit(one_stop_name="Trung tâm <b>Tân Hoà</b>")
    return factory.qr_code(unit, factory.counter(unit)).code


def nonce_in(page: TestResponse) -> str:
    found = re.search(r'name="n" value="([^"]+)"', page.text)
    assert found
    return found[1]


def send(client: FlaskClient, address: str, answers: dict[str, str] | None = None, **more: str) -> TestResponse:
    nonce = nonce_in(client.get(address))
    return client.post(address, data={"n": nonce} | (ANSWERS if answers is None else answers) | more)


def signer(app: Flask) -> Signer:
    return Signer(app.config["SETTINGS"].key_for("citizen's form"))


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


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
    assert "<script" not in page
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


def test_the_number_is_found_again_only_by_its_hash(client: FlaskClient, code: str, session: Session) -> None:
    page = client.get(send(client, f"/q/{code}").headers["Location"]).text
    number = NUMBER.search(page)
    assert number
    stored = session.scalars(select(Response)).one()
    spent = session.scalars(select(SpentNonce)).one()
    assert len(stored.number_hash) == 32
    assert stored.number_hash != spent.nonce_hash
    assert number[1].replace("-", "") not in repr(stored.__dict__)


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
            assert re.findall(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="(?!data:)', text) == []


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


@pytest.mark.parametrize("t", ["", "short-v1.AAAA", "x" * 400])
def test_a_forged_receipt_opens_nothing(client: FlaskClient, code: str, session: Session, t: str) -> None:
    assert client.get(f"/q/{code}/thanks", query_string={"t": t}).status_code == 404
    assert client.post(f"/q/{code}/thanks", query_string={"t": t}, data={"Q6": "1"}).status_code == 404
    assert count(session, ResponseExtra) == 0
