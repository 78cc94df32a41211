"""Officers keep counters and codes: what hangs where, from when until when, replaced, revoked, printed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.config import TIME_ZONE
from survey.models import AuditEvent, Channel, Counter, QrCode, QrOpening, Response, Unit
from survey.services import destination

from citizens import nonce_in, send
from conftest import BASE_URL
from factories import Factory
from printed import links_in
from signing_in import csrf_token, sign_in
from working import work_all


def day(ahead: int = 0) -> date:
    return datetime.now(TIME_ZONE).date() + timedelta(days=ahead)


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit(code="P01", name="Phường An Hoà")


@pytest.fixture
def keeper(client: FlaskClient, factory: Factory, unit: Unit) -> FlaskClient:
    """Signed in as the reform officer of the ward."""
    sign_in(client, factory.officer(unit, email="cchc@example.vn").email)
    return client


def post(client: FlaskClient, address: str, **sent: object) -> TestResponse:
    token = csrf_token(client.get("/officer/units"))
    return client.post(address, data={"csrf_token": token} | sent)


def fresh(session: Session, code: str) -> QrCode:
    session.rollback()
    session.expire_all()
    return session.get_one(QrCode, code)


def test_a_counter_is_added_renamed_and_ended(
    keeper: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    new = f"/officer/units/{unit.id}/counters/new"
    assert post(keeper, new, name=" Quầy  số 1 ", fields=["dat-dai", "xay-dung"]).status_code == 303
    session.rollback()
    counter = session.scalars(select(Counter)).one()
    assert (counter.name, {field.code for field in counter.fields}) == ("Quầy số 1", {"dat-dai", "xay-dung"})
    address = f"/officer/counters/{counter.id}"
    assert post(keeper, new, name="quầy số 1").status_code == 422
    blank = post(keeper, address, name="", fields=["chung-thuc"])
    assert blank.status_code == 422
    assert 'value="chung-thuc" checked' in blank.text
    assert post(keeper, address, name="Quầy Chứng thực", fields=["chung-thuc"]).status_code == 303
    session.rollback()
    code = factory.qr_code(unit, counter).code
    assert code[:4] in keeper.get(address).text, "what will stop is said before"
    assert post(keeper, f"{address}/end").status_code == 303
    assert fresh(session, code).revoked_on == day()
    session.refresh(counter)
    assert (counter.name, counter.ended_on) == ("Quầy Chứng thực", day())
    assert keeper.get(f"/q/{code}").status_code == 410
    assert post(keeper, address, name="Lại mở", fields=[]).status_code == 422
    page = keeper.get(f"/officer/units/{unit.id}").text
    assert "Chưa có quầy nào" in page
    assert "Quầy Chứng thực (" in page
    done = session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.like("counter.%")).order_by(AuditEvent.id)
    )
    assert done.all() == ["counter.add", "counter.edit", "counter.end"]


def test_a_code_works_from_its_first_to_its_last_day(
    keeper: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    counter = factory.counter(unit)
    made = post(keeper, f"/officer/units/{unit.id}/codes", place=f"{counter.id}", valid_from=f"{day(3)}")
    assert made.status_code == 303
    code = made.location.rpartition("/")[2]
    early = keeper.get(f"/q/{code}")
    assert early.status_code == 404
    assert "Mã này chưa đến ngày dùng" in early.text
    assert f"dùng được từ ngày {day(3):%d/%m/%Y}" in early.text
    assert "can be used from" in keeper.get(f"/q/{code}?lang=en").text
    days = f"/officer/codes/{code}/days"
    assert post(keeper, days, valid_from="", valid_to=f"{day()}").status_code == 303
    opened = keeper.get(f"/q/{code}")
    assert opened.status_code == 200
    shown = keeper.get(f"/officer/units/{unit.id}/codes").text
    assert f"đến hết {day():%d/%m/%Y}" in shown
    session.rollback()
    stopped = session.get_one(QrCode, code)
    stopped.valid_to = day(-1)
    session.commit()
    late = keeper.get(f"/q/{code}")
    assert late.status_code == 410
    assert f"chỉ dùng đến hết ngày {day(-1):%d/%m/%Y}" in late.text
    assert keeper.post(f"/q/{code}", data={"n": nonce_in(opened)}).status_code == 410
    assert "Đã ngừng" in keeper.get(f"/officer/codes/{code}").text


def test_what_was_opened_before_the_last_day_ended_is_taken(
    session: Session, factory: Factory, unit: Unit
) -> None:
    code = factory.qr_code(unit, valid_to=day(-1)).code
    assert destination.resolve(session.connection(), code, today=day(), opened_on=day(-1)).unit_id == unit.id


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"valid_to": -1}, "valid_to", "Ngày cuối đã qua"),
        ({"valid_from": 5, "valid_to": 2}, "valid_to", "Ngày cuối đứng trước ngày đầu"),
        ({"valid_from": "x"}, "valid_from", "ngày/tháng/năm"),
    ],
)
def test_wrong_days_are_said_beside_their_field(
    keeper: FlaskClient,
    factory: Factory,
    session: Session,
    unit: Unit,
    sent: dict[str, int | str],
    field: str,
    words: str,
) -> None:
    code = factory.qr_code(unit).code
    days = {name: f"{day(value)}" if isinstance(value, int) else value for name, value in sent.items()}
    page = post(keeper, f"/officer/codes/{code}/days", **days)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert words in page.text
    again = post(keeper, f"/officer/units/{unit.id}/codes", place="online", **days)
    assert (again.status_code, words in again.text) == (422, True)
    assert fresh(session, code).valid_to is None


def test_a_replaced_code_goes_on_until_its_day(
    keeper: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    counter = factory.counter(unit)
    old = factory.qr_code(unit, counter).code
    moved = post(keeper, f"/officer/codes/{old}/replace", last_day=f"{day(30)}")
    assert moved.status_code == 303
    new = moved.location.rpartition("/")[2]
    assert fresh(session, old).valid_to == day(30)
    assert fresh(session, new).counter_id == counter.id
    for code in (old, new):
        assert keeper.get(f"/q/{code}").status_code == 200
    poster = keeper.get(f"/officer/units/{unit.id}/posters.pdf")
    assert poster.status_code == 200
    past = post(keeper, f"/officer/codes/{new}/replace", last_day=f"{day(-1)}")
    assert (past.status_code, "Ngày cuối đã qua" in past.text) == (422, True)
    assert post(keeper, f"/officer/codes/{old}/revoke").status_code == 303
    assert keeper.get(f"/q/{old}").status_code == 410
    refused = post(keeper, f"/officer/codes/{old}/days", valid_to=f"{day(3)}")
    assert (refused.status_code, "đã thu hồi" in refused.text) == (422, True)


def test_the_list_tells_opened_and_sent_and_where_codes_are_booked(
    keeper: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    code = factory.qr_code(unit, factory.counter(unit, name="Quầy số 7"))
    session.add(QrOpening(code=code.code, local_date=day(), opened=1250, sent=400))
    session.commit()
    page = keeper.get(f"/officer/units/{unit.id}/codes").text
    assert "Quầy số 7" in page
    assert "1.250 → 400" in page
    assert "32%" in page


def test_codes_of_an_ended_unit_name_who_carries_on(client: FlaskClient, factory: Factory, unit: Unit) -> None:
    province = factory.unit(name="Tỉnh")
    old = factory.unit(name="Xã Cũ", parent=province, valid_to=day(-1), successor=unit)
    factory.qr_code(old)
    sign_in(client, factory.officer(province).email)
    page = client.get(f"/officer/units/{old.id}/codes").text
    assert "Phường An Hoà" in page
    assert post(client, f"/officer/units/{old.id}/codes", place="online").status_code == 422


@pytest.mark.parametrize(("place", "channel"), [("online", Channel.ONLINE), ("exit", Channel.DIRECT)])
def test_the_online_link_and_the_exit_have_codes_of_their_own(
    keeper: FlaskClient, factory: Factory, session: Session, unit: Unit, place: str, channel: Channel
) -> None:
    made = post(keeper, f"/officer/units/{unit.id}/codes", place=place)
    code = fresh(session, made.location.rpartition("/")[2])
    assert (code.counter_id, code.channel) == (None, channel)
    page = keeper.get(f"/officer/codes/{code.code}").text
    assert f"{BASE_URL}/q/{code.code}" in page
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        drawn = keeper.get(f"/officer/codes/{code.code}.{kind}")
        assert drawn.data.startswith(start)
        assert drawn.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("design", ["a5", "stand", "wall", "exit"])
def test_each_design_is_downloaded_and_its_codes_open_the_form(
    keeper: FlaskClient, factory: Factory, session: Session, unit: Unit, tmp_path: Path, design: str
) -> None:
    for _ in range(2):
        factory.counter(unit)
    sent = post(keeper, f"/officer/units/{unit.id}/posters", design=design, language="vi")
    assert sent.status_code == 303
    file = keeper.get(sent.location)
    assert file.headers["Content-Disposition"] == "attachment; filename=ap-phich-P01.pdf"
    (tmp_path / "poster.pdf").write_bytes(file.data)
    links = set(links_in(tmp_path / "poster.pdf"))
    assert len(links) == (1 if design == "exit" else 2)
    for link in links:
        assert send(keeper, link.removeprefix(BASE_URL)).status_code == 303
    session.rollback()
    assert len(session.scalars(select(Response)).all()) == len(links)


def test_posters_need_a_counter(keeper: FlaskClient, unit: Unit) -> None:
    page = post(keeper, f"/officer/units/{unit.id}/posters", design="a5", language="vi")
    assert page.status_code == 422
    assert "chưa có quầy nào để in" in page.text
    assert keeper.get(f"/officer/units/{unit.id}/posters.pdf").status_code == 404
    assert keeper.get(f"/officer/units/{unit.id}/posters.pdf?design=../x").status_code == 404


def test_posters_of_many_units_are_printed_by_the_worker(
    app: Flask, client: FlaskClient, factory: Factory, unit: Unit, tmp_path: Path
) -> None:
    province = factory.unit(code="T", name="Tỉnh")
    for _ in range(3):
        factory.counter(factory.unit(parent=province))
    sign_in(client, factory.officer(province).email)
    asked = post(client, f"/officer/units/{province.id}/posters", design="a5", language="vi+en", below="y")
    assert "Đang làm" in client.get(asked.location).text
    work_all(app)
    page = client.get(asked.location).text
    file = re.search(r'href="(/officer/jobs/[^"]+\.pdf)"', page)
    assert file
    (tmp_path / "posters.pdf").write_bytes(client.get(file[1]).data)
    assert len(set(links_in(tmp_path / "posters.pdf"))) == 3
