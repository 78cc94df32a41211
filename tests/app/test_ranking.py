"""The ranking shows how little of its order is certain, and only what the officer may see."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.periods import parse_period
from survey.models import Role, Unit, UnitKind
from survey.services import score

from factories import Factory
from signing_in import sign_in

PAGE = "/officer/ranking/2026-Q2"
NOW = datetime(2026, 7, 20, 7, 5, tzinfo=UTC)


def rows_of(page: TestResponse) -> dict[str, str]:
    """The rows as they are read, by the unit's name."""
    rows = {}
    for row in re.findall(r"<tr.*?</tr>", page.text, re.DOTALL):
        if name := re.search(r'<th scope="row"><a[^>]*>([^<]+)', row):
            rows[name[1]] = " ".join(
                re.sub(r"<[^>]+>", " ", row).replace("&gt;", ">").replace("&lt;", "<").split()
            )
    return rows


@pytest.fixture
def province(factory: Factory, session: Session) -> dict[str, Unit]:
    """Three wards of which two are alike, one with 18 responses, one with 4, and a commune."""
    top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    units = {
        "first": factory.unit(name="Phường An Hoà", parent=top),
        "second": factory.unit(name="Phường Tân Lập", parent=top),
        "last": factory.unit(name="Phường Cẩm Sơn", parent=top),
        "few": factory.unit(name="Phường Ít Phiếu", parent=top),
        "hidden": factory.unit(name="Phường Vắng", parent=top),
        "commune": factory.unit(name="Xã Núi Cao", parent=top, kind=UnitKind.COMMUNE, ranking_group="Xã"),
    }
    content = {"first": (380, 20), "second": (370, 30), "last": (200, 200), "few": (9, 9), "hidden": (0, 4),
               "commune": (90, 10)}  # fmt: skip
    for name, unit in units.items():
        factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 2000})
        good, bad = content[name]
        factory.responses(unit, "555552", good, local_date=date(2026, 5, 4))
        factory.responses(unit, "222222", bad, local_date=date(2026, 5, 4))
    score.refresh(session, parse_period("2026-Q2"), now=NOW, actor="test")
    return units | {"top": top}


def enter(client: FlaskClient, factory: Factory, unit: Unit, role: Role = Role.REFORM) -> None:
    assert sign_in(client, factory.officer(unit, role).email).status_code == 303


def test_a_row_has_interval_possible_rank_and_who_is_alike(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    rows = rows_of(client.get(PAGE))
    assert list(rows) == [
        "Phường An Hoà", "Phường Tân Lập", "Phường Cẩm Sơn", "Phường Ít Phiếu", "Phường Vắng", "Xã Núi Cao",
    ]  # fmt: skip
    assert rows["Phường An Hoà"].startswith("1 Phường An Hoà 28,50 ")
    assert " 1–2 hạng 2 " in rows["Phường An Hoà"]
    assert " 1–2 hạng 1 " in rows["Phường Tân Lập"]
    assert rows["Phường Cẩm Sơn"].startswith("3 Phường Cẩm Sơn 15,00 ")
    assert " 3 không đơn vị nào < 1% 400" in rows["Phường Cẩm Sơn"]


def test_few_responses_are_not_ranked_and_four_are_not_shown(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    rows = rows_of(client.get(PAGE))
    assert rows["Phường Ít Phiếu"].startswith("Phường Ít Phiếu chưa đủ mẫu 15,00")
    assert "không xếp hạng" in rows["Phường Ít Phiếu"]
    assert rows["Phường Vắng"] == "Phường Vắng chưa đủ phiếu"


def test_an_officer_of_one_unit_reads_its_own_place_only(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["second"], Role.ONE_STOP)
    page = client.get(PAGE)
    assert list(rows_of(page)) == ["Phường Tân Lập"]
    assert "Phường Tân Lập đứng thứ 2 theo điểm" in page.text
    assert "thứ hạng có thể từ 1 đến 2; so từng cặp, chưa phân biệt được với 1 đơn vị." in page.text
    assert "An Hoà" not in page.text


def test_the_ranking_is_filtered_by_group_and_kind_and_keeps_its_places(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    assert list(rows_of(client.get(PAGE + "?kind=commune"))) == ["Xã Núi Cao"]
    assert list(rows_of(client.get(PAGE + "?group=Xã"))) == ["Xã Núi Cao"]
    assert list(rows_of(client.get(PAGE + "?group=Phường")))[:1] == ["Phường An Hoà"]
    assert client.get(PAGE + "?group=Sở").status_code == 404
    assert client.get(PAGE + "?kind=planet").status_code == 404
    assert client.get("/officer/ranking/2019-Q1").status_code == 404
    assert client.get("/officer/ranking").location == PAGE
    chosen = client.get("/officer/ranking", query_string={"period": "2026-Q2", "kind": "commune"})
    assert chosen.location == PAGE + "?kind=commune"


def test_a_result_of_an_older_program_has_points_and_no_places(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit(name="Phường An Hoà")
    factory.score(factory.score_set("2026-Q2", closed=True), unit, "26.38", 400)
    enter(client, factory, unit)
    page = client.get(PAGE)
    assert "26,38" in rows_of(page)["Phường An Hoà"]
    assert "chưa có khoảng hạng" in page.text


def test_without_scores_the_role_of_care_sees_no_ranking(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"], Role.ADMINISTRATOR)
    for address in (PAGE, "/officer/ranking", "/officer/compare", "/officer/quarter/2026-Q2/P001"):
        assert client.get(address).status_code == 403, address


def test_a_unit_stays_in_the_group_that_it_was_ranked_in(
    client: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    before = without_tokens(client.get(PAGE))
    province["last"].ranking_group = "Xã"
    session.commit()
    assert without_tokens(client.get(PAGE)) == before


def without_tokens(page: TestResponse) -> str:
    """A page without what is new in each second."""
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", page.text)
