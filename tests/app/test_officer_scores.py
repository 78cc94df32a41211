"""The scores of a period as officers see them: their own units, with intervals, and nothing too small."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.access import Permission, visible_units
from survey.models import Role, SiteFact, Unit

from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

PAGE = "/officer/scores/2026-Q2"


def units_in(page: TestResponse) -> list[str]:
    return [name.strip() for name in re.findall(r'<th scope="row">([^<]+)', page.text)]


def row_of(page: TestResponse, unit: Unit) -> str:
    """One row's text as it is read."""
    (row,) = [row for row in re.findall(r"<tr.*?</tr>", page.text, re.DOTALL) if f'row">{unit.name}' in row]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


@pytest.fixture
def province(factory: Factory) -> dict[str, Unit]:
    """A province with two wards, one of which has a village station below it, and a closed quarter."""
    top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    first = factory.unit(name="Phường An Hoà", parent=top)
    second = factory.unit(name="Phường Tân Lập", parent=top)
    station = factory.unit(name="Điểm tiếp nhận Tân Lập 2", parent=second, ranking_group="Điểm")
    score_set = factory.score_set("2026-Q2", closed=True)
    factory.score(score_set, first, "26.38", 289)
    factory.score(score_set, second, "27.31", 402)
    factory.score(score_set, station, "25.00", 18)
    return {"top": top, "first": first, "second": second, "station": station}


def enter(client: FlaskClient, factory: Factory, unit: Unit, role: Role = Role.REFORM) -> None:
    assert sign_in(client, factory.officer(unit, role).email).status_code == 303


def test_the_page_shows_points_with_interval_n_and_rank(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    assert client.get("/officer/scores").location == PAGE
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Điểm hài lòng: Quý II/2026" in page.text
    assert "Đã chốt" in page.text
    assert "Tính đến 14:05 20/07/2026" in page.text
    assert units_in(page) == ["Điểm tiếp nhận Tân Lập 2", "Phường Tân Lập", "Phường An Hoà"]
    assert row_of(page, province["second"]) == "1 /2 Phường Tân Lập 27,31 26,71–27,91 402 / 1.000 362 93% 27,31"
    assert row_of(page, province["first"]) == "2 /2 Phường An Hoà 26,38 25,78–26,98 289 / 1.000 260 93% 26,38"
    assert "3 đơn vị: 2 có điểm, 1 chưa đủ mẫu, 0 chưa có điểm; 709 phiếu" in page.text
    assert "style=" not in page.text
    # Only files of our own, which the page does without: the menu closes by itself.
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/static/js/menu.js" defer>']


def test_below_thirty_responses_a_unit_is_marked_and_not_ranked(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    row = row_of(client.get(PAGE), province["station"])
    assert row.startswith("Điểm tiếp nhận Tân Lập 2 chưa đủ mẫu 25,00 24,40–25,60 18 / 1.000")


def test_below_five_responses_nothing_is_shown(client: FlaskClient, factory: Factory, session: Session) -> None:
    top = factory.unit(name="Tỉnh Bình Minh")
    score_set = factory.score_set("2026-Q2", closed=True)
    suppressed = factory.unit(name="Xã Núi Cao", parent=top, ranking_group="Xã")
    leaked = factory.unit(name="Xã Biển Xa", parent=top, ranking_group="Xã")
    full = factory.unit(name="Xã Đồng Bằng", parent=top, ranking_group="Xã")
    factory.score(score_set, suppressed, None, 4)
    # As if the figures had been stored by mistake: the page must still keep them back.
    factory.score(score_set, leaked, "7.77", 3, status="scored", dossier_count=3217)
    factory.score(score_set, full, "26.00", 100)
    enter(client, factory, top)
    page = client.get(PAGE)
    assert row_of(page, suppressed) == "Xã Núi Cao chưa đủ phiếu"
    for figure in ("7,77", "7,17", "8,37", "3.217", "7.77"):
        assert figure not in page.text
    assert "3 đơn vị: 1 có điểm" in page.text
    assert "; 100 phiếu" in page.text
    assert row_of(page, full).startswith("1 /1 Xã Đồng Bằng 26,00")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("top", {"Phường An Hoà", "Phường Tân Lập", "Điểm tiếp nhận Tân Lập 2"}),
        ("first", {"Phường An Hoà"}),
        ("second", {"Phường Tân Lập", "Điểm tiếp nhận Tân Lập 2"}),
        ("station", {"Điểm tiếp nhận Tân Lập 2"}),
    ],
)
def test_an_officer_sees_the_own_unit_and_what_lies_below(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], who: str, seen: set[str]
) -> None:
    enter(client, factory, province[who], Role.ONE_STOP)
    page = client.get(PAGE)
    assert set(units_in(page)) == seen
    hidden = {unit.name for unit in province.values()} - seen - {"Tỉnh Bình Minh"}
    assert not any(name in page.text for name in hidden)
    if who != "top":
        assert page.text.count("(đơn vị mình)") == 1


def test_the_rank_counts_the_whole_group_also_where_the_others_are_not_shown(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["first"])
    assert row_of(client.get(PAGE), province["first"]).startswith("2 /2 Phường An Hoà")


def test_units_below_are_found_at_every_depth_and_in_a_faulty_tree(session: Session, factory: Factory) -> None:
    top = factory.unit()
    units = [top]
    for _ in range(5):
        units.append(factory.unit(parent=units[-1]))
    other = factory.unit()
    officer = factory.officer(units[1])
    assert visible_units(session, officer, Permission.SEE_SCORES) == {unit.id for unit in units[1:]}
    top.parent = units[-1]
    session.commit()
    assert other.id not in visible_units(session, officer, Permission.SEE_SCORES)
    nothing = factory.officer(top, Role.ADMINISTRATOR)
    assert visible_units(session, nothing, Permission.SEE_SCORES) == set()


def test_one_group_can_be_looked_at(client: FlaskClient, factory: Factory, province: dict[str, Unit]) -> None:
    enter(client, factory, province["top"])
    assert units_in(client.get(PAGE + "?group=Phường")) == ["Phường Tân Lập", "Phường An Hoà"]
    assert client.get(PAGE + "?group=Sở").status_code == 404
    chosen = client.get("/officer/scores", query_string={"period": "2026-Q2", "group": "Điểm"})
    assert chosen.status_code == 303
    assert len(units_in(client.get(chosen.location))) == 1


@pytest.mark.parametrize("period", ["2026-Q9", "quarter", "2019-Q1", "2026-06-15..2026-09-14"])
def test_periods_that_are_not_there_are_not_found(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], period: str
) -> None:
    enter(client, factory, province["top"])
    assert client.get(f"/officer/scores/{period}").status_code == 404
    assert client.get("/officer/scores", query_string={"period": period}).status_code == 404


def test_every_period_has_one_address(client: FlaskClient, factory: Factory, province: dict[str, Unit]) -> None:
    enter(client, factory, province["top"])
    assert client.get("/officer/scores/2026-04-01..2026-06-30").location == PAGE


def test_an_open_period_says_that_it_may_change(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    score_set = factory.score_set("2026-Q3")
    factory.score(score_set, province["first"], "24.00", 120)
    enter(client, factory, province["top"])
    assert client.get("/officer/scores").location == "/officer/scores/2026-Q3"
    page = client.get("/officer/scores/2026-Q3")
    assert "Đang mở, tạm tính" in page.text
    assert "Tính lại" in page.text
    assert "/officer/exports/" not in page.text
    closed = client.get(PAGE)
    assert "Tính lại" not in closed.text
    assert re.findall(r"/officer/exports/2026-Q2\.(\w+)", closed.text) == ["xlsx", "docx"]
    assert 'href="/officer/exports"' in closed.text


def test_a_one_stop_officer_looks_but_neither_exports_nor_computes(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    factory.score(factory.score_set("2026-Q3"), province["first"], "24.00", 120)
    enter(client, factory, province["first"], Role.ONE_STOP)
    page = client.get("/officer/scores/2026-Q3")
    assert "Tính lại" not in page.text
    token = csrf_token(page)
    refused = client.post("/officer/scores/2026-Q3/refresh", data={"csrf_token": token})
    assert refused.status_code == 403
    assert "Không có quyền xem" in refused.text
    assert "/officer/exports/" not in client.get(PAGE).text
    assert client.get("/officer/exports/2026-Q2.xlsx").status_code == 403


def test_computing_anew_is_work_for_later_that_leads_back_to_the_scores(
    app: Flask, client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    factory.dossiers(province["first"], "2026-Q3", {("dat-dai", "direct", "on_time"): 500})
    first = client.get("/officer/scores/2026-Q3")
    assert "chưa tính điểm lần nào" in first.text
    done = client.post("/officer/scores/2026-Q3/refresh", data={"csrf_token": csrf_token(first)})
    assert done.status_code == 303
    waiting = client.get(done.location)
    assert "Đang làm" in waiting.text
    work_all(app)
    finished = client.get(done.location)
    assert (finished.status_code, finished.location) == (303, "/officer/scores/2026-Q3")
    assert "chưa tính điểm lần nào" not in client.get(finished.location).text


@pytest.mark.parametrize("role", [Role.LEADER, Role.REFORM])
def test_one_unit_alone_does_not_have_all_units_computed(
    client: FlaskClient, factory: Factory, province: dict[str, Unit], role: Role
) -> None:
    """It reads when the scores were computed last; the machine computes by itself."""
    factory.score(factory.score_set("2026-Q3"), province["first"], "24.00", 120)
    enter(client, factory, province["first"], role)
    page = client.get("/officer/scores/2026-Q3")
    assert "Tính lại" not in page.text
    assert "Tính đến 14:05 20/07/2026" in page.text
    refused = client.post("/officer/scores/2026-Q3/refresh", data={"csrf_token": csrf_token(page)})
    assert refused.status_code == 403


def test_a_closed_period_cannot_be_computed_anew(
    client: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    enter(client, factory, province["top"])
    token = csrf_token(client.get(PAGE))
    done = client.post(f"{PAGE}/refresh", data={"csrf_token": token})
    assert "đã chốt" in client.get(done.location).text


def test_without_any_period_the_page_says_what_to_do(client: FlaskClient, factory: Factory) -> None:
    enter(client, factory, factory.unit())
    page = client.get("/officer/")
    assert page.status_code == 200
    assert "Bước tiếp theo là nhập số hồ sơ của kỳ." in page.text
    assert "/officer/dossiers" in page.text


def test_the_example_says_so_on_every_page(client: FlaskClient, factory: Factory, session: Session) -> None:
    words = "Dữ liệu ví dụ. Không phải số liệu của địa phương nào."
    assert words not in client.get("/officer/sign-in").text
    session.add(SiteFact(name="example", value="1"))
    session.commit()
    unit = factory.unit()
    factory.score(factory.score_set(), unit, "25.00", 50)
    assert words in client.get("/officer/sign-in").text
    enter(client, factory, unit)
    assert words in client.get(PAGE).text
    assert words in client.get("/officer/scores/2019-Q1").text


def test_names_and_warnings_are_shown_as_text(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit(name="<b>Xã</b> & 'Núi'", valid_from=date(2025, 7, 1))
    factory.score(
        factory.score_set(),
        unit,
        "25.00",
        50,
        detail={
            "df": 49,
            "unweighted": {"estimate": {"share": 0.8}, "points": None},
            "warnings": [
                {"code": "level_merged", "params": {"margin": "field", "level": "y-te", "into": "dat-dai"}},
                {"code": "factor_left_out", "params": {"factor": "procedures", "n": 12, "minimum": 30}},
                {"code": "margin_unknown_share", "params": {"margin": "channel", "known_share": 0.42}},
                {"code": "below_minimum_sample", "params": {"n": 50, "minimum": 1286}},
            ],
        },
    )
    enter(client, factory, unit)
    page = client.get(PAGE)
    assert "&lt;b&gt;Xã&lt;/b&gt; &amp; &#39;Núi&#39;" in page.text
    assert "4 lưu ý" in page.text
    for words in (
        "“Y tế, an toàn thực phẩm” quá ít phiếu nên khi gia quyền gộp vào “Đất đai, tài nguyên, môi trường”.",
        "Yếu tố “Thủ tục hành chính” chưa đủ 30 phiếu",
        "Chỉ biết cách nộp của 42% số phiếu",
        "Có 50 phiếu; cỡ mẫu tối thiểu cho sai số 5% là 1.286.",
    ):
        assert words in page.text
