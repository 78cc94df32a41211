"""What an administrator does to the accounts of his units, and what he cannot."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.errors import HailongError
from survey.models import AuditEvent, BatchState, Grant, Job, Officer, PaperBatch, Role, Unit
from survey.services import administration, device, handover, job

from factories import PASSWORD, Factory
from signing_in import CODE, csrf_token, post, sign_in, sign_out, turn_on_second_factor

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
OFFICERS = "/officer/officers"
NEW = "bốn từ không liên quan"
LINK = re.compile(r"/officer/invitation/\w{26}")


@pytest.fixture
def province(factory: Factory) -> Unit:
    return factory.unit(code="TINH", name="Tỉnh Bình Minh", ranking_group=None)


@pytest.fixture
def ward(factory: Factory, province: Unit) -> Unit:
    return factory.unit(code="P01", name="Phường Tân Hoà", parent=province)


@pytest.fixture
def administrator(client: FlaskClient, factory: Factory, province: Unit) -> Officer:
    """The province's administrator, signed in."""
    officer = factory.officer(province, Role.ADMINISTRATOR, name="Quản trị tỉnh")
    sign_in(client, officer.email)
    return officer


def press(client: FlaskClient, officer: Officer, action: str, **data: str) -> TestResponse:
    """Press a button of an account's page and go on to what it shows."""
    page = f"{OFFICERS}/{officer.id}"
    token = csrf_token(client.get("/officer/account"))
    return client.post(f"{page}/{action}", data=data | {"csrf_token": token}, follow_redirects=True)


def give(session: Session, officer: Officer, unit: Unit, role: Role) -> None:
    officer.grants.append(Grant(unit=unit, role=role))
    session.commit()


def test_invite_and_show_the_link_once(
    app: Flask, client: FlaskClient, administrator: Officer, ward: Unit, session: Session
) -> None:
    done = post(client, OFFICERS, email="An@Example.vn", name="Nguyễn Văn An", role="one_stop", unit=ward.code)
    assert done.status_code == 303
    page = client.get(done.location).text
    link = LINK.findall(page)[0]
    assert "chỉ hiện một lần" in page
    assert not LINK.findall(client.get(done.location).text)
    listed = client.get(OFFICERS).text
    assert "an@example.vn" in listed
    assert "Đã mời" in listed
    invited = app.test_client()
    assert post(invited, link, name="Nguyễn Văn An", password=NEW, again=NEW).status_code == 303
    assert sign_in(invited, "an@example.vn", NEW).status_code == 303
    assert "Đã mời" not in client.get(OFFICERS).text
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "officer.add")).one()
    assert (event.actor, event.subject) == (administrator.email, "an@example.vn")
    assert event.detail == {"role": "one_stop", "unit": "P01"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "không phải e-mail"}, "không phải là địa chỉ e-mail"),
        ({"email": ""}, "Xin nhập địa chỉ e-mail."),
        ({"email": "x" * 300 + "@example.vn"}, "dài quá 254"),
        ({"name": ""}, "Xin ghi họ và tên."),
        ({"role": ""}, "Xin chọn vai trò."),
        ({"role": "king"}, "Xin chọn vai trò."),
        ({"unit": ""}, "Xin chọn đơn vị."),
        ({"unit": "NGOAI"}, "Xin chọn đơn vị."),
    ],
)
def test_an_invitation_that_will_not_do_says_why(
    client: FlaskClient,
    administrator: Officer,
    ward: Unit,
    factory: Factory,
    session: Session,
    changes: dict[str, str],
    words: str,
) -> None:
    factory.unit(code="NGOAI", name="Tỉnh Khác")
    data = {"email": "an@example.vn", "name": "An", "role": "reform", "unit": ward.code} | changes
    page = post(client, OFFICERS, **data)
    assert page.status_code == 422
    assert words in page.text
    assert len(session.scalars(select(Officer)).all()) == 1


def test_roles_are_given_and_taken_back(
    client: FlaskClient, administrator: Officer, ward: Unit, factory: Factory, session: Session
) -> None:
    officer = factory.officer(ward, Role.ONE_STOP)
    assert "Đã giao vai trò." in press(client, officer, "grants", role="leader", unit="P01").text
    twice = press(client, officer, "grants", role="leader", unit="P01")
    assert twice.status_code == 422
    assert "đã có vai trò này" in twice.text
    assert "Đã thu hồi vai trò." in press(client, officer, "grants/P01/one_stop/take-back").text
    assert "đã được thu hồi rồi" in press(client, officer, "grants/P01/one_stop/take-back").text
    assert "vai trò cuối cùng" in press(client, officer, "grants/P01/leader/take-back").text
    assert press(client, officer, "grants/P01/king/take-back").status_code == 404
    session.expire_all()
    assert [(g.unit_id, g.role) for g in officer.grants] == [(ward.id, Role.LEADER)]
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == officer.email)).all()
    assert actions.count("officer.grant") == 1
    assert actions.count("officer.take_back") == 1


def test_nobody_makes_himself_more_nor_less(
    client: FlaskClient, administrator: Officer, session: Session, factory: Factory, ward: Unit
) -> None:
    other = factory.officer(ward, Role.REFORM)
    sentences = [
        press(client, administrator, "grants", role="reform", unit="TINH"),
        press(client, administrator, "grants/TINH/administrator/take-back"),
        press(client, administrator, "close"),
        press(client, other, "hand-over", successor=administrator.id, with_roles="y"),
        post(client, OFFICERS, email=administrator.email, name="Tôi", role="reform", unit="TINH"),
    ]
    for page in sentences:
        assert "Không ai tự giao, tự thu hồi" in page.text
    session.expire_all()
    assert [grant.role for grant in administrator.grants] == [Role.ADMINISTRATOR]
    assert administrator.is_active


def test_the_last_administrator_stays(session: Session, factory: Factory, province: Unit, ward: Unit) -> None:
    first = factory.officer(province, Role.ADMINISTRATOR)
    second = factory.officer(province, Role.ADMINISTRATOR)
    give(session, second, ward, Role.REFORM)
    units = {province.id, ward.id}
    administration.close(session, first, units, now=NOW, actor=second)
    # As if both had removed each other at once: whoever comes second is refused.
    with pytest.raises(HailongError, match="last_administrator"):
        administration.close(session, second, units, now=NOW, actor=first)
    with pytest.raises(HailongError, match="last_administrator"):
        administration.take_back(session, second, province, Role.ADMINISTRATOR, now=NOW, actor=first)
    assert second.is_active


def test_closing_ends_sessions_and_links_and_reopening_brings_the_account_back(
    app: Flask, client: FlaskClient, administrator: Officer, ward: Unit, factory: Factory
) -> None:
    officer = factory.officer(ward, Role.REFORM)
    own = app.test_client()
    sign_in(own, officer.email)
    link = LINK.findall(press(client, officer, "invitation").text)[0]
    assert "Đã khoá tài khoản" in press(client, officer, "close").text
    assert own.get("/officer/account").status_code == 303
    assert own.get(link).status_code == 404
    assert sign_in(own, officer.email).status_code == 422
    assert "đang khoá" in press(client, officer, "invitation").text
    assert "Đã mở lại tài khoản." in press(client, officer, "reopen").text
    assert own.get("/officer/account").status_code == 303, "sessions of before stay ended"
    assert sign_in(own, officer.email).status_code == 303
    assert own.get(link).status_code == 404


def test_who_never_had_a_password_gets_a_link_when_reopened(
    client: FlaskClient, administrator: Officer, ward: Unit, factory: Factory
) -> None:
    officer = factory.officer(ward, password_hash="", disabled_at=NOW)
    assert LINK.findall(press(client, officer, "reopen").text)


def test_a_lost_phone(
    app: Flask, client: FlaskClient, administrator: Officer, ward: Unit, factory: Factory
) -> None:
    officer = factory.officer(ward, Role.REFORM)
    own = app.test_client()
    sign_in(own, officer.email)
    turn_on_second_factor(own)
    sign_out(own)
    assert sign_in(own, officer.email).location == CODE
    assert "Đã xoá xác thực hai lớp" in press(client, officer, "second-factor").text
    assert sign_in(own, officer.email).location == "/officer/"


def test_a_ward_cannot_take_over_an_account_of_the_province(
    app: Flask, factory: Factory, session: Session, province: Unit, ward: Unit
) -> None:
    """A new link or a reset second factor opens the whole account, so it takes an administrator of all of it."""
    factory.officer(province, Role.ADMINISTRATOR)
    local = factory.officer(ward, Role.ADMINISTRATOR)
    both = factory.officer(province, Role.REFORM, name="Cán bộ tỉnh")
    give(session, both, ward, Role.INSPECTOR)
    successor = factory.officer(ward, Role.REFORM)
    client = app.test_client()
    sign_in(client, local.email)
    assert "Cán bộ tỉnh" in client.get(OFFICERS).text
    assert "Tỉnh Bình Minh" not in client.get(f"{OFFICERS}/{both.id}").text
    for action in ("invitation", "second-factor", "close", "reopen"):
        page = press(client, both, action)
        assert "ngoài phạm vi quản trị" in page.text
        assert not LINK.findall(page.text)
    assert press(client, both, "hand-over", successor=successor.id).status_code == 422
    assert press(client, both, "grants/TINH/reform/take-back").status_code == 403
    assert press(client, both, "grants", role="leader", unit="TINH").status_code == 422
    assert "Đã thu hồi vai trò." in press(client, both, "grants/P01/inspector/take-back").text
    session.expire_all()
    assert [grant.role for grant in both.grants] == [Role.REFORM]
    assert both.is_active


def test_hand_over_passes_everything_in_one_action(
    client: FlaskClient, administrator: Officer, factory: Factory, session: Session, ward: Unit
) -> None:
    leaving = factory.officer(ward, Role.REFORM, name="Ông Nghỉ")
    successor = factory.officer(ward, Role.ONE_STOP, name="Bà Nhận")
    paper = [
        factory.paper_batch(ward, leaving, state=state).id for state in (BatchState.OPEN, BatchState.FINISHED)
    ]
    work = job.ask(session, "purge", actor=leaving.email, now=NOW)
    tablet = device.register(session, unit=ward, counter=None, name="Máy", now=NOW, actor=leaving.email).device
    page = client.get(f"{OFFICERS}/{leaving.id}").text
    assert re.search(r"Đợt phiếu giấy đang nhập</dt><dd>1<", page)
    done = press(client, leaving, "hand-over", successor=successor.id, with_roles="y", with_closing="y")
    assert "Đã bàn giao cho Bà Nhận: Đợt phiếu giấy đang nhập: 1; Việc đang chạy: 1" in done.text
    session.expire_all()
    assert [session.get_one(PaperBatch, key).officer_id for key in paper] == [successor.id, leaving.id]
    assert session.get_one(Job, work.id).created_by == successor.email
    assert tablet.registered_by == successor.email
    assert {grant.role for grant in successor.grants} == {Role.ONE_STOP, Role.REFORM}
    assert not leaving.is_active
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "officer.hand_over")).one()
    assert event.detail == {
        "to": successor.email,
        "with_roles": True,
        "paper_batches": 1,
        "jobs": 1,
        "devices": 1,
        "cases": 0,
    }


def test_hand_over_that_cannot_be_leaves_everything(
    client: FlaskClient, administrator: Officer, factory: Factory, session: Session, ward: Unit
) -> None:
    leaving = factory.officer(ward, Role.REFORM)
    closed = factory.officer(ward, Role.REFORM, disabled_at=NOW)
    key = factory.paper_batch(ward, leaving).id
    for successor in ("", leaving.id, closed.id, "0" * 32):
        page = press(client, leaving, "hand-over", successor=successor)
        assert page.status_code == 422
        assert "Xin chọn người nhận." in page.text
    for successor, code in ((leaving, "successor_is_leaving"), (closed, "successor_closed")):
        with pytest.raises(HailongError, match=code):
            handover.hand_over(
                session,
                leaving,
                successor,
                {ward.id},
                with_roles=True,
                with_closing=True,
                now=NOW,
                actor=administrator,
            )
    session.expire_all()
    assert session.get_one(PaperBatch, key).officer_id == leaving.id
    assert leaving.is_active


def test_accounts_of_foreign_units_are_not_listed(
    app: Flask, factory: Factory, ward: Unit, province: Unit
) -> None:
    local = factory.officer(ward, Role.ADMINISTRATOR)
    other = factory.officer(factory.unit(parent=province), name="Người Lạ")
    client = app.test_client()
    sign_in(client, local.email)
    assert "Người Lạ" not in client.get(OFFICERS).text
    assert client.get(f"{OFFICERS}/{other.id}").status_code == 403
    assert client.get(f"{OFFICERS}/{'0' * 32}").status_code == 404
    assert sign_in(app.test_client(), other.email, PASSWORD).status_code == 303
