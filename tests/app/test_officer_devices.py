"""The officers' list of tablets: who may see and change what, and the code that is shown once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.models import AuditEvent, Device, Role, Unit
from survey.services import device as devices

from factories import Factory
from kiosks import Tablet
from signing_in import csrf_token, sign_in

CODE = re.compile(r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})")
LIST = "/officer/devices"


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit(name="Phường Tân Hoà")


def add(client: FlaskClient, place: str, name: str = "Máy ở lối ra") -> TestResponse:
    token = csrf_token(client.get(LIST))
    return client.post(LIST, data={"csrf_token": token, "place": place, "name": name})


def device_of(factory: Factory, session: Session, unit: Unit) -> Device:
    now = datetime.now(UTC)
    return devices.register(session, unit=unit, counter=None, name="Máy cũ", now=now, actor="a@example.vn").device


@pytest.mark.parametrize("role", [Role.REFORM, Role.LEADER, Role.ADMINISTRATOR])
def test_an_officer_adds_a_tablet_sees_its_code_once_and_revokes_it(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, role: Role
) -> None:
    counter = factory.counter(unit, name="Quầy số 1")
    officer = factory.officer(unit, role)
    sign_in(client, officer.email)
    assert LIST in client.get("/officer/", follow_redirects=True).text
    done = add(client, f"{unit.code}/{counter.code}", "  Máy  ở lối ra ")
    assert done.status_code == 303
    page = client.get(done.location)
    code = CODE.search(page.text)
    assert code is not None
    assert "data:image/svg+xml" in page.text
    assert CODE.search(client.get(done.location).text) is None
    tablet = Tablet(client)
    assert tablet.enrol(code[1]).status_code == 200
    listed = client.get(LIST)
    assert "Đang dùng" in listed.text
    assert "Phường Tân Hoà: Quầy số 1" in listed.text
    revoke = done.location + "/revoke"
    assert client.post(revoke, data={"csrf_token": csrf_token(listed)}).status_code == 303
    assert "Đã thu hồi máy “Máy ở lối ra”" in client.get(LIST).text
    assert tablet.open().status_code == 403
    kept = session.scalars(select(Device)).one()
    assert (kept.name, kept.counter_id, kept.registered_by) == ("Máy ở lối ra", counter.id, officer.email)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [a for a in actions if a.startswith("device")] == ["device.register", "device.enrol", "device.revoke"]


def test_a_code_that_is_gone_is_made_anew(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    sign_in(client, factory.officer(unit).email)
    location = add(client, unit.code).location
    first = CODE.search(client.get(location).text)
    gone = client.get(location)
    assert "Lấy mã mới" in gone.text
    renewed = client.post(f"{location}/code", data={"csrf_token": csrf_token(gone)}, follow_redirects=True)
    second = CODE.search(renewed.text)
    assert first is not None
    assert second is not None
    assert Tablet(client).enrol(first[1]).status_code == 422
    assert Tablet(client).enrol(second[1]).status_code == 200
    refused = client.post(
        f"{location}/code", data={"csrf_token": csrf_token(client.get(LIST))}, follow_redirects=True
    )
    assert "đã đăng ký rồi" in refused.text


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.INSPECTOR])
def test_other_roles_see_no_tablets(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, role: Role
) -> None:
    device = device_of(factory, session, unit)
    sign_in(client, factory.officer(unit, role).email)
    page = client.get("/officer/", follow_redirects=True)
    assert LIST not in page.text
    assert client.get(LIST).status_code == 403
    token = {"csrf_token": csrf_token(page)}
    for address in ("", f"/{device.id}/code", f"/{device.id}/revoke"):
        assert client.post(LIST + address, data=token).status_code == 403


def test_a_foreign_unit_s_tablets_are_out_of_reach(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    other = factory.unit(name="Phường Khác")
    foreign = device_of(factory, session, other)
    sign_in(client, factory.officer(unit).email)
    listed = client.get(LIST)
    assert "Phường Khác" not in listed.text
    token = {"csrf_token": csrf_token(listed)}
    assert client.get(f"{LIST}/{foreign.id}").status_code == 403
    assert client.post(f"{LIST}/{foreign.id}/revoke", data=token).status_code == 403
    assert client.post(f"{LIST}/{foreign.id}/code", data=token).status_code == 403
    assert client.get(f"{LIST}/{'0' * 32}").status_code == 404
    assert add(client, other.code).status_code == 422
    session.refresh(foreign)
    assert foreign.revoked_on is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_tablet_needs_a_name(client: FlaskClient, factory: Factory, unit: Unit, name: str) -> None:
    sign_in(client, factory.officer(unit).email)
    refused = add(client, unit.code, name)
    assert refused.status_code == 422
    assert 'href="#name"' in refused.text


def test_without_a_sign_in_or_a_token_nothing_happens(client: FlaskClient, factory: Factory, unit: Unit) -> None:
    assert client.get(LIST).status_code == 303
    sign_in(client, factory.officer(unit).email)
    assert client.post(LIST, data={"place": unit.code, "name": "x"}).status_code == 400
