"""What no honest browser sends: the right status, friendly words, nothing stored twice, nothing lost."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.nonce import Signer
from survey.models import Response, ResponseExtra, SpentNonce
from survey.views.script import SCRIPT

from citizens import ANSWERS, count, nonce_in, send
from factories import Factory

FORM = "application/x-www-form-urlencoded"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
# Public addresses and the methods they take; `{code}` and `{thanks}` are put in by the test.
ADDRESSES = {
    "/": {"GET"},
    "/q": {"GET"},
    "/q/{code}": {"GET", "POST"},
    "{thanks}": {"GET", "POST"},
    "/privacy": {"GET"},
    SCRIPT.address: {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
}


@pytest.fixture
def app(make_app: object, sqlite_url: str) -> Flask:
    """One database is enough: what is refused here never reaches it."""
    app: Flask = make_app(sqlite_url)  # type: ignore[operator]
    return app


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a counter for two fields."""
    unit = factory.unit()
    return factory.qr_code(unit, factory.counter(unit, ("dat-dai", "xay-dung"))).code


def is_friendly(page: TestResponse) -> bool:
    """Whether a person gets a whole page in words, and no trace of the program."""
    return page.text.startswith("<!doctype html>") and "<h1>" in page.text and "Traceback" not in page.text


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_on_every_public_address(
    client: FlaskClient, code: str, session: Session, address: str, method: str
) -> None:
    thanks = send(client, f"/q/{code}").headers["Location"]
    path = address.format(code=code, thanks=thanks)
    page = client.open(path, method=method)
    assert "Set-Cookie" not in page.headers
    allowed = ADDRESSES[address] | {"HEAD", "OPTIONS"}
    if method == "OPTIONS":
        assert (page.status_code, set(page.headers["Allow"].split(", "))) == (200, allowed)
    elif method not in allowed:
        assert page.status_code == 405
        assert set(page.headers["Allow"].split(", ")) == allowed
        assert is_friendly(page)
    elif method == "HEAD":
        assert (page.status_code, page.data) == (200, b"")
    elif method == "POST":
        assert page.status_code == (303 if address == "{thanks}" else 400)
    else:
        assert page.status_code == 200
    assert (count(session, Response), count(session, ResponseExtra)) == (1, 0)


def test_head_tells_the_size_that_get_would_send(client: FlaskClient, code: str) -> None:
    for path in ("/", f"/q/{code}", "/privacy"):
        head, get = client.head(path), client.get(path)
        assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.data))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Q1": "\0"}, 422),
        ({"Q1": "5\0"}, 422),
        ({"Q7": "\ud7ff\u202e"}, 422),
        ({"Q1": "\uff15"}, 422),  # a full-width 5
        ({"L": "dat-dai\0"}, 303),
        ({"L": "'; DROP TABLE response; --"}, 303),
        ({"to": "\0", "td": "x" * 1000}, 303),
        ({"Q9": "1", "admin": "1", "number_hash": "x"}, 303),
    ],
)  # fmt: skip
def test_odd_characters_in_fields(
    client: FlaskClient, code: str, session: Session, fields: dict[str, str], status: int
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    page = client.post(f"/q/{code}", data=ANSWERS | fields | {"n": nonce})
    assert page.status_code == status
    if status != 303:
        assert is_friendly(page)
        assert count(session, Response) == 0
        assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code == 303
    assert count(session, Response) == 1


@pytest.mark.parametrize(
    "address",
    ["/q/%00", "/q/%FF%FE", "/q/..%2F..%2Fetc", "/q/" + "A" * 5000, "/q?code=%00", "/q?code=%FF",
     "/q?code=" + "A" * 5000,
     "/q/{code}/thanks?t=%00", "/q/{code}/thanks?t=%FF", "/q/{code}/thanks?t=a&t=b", "/js/%00.js", "/js/.js"],
)  # fmt: skip
def test_odd_characters_in_addresses_lead_nowhere(client: FlaskClient, code: str, address: str) -> None:
    page = client.get(address.format(code=code))
    assert page.status_code == 404
    assert is_friendly(page)


def test_a_choice_that_does_not_exist_is_called_that(client: FlaskClient, code: str, session: Session) -> None:
    refused = send(client, f"/q/{code}", {"Q1": "5", "Q2": "4", "Q3": "4", "Q7": "0"})
    assert refused.status_code == 422
    assert refused.text.count("Câu trả lời này không có trong các lựa chọn") == 1
    assert "Chưa chọn" not in refused.text
    assert count(session, Response) == 0


@pytest.mark.parametrize(
    "query", ["lang=%00", "lang=%FF", "lang=../../etc", "lang=", "lang=vi&lang=en", "lang=vi_VN"]
)
def test_an_odd_language_is_vietnamese(client: FlaskClient, query: str) -> None:
    assert '<html lang="vi">' in client.get(f"/?{query}").text


@pytest.mark.parametrize(
    "header", ["", "*", "\xff", ";;;q=", "en;q=x", "x" * 3000, ",".join(["zz"] * 2000), "en;q=0"]
)
def test_an_odd_wish_for_a_language_is_vietnamese(client: FlaskClient, header: str) -> None:
    page = client.get("/", headers={"Accept-Language": header, "Accept-Encoding": ";;,gzip;q=x"})
    assert page.status_code == 200
    assert '<html lang="vi">' in page.text


def test_repeated_fields_take_the_first_and_count_once(client: FlaskClient, code: str, session: Session) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    fields = [("Q1", "5"), ("Q1", "1"), ("Q2", "4"), ("Q2", "bad"), ("Q3", "3"), ("n", nonce), ("n", "x")]
    assert client.post(f"/q/{code}", data=urlencode(fields), content_type=FORM).status_code == 303
    assert client.post(f"/q/{code}", data=urlencode(fields[::-1]), content_type=FORM).status_code == 400
    assert count(session, Response) == 1


def test_a_form_with_nothing_or_only_its_nonce_comes_back(
    client: FlaskClient, code: str, session: Session
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    for data, status in (({}, 400), ({"n": nonce}, 422), (ANSWERS, 400)):
        page = client.post(f"/q/{code}", data=data)
        assert page.status_code == status
        assert is_friendly(page)
    assert count(session, Response) == 0
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code == 303


def test_thousands_of_fields_are_ignored_or_refused(client: FlaskClient, code: str, session: Session) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    many = {f"x{number}": "1" for number in range(20_000)}
    assert client.post(f"/q/{code}", data=ANSWERS | many | {"n": nonce}).status_code == 303
    fewer = dict(list(many.items())[:1_100])
    parts = client.post(f"/q/{code}", data=ANSWERS | fewer, content_type="multipart/form-data")
    assert parts.status_code == 413
    assert is_friendly(parts)
    assert count(session, Response) == 1


def test_bytes_that_are_no_text_keep_what_can_be_read(client: FlaskClient, code: str, session: Session) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    body = b"Q1=5&Q2=%FF%FE&Q3=%FF%00&Q4=4&n=" + nonce.encode()
    page = client.post(f"/q/{code}", data=body, content_type=FORM)
    assert page.status_code == 422
    assert 'name="Q1" value="5" checked' in page.text
    # Not even percent signs: no browser does that, and nothing can be read.
    raw = client.post(f"/q/{code}", data=body.replace(b"%FF", b"\xff"), content_type=FORM)
    assert raw.status_code == 400
    assert is_friendly(raw)
    assert count(session, Response) == 0


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "application/json", "image/png", "multipart/form-data", "x"]
)
def test_a_form_sent_as_something_else_comes_back(
    client: FlaskClient, code: str, session: Session, content_type: str
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    body = urlencode(ANSWERS | {"n": nonce})
    page = client.post(f"/q/{code}", data=body, content_type=content_type)
    assert page.status_code == 400
    assert is_friendly(page)
    assert count(session, Response) == 0
    assert client.post(f"/q/{code}", data=body, content_type=FORM).status_code == 303


def test_a_form_in_parts_is_a_form(client: FlaskClient, code: str, session: Session) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    sent = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}, content_type="multipart/form-data")
    assert sent.status_code == 303
    assert count(session, Response) == 1


@pytest.mark.parametrize("address", ["/q/{code}", "{thanks}"])
def test_ten_megabytes_are_refused_kindly_with_and_without_a_stated_length(
    client: FlaskClient, code: str, session: Session, address: str
) -> None:
    thanks = send(client, f"/q/{code}").headers["Location"]
    path = address.format(code=code, thanks=thanks)
    body = b"Q6=" + b"1" * 10_000_000
    stated = client.post(path, data=body, content_type=FORM)
    chunked = client.post(
        path,
        input_stream=io.BytesIO(body),
        content_type=FORM,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert stated.status_code == 413
    assert "Nội dung gửi lên quá lớn" in stated.text
    assert is_friendly(stated)
    # No browser sends a form in chunks of no stated length; of such a body only the beginning is read.
    assert chunked.status_code in {303, 400, 413}
    assert (count(session, Response), count(session, ResponseExtra)) == (1, 0)


def test_nonces_of_others_are_refused_and_the_answers_stay(
    app: Flask, client: FlaskClient, code: str, session: Session, factory: Factory
) -> None:
    now = datetime.now(UTC)
    real = nonce_in(client.get(f"/q/{code}"))
    elsewhere = Signer(b"another installation's key").issue(code=code, version="short-v1", now=now)
    neighbour = nonce_in(client.get(f"/q/{factory.qr_code(factory.unit()).code}"))
    flipped = real[:-9] + ("A" if real[-9] != "A" else "B") + real[-8:]
    receipt = send(client, f"/q/{code}").headers["Location"].partition("t=")[2].partition("&")[0]
    stored = count(session, Response)
    for nonce in (
        elsewhere,
        neighbour,
        flipped,
        receipt,
        real + "A",
        real * 2,
        "\0",
        "." * 500,
        "short-v1." + "é" * 40,
    ):
        page = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce})
        assert page.status_code == 400, nonce
        assert 'name="Q1" value="5" checked' in page.text
        # "Gửi ý kiến" once more is all it takes: the page that came back has a good one.
        assert nonce_in(page) != nonce
    assert count(session, Response) == stored
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce_in(page)}).status_code == 303
    assert count(session, Response) == stored + 1


def test_a_replayed_form_changes_nothing_not_even_after_days(
    app: Flask, client: FlaskClient, code: str, session: Session
) -> None:
    key = Signer(app.config["SETTINGS"].key_for("citizen's form"))
    nonce = key.issue(code=code, version="short-v1", now=datetime.now(UTC) - timedelta(days=6))
    first = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce})
    for answers in (ANSWERS, {"Q1": "1"}, {}, {"Q1": "bad"}):
        again = client.post(f"/q/{code}?send=1&x=1", data=answers | {"n": nonce})
        assert again.status_code == 201
        assert len(again.headers["Location"]) == len(first.headers["Location"])
    assert (count(session, Response), count(session, SpentNonce)) == (1, 1)


def test_the_scripts_own_sending_is_told_where_the_thanks_are(client: FlaskClient, code: str) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    sent = client.post(f"/q/{code}?send=1&lang=en&x=1", data=ANSWERS | {"n": nonce})
    assert (sent.status_code, sent.data) == (201, b"")
    assert sent.headers["Cache-Control"] == "private, no-cache"
    thanks = client.get(sent.headers["Location"])
    assert "Thank you very much." in thanks.text
    more = client.post(f"{sent.headers['Location']}&x=1", data={"Q6": "1"})
    assert more.status_code == 201
    assert "more=1" in more.headers["Location"]


def test_a_form_that_came_back_is_not_kept_by_the_browser(client: FlaskClient, code: str) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    page = client.post(f"/q/{code}", data={"n": nonce, "Q1": "1"})
    assert page.headers["Cache-Control"] == "no-store"
