"""Whether a response is in the published result: told to whoever has its number, and nothing else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from analysis.periods import parse_period
from survey.codes import encode_bits, grouped
from survey.models import Unit
from survey.services.response import number_hash
from survey.views.verify import ASKED_PER_NETWORK

from citizens import NUMBER, send
from factories import COMPUTED_AT, Factory

COUNTED, ASIDE, NOT = "Phiếu này được tính.", "Phiếu này đã bị loại", "Phiếu này chưa có trong kết quả"
PERIOD = parse_period("2026-Q2")


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit(name="Phường Tân Hoà")


def stored(factory: Factory, unit: Unit, day: date, **values: object) -> str:
    number = secrets.token_bytes(10)
    factory.responses(unit, "154321", local_date=day, number_hash=number_hash(number), **values)
    return grouped(encode_bits(number))


def heading(client: FlaskClient, number: str) -> str:
    page = client.get(f"/verify/{number}")
    assert page.status_code == 200
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found
    return found[1]


def test_it_tells_counted_set_aside_or_not_only_after_publication(
    client: FlaskClient, factory: Factory, unit: Unit
) -> None:
    counted = stored(factory, unit, PERIOD.first)
    aside = stored(factory, unit, PERIOD.last)
    others = [
        stored(factory, unit, PERIOD.first, trial=True),
        stored(factory, unit, PERIOD.first, flags="l"),
        stored(factory, unit, date(2026, 7, 1)),
        "0000-0000-0000-0000",
    ]
    factory.set_aside(unit, PERIOD, PERIOD.last)
    # A closed result is not yet a published one.
    factory.score_set(PERIOD.text, closed=True, revision=0)
    assert {heading(client, number)[:22] for number in (counted, aside, *others)} == {NOT[:22]}
    factory.score_set(PERIOD.text, closed=True, published_at=COMPUTED_AT)
    assert heading(client, counted) == COUNTED
    assert heading(client, aside).startswith(ASIDE)
    assert all(heading(client, number).startswith(NOT) for number in others)


def test_the_page_is_the_same_for_every_counted_response_but_its_number(
    client: FlaskClient, factory: Factory, unit: Unit
) -> None:
    other = factory.unit(name="Xã Khác")
    numbers = [
        stored(factory, unit, PERIOD.first),
        stored(factory, other, PERIOD.last, trust="assisted", flags="f"),
    ]
    factory.score_set(PERIOD.text, closed=True, published_at=COMPUTED_AT)
    pages = [client.get(f"/verify/{number}") for number in numbers]
    texts = {page.text.replace(number, "") for page, number in zip(pages, numbers, strict=True)}
    assert len(texts) == 1
    assert "Tân Hoà" not in pages[0].text
    assert "Set-Cookie" not in pages[0].headers
    assert pages[0].headers["Cache-Control"] == "no-store"
    assert pages[0].headers["Referrer-Policy"] == "no-referrer"


def test_the_number_of_the_thank_you_page_is_the_one_to_type(
    client: FlaskClient, factory: Factory, unit: Unit
) -> None:
    thanks = client.get(send(client, f"/q/{factory.qr_code(unit).code}").location)
    assert 'href="/verify' in thanks.text
    shown = NUMBER.search(thanks.text)
    assert shown is not None
    typed = shown[1].replace("-", " ").lower()
    asked = client.get("/verify", query_string={"number": typed, "to": "on", "lang": "en"})
    assert asked.status_code == 303
    assert asked.location == f"/verify/{shown[1]}?to=1&lang=en"
    assert "not yet" in client.get(asked.location).text
    factory.score_set("2026", closed=True, published_at=COMPUTED_AT)
    factory.score_set("2027", closed=True, published_at=COMPUTED_AT)
    factory.score_set("2028", closed=True, published_at=COMPUTED_AT)
    assert heading(client, shown[1]) == COUNTED


@pytest.mark.parametrize("typed", ["1", "0000-0000-0000-000U", "0" * 17, "<script>", "0000 0000 0000 000é"])
def test_what_is_no_number_is_said_so(client: FlaskClient, typed: str) -> None:
    page = client.get("/verify", query_string={"number": typed})
    assert page.status_code == 404
    assert "Số phiếu có 16 chữ và số." in page.text
    assert "<script>" not in page.text
    assert client.post("/verify/0000-0000-0000-0000").status_code == 405


def test_who_tries_numbers_is_slowed_down(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    client = make_app(sqlite_url).test_client()
    most = int(ASKED_PER_NETWORK.split()[0])
    answers = [client.get("/verify/0000-0000-0000-0000").status_code for _ in range(most + 1)]
    assert answers == [200] * most + [429]
