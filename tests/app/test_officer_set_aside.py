"""The pages on which responses are set aside: who may see and do what, and what they never tell."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.periods import quarter_of
from survey.config import TIME_ZONE
from survey.models import Officer, Role, SetAsideRequest, SetAsideResponse, Unit
from survey.services import score

from factories import Factory
from signing_in import csrf_token, sign_in, sign_out

LIST = "/officer/set-aside"
WHY = "Một máy gửi liên tiếp trong buổi sáng"


@pytest.fixture
def today() -> date:
    return datetime.now(TIME_ZONE).date()


@pytest.fixture
def unit(factory: Factory, today: date) -> Unit:
    """A ward with 40 responses today, 9 of which were sent too fast, and 3 through the online link."""
    unit = factory.unit(name="Phường Tân Hoà")
    factory.responses(unit, "454342", 28, local_date=today)
    factory.responses(unit, "555552", 9, local_date=today, flags="f")
    factory.responses(unit, "333333", 3, local_date=today, channel="online")
    return unit


@pytest.fixture
def people(factory: Factory, unit: Unit) -> tuple[Officer, Officer]:
    return factory.officer(unit, Role.REFORM, name="Lê Thị Châu"), factory.officer(
        unit, Role.LEADER, name="Trần Văn An"
    )


def form_of(page: TestResponse) -> dict[str, str]:
    """What a browser would send of the form that asks, as it stands."""
    found = {}
    for name in ("request_id", "counted", "first_day", "last_day"):
        tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.text)
        assert tag
        value = re.search(r'value="([^"]*)"', tag[0])
        found[name] = value[1] if value else ""
    return found | {"csrf_token": csrf_token(page)}


def ask(client: FlaskClient, unit: Unit, **choice: str) -> TestResponse:
    address = f"{LIST}/new?unit={unit.code}"
    seen = client.post(address, data=form_of(client.get(address)) | choice | {"do": "count"})
    why = {"reason": "repeated", "text": WHY, "do": "ask"}
    return client.post(address, data=form_of(seen) | choice | why)


def decide(client: FlaskClient, address: str, verdict: str, text: str = "") -> TestResponse:
    token = csrf_token(client.get(address))
    return client.post(address + "/decision", data={"csrf_token": token, "verdict": verdict, "text": text})


def test_one_asks_and_another_approves(
    client: FlaskClient, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    sign_in(client, people[0].email)
    empty = client.get(LIST)
    assert "Không có đề nghị nào chờ duyệt." in empty.text
    assert "Chưa loại phiếu nào." in empty.text
    asked = ask(client, unit, selection="flag", flag="f")
    assert asked.status_code == 303
    own = client.get(asked.location)
    assert "không tự duyệt được" in own.text
    assert 'value="approved"' not in own.text
    assert decide(client, asked.location, "approved").status_code == 409
    assert session.scalars(select(SetAsideResponse)).all() == []
    sign_out(client)

    sign_in(client, people[1].email)
    waiting = client.get(LIST)
    assert "Phường Tân Hoà" in waiting.text
    assert "9 phiếu" in waiting.text
    page = client.get(asked.location)
    assert WHY in page.text
    assert "9, trong 40 phiếu của đơn vị đang được tính" in page.text
    assert "Phiếu gửi chưa đầy 8 giây sau khi mở" in page.text
    assert decide(client, asked.location, "refused").status_code == 409
    assert decide(client, asked.location, "approved").status_code == 303
    session.rollback()
    assert len(session.scalars(select(SetAsideResponse)).all()) == 9
    listed = client.get(LIST)
    assert "Đã duyệt: loại" in listed.text
    assert "Lê Thị Châu" in listed.text
    assert "Trần Văn An" in listed.text
    assert decide(client, LIST + asked.location.partition(LIST)[2], "approved").status_code == 409

    page = client.get(asked.location)
    request_id = re.findall(r'name="request_id"[^>]* value="([0-9a-f]{32})"', page.text)[0]
    sent = {"csrf_token": csrf_token(page), "request_id": request_id, "text": "Đó là máy của lớp tập huấn"}
    again = client.post(asked.location + "/undo", data=sent)
    assert again.status_code == 303
    assert "Đề nghị tính lại phiếu đã loại" in client.get(again.location).text
    assert "Đề nghị tính lại</button>" not in client.get(asked.location).text


def test_the_number_is_seen_before_anything_is_asked(
    client: FlaskClient, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    sign_in(client, people[0].email)
    address = f"{LIST}/new?unit={unit.code}"
    why = {"reason": "repeated", "text": WHY, "do": "ask"}
    unseen = client.post(address, data=form_of(client.get(address)) | {"selection": "flag", "flag": "f"} | why)
    assert unseen.status_code == 422
    assert "Lựa chọn này có 9 phiếu, trong 40 phiếu đang được tính." in unseen.text
    changed = client.post(address, data=form_of(unseen) | {"selection": "days"} | why)
    assert changed.status_code == 422
    assert "Lựa chọn đã đổi" in changed.text
    assert session.scalars(select(SetAsideRequest)).all() == []
    assert client.post(address, data=form_of(changed) | {"selection": "days"} | why).status_code == 303


def test_few_responses_are_not_told_exactly(
    client: FlaskClient, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    sign_in(client, people[0].email)
    page = client.get(f"{LIST}/new?unit={unit.code}")
    assert "Đường dẫn trực tuyến: dưới 5 phiếu" in page.text
    asked = ask(client, unit, selection="code", place="/online")
    assert asked.status_code == 303
    shown = client.get(asked.location).text
    assert "dưới 5, trong 40 phiếu" in shown
    assert not re.search(r"\b3 phiếu|<dd>3\b", shown)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({}, "Xin chọn một cách trong danh sách."),
        ({"selection": "everything"}, "Xin chọn một cách trong danh sách."),
        ({"selection": "code", "place": "99/direct"}, "Xin chọn một cách trong danh sách."),
        ({"selection": "flag", "flag": "x"}, "Xin chọn một cách trong danh sách."),
        ({"selection": "number", "number": "123"}, "Số phiếu có 16 chữ và số."),
        ({"selection": "number", "number": "0000-0000-0000-0000"}, "Không có phiếu nào mang số này"),
        ({"selection": "days", "first_day": "2020-01-01"}, "Ngày phải nằm trong kỳ"),
        ({"selection": "days", "first_day": "x"}, "Xin ghi ngày theo dạng ngày/tháng/năm."),
        ({"selection": "days", "reason": ""}, "Xin chọn một cách trong danh sách."),
        ({"selection": "days", "text": "ngắn"}, "Xin ghi rõ lý do"),
        ({"selection": "days", "request_id": "x"}, "Xin mở lại trang này."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_stored(
    client: FlaskClient,
    session: Session,
    unit: Unit,
    people: tuple[Officer, Officer],
    choice: dict[str, str],
    words: str,
) -> None:
    sign_in(client, people[0].email)
    address = f"{LIST}/new?unit={unit.code}"
    why = {"reason": "repeated", "text": WHY, "do": "ask"}
    refused = client.post(address, data=form_of(client.get(address)) | why | choice)
    assert refused.status_code == 422
    assert words in refused.text
    assert session.scalars(select(SetAsideRequest)).all() == []


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.INSPECTOR, Role.DOSSIERS, Role.ADMINISTRATOR])
def test_other_roles_have_no_part_in_it(client: FlaskClient, factory: Factory, unit: Unit, role: Role) -> None:
    sign_in(client, factory.officer(unit, role).email)
    page = client.get("/officer/", follow_redirects=True)
    assert LIST not in page.text
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}/new").status_code == 403


def test_a_foreign_unit_is_out_of_reach(
    client: FlaskClient, factory: Factory, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    sign_in(client, people[0].email)
    asked = ask(client, unit, selection="days").location
    sign_out(client)
    sign_in(client, factory.officer(factory.unit(name="Phường Khác"), Role.LEADER).email)
    listed = client.get(LIST)
    assert "Phường Tân Hoà" not in listed.text
    token = {"csrf_token": csrf_token(listed), "verdict": "approved"}
    assert client.get(asked).status_code == 403
    assert client.post(asked + "/decision", data=token).status_code == 403
    assert client.post(asked + "/undo", data=token).status_code == 403
    assert client.get(f"{LIST}/new?unit={unit.code}").status_code == 403
    assert client.post(f"{LIST}/new?unit={unit.code}", data=token).status_code == 403
    assert client.get(f"{LIST}/{'0' * 32}").status_code == 404


def test_the_level_above_may_approve(
    client: FlaskClient, factory: Factory, session: Session, people: tuple[Officer, Officer], today: date
) -> None:
    top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    ward = factory.unit(name="Phường An Hoà", parent=top)
    factory.responses(ward, "454342", 6, local_date=today)
    sign_in(client, factory.officer(ward, Role.LEADER).email)
    asked = ask(client, ward, selection="days").location
    sign_out(client)
    sign_in(client, factory.officer(top, Role.SATISFACTION).email)
    assert decide(client, asked, "approved").status_code == 303
    assert len(session.scalars(select(SetAsideResponse)).all()) == 6


def test_scores_print_how_many_do_not_count(
    client: FlaskClient,
    factory: Factory,
    session: Session,
    unit: Unit,
    people: tuple[Officer, Officer],
    today: date,
) -> None:
    period = quarter_of(today)
    factory.dossiers(unit, period.text, {("dat-dai", "direct", "on_time"): 400})
    score.refresh(session, period, now=datetime.now(TIME_ZONE), actor="a@example.vn")
    sign_in(client, people[0].email)
    assert "Phiếu loại: 0." in client.get(f"/officer/scores/{period.text}").text
    asked = ask(client, unit, selection="flag", flag="f").location
    sign_out(client)
    sign_in(client, people[1].email)
    decide(client, asked, "approved")
    score.refresh(session, period, now=datetime.now(TIME_ZONE), actor="a@example.vn")
    page = client.get(f"/officer/scores/{period.text}")
    assert page.text.count("Phiếu loại: 9 (Một người gửi nhiều phiếu: 9).") == 2


def test_without_a_response_or_a_unit_the_page_says_so(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit()
    sign_in(client, factory.officer(unit, Role.LEADER).email)
    assert "chưa có phiếu nào được tính trong kỳ" in client.get(f"{LIST}/new").text
    assert client.get(f"{LIST}/new?period=2019-Q1").status_code == 404
    assert client.get(f"{LIST}/new?period=x").status_code == 404
