"""Signing in at the province's own provider: a real one that runs, and one that lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.config import Provider
from survey.models import AuditEvent, Officer, Role

from factories import Factory
from providers import CLIENT_SECRET, LyingProvider, consent, lying_provider, running_provider
from serving import free_port
from signing_in import CODE, ENROL, SIGN_IN, post, sign_in, sign_out, turn_on_second_factor

LEAVE = "/officer/sign-in/provider"
EMAIL = "chau@tanhoa.example.vn"
Made = tuple[FlaskClient, Session, Officer]
Make = Callable[[Provider, Role], Made]


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    users = (
        {"sub": "chau", "email": "Chau@TanHoa.example.vn", "email_verified": True},
        {"sub": "mfa", "email": EMAIL, "email_verified": True, "amr": ["pwd", "mfa"]},
        {"sub": "unverified", "email": EMAIL, "email_verified": False},
        {"sub": "stranger", "email": "stranger@example.vn", "email_verified": True},
        {"sub": "nobody"},
    )
    with running_provider(*users) as provider:
        yield provider


@pytest.fixture
def liar() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        provider.claims = {"email": EMAIL, "email_verified": True}
        yield provider


@pytest.fixture
def make(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Make]:
    """Build a production with the provider and one officer."""
    sessions: list[Session] = []

    def build(provider: Provider, role: Role = Role.REFORM) -> Made:
        app = make_app(sqlite_url, environment="production", provider=provider)
        session: Session = app.extensions["hailong_database"][1]()
        sessions.append(session)
        factory = Factory(session)
        return app.test_client(), session, factory.officer(factory.unit(), role, email=EMAIL)

    yield build
    for session in sessions:
        session.close()


def come_back(client: FlaskClient, address: str) -> TestResponse:
    """Follow the provider's answer to our own address."""
    parts = urlsplit(address)
    assert parts.path == f"{LEAVE}/return"
    return client.get(f"{parts.path}?{parts.query}")


def through(client: FlaskClient, subject: str, *, wanted: str = "") -> TestResponse:
    left = client.get(LEAVE, query_string={"next": wanted} if wanted else None)
    assert left.status_code == 303
    return come_back(client, consent(left.location, subject))


def lied_to(client: FlaskClient, liar: LyingProvider) -> TestResponse:
    return come_back(client, liar.arrive(client.get(LEAVE).location))


def test_an_officer_with_an_account_comes_in(real: Provider, make: Make) -> None:
    client, session, _officer = make(real, Role.REFORM)
    page = client.get(SIGN_IN)
    assert "Đăng nhập qua Cổng cán bộ tỉnh" in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    done = through(client, "chau", wanted="/officer/account")
    assert (done.status_code, done.location) == (303, "/officer/account")
    assert client.get("/officer/account").status_code == 200
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "officer.sign_in")).one()
    assert (event.actor, event.detail) == (EMAIL, {"by": "provider"})


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("unverified", "chưa xác minh địa chỉ e-mail"),
        ("nobody", "chưa xác minh địa chỉ e-mail"),
        ("stranger", "chưa có tài khoản ở đây"),
    ],
)
def test_nobody_comes_in_without_a_verified_address_and_an_account(
    real: Provider, make: Make, subject: str, words: str
) -> None:
    client, session, _officer = make(real, Role.REFORM)
    assert through(client, subject).location == SIGN_IN
    assert words in client.get(SIGN_IN).text
    assert client.get("/officer/account").status_code == 303
    assert len(session.scalars(select(Officer)).all()) == 1, "no account is made"


def test_a_closed_account_stays_closed(real: Provider, make: Make) -> None:
    client, session, officer = make(real, Role.REFORM)
    officer.disabled_at = datetime(2026, 8, 14, tzinfo=UTC)
    session.commit()
    assert through(client, "chau").location == SIGN_IN
    assert "tài khoản đã khoá" in client.get(SIGN_IN).text
    assert session.scalars(select(AuditEvent.action)).all() == ["officer.sign_in_refused"]


def test_the_second_factor_is_asked_unless_the_provider_did(real: Provider, make: Make) -> None:
    client, _session, _officer = make(real, Role.LEADER)
    through(client, "chau")
    assert client.get("/officer/account").location == ENROL
    _, codes = turn_on_second_factor(client)
    sign_out(client)
    assert through(client, "chau", wanted="/officer/account").location == CODE
    assert client.get("/officer/account").location.startswith(SIGN_IN)
    assert post(client, CODE, code=codes[0]).location == "/officer/account"
    sign_out(client)
    assert through(client, "mfa", wanted="/officer/account").location == "/officer/account"
    assert client.get("/officer/account").status_code == 200


def test_an_answer_to_somebody_elses_visit_is_refused(real: Provider, make: Make) -> None:
    client, _session, _officer = make(real, Role.REFORM)
    thief = client.application.test_client()
    stolen = consent(thief.get(LEAVE).location, "chau")
    assert come_back(client, stolen).location == SIGN_IN
    client.get(LEAVE)
    assert come_back(client, stolen).location == SIGN_IN
    assert "bắt đầu từ nơi khác" in client.get(SIGN_IN).text
    assert come_back(thief, stolen).location == "/officer/"
    assert come_back(thief, stolen).location == SIGN_IN, "and no answer is good twice"


def test_a_visit_lasts_ten_minutes(real: Provider, make: Make) -> None:
    client, _session, _officer = make(real, Role.REFORM)
    back = consent(client.get(LEAVE).location, "chau")
    with client.session_transaction("/officer/") as stored:
        stored["visit"] = [*stored["visit"][:-1], stored["visit"][-1] - timedelta(minutes=11).total_seconds()]
    assert come_back(client, back).location == SIGN_IN
    assert "để quá lâu" in client.get(SIGN_IN).text


def test_who_gives_up_at_the_provider_is_told_so(real: Provider, make: Make) -> None:
    client, _session, _officer = make(real, Role.REFORM)
    state = urlsplit(client.get(LEAVE).location).query.partition("state=")[2].partition("&")[0]
    client.get(f"{LEAVE}/return?error=access_denied&state={state}")
    assert "chưa đăng nhập xong" in client.get(SIGN_IN).text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another program"},
        {"aud": ["hailong", "another"], "azp": "another"},
        {"nonce": "of another visit"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"iat": 99_999_999_999},
    ],
)
def test_an_identity_that_is_not_of_this_visit_is_refused(
    liar: LyingProvider, make: Make, claims: dict[str, Any]
) -> None:
    client, _session, _officer = make(liar.settings, Role.REFORM)
    liar.claims |= claims
    assert lied_to(client, liar).location == SIGN_IN
    assert "không xác nhận lần đăng nhập này" in client.get(SIGN_IN).text
    liar.claims = {"email": EMAIL, "email_verified": True}
    assert lied_to(client, liar).location == "/officer/"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"kid": "one"}), "RS256"),
        (OctKey.import_key(CLIENT_SECRET.ljust(32)), "HS256"),
        (OctKey.import_key(b"x" * 32), "HS256"),
    ],
    ids=["another key", "the shared secret", "any secret"],
)
def test_an_identity_must_be_signed_by_the_provider(
    liar: LyingProvider, make: Make, key: RSAKey | OctKey, algorithm: str
) -> None:
    client, _session, _officer = make(liar.settings, Role.REFORM)
    liar.signed_with, liar.algorithm = key, algorithm
    assert lied_to(client, liar).location == SIGN_IN


def test_an_unsigned_identity_is_refused(liar: LyingProvider, make: Make) -> None:
    client, _session, _officer = make(liar.settings, Role.REFORM)
    liar.signed_with, liar.algorithm = OctKey.import_key("unused but long enough for a key"), "none"
    assert lied_to(client, liar).location == SIGN_IN


def test_the_address_may_come_from_userinfo_of_the_same_person_only(liar: LyingProvider, make: Make) -> None:
    client, _session, _officer = make(liar.settings, Role.REFORM)
    liar.claims = {}
    liar.person = {"sub": "s2", "email": EMAIL, "email_verified": True}
    assert lied_to(client, liar).location == SIGN_IN
    liar.person["sub"] = "s1"
    assert lied_to(client, liar).location == "/officer/"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"issuer": "https://evil.example"}, 200, "Chưa hỏi được"),
        ({"token_endpoint": "file:///etc/passwd"}, 200, "Chưa hỏi được"),
        ({"jwks_uri": None}, 200, "Chưa hỏi được"),
        ({}, 503, "Chưa hỏi được"),
        ({}, 400, "không xác nhận"),
    ],
)
def test_a_provider_out_of_order_is_said_in_words(
    liar: LyingProvider, make: Make, changes: dict[str, Any], status: int, words: str
) -> None:
    client, _session, _officer = make(liar.settings, Role.REFORM)
    back = liar.arrive(client.get(LEAVE).location)
    liar.metadata, liar.status = changes, status
    assert come_back(client, back).location == SIGN_IN
    assert words in client.get(SIGN_IN).text


def test_a_provider_that_is_away_keeps_nobody_from_the_password(make: Make) -> None:
    away = Provider(f"http://127.0.0.1:{free_port()}", "hailong", "secret")
    client, _session, officer = make(away, Role.REFORM)
    assert client.get(LEAVE).location == SIGN_IN
    assert "Chưa hỏi được" in client.get(SIGN_IN).text
    assert sign_in(client, officer.email).status_code == 303


def test_a_slash_at_the_end_of_the_issuer_makes_no_difference(liar: LyingProvider, make: Make) -> None:
    client, _session, _officer = make(replace(liar.settings, issuer=liar.issuer + "/"), Role.REFORM)
    assert lied_to(client, liar).location == "/officer/"


def test_without_a_provider_there_is_no_button_and_no_address(client: FlaskClient) -> None:
    assert "Đăng nhập qua" not in client.get(SIGN_IN).text
    assert client.get(LEAVE).status_code == 404
    assert client.get(f"{LEAVE}/return?code=x&state=y").status_code == 404
