"""An officer's own account, its sessions, and the link that sets a password."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.errors import HailongError
from survey.models import AuditEvent, Grant, Invitation, Officer, Role, Unit
from survey.officer_messages import BELONGINGS, ROLE_MEANINGS, ROLE_NAMES
from survey.services import handover, invitation
from survey.services import officer as officers

from commands import hailong
from factories import PASSWORD, Factory
from signing_in import SIGN_IN, post, sign_in, sign_out

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
ACCOUNT = "/officer/account"
NEW = "bốn từ không liên quan"
LINK = re.compile(r"/officer/invitation/\w{26}")


@pytest.fixture
def officer(factory: Factory) -> Officer:
    return factory.officer(factory.unit(name="Phường Tân Hoà"), name="Lê Thị Minh Châu")


def test_roles_are_said_in_words(client: FlaskClient, officer: Officer) -> None:
    sign_in(client, officer.email)
    page = client.get(ACCOUNT).text
    assert "Cán bộ cải cách hành chính" in page
    assert "Phường Tân Hoà và các đơn vị trực thuộc" in page
    assert "Xem và chốt điểm" in page
    assert set(ROLE_NAMES) == set(ROLE_MEANINGS) == set(Role)
    assert set(BELONGINGS) == {kind.name for kind in handover.BELONGINGS}


def test_the_name_can_be_changed(client: FlaskClient, officer: Officer) -> None:
    sign_in(client, officer.email)
    assert post(client, f"{ACCOUNT}/name", ACCOUNT, name="  Lê   Châu\u202e ").status_code == 303
    assert ">Lê Châu<" in client.get(ACCOUNT).text
    for wrong, words in (("", "Xin ghi họ và tên."), ("x" * 121, "dài quá 120 ký tự")):
        page = post(client, f"{ACCOUNT}/name", ACCOUNT, name=wrong)
        assert page.status_code == 422
        assert words in page.text


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("sai mật khẩu", NEW, NEW, "Mật khẩu hiện tại không đúng."),
        ("", NEW, NEW, "Xin nhập mật khẩu hiện tại."),
        (PASSWORD, "ngắn quá", "ngắn quá", "từ 12 đến 128 ký tự"),
        (PASSWORD, "x" * 129, "x" * 129, "từ 12 đến 128 ký tự"),
        (PASSWORD, "aaaaaaaabbbb", "aaaaaaaabbbb", "dễ đoán quá"),
        (PASSWORD, PASSWORD, PASSWORD, "giống mật khẩu cũ"),
        (PASSWORD, NEW, NEW + "!", "Hai lần nhập mật khẩu mới chưa giống nhau."),
        (PASSWORD, "", "", "Xin nhập mật khẩu mới."),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_words(
    client: FlaskClient, officer: Officer, old: str, new: str, again: str, words: str
) -> None:
    sign_in(client, officer.email)
    page = post(client, f"{ACCOUNT}/password", ACCOUNT, old=old, new=new, again=again)
    assert page.status_code == 422
    assert words in page.text
    sign_out(client)
    assert sign_in(client, officer.email).status_code == 303


def test_a_new_password_ends_the_sessions_elsewhere(app: Flask, officer: Officer) -> None:
    here, elsewhere = app.test_client(), app.test_client()
    sign_in(here, officer.email)
    sign_in(elsewhere, officer.email)
    assert post(here, f"{ACCOUNT}/password", ACCOUNT, old=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert here.get(ACCOUNT).status_code == 200
    assert elsewhere.get(ACCOUNT).status_code == 303
    assert sign_in(elsewhere, officer.email).status_code == 422
    assert sign_in(elsewhere, officer.email, NEW).status_code == 303


def test_whoever_finds_an_open_computer_cannot_try_passwords_for_long(
    client: FlaskClient, officer: Officer
) -> None:
    sign_in(client, officer.email)
    tries = [
        post(client, f"{ACCOUNT}/password", ACCOUNT, old=f"guess {n}", new=NEW, again=NEW).status_code
        for n in range(11)
    ]
    assert tries == [422] * 10 + [429]


def test_signing_out_everywhere(app: Flask, officer: Officer, session: Session) -> None:
    here, elsewhere = app.test_client(), app.test_client()
    sign_in(here, officer.email)
    sign_in(elsewhere, officer.email)
    done = post(here, f"{ACCOUNT}/sign-out-everywhere", ACCOUNT)
    assert (done.status_code, done.location) == (303, SIGN_IN)
    assert "Đã đăng xuất khỏi mọi máy." in here.get(SIGN_IN).text
    assert here.get(ACCOUNT).status_code == 303
    assert elsewhere.get(ACCOUNT).status_code == 303
    assert sign_in(here, officer.email).status_code == 303
    assert "officer.sign_out_everywhere" in session.scalars(select(AuditEvent.action)).all()


def test_a_session_ends_after_an_hour_without_use(client: FlaskClient, officer: Officer) -> None:
    sign_in(client, officer.email)
    for minutes, status in ((50, 200), (50, 200), (61, 303)):
        with client.session_transaction("/officer/") as stored:
            stored["seen"] -= timedelta(minutes=minutes).total_seconds()
        # Each use begins the hour anew: twice fifty minutes are no hour without use.
        assert client.get(ACCOUNT).status_code == status
    assert "Phiên đăng nhập đã kết thúc" in client.get(SIGN_IN).text
    assert "Phiên đăng nhập đã kết thúc" not in client.get(SIGN_IN).text
    assert client.get(ACCOUNT).status_code == 303
    assert "Phiên đăng nhập đã kết thúc" not in client.get(SIGN_IN).text, "said once"


def test_an_invitation_leads_to_a_password_of_ones_own(
    app: Flask, client: FlaskClient, factory: Factory, session: Session
) -> None:
    unit = factory.unit()
    printed = hailong(app, "officers", "add", "an@example.vn", "--role", "reform", "--unit", unit.code).stdout
    link = LINK.findall(printed)[0]
    assert not any(
        link[-26:] in str(event.detail) + event.subject for event in session.scalars(select(AuditEvent))
    )
    assert client.get(link).status_code == 200
    page = client.get(link).text  # a preview in a chat spoils nothing
    assert "an@example.vn" in page
    for password, again, words in (("ngắn", "ngắn", "từ 12 đến 128"), (NEW, NEW + "?", "chưa giống nhau")):
        wrong = post(client, link, name="An", password=password, again=again)
        assert wrong.status_code == 422
        assert words in wrong.text
    done = post(client, link, name="Nguyễn Văn An", password=NEW, again=NEW)
    assert (done.status_code, done.location) == (303, SIGN_IN)
    assert "Đã đặt mật khẩu" in client.get(SIGN_IN).text
    assert sign_in(client, "an@example.vn", NEW).status_code == 303
    used = app.test_client().get(link)
    assert used.status_code == 404
    assert "đã dùng hoặc đã quá 7 ngày" in used.text


def test_an_invitation_is_good_for_seven_days(factory: Factory, session: Session) -> None:
    unit = factory.unit()
    added = officers.add(session, "an@example.vn", role=Role.REFORM, unit_code=unit.code, now=NOW, actor="it")
    assert added.token is not None
    stored = session.scalars(select(Invitation)).one()
    assert added.token.encode() not in stored.token_hash
    almost, over = NOW + timedelta(days=7), NOW + timedelta(days=7, seconds=1)
    assert invitation.invited(session, added.token.lower(), now=almost) is added.officer
    for token, now in ((added.token, over), ("0" * 26, NOW), ("", NOW)):
        with pytest.raises(HailongError, match="invitation_unusable"):
            invitation.accept(session, token, NEW, now=now)
    again = officers.invite(session, "an@example.vn", now=over, actor="it")
    assert again.token is not None
    with pytest.raises(HailongError, match="invitation_unusable"):
        invitation.accept(session, added.token, NEW, now=almost)
    assert invitation.accept(session, again.token, NEW, now=over).has_password


def test_an_invited_account_has_no_password_until_then(client: FlaskClient, factory: Factory) -> None:
    officer = factory.officer(factory.unit(), password_hash="")
    for given in ("", PASSWORD):
        assert sign_in(client, officer.email, given).status_code == 422


def test_an_invitation_gets_an_officer_in_whom_a_guesser_keeps_out(app: Flask, officer: Officer) -> None:
    guesser, own = app.test_client(), app.test_client()
    for number in range(10):
        assert sign_in(guesser, officer.email, f"guess {number}").status_code == 422
    assert sign_in(own, officer.email).status_code == 429
    link = LINK.findall(hailong(app, "officers", "invite", officer.email).stdout)[0]
    assert post(own, link, name="Châu", password=NEW, again=NEW).status_code == 303
    assert sign_in(own, officer.email, NEW).status_code == 303


def test_the_first_administrator_is_invited_when_there_is_no_unit_yet(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    app = make_app(sqlite_url, environment="production")
    init = ("init", "--administrator", "it@tanhoa.example.vn")
    assert "Chưa có đơn vị nào" in hailong(app, *init, expect=1).stderr
    named = (*init, "--unit-code", "P01", "--unit-name")
    assert "loại đơn vị" in hailong(app, *named, "Tân Hoà", expect=1).stderr
    link = LINK.findall(hailong(app, *named, "Phường Tân Hoà").stdout)[0]
    with app.app_context():
        session: Session = app.extensions["hailong_database"][1]()
        unit = session.scalars(select(Unit)).one()
        assert (unit.code, unit.one_stop_name) == ("P01", "Trung tâm Phục vụ hành chính công phường Tân Hoà")
        assert session.scalars(select(Grant.role)).all() == [Role.ADMINISTRATOR]
        session.close()
    client = app.test_client()
    assert post(client, link, name="Quản trị", password=NEW, again=NEW).status_code == 303
    assert sign_in(client, "it@tanhoa.example.vn", NEW).status_code == 303
    assert client.get("/officer/officers").location == "/officer/account/second-factor"
    assert "đã có vai trò này" in hailong(app, *init, expect=1).stderr
