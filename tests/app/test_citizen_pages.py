"""The public pages around the form: the way in, the notice, and friendly pages for everything that goes wrong."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.views.script import SCRIPT

from factories import Factory

SCRIPT_TAG = r'<script src="/js/[0-9a-f]{8}\.js" async></script></body></html>\s*'


@pytest.fixture
def visits(client: FlaskClient, factory: Factory) -> list[TestResponse]:
    """Every public page in every state that a citizen can bring about."""
    unit = factory.unit()
    code = factory.qr_code(unit, factory.counter(unit, ("dat-dai", "xay-dung"))).code
    nonce = re.search(r'name="n" value="([^"]+)"', client.get(f"/q/{code}").text)
    assert nonce
    answers = {"n": nonce[1], "Q1": "1", "Q2": "1"}
    pages = [
        client.get(address + separator + language)
        for language in ("lang=vi", "lang=en")
        for address, separator in (
            ("/", "?"),
            ("/q", "?"),
            ("/q?code=zzz", "&"),
            ("/privacy", "?"),
            (f"/q/{code}", "?"),
            ("/q/ABCDEFGH", "?"),
            ("/no/such/page", "?"),
            (f"/q/{code}/thanks?t=x", "&"),
        )
    ]
    pages += [client.post(f"/q/{code}", data=answers), client.post(f"/q/{code}", data={})]
    pages += [client.post("/privacy"), client.put(f"/q/{code}"), client.delete("/")]
    sent = client.post(f"/q/{code}", data=answers | {"Q3": "x"})
    assert sent.status_code == 303
    more = client.post(sent.headers["Location"], data={"Q6": "1"})
    return [*pages, sent, more, client.get(sent.headers["Location"]), client.get(more.headers["Location"])]


def test_no_public_page_sets_a_cookie_or_may_be_kept_by_others(visits: list[TestResponse]) -> None:
    for page in visits:
        assert "Set-Cookie" not in page.headers, page.request.path
        assert "Cookie" not in page.headers.get("Vary", "")
        # A form that came back holds answers, and is not kept at all.
        came_back = page.request.method == "POST" and page.status_code in (400, 422)
        assert page.headers["Cache-Control"] == ("no-store" if came_back else "private, no-cache")
        assert page.headers["Referrer-Policy"] == "no-referrer"


def test_every_public_page_is_whole_html_with_one_heading_a_title_and_labels(visits: list[TestResponse]) -> None:
    for page in visits:
        if page.status_code == 303:
            continue
        text = page.text
        assert text.startswith("<!doctype html>"), page.request.path
        assert len(re.findall(r"<h1>[^<]+</h1>", text)) == 1, page.request.path
        assert re.search(r'<html lang="(vi|en)">', text)
        assert re.search(r"<title>[^<]+</title>", text)
        # One script, from a file, at the end, and only where something is sent: all works without.
        scripts = re.findall(r"<script.*", text, re.DOTALL)
        assert all(re.fullmatch(SCRIPT_TAG, found) for found in scripts), page.request.path
        assert len(scripts) == ('name="n"' in text or "Q6" in text), page.request.path
        assert " style=" not in text
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids)), page.request.path
        for target in re.findall(r' (?:for|aria-describedby)="([^"]+)"', text) + re.findall(
            r'href="#([^"]+)"', text
        ):
            assert target in ids, (page.request.path, target)


def test_the_language_of_every_page_can_be_chosen(visits: list[TestResponse]) -> None:
    vietnamese = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    for page in visits:
        if page.request.args.get("lang") != "en":
            continue
        assert '<html lang="en">' in page.text
        shown = re.sub(
            r"<[^>]+>", " ", re.sub(r'<(\w+)[^>]* lang="vi"[^>]*>.*?</\1>', "", page.text.split("<body>")[1])
        )
        assert vietnamese.search(shown) is None, (page.request.path, vietnamese.search(shown))


@pytest.mark.parametrize(
    ("address", "status"), [("/no/such/page", 404), ("/q/x/y/z", 404), ("/officer/none", 404)]
)
def test_a_page_that_does_not_exist_says_so(client: FlaskClient, address: str, status: int) -> None:
    page = client.get(address)
    assert page.status_code == status
    assert "<h1>" in page.text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    page = client.post("/privacy")
    assert page.status_code == 405
    assert set(page.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "Trang này không nhận cách gửi như vậy" in page.text


def test_a_huge_body_is_refused_kindly_and_in_english_when_asked(client: FlaskClient, factory: Factory) -> None:
    code = factory.qr_code(factory.unit()).code
    body = "Q1=" + "5" * 10_000_000
    page = client.post(f"/q/{code}?lang=en", data=body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 413
    assert "Too much was sent" in page.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"Q1": "5"}', "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "text/plain"),
    ],
)
def test_a_body_that_is_no_form_brings_the_form_back(
    client: FlaskClient, factory: Factory, body: bytes, content_type: str
) -> None:
    code = factory.qr_code(factory.unit()).code
    page = client.post(f"/q/{code}", data=body, content_type=content_type)
    assert page.status_code == 400
    assert 'name="n"' in page.text


def test_a_fault_of_the_server_says_that_sending_again_is_safe(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    app.testing = False
    app.add_url_rule("/fault", view_func=lambda: 1 / 0)
    page = app.test_client().get("/fault?lang=en")
    assert page.status_code == 500
    assert "A form that is sent several times counts once." in page.text
    assert "ZeroDivisionError" not in page.text


def test_the_policy_allows_the_pages_own_style_and_no_inline_script(client: FlaskClient) -> None:
    policy = client.get("/privacy").headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "style-src 'sha256-" in policy
    assert "default-src 'none'" in policy


def test_the_script_is_kept_by_the_browser_for_good_and_sets_nothing(client: FlaskClient) -> None:
    plain = client.get(SCRIPT.address)
    packed = client.get(SCRIPT.address, headers={"Accept-Encoding": "gzip"})
    assert plain.headers["Content-Type"] == "text/javascript"
    assert plain.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data == SCRIPT.plain
    # An address of an earlier version leads nowhere; the page it was on works without.
    assert client.get("/js/00000000.js").status_code == 404


def test_the_notice_speaks_of_typed_paper_and_of_the_counting_of_openings(client: FlaskClient) -> None:
    vietnamese, english = client.get("/privacy").text, client.get("/privacy?lang=en").text
    assert "Phiếu giấy do cán bộ gõ vào máy" in vietnamese
    assert "Số lần mở phiếu và số phiếu đã gửi của từng mã" in vietnamese
    assert "có thể bị loại khỏi điểm: một người đề nghị có lý do, một người khác duyệt" in vietnamese
    assert "Paper forms typed by staff" in english
    assert "How often the form of each printed code was opened" in english
