"""The second factor: who must have one, what lets in, and what cannot be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.errors import HailongError
from survey.models import AuditEvent, Officer, RecoveryCode, Role, SecondFactor
from survey.services import second_factor

from factories import PASSWORD, Factory
from signing_in import CODE, ENROL, SIGN_IN, code_of, csrf_token, post, sign_in, sign_out, turn_on_second_factor

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    """Production: in the example nobody must have a second factor."""
    return make_app(database_url, environment="production")


@pytest.fixture
def leader(factory: Factory) -> Officer:
    return factory.officer(factory.unit(name="Phường Tân Hoà"), Role.LEADER)


@pytest.mark.parametrize("role", list(Role))
def test_leaders_and_administrators_must_have_one(client: FlaskClient, factory: Factory, role: Role) -> None:
    sign_in(client, factory.officer(factory.unit(), role).email)
    pages = [
        client.get(page) for page in ("/officer/", "/officer/account", "/officer/devices", "/officer/officers")
    ]
    if role in (Role.LEADER, Role.ADMINISTRATOR):
        assert {(page.status_code, page.location) for page in pages} == {(303, ENROL)}
        page = client.get(ENROL)
        assert "bắt buộc dùng xác thực hai lớp" in page.text
        assert "<nav" not in page.text
    else:
        assert ENROL not in {page.location for page in pages}


def test_the_example_leads_nobody_to_it(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        factory = Factory(app.extensions["hailong_database"][1]())
        email = factory.officer(factory.unit(), Role.ADMINISTRATOR).email
    client = app.test_client()
    sign_in(client, email)
    page = client.get("/officer/account")
    assert page.status_code == 200
    assert "riêng bản ví dụ này không bắt" in page.text
    turn_on_second_factor(client)


def test_from_the_first_sign_in_to_the_next_with_a_code(
    client: FlaskClient, leader: Officer, session: Session, factory: Factory
) -> None:
    factory.score_set("2026-Q2")
    assert sign_in(client, leader.email).status_code == 303
    wrong = post(client, ENROL, code="000000")
    assert wrong.status_code == 422
    assert "Mã không đúng hoặc đã hết hạn" in wrong.text
    secret, codes = turn_on_second_factor(client)
    assert client.get("/officer/account/recovery-codes").status_code == 303, "shown once"
    assert client.get("/officer/account").status_code == 200, "this session goes on"
    assert "Còn 10 mã khôi phục" in client.get("/officer/account").text
    stored = session.scalars(select(SecondFactor)).one()
    assert secret.encode() not in stored.sealed_secret
    hashes = b"".join(row.code_hash for row in session.scalars(select(RecoveryCode)))
    assert not any(code.replace("-", "").encode() in hashes for code in codes)

    sign_out(client)
    asked = sign_in(client, leader.email, following="?next=/officer/scores/2026-Q2")
    assert (asked.status_code, asked.location) == (303, CODE)
    assert client.get("/officer/account").location.startswith(SIGN_IN), "the password alone opens nothing"
    assert post(client, CODE, code="123456").status_code == 422
    done = post(client, CODE, code=f" {code_of(secret, later=1)} ")
    assert (done.status_code, done.location) == (303, "/officer/scores/2026-Q2")
    assert client.get("/officer/scores/2026-Q2").status_code == 200
    session.commit()
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == [
        "officer.sign_in", "second_factor.on", "officer.code_asked", "second_factor.refused", "officer.sign_in"
    ]  # fmt: skip
    assert not any(secret in str(event.detail) for event in session.scalars(select(AuditEvent)))


def test_a_code_is_good_once(client: FlaskClient, leader: Officer) -> None:
    sign_in(client, leader.email)
    secret, _ = turn_on_second_factor(client)
    sign_out(client)
    sign_in(client, leader.email)
    code = code_of(secret, later=1)
    assert post(client, CODE, code=code_of(secret)).status_code == 422, "used when it was set up"
    assert post(client, CODE, code=code).status_code == 303
    sign_out(client)
    sign_in(client, leader.email)
    assert post(client, CODE, code=code).status_code == 422
    assert client.get("/officer/").location.startswith(SIGN_IN)


def test_a_recovery_code_is_good_once(client: FlaskClient, leader: Officer, session: Session) -> None:
    sign_in(client, leader.email)
    _, codes = turn_on_second_factor(client)
    sign_out(client)
    sign_in(client, leader.email)
    assert "mã khôi phục" in client.get(CODE).text
    assert post(client, CODE, code=codes[0].lower().replace("-", " ")).status_code == 303
    assert "Còn 9 mã khôi phục" in client.get("/officer/account").text
    sign_out(client)
    sign_in(client, leader.email)
    assert post(client, CODE, code=codes[0]).status_code == 422
    session.commit()
    details = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "officer.sign_in")).all()
    assert details == [{}, {"by": "recovery code"}]


def test_new_recovery_codes_take_the_password_and_end_the_old_ones(client: FlaskClient, leader: Officer) -> None:
    sign_in(client, leader.email)
    _, codes = turn_on_second_factor(client)
    renew = "/officer/account/recovery-codes/renew"
    assert post(client, renew, password="not this one").status_code == 422
    done = post(client, renew, password=PASSWORD)
    assert done.status_code == 303
    assert codes[3] not in client.get(done.location).text
    sign_out(client)
    sign_in(client, leader.email)
    assert post(client, CODE, code=codes[3]).status_code == 422


def test_setting_it_up_signs_out_everybody_else(app: Flask, leader: Officer) -> None:
    own, thief = app.test_client(), app.test_client()
    sign_in(own, leader.email)
    sign_in(thief, leader.email)
    seen = thief.get(ENROL).text
    secret, _ = turn_on_second_factor(own)
    assert " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)) not in seen
    assert thief.get(ENROL).location.startswith(SIGN_IN)


def test_changing_phones(client: FlaskClient, leader: Officer, session: Session) -> None:
    sign_in(client, leader.email)
    turn_on_second_factor(client)
    remove = "/officer/account/second-factor/remove"
    assert post(client, remove, password="wrong").status_code == 422
    assert post(client, remove, password=PASSWORD).location == ENROL
    assert client.get("/officer/").location == ENROL
    turn_on_second_factor(client)
    assert client.get("/officer/").location != ENROL
    assert len(session.scalars(select(RecoveryCode)).all()) == 10


def test_who_has_it_of_free_will_may_turn_it_off(client: FlaskClient, factory: Factory) -> None:
    officer = factory.officer(factory.unit(), Role.REFORM)
    sign_in(client, officer.email)
    turn_on_second_factor(client)
    assert client.get(ENROL).location == "/officer/account", "on already"
    done = post(client, "/officer/account/second-factor/remove", password=PASSWORD)
    assert done.location == "/officer/account"
    sign_out(client)
    assert sign_in(client, officer.email).location == "/officer/"


def test_between_password_and_code_there_are_ten_minutes(client: FlaskClient, leader: Officer) -> None:
    sign_in(client, leader.email)
    secret, _ = turn_on_second_factor(client)
    sign_out(client)
    assert client.get(CODE).location == SIGN_IN
    sign_in(client, leader.email)
    token = csrf_token(client.get(CODE))
    with client.session_transaction("/officer/") as stored:
        stored["waiting"][2] -= timedelta(minutes=11).total_seconds()
        stored.modified = True
    done = client.post(CODE, data={"code": code_of(secret, later=1), "csrf_token": token})
    assert (done.status_code, done.location) == (303, SIGN_IN)


def test_codes_cannot_be_guessed_nor_the_owner_kept_out(app: Flask, leader: Officer) -> None:
    own, thief = app.test_client(), app.test_client()
    sign_in(own, leader.email)
    secret, codes = turn_on_second_factor(own)
    sign_out(own)
    sign_in(own, leader.email)
    assert post(own, CODE, code=code_of(secret, later=1)).status_code == 303
    sign_out(own)
    for _ in range(2):  # with the password, again and again: that gives no more guesses
        assert sign_in(thief, leader.email).status_code == 303
        token = csrf_token(thief.get(CODE))
        guesses = [thief.post(CODE, data={"code": "111111", "csrf_token": token}).status_code for _ in range(5)]
    assert guesses == [429] * 5
    assert sign_in(own, leader.email).location == CODE
    assert post(own, CODE, code=codes[0]).status_code == 303


def test_the_clock_of_a_phone_may_be_a_step_off_and_no_more(factory: Factory, session: Session) -> None:
    officer = factory.officer(factory.unit())
    secret = second_factor.new_secret()
    app = pyotp.TOTP(secret)
    second_factor.turn_on(session, officer, secret, app.at(NOW), key=KEY, now=NOW)

    def check(shown: datetime, now: datetime) -> bool:
        return second_factor.check(session, officer, app.at(shown), key=KEY, now=now)

    step, later = timedelta(seconds=30), NOW + timedelta(minutes=10)
    assert not check(later - 2 * step, later)
    assert not check(later + 2 * step, later)
    assert check(later - step, later)
    assert not check(later - step, later), "used"
    assert check(later + step, later)
    assert not check(later, later), "older than one that was used"


def test_the_secret_opens_with_the_key_and_for_its_officer_only(factory: Factory, session: Session) -> None:
    first, second = factory.officer(factory.unit()), factory.officer(factory.unit())
    secret = second_factor.new_secret()
    for officer in (first, second):
        second_factor.turn_on(session, officer, secret, pyotp.TOTP(secret).at(NOW), key=KEY, now=NOW)
    with pytest.raises(HailongError, match="second_factor_on"):
        second_factor.turn_on(session, first, secret, pyotp.TOTP(secret).at(NOW), key=KEY, now=NOW)
    later = NOW + timedelta(minutes=1)
    code = pyotp.TOTP(secret).at(later)
    with pytest.raises(InvalidTag):
        second_factor.check(session, first, code, key=b"o" * 32, now=later)
    assert first.second_factor is not None
    assert second.second_factor is not None
    first.second_factor.sealed_secret = second.second_factor.sealed_secret
    session.commit()
    with pytest.raises(InvalidTag):
        second_factor.check(session, first, code, key=KEY, now=later)
