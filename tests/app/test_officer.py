"""Accounts, signing in and out, and what the cookie is good for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.access import PERMISSIONS, Permission
from survey.models import AuditEvent, Grant, Officer, Role, Unit
from survey.services import officer as officers
from survey.services import password as passwords

from commands import hailong
from factories import PASSWORD, Factory
from signing_in import SIGN_IN, csrf_token, sign_in, sign_out

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)


def test_an_officer_signs_in_and_out(client: FlaskClient, factory: Factory, session: Session) -> None:
    officer = factory.officer(factory.unit(), email="chau@tanhoa.example.vn", name="Lê Thị Minh Châu")
    done = sign_in(client, " Chau@TanHoa.example.vn ")
    assert (done.status_code, done.location) == (303, "/officer/")
    page = client.get("/officer/")
    assert page.status_code == 200
    assert "Lê Thị Minh Châu" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get("/officer/sign-out").status_code == 405
    out = sign_out(client)
    assert (out.status_code, out.location) == (303, SIGN_IN)
    assert client.get("/officer/").location == f"{SIGN_IN}?next=/officer/"
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.actor == officer.email)).all()
    assert actions == ["officer.sign_in"]


@pytest.mark.parametrize(
    "wanted",
    [
        "/officer/%0d%0aX-Injected:y",
        "/officer//evil.example",
        "/officer/../q",
        "/officer/%5Cevil.example",
        "//evil.example",
        "https://evil.example",
        "/q",
    ],
)
def test_signing_in_leads_to_our_own_pages_only(client: FlaskClient, factory: Factory, wanted: str) -> None:
    officer = factory.officer(factory.unit())
    done = sign_in(client, officer.email, following=f"?next={wanted}")
    assert (done.status_code, done.location) == (303, "/officer/")


@pytest.mark.parametrize("address", ["/officer/khong-co", "/officer/scores/", "/officer/jobs/abc"])
def test_an_address_without_a_page_keeps_the_officers_frame(
    client: FlaskClient, factory: Factory, address: str
) -> None:
    stranger = client.get(address)
    assert stranger.status_code == 404
    assert f'<a href="{SIGN_IN}">Đăng nhập</a>' in stranger.text
    assert "hình vuông" not in stranger.text, "that is for citizens, whose codes are printed under a square"
    sign_in(client, factory.officer(factory.unit(), name="Lê Thị Minh Châu").email)
    page = client.get(address)
    assert page.status_code == 404
    assert page.headers["Cache-Control"] == "no-store"
    assert "Không có trang này" in page.text
    assert "Lê Thị Minh Châu" in page.text
    assert '<a href="/officer/scores' in page.text, "the menu"
    assert '<a href="/officer/">Về trang đầu</a>' in page.text
    assert "hình vuông" not in page.text, "that is for citizens, whose codes are printed under a square"


def test_signing_in_leads_to_the_page_that_was_asked_for(client: FlaskClient, factory: Factory) -> None:
    officer = factory.officer(factory.unit())
    wanted = "/officer/scores/2026-06-15..2026-09-14"
    assert sign_in(client, officer.email, following=f"?next={wanted}").location == wanted


def test_wrong_password_unknown_address_and_closed_account_read_the_same(
    client: FlaskClient, factory: Factory
) -> None:
    unit = factory.unit()
    officer = factory.officer(unit)
    closed = factory.officer(unit, disabled_at=NOW)
    pages = [
        sign_in(client, officer.email, "khong phai mat khau"),
        sign_in(client, "nobody@example.vn"),
        sign_in(client, closed.email),
        sign_in(client, officer.email, "x" * 5000),
    ]
    texts = set()
    for page in pages:
        assert page.status_code == 422
        assert "E-mail hoặc mật khẩu không đúng" in page.text
        assert PASSWORD not in page.text
        texts.add(re.sub(r'value="[^"]*"', "", page.text))
    assert len(texts) == 1
    assert client.get("/officer/").status_code == 303
    assert sign_in(client, "").status_code == 422


def test_an_account_that_is_closed_is_out_at_once(client: FlaskClient, factory: Factory, session: Session) -> None:
    officer = factory.officer(factory.unit())
    sign_in(client, officer.email)
    assert client.get("/officer/").status_code == 200
    officers.disable(session, officer.email, now=NOW, actor="it@example.vn")
    assert client.get("/officer/").status_code == 303


def test_a_session_ends_after_eight_hours_and_with_a_new_password(
    client: FlaskClient, factory: Factory, session: Session
) -> None:
    officer = factory.officer(factory.unit())
    done = sign_in(client, officer.email)
    (cookie,) = [line for line in done.headers.getlist("Set-Cookie") if line.startswith("hailong=")]
    assert {"HttpOnly", "Path=/officer", "SameSite=Lax"} <= set(cookie.split("; "))
    with client.session_transaction("/officer/") as stored:
        left = stored["until"] - datetime.now(UTC).timestamp()
        assert timedelta(hours=7.9).total_seconds() < left <= timedelta(hours=8).total_seconds()
        stored["until"] = datetime.now(UTC).timestamp() - 1
    assert client.get("/officer/").status_code == 303
    sign_in(client, officer.email)
    assert client.get("/officer/").status_code == 200
    officer.password_hash = passwords.HASHER.hash("mot mat khau khac han")
    session.commit()
    assert client.get("/officer/").status_code == 303


def test_signing_in_starts_a_new_session(client: FlaskClient, factory: Factory) -> None:
    officer = factory.officer(factory.unit())
    client.get(SIGN_IN)
    with client.session_transaction("/officer/") as planted:
        planted["planted"] = "by someone else"
        before = planted["csrf_token"]
    with client.session_transaction("/officer/") as kept:
        assert kept["planted"]
    sign_in(client, officer.email)
    with client.session_transaction("/officer/") as own:
        assert "planted" not in own
        assert own.get("csrf_token") != before


@pytest.mark.parametrize("path", [SIGN_IN, "/officer/sign-out", "/officer/scores/2026-Q2/refresh"])
def test_a_form_from_elsewhere_is_refused(client: FlaskClient, factory: Factory, path: str) -> None:
    officer = factory.officer(factory.unit())
    if path != SIGN_IN:
        sign_in(client, officer.email)
    for token in ("", "forged"):
        page = client.post(path, data={"email": officer.email, "password": PASSWORD, "csrf_token": token})
        assert page.status_code == 400
        assert "Xin mở lại trang" in page.text
    assert (client.get("/officer/").status_code == 200) is (path != SIGN_IN)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/officer/scores/2026-Q2?group=X", "/officer/scores/2026-Q2?group=X"),
        ("https://evil.example/officer/", "/officer/"),
        ("//evil.example/officer/", "/officer/"),
        ("/\\evil.example", "/officer/"),
        ("/q/4K7M2XQ3", "/officer/"),
        ("javascript:alert(1)", "/officer/"),
        ("/officer", "/officer/"),
    ],
)
def test_after_signing_in_only_own_pages_follow(
    client: FlaskClient, factory: Factory, wanted: str, place: str
) -> None:
    officer = factory.officer(factory.unit())
    token = csrf_token(client.get(SIGN_IN, query_string={"next": wanted}))
    done = client.post(
        SIGN_IN,
        query_string={"next": wanted},
        data={"email": officer.email, "password": PASSWORD, "csrf_token": token},
    )
    assert (done.status_code, done.location) == (303, place)


def test_guessing_is_slowed_down_but_locks_nobody_out(app: Flask, factory: Factory) -> None:
    officer = factory.officer(factory.unit())
    own, stranger = app.test_client(), app.test_client()
    assert sign_in(own, officer.email).status_code == 303
    sign_out(own)
    for number in range(10):
        guess = sign_in(stranger, officer.email, f"guess {number}", address=f"127.0.0.{number + 2}")
        assert guess.status_code == 422
    refused = sign_in(stranger, officer.email, address="127.0.0.99")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) < 660
    assert "xin chờ vài phút" in refused.text
    assert sign_in(own, officer.email).status_code == 303
    other = factory.officer(factory.unit())
    assert sign_in(stranger, other.email, address="127.0.0.99").status_code == 303


def test_guessing_at_many_accounts_from_one_address_is_slowed_down(client: FlaskClient) -> None:
    token = csrf_token(client.get(SIGN_IN))
    # An empty password is a failed attempt as well, and costs no hashing here.
    attempts = [
        client.post(SIGN_IN, data={"email": f"nobody{number}@example.vn", "csrf_token": token})
        for number in range(61)
    ]
    assert [attempt.status_code for attempt in attempts] == [422] * 60 + [429]


def test_a_password_hash_is_renewed_when_its_strength_has_changed(factory: Factory, session: Session) -> None:
    officer = factory.officer(factory.unit())
    weak = officer.password_hash
    assert officers.verify(session, officer.email, PASSWORD, now=NOW) is officer
    assert officer.password_hash != weak
    assert officer.password_hash.startswith("$argon2id$")
    assert not passwords.HASHER.check_needs_rehash(officer.password_hash)
    assert officers.verify(session, officer.email, PASSWORD, now=NOW) is officer
    officer.password_hash = "not a hash"
    session.commit()
    assert officers.verify(session, officer.email, PASSWORD, now=NOW) is None


def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    factory: Factory, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = factory.officer(factory.unit())
    checked: list[str] = []
    verify = type(passwords.HASHER).verify
    monkeypatch.setattr(
        type(passwords.HASHER),
        "verify",
        lambda hasher, stored, given: checked.append(stored) or verify(hasher, stored, given),
    )
    officers.verify(session, officer.email, "wrong password", now=NOW)
    officers.verify(session, "nobody@example.vn", "wrong password", now=NOW)
    assert len(checked) == 2
    assert f"m={passwords.HASHER.memory_cost},t={passwords.HASHER.time_cost}," in checked[1]


def test_the_command_opens_an_account_and_shows_its_link_once(
    app: Flask, factory: Factory, session: Session, client: FlaskClient
) -> None:
    unit, other = factory.unit(), factory.unit()
    done = hailong(
        app, "officers", "add", "An@Example.vn", "--role", "reform", "--unit", unit.code, "--name", "An"
    )
    link = re.findall(r"/officer/invitation/\w{26}", done.stdout)[0]
    assert sign_in(client, "an@example.vn").status_code == 422
    page = client.get(link)
    data = {"name": "Nguyễn Văn An", "password": PASSWORD, "again": PASSWORD, "csrf_token": csrf_token(page)}
    assert client.post(link, data=data).status_code == 303
    assert sign_in(client, "an@example.vn").status_code == 303
    session.expire_all()
    stored = session.scalars(select(Officer)).one()
    assert (stored.email, stored.name) == ("an@example.vn", "Nguyễn Văn An")
    assert client.get(link).status_code == 404
    again = hailong(app, "officers", "add", "an@example.vn", "--role", "leader", "--unit", other.code)
    assert "Liên kết" not in again.stdout
    assert {(g.role, g.unit_id) for g in session.scalars(select(Grant))} == {
        (Role.REFORM, unit.id),
        (Role.LEADER, other.id),
    }
    refused = hailong(app, "officers", "add", "an@example.vn", "--role", "leader", "--unit", other.code, expect=1)
    assert "đã có vai trò" in refused.stderr
    assert "/officer/invitation/" in hailong(app, "officers", "invite", "an@example.vn").stdout
    hailong(app, "officers", "disable", "an@example.vn")
    assert client.get("/officer/").status_code == 303
    assert "đang khoá" in hailong(app, "officers", "invite", "an@example.vn", expect=1).stderr


def test_the_command_takes_a_password_from_standard_input(
    app: Flask, factory: Factory, client: FlaskClient
) -> None:
    unit = factory.unit()
    arguments = ("officers", "add", "an@example.vn", "--role", "reform", "--unit", unit.code, "--password-stdin")
    assert "từ 12 đến 128" in hailong(app, *arguments, stdin="ngắn quá\n", expect=1).stderr
    done = hailong(app, *arguments, stdin="đủ dài và có dấu\n")
    assert "đủ dài" not in done.output
    assert sign_in(client, "an@example.vn", "đủ dài và có dấu").status_code == 303


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "no-at-sign", "--role", "reform", "--unit", "P001"), "không phải là địa chỉ e-mail"),
        (("add", "an@example.vn", "--role", "reform", "--unit", "NONE"), "Không có đơn vị mang mã NONE"),
        (("disable", "an@example.vn"), "Không có tài khoản an@example.vn"),
        (("invite", "an@example.vn"), "Không có tài khoản an@example.vn"),
    ],
)
def test_accounts_that_cannot_be_made_say_why(app: Flask, arguments: tuple[str, ...], words: str) -> None:
    assert words in hailong(app, "officers", *arguments, expect=1).stderr


def test_every_role_has_its_permissions() -> None:
    assert set(PERMISSIONS) == set(Role)
    # Care of the system, no content.
    assert PERMISSIONS[Role.ADMINISTRATOR] == {
        Permission.MANAGE_DEVICES,
        Permission.MANAGE_OFFICERS,
        Permission.MANAGE_UNITS,
    }


def test_an_administrator_is_told_that_there_is_no_content(client: FlaskClient, factory: Factory) -> None:
    officer = factory.officer(factory.unit(), Role.ADMINISTRATOR)
    factory.score_set("2026-Q2")
    sign_in(client, officer.email)
    home = client.get("/officer/")
    assert home.status_code == 200
    assert "Vai trò quản trị" in home.text
    assert client.get("/officer/scores/2026-Q2").status_code == 403


def test_officers_pages_speak_english_when_asked(
    client: FlaskClient, factory: Factory, unit_in_english: Unit
) -> None:
    officer = factory.officer(unit_in_english)
    sign_in(client, officer.email, following="?lang=en")
    page = client.get("/officer/?lang=en")
    assert '<html lang="en">' in page.text
    assert 'action="/officer/sign-out?lang=en"' in page.text


@pytest.fixture
def unit_in_english(factory: Factory) -> Unit:
    return factory.unit(name="Phường An Hoà")
