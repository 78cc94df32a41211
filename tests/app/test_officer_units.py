"""Officers keep the tree of units: add, change, merge, split, end, each with its day, never what is closed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.config import TIME_ZONE
from survey.models import AuditEvent, Channel, Role, Unit
from survey.services import destination

from factories import Factory
from signing_in import csrf_token, sign_in

LIST = "/officer/units"


def today() -> date:
    return datetime.now(TIME_ZONE).date()


@pytest.fixture
def province(factory: Factory) -> Unit:
    return factory.unit(code="T", name="Tỉnh Bình Minh", ranking_group=None)


@pytest.fixture
def ward(factory: Factory, province: Unit) -> Unit:
    return factory.unit(code="P01", name="Phường An Hoà", parent=province)


@pytest.fixture
def reformer(client: FlaskClient, factory: Factory, province: Unit) -> FlaskClient:
    """Signed in as the reform officer of the province."""
    sign_in(client, factory.officer(province, email="cchc@example.vn").email)
    return client


def typed(page: TestResponse) -> dict[str, str]:
    """What a browser would send of an untouched form."""
    fields = {}
    for tag in re.findall(r'<input [^>]*class="form-control"[^>]*>', page.text):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        fields[name[1] if name else ""] = value[1] if value else ""
    for name, options in re.findall(
        r'<select [^>]*class="form-select"[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page.text
    ):
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    hidden = re.search(r'type="hidden" name="start_date" value="([^"]+)"', page.text)
    return fields | ({"start_date": hidden[1]} if hidden else {}) | {"csrf_token": csrf_token(page)}


def sent(client: FlaskClient, address: str, **changed: object) -> TestResponse:
    """Open a form, change some of it and send it."""
    return client.post(address, data=typed(client.get(address)) | changed)


def stored(session: Session, code: str) -> Unit:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def actions(session: Session) -> list[str]:
    session.rollback()
    done = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))
    return [action for action in done if action.startswith("unit.")]


def test_the_tree_shows_each_unit_below_its_own(reformer: FlaskClient, factory: Factory, ward: Unit) -> None:
    factory.counter(ward)
    factory.unit(code="P00", name="Phường Cũ", parent=ward.parent, valid_to=date(2026, 6, 30), successor=ward)
    page = reformer.get(LIST).text
    assert page.index("Tỉnh Bình Minh</a>") < page.index("Phường An Hoà</a>") < page.index("Phường Cũ</a>")
    assert "làm tiếp: Phường An Hoà" in page
    own = reformer.get(f"{LIST}/{ward.id}").text
    assert "Quầy số" in own
    assert "Đang đo" in own


def test_a_unit_is_added_and_changed(reformer: FlaskClient, session: Session, province: Unit) -> None:
    added = sent(reformer, f"{LIST}/new?parent={province.id}", name=" Phường  Tân Lập ", code="P02")
    assert added.status_code == 303
    unit = stored(session, "P02")
    assert (unit.name, unit.parent_id, unit.valid_from) == ("Phường Tân Lập", province.id, date(2025, 7, 1))
    assert unit.one_stop_name == "Trung tâm Phục vụ hành chính công phường Tân Lập"
    edit = f"{LIST}/{unit.id}/edit"
    first = today() + timedelta(days=5)
    assert sent(reformer, edit, name="Phường Tân Lập Đông", start_date=f"{first}").status_code == 303
    unit = stored(session, "P02")
    assert unit.one_stop_name.endswith("phường Tân Lập Đông"), "a name of its own kind follows the unit's"
    assert unit.start_date == first
    assert sent(reformer, edit, one_stop_name="Trung tâm HCC số 2").status_code == 303
    assert sent(reformer, edit, name="Phường Tân Lập").status_code == 303
    assert stored(session, "P02").one_stop_name == "Trung tâm HCC số 2"
    assert actions(session) == ["unit.add", "unit.edit", "unit.edit", "unit.edit"]


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "name", "Xin ghi tên đơn vị"),
        ({"code": "t"}, "code", "đã thuộc về một đơn vị khác"),
        ({"code": "P 2!"}, "code", "chưa dùng được"),
        ({"kind": "district"}, "kind", "chỉ có trước ngày 01/07/2025"),
        ({"start_date": "2025-01-01"}, "start_date", "phải từ hôm nay trở đi"),
        ({"start_date": "mai"}, "start_date", "ngày/tháng/năm"),
        ({"parent": "999"}, "parent", "Xin chọn trong danh sách"),
    ],
)
def test_faults_of_a_new_unit_stand_beside_their_field(
    reformer: FlaskClient, session: Session, changed: dict[str, str], field: str, words: str
) -> None:
    page = sent(reformer, f"{LIST}/new", **({"name": "Phường Mới", "code": "P09"} | changed))
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert words in page.text
    assert f'id="{field}.fault"' in page.text
    assert 'value="P09"' in page.text or "code" in changed, "what was typed is kept"
    assert session.scalars(select(Unit.code)).all() == ["T"]


def test_the_start_date_is_fixed_once_it_has_come(reformer: FlaskClient, session: Session, ward: Unit) -> None:
    page = sent(reformer, f"{LIST}/{ward.id}/edit", start_date=f"{today() + timedelta(days=9)}")
    assert (page.status_code, "không đổi được nữa" in page.text) == (422, True)
    assert stored(session, "P01").start_date == date(2025, 7, 1)


def test_a_unit_cannot_stand_below_itself(
    reformer: FlaskClient, factory: Factory, session: Session, province: Unit, ward: Unit
) -> None:
    page = sent(reformer, f"{LIST}/{province.id}/edit", parent=f"{ward.id}")
    assert (page.status_code, "không làm cấp trên của" in page.text) == (422, True)
    assert stored(session, "T").parent_id is None


def test_two_wards_are_merged_and_their_posters_go_on(
    reformer: FlaskClient, factory: Factory, session: Session, province: Unit, ward: Unit
) -> None:
    others = [factory.unit(code=code, name=f"Phường {code}", parent=province) for code in ("P02", "P03")]
    counter = factory.counter(others[0])
    code = factory.qr_code(others[0], counter).code
    day = today() + timedelta(days=10)
    form = {"sources": [str(unit.id) for unit in others], "target": str(ward.id), "day": f"{day}"}
    shown = sent(reformer, f"{LIST}/merge", **form)
    assert shown.status_code == 200
    assert "dùng tiếp, phiếu tính cho Phường An Hoà" in shown.text
    assert stored(session, "P02").valid_to is None, "nothing is stored before it is confirmed"
    assert sent(reformer, f"{LIST}/merge", do="confirm", **form).status_code == 303
    for merged in ("P02", "P03"):
        unit = stored(session, merged)
        assert (unit.valid_to, unit.successor_id) == (day - timedelta(days=1), ward.id)
    connection = session.connection()
    assert destination.resolve(connection, code, today=day - timedelta(days=1)).unit_id == others[0].id
    after = destination.resolve(connection, code, today=day)
    assert (after.unit_id, after.counter_id) == (ward.id, counter.id)
    assert actions(session) == ["unit.end", "unit.end"]


def test_a_split_unit_gives_each_poster_to_a_part(
    reformer: FlaskClient, factory: Factory, session: Session, province: Unit, ward: Unit
) -> None:
    parts = [factory.unit(code=code, name=f"Phường {code}", parent=province) for code in ("P02", "P03")]
    codes = [factory.qr_code(ward, factory.counter(ward)).code for _ in range(2)]
    day = today() + timedelta(days=1)
    form = {"day": f"{day}", "successor": f"{parts[0].id}", f"code-{codes[1]}": f"{parts[1].id}"}
    shown = sent(reformer, f"{LIST}/{ward.id}/end", **form)
    assert "phiếu tính cho Phường P03" in shown.text
    assert sent(reformer, f"{LIST}/{ward.id}/end", do="confirm", **form).status_code == 303
    session.rollback()
    booked = [destination.resolve(session.connection(), code, today=day).unit_id for code in codes]
    assert booked == [part.id for part in parts]
    kept = reformer.post(f"{LIST}/{ward.id}/keep", data={"csrf_token": csrf_token(reformer.get(LIST))})
    assert kept.status_code == 303
    assert stored(session, "P01").valid_to is None
    assert destination.resolve(session.connection(), codes[1], today=day).unit_id == ward.id
    assert actions(session) == ["unit.end", "unit.keep"]


def test_what_cannot_end_is_refused_beside_the_field(
    reformer: FlaskClient, factory: Factory, session: Session, province: Unit, ward: Unit
) -> None:
    other = factory.unit(code="P02", name="Phường Khác", parent=province)
    later = factory.unit(code="P03", name="Phường Sau", parent=province, valid_from=today() + timedelta(days=90))
    end = f"{LIST}/{ward.id}/end"
    soon = f"{today() + timedelta(days=2)}"

    def refused(address: str, words: str, **form: object) -> None:
        page = sent(reformer, address, do="confirm", **form)
        assert page.status_code == 422
        assert words in page.text

    refused(end, "từ ngày mai trở đi", day=f"{today()}", successor=f"{other.id}")
    refused(end, "sau ngày đã chọn", day=soon, successor=f"{later.id}")
    refused(end, "Xin ghi ngày", day="", successor=f"{other.id}")
    refused(f"{LIST}/{province.id}/end", "còn đơn vị trực thuộc", day=soon, successor="")
    merge = f"{LIST}/merge"
    refused(merge, "không thể nhập vào chính mình", sources=[ward.id, other.id], target=ward.id, day=soon)
    refused(merge, "ít nhất một đơn vị", sources=[], target=ward.id, day=soon)
    assert sent(reformer, merge, do="confirm", sources=[other.id], target=ward.id, day=soon).status_code == 303
    refused(end, "sẽ nhập vào Phường An Hoà", day=soon, successor="")
    assert stored(session, "P01").valid_to is None


def test_an_end_that_has_come_cannot_be_taken_back(
    reformer: FlaskClient, factory: Factory, session: Session, province: Unit
) -> None:
    old = factory.unit(code="P00", parent=province, valid_to=today() - timedelta(days=1))
    token = csrf_token(reformer.get(LIST))
    page = reformer.post(f"{LIST}/{old.id}/keep", data={"csrf_token": token}, follow_redirects=True)
    assert "không mở lại được" in page.text
    assert stored(session, "P00").valid_to is not None


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.DOSSIERS, Role.LEADER, Role.INSPECTOR])
def test_other_roles_keep_no_units(client: FlaskClient, factory: Factory, ward: Unit, role: Role) -> None:
    counter = factory.counter(ward)
    code = factory.qr_code(ward, counter).code
    sign_in(client, factory.officer(ward, role).email)
    page = client.get("/officer/", follow_redirects=True)
    assert f'href="{LIST}"' not in page.text
    token = {"csrf_token": csrf_token(page)}
    unit = f"{LIST}/{ward.id}"
    for address in (LIST, unit, f"{unit}/edit", f"{unit}/end", f"{unit}/codes", f"{unit}/posters",
                    f"{unit}/posters.pdf", f"{unit}/counters/new", f"{LIST}/new", f"{LIST}/merge",
                    f"/officer/counters/{counter.id}", f"/officer/codes/{code}",
                    f"/officer/codes/{code}.svg"):  # fmt: skip
        assert client.get(address).status_code == 403, address
    for address in (f"{unit}/keep", f"{unit}/codes", f"/officer/counters/{counter.id}/end",
                    f"/officer/codes/{code}/days", f"/officer/codes/{code}/replace",
                    f"/officer/codes/{code}/revoke"):  # fmt: skip
        assert client.post(address, data=token).status_code == 403, address


def test_a_foreign_unit_is_out_of_reach(
    client: FlaskClient, factory: Factory, session: Session, province: Unit, ward: Unit
) -> None:
    foreign = factory.unit(code="P02", name="Phường Khác", parent=province)
    counter = factory.counter(foreign)
    code = factory.qr_code(foreign, counter, channel=Channel.DIRECT).code
    sign_in(client, factory.officer(ward).email)
    assert "Phường Khác" not in client.get(LIST).text
    token = {"csrf_token": csrf_token(client.get(LIST))}
    for place in (province, foreign):
        for tail in ("", "/edit", "/end", "/codes", "/posters", "/posters.pdf", "/counters/new"):
            assert client.get(f"{LIST}/{place.id}{tail}").status_code == 403, tail
    for address in (f"/officer/counters/{counter.id}", f"/officer/codes/{code}", f"/officer/codes/{code}.png"):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/officer/codes/{code}/revoke", data=token).status_code == 403
    assert client.post(f"/officer/counters/{counter.id}/end", data=token).status_code == 403
    into = {"day": f"{today() + timedelta(days=3)}", "successor": f"{foreign.id}", "do": "confirm"}
    assert sent(client, f"{LIST}/{ward.id}/end", **into).status_code == 422
    above = sent(client, f"{LIST}/{ward.id}/edit", parent=f"{foreign.id}")
    assert above.status_code == 422
    top = sent(client, f"{LIST}/new", name="Phường Mới", code="P77", parent="")
    assert top.status_code == 422, "who does not stand at the top makes nothing there"
    for address in (f"{LIST}/999", "/officer/counters/999", "/officer/codes/00000000"):
        assert client.get(address).status_code == 404
    session.refresh(counter)
    assert counter.ended_on is None
