"""A unit's guided start: every step can be left and taken up again, and nothing counts before the first day."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.models import Counter, QrCode, Response, Role, Unit

from citizens import send
from factories import Factory
from signing_in import csrf_token, sign_in

HOME = "/officer/"


def today() -> date:
    return datetime.now(TIME_ZONE).date()


@pytest.fixture
def unit(factory: Factory) -> Unit:
    """A ward that nobody has set up."""
    return factory.unit(name="Phường Tân Hoà", start_date=None)


def press(client: FlaskClient, address: str, **sent: object) -> str:
    """Send the form of a page and return where it leads."""
    done = client.post(address, data={"csrf_token": csrf_token(client.get(address))} | sent)
    assert done.status_code == 303, done.text
    return str(done.location)


def landing(client: FlaskClient, address: str = HOME) -> str:
    """Where a page finally leads."""
    return client.get(address, follow_redirects=True).request.path


@pytest.mark.parametrize("role", [Role.REFORM, Role.ADMINISTRATOR])
def test_the_way_from_the_first_sign_in_to_the_first_day(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, role: Role
) -> None:
    sign_in(client, factory.officer(unit, role).email)
    base = f"/officer/start/{unit.id}"
    assert landing(client) == f"{base}/unit"
    shop = "Trung tâm Phục vụ hành chính công phường Tân Hoà"
    press(client, f"{base}/unit", name="Phường Tân Hoà", one_stop_name=shop, kind="ward")
    assert landing(client) == f"{base}/counters", "left and resumed"
    press(client, f"{base}/counters", name=["Quầy số 1", "", "Quầy số 2"])
    assert landing(client) == f"{base}/fields"
    session.expire_all()
    first, second = unit.counters
    assert [(one.code, one.name) for one in (first, second)] == [("Q1", "Quầy số 1"), ("Q2", "Quầy số 2")]
    lacking = client.post(
        f"{base}/fields",
        data={"csrf_token": csrf_token(client.get(f"{base}/fields")), f"counter-{first.id}": "dat-dai"},
    )
    assert lacking.status_code == 422
    assert "Xin chọn ít nhất một lĩnh vực cho “Quầy số 2”" in lacking.text
    assert re.search(r'value="dat-dai" checked', lacking.text), "what was ticked is kept"
    chosen = {f"counter-{first.id}": ["dat-dai", "xay-dung"], f"counter-{second.id}": "chung-thuc"}
    press(client, f"{base}/fields", **chosen)
    assert landing(client) == f"{base}/poster"
    press(client, f"{base}/poster")
    page = client.get(f"{base}/poster")
    poster = client.get(f"/officer/units/{unit.id}/posters.pdf?design=stand")
    assert (poster.status_code, poster.data[:5]) == (200, b"%PDF-")
    assert "2 quầy" in page.text
    assert landing(client) == f"{base}/trial"
    assert client.get(f"{base}/trial.json").json == {"count": 0}
    session.rollback()  # see what the pages have stored
    code = session.scalars(select(QrCode.code).where(QrCode.counter_id == second.id)).one()
    assert send(client, f"/q/{code}").status_code == 303
    assert client.get(f"{base}/trial.json").json == {"count": 1}
    seen = client.get(f"{base}/trial").text
    assert "Đã nhận 1 phiếu thử." in seen
    assert "thử, không tính" in seen
    assert "Quầy số 2: 1" in seen
    assert landing(client) == f"{base}/day"
    press(client, f"{base}/day", start_date=f"{today() + timedelta(days=3)}")
    assert landing(client) == f"{base}/sample"
    assert "cần ít nhất 286 phiếu" in client.get(f"{base}/sample?dossiers=1.000").text
    wrong = client.get(f"{base}/sample?dossiers=nhieu")
    assert wrong.status_code == 422
    assert "Xin ghi một số" in wrong.text
    press(client, f"{base}/sample")
    assert landing(client, base) == base, "everything is done, and it says so"
    assert landing(client) != f"{base}/unit"
    session.rollback()
    stored = session.scalars(select(Response)).one()
    assert stored.trial


def test_once_the_unit_measures_the_path_is_gone(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    sign_in(client, factory.officer(unit).email)
    unit.start_date = today()
    session.commit()
    assert not landing(client).startswith("/officer/start")
    for step in ("", "/unit", "/counters", "/day", "/trial"):
        assert landing(client, f"/officer/start/{unit.id}{step}") == f"/officer/units/{unit.id}"
    code = factory.qr_code(unit)
    send(client, f"/q/{code.code}")
    session.rollback()
    assert not session.scalars(select(Response)).one().trial


def test_a_province_chooses_the_unit_to_begin_with(client: FlaskClient, factory: Factory) -> None:
    province = factory.unit(name="Tỉnh Bình Minh", start_date=None)
    wards = [factory.unit(name=name, parent=province, start_date=None) for name in ("Phường A", "Phường B")]
    sign_in(client, factory.officer(province).email)
    assert landing(client) == "/officer/start"
    page = client.get("/officer/start").text
    assert all(f'href="/officer/start/{unit.id}"' in page for unit in (province, *wards))


def test_one_started_ward_is_enough_to_leave_a_province_alone(client: FlaskClient, factory: Factory) -> None:
    province = factory.unit(name="Tỉnh Bình Minh", start_date=None)
    factory.unit(name="Phường A", parent=province)
    sign_in(client, factory.officer(province).email)
    assert landing(client) == HOME


def test_counters_are_named_with_faults_kept(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit
) -> None:
    sign_in(client, factory.officer(unit).email)
    address = f"/officer/start/{unit.id}/counters"
    token = csrf_token(client.get(address))
    assert 'value="Quầy số 1"' in client.get(address).text
    none = client.post(address, data={"csrf_token": token, "name": ["", " "]})
    assert (none.status_code, "ít nhất một quầy" in none.text) == (422, True)
    twice = client.post(address, data={"csrf_token": token, "name": ["Quầy Đất đai", "quầy đất đai"]})
    assert twice.status_code == 422
    assert 'value="Quầy Đất đai"' in twice.text
    more = client.post(address, data={"csrf_token": token, "name": ["A", "B", "C", "D"], "do": "more"})
    assert more.status_code == 200
    assert more.text.count('name="name"') > 4
    session.rollback()
    assert session.scalars(select(Counter)).all() == []


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.LEADER, Role.INSPECTOR, Role.DOSSIERS])
def test_other_roles_are_not_led_nor_let_in(client: FlaskClient, factory: Factory, unit: Unit, role: Role) -> None:
    sign_in(client, factory.officer(unit, role).email)
    assert not landing(client).startswith("/officer/start")
    assert client.get("/officer/start").status_code == 403
    assert client.get(f"/officer/start/{unit.id}/unit").status_code == 403


def test_a_foreign_unit_is_out_of_reach(client: FlaskClient, factory: Factory, unit: Unit) -> None:
    foreign = factory.unit(name="Phường Khác", start_date=None)
    sign_in(client, factory.officer(unit).email)
    for step in ("", "/unit", "/counters", "/fields", "/poster", "/trial", "/trial.json", "/day", "/sample"):
        assert client.get(f"/officer/start/{foreign.id}{step}").status_code == 403, step
    assert client.get("/officer/start/999").status_code == 404
