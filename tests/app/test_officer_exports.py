"""Files of closed periods: for whom, and of which units."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.models import Officer, Role, Unit, UnitKind
from survey.services import score
from survey.services.export import MANY_UNITS

from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

CLOSED, OPEN = parse_period("2026-Q2"), parse_period("2026-Q3")
FILE = "/officer/exports/2026-Q2"
NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)


@pytest.fixture
def province(factory: Factory, session: Session) -> dict[str, Unit]:
    """Two wards with a closed quarter of 40 responses each, and an open one."""
    top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    units = {"top": top}
    for key, name in (("first", "Phường An Hoà"), ("second", "Phường Tân Lập")):
        units[key] = factory.unit(name=name, parent=top)
        for period in (CLOSED, OPEN):
            factory.dossiers(units[key], period.text, {("dat-dai", "direct", "on_time"): 500})
        factory.responses(units[key], "555552", 40, local_date=date(2026, 5, 4))
    score.close(session, CLOSED, now=NOW, actor="test")
    return units


def enter(client: FlaskClient, factory: Factory, unit: Unit, role: Role = Role.REFORM) -> None:
    assert sign_in(client, factory.officer(unit, role).email).status_code == 303


def units_in(content: bytes) -> set[str]:
    text = json.dumps(json.loads(content), ensure_ascii=False)
    return {name for name in ("Phường An Hoà", "Phường Tân Lập") if name in text}


@pytest.mark.parametrize(
    ("who", "seen"),
    [("top", {"Phường An Hoà", "Phường Tân Lập"}), ("first", {"Phường An Hoà"}), ("second", {"Phường Tân Lập"})],
)
def test_a_file_holds_the_own_units_and_what_lies_below(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], who: str, seen: set[str]
) -> None:
    enter(client, factory, province[who])
    assert units_in(client.get(f"{FILE}.json").data) == seen
    text = client.get(f"{FILE}.csv").data.decode("utf-8-sig")
    assert {name for name in ("Phường An Hoà", "Phường Tân Lập") if name in text} == seen
    sheets = openpyxl.load_workbook(io.BytesIO(client.get(f"{FILE}.xlsx").data)).worksheets
    cells = {str(cell) for sheet in sheets for row in sheet.values for cell in row}
    assert {name for name in ("Phường An Hoà", "Phường Tân Lập") if name in cells} == seen


def test_one_unit_can_be_asked_for_but_no_foreign_one(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["first"])
    own, foreign = province["first"].code, province["second"].code
    assert units_in(client.get(f"{FILE}.json?unit={own}").data) == {"Phường An Hoà"}
    assert client.get(f"{FILE}.json?unit={foreign}").status_code == 403
    assert client.get(f"{FILE}.json?unit=NONE").status_code == 404


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
    ],
)
def test_files_are_named_and_typed(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], kind: str, mime: str
) -> None:
    enter(client, factory, province["top"], Role.INSPECTOR)
    file = client.get(f"{FILE}.{kind}")
    assert file.status_code == 200
    assert file.headers["Content-Type"] == mime
    assert file.headers["Content-Disposition"] == f"attachment; filename=diem-hai-long-2026-Q2.{kind}"
    assert file.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["2026-Q3.xlsx", "2025-Q1.xlsx", "quarter.xlsx", "2026-Q3.docx", "2026-Q2.odt", "2026-Q2"]
)
def test_there_is_no_file_of_a_period_that_is_not_closed(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], name: str
) -> None:
    enter(client, factory, province["top"])
    assert client.get(f"/officer/exports/{name}").status_code == 404


def test_a_file_of_many_units_is_made_by_the_worker_for_who_may_still_export(
    app: Flask, client: FlaskClient, factory: Factory, session: Session, province: dict[str, Unit]
) -> None:
    session.add_all(
        Unit(
            code=f"X{number}",
            name=f"Xã Số {number}",
            one_stop_name=f"Trung tâm xã Số {number}",
            kind=UnitKind.COMMUNE,
            parent_id=province["top"].id,
            valid_from=date(2025, 7, 1),
        )
        for number in range(MANY_UNITS)
    )
    session.commit()
    officer = factory.officer(province["top"], Role.INSPECTOR)
    assert sign_in(client, officer.email).status_code == 303
    assert client.get(f"{FILE}.pdf").location == "/officer/exports"
    assert client.get(f"{FILE}.pdf?unit={province['first'].code}").data.startswith(b"%PDF")
    page = client.get("/officer/exports")
    assert "bấm xong sẽ thấy tiến độ" in page.text
    asked = client.post(f"{FILE}/pdf", data={"csrf_token": csrf_token(page)})
    assert asked.status_code == 303
    work_all(app)
    file = f"{asked.location}/diem-hai-long-2026-Q2.pdf"
    assert file in client.get(asked.location).text
    assert client.get(file).data.startswith(b"%PDF")
    session.get_one(Officer, officer.id).grants[0].role = Role.ONE_STOP
    session.commit()
    assert client.get(file).status_code == 403


@pytest.mark.parametrize(
    ("address", "is_own"), [("verification", True), ("verification", False), ("xlsx", True), ("xlsx", False)]
)
def test_an_old_file_is_not_for_who_has_other_units_or_another_task_since(
    app: Flask,
    client: FlaskClient,
    factory: Factory,
    session: Session,
    province: dict[str, Unit],
    address: str,
    is_own: bool,
) -> None:
    officer = factory.officer(province["first" if is_own else "top"], Role.INSPECTOR)
    assert sign_in(client, officer.email).status_code == 303
    asked = client.post(f"{FILE}/{address}", data={"csrf_token": csrf_token(client.get("/officer/exports"))})
    work_all(app)
    name = {"verification": "hai-long-2026-Q2-kiem-chung.zip", "xlsx": "diem-hai-long-2026-Q2.xlsx"}[address]
    assert client.get(f"{asked.location}/{name}").status_code == 200
    grant = session.get_one(Officer, officer.id).grants[0]
    grant.role, grant.unit_id = Role.LEADER, province["first"].id
    session.commit()
    # Who leads the ward has its files, but not the patterns of answers to it.
    answer = 200 if (address, is_own) == ("xlsx", True) else 403
    for page in (asked.location, f"{asked.location}.json", f"{asked.location}/{name}"):
        assert client.get(page).status_code == answer, page


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.ADMINISTRATOR])
def test_roles_that_do_not_export_get_no_file(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], role: Role
) -> None:
    enter(client, factory, province["top"], role)
    assert client.get(f"{FILE}.xlsx").status_code == 403
    assert client.get(f"{FILE}.xlsx?unit=NONE").status_code == 403


def test_without_a_sign_in_there_is_no_file(client: FlaskClient, province: dict[str, Unit]) -> None:
    refused = client.get(f"{FILE}.xlsx?unit={province['first'].code}")
    assert refused.status_code == 303
    assert refused.location.startswith("/officer/sign-in?next=/officer/exports/2026-Q2.xlsx")
