"""The officers' home: the quarter at a glance from stored results, and what it must never show."""

from __future__ import annotations

import html
import re
import secrets
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.models import (
    AuditEvent,
    CaseState,
    Category,
    Counter,
    FeedbackCase,
    QrOpening,
    Reader,
    Role,
    Score,
    ScoreTarget,
    Topic,
    Trust,
    Unit,
)
from survey.services import score, work
from survey.services.target import set_target, target_of

from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

QUARTER = parse_period("2026-Q2")
NOW = datetime(2026, 7, 20, 7, 5, tzinfo=UTC)
HOME = "/officer/"


def enter(client: FlaskClient, factory: Factory, unit: Unit, role: Role = Role.REFORM) -> None:
    assert sign_in(client, factory.officer(unit, role).email).status_code == 303


def read(client: FlaskClient, address: str = HOME) -> str:
    """A page's text as it is read."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    assert "style=" not in page.text
    assert not re.search(r"<script(?![^>]* src=)", page.text)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text).split()))


def answer(factory: Factory, unit: Unit, kinds: dict[str, int], **values: Any) -> None:
    """Responses spread over the weeks of the quarter, so that each answer occurs in all of them."""
    for answers, number in kinds.items():
        factory.responses(unit, answers, number, local_date=date(2026, 5, 4), **values)


@pytest.fixture
def ward(factory: Factory) -> Unit:
    """A ward of a province with 160 responses in two fields, nine of them filled in too fast."""
    top = factory.unit(name="Tỉnh Bình Minh", code="TINH", ranking_group=None)
    unit = factory.unit(name="Phường Tân Hoà", code="P01", parent=top)
    factory.dossiers(
        unit,
        "2026-Q2",
        {("dat-dai", "direct", "on_time"): 400, ("dat-dai", "online", "on_time"): 200,
         ("chung-thuc", "direct", "on_time"): 600},
    )  # fmt: skip
    answer(factory, unit, {"545452": 40, "222222": 20, "424242": 7}, field="dat-dai")
    answer(factory, unit, {"555552": 12, "333332": 6}, field="dat-dai", channel="online", trust=Trust.DOSSIER)
    answer(factory, unit, {"554552": 60, "445442": 6}, field="chung-thuc")
    answer(factory, unit, {"555552": 9}, field="chung-thuc", flags="f")
    return unit


def test_the_home_is_the_own_quarter_at_once(
    client: FlaskClient, session: Session, factory: Factory, ward: Unit
) -> None:
    score.refresh(session, QUARTER, now=NOW, actor="test")
    stored = score.scores_of(session, score.latest_set(session, "2026-Q2"))[0]  # type: ignore[arg-type]
    enter(client, factory, ward, Role.ONE_STOP)
    page = read(client)
    written = f"{stored.points}".replace(".", ",")
    interval = f"{stored.lower_points} đến {stored.upper_points}".replace(".", ",")
    assert f"{written} /30" in page
    assert f"Khoảng tin cậy 95%: {interval}" in page
    assert "Đang mở, tạm tính Tính đến 14:05 20/07/2026" in page
    assert "160 phiếu / 1.200 hồ sơ" in page
    # Yamane for 1,200 dossiers is 300; the quarter is over
    assert "Thiếu 140 phiếu" in page
    assert "Mã hồ sơ 18 (11%)" in page
    assert "Điền quá nhanh 9" in page
    assert "gian lận" not in page
    variant = next(one for one in stored.detail["variants"] if one["name"] == "without_flagged")
    assert (variant["n"], variant["removed"]) == (151, 9)
    assert f"Nếu bỏ 9 phiếu này: {variant['points'].replace('.', ',')} điểm." in page


def test_other_ways_to_count_stand_beside_the_score_where_enough_responses_are_left(
    client: FlaskClient, session: Session, factory: Factory, ward: Unit
) -> None:
    score.refresh(session, QUARTER, now=NOW, actor="test")
    enter(client, factory, ward)
    stored = score.scores_of(session, score.latest_set(session, "2026-Q2"))[0]  # type: ignore[arg-type]
    variants = {one["name"]: one for one in stored.detail["variants"]}
    # 18 responses came with a dossier's code: the score says how many, the page no points of them
    assert variants["dossier_only"]["n"] == 18
    one = variants["without_flagged"]
    points, lower, upper = (one[name].replace(".", ",") for name in ("points", "points_lower", "points_upper"))
    page = read(client)
    assert f"{points} {lower}–{upper}" in page
    assert "Chỉ tính phiếu có mã hồ sơ" not in page
    # a result of a version that kept no interval here
    plain = [
        {name: one[name] for name in ("name", "n", "removed", "index_share", "points")}
        for one in variants.values()
    ]
    stored.detail = stored.detail | {"variants": plain}
    session.commit()
    page = read(client)
    assert points in page
    assert f"{lower}–{upper}" not in page


def test_fields_and_channels_are_those_of_the_stored_result(
    client: FlaskClient, session: Session, factory: Factory, ward: Unit
) -> None:
    score.refresh(session, QUARTER, now=NOW, actor="test")
    enter(client, factory, ward)
    page = client.get(HOME).text
    row = re.search(r'<tr data-label="Đất đai.*?</tr>', page, re.DOTALL)
    assert row
    stored = score.scores_of(session, score.latest_set(session, "2026-Q2"))[0]  # type: ignore[arg-type]
    fields = {part["levels"][0]: part["estimate"] for part in stored.detail["reading"]["fields"]}
    values = [float(value) for value in re.findall(r'data-value="([\d.]+)"', row[0])]
    assert values[0] == pytest.approx(100 * fields["dat-dai"]["share"])
    # what the chart draws and what the table says is one number
    for value, words in re.findall(r'data-value="([\d.]+)"[^>]*data-words="([\d,]+)%"', row[0]):
        assert float(words.replace(",", ".")) == pytest.approx(float(value), abs=0.051)
    # 18 responses online: shown, and marked
    assert row[0].count("chưa đủ mẫu") == 1


def test_no_group_can_be_worked_out_by_subtraction(
    client: FlaskClient, session: Session, factory: Factory, ward: Unit
) -> None:
    answer(factory, ward, {"111112": 3}, field="xay-dung")
    factory.dossiers(ward, "2026-Q2", {("xay-dung", "direct", "on_time"): 30})
    score.refresh(session, QUARTER, now=NOW, actor="test")
    stored = score.scores_of(session, score.latest_set(session, "2026-Q2"))[0]  # type: ignore[arg-type]
    shown = {part["levels"][0]: part["estimate"]["n"] for part in stored.detail["reading"]["fields"]}
    assert "xay-dung" not in shown
    hidden = stored.response_count - sum(shown.values())
    assert hidden >= 5
    enter(client, factory, ward)
    assert 'data-label="Xây dựng"' not in client.get(HOME).text


def test_a_field_is_no_way_to_the_figure_of_one_counter_with_few_responses(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    fields = {"dat-dai": 80, "chung-thuc": 60, "tu-phap-ho-tich": 40, "xay-dung": 20}
    factory.dossiers(unit, "2026-Q2", {(field, "direct", "on_time"): 400 for field in fields})
    for field, number in fields.items():
        answer(factory, unit, {"555552": number - 5, "222222": 5}, field=field)
    score.refresh(session, QUARTER, now=NOW, actor="test")
    enter(client, factory, unit)

    def shown() -> set[str]:
        return set(re.findall(r'<tr data-label="(Đất đai|Chứng thực|Tư pháp|Xây dựng)', client.get(HOME).text))

    def counter(*served: str) -> Counter:
        return factory.counter(unit, served)

    land, building = counter("dat-dai"), counter("xay-dung")
    counter("chung-thuc", "tu-phap-ho-tich")
    assert len(shown()) == 2, (
        "a counter's own 20 responses, and the 40 from which they could be told, are not shown"
    )
    assert land.fields != building.fields
    # shown once nobody can say whose it is
    counter("xay-dung")
    assert len(shown()) == 4


def test_few_left_out_responses_are_not_told_by_two_scores_side_by_side(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 400})
    answer(factory, unit, {"555552": 60, "222222": 20})
    answer(factory, unit, {"111112": 4}, flags="f")
    score.refresh(session, QUARTER, now=NOW, actor="test")
    enter(client, factory, unit)
    page = read(client)
    assert "Điền quá nhanh 4" in page
    assert "Nếu bỏ" not in page
    assert "Bỏ các phiếu có dấu hiệu" not in page


def test_below_five_responses_the_home_shows_no_figure_and_what_to_do(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 400})
    answer(factory, unit, {"111112": 4})
    score.refresh(session, QUARTER, now=NOW, actor="test")
    enter(client, factory, unit)
    page = read(client)
    assert "Mới có dưới 5 phiếu" in page
    assert "Bước tiếp theo" in page
    assert "/30" not in page
    assert "4 phiếu" not in page


def test_a_period_that_was_never_scored_says_so_and_can_be(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit()
    factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 400})
    enter(client, factory, unit)
    page = read(client)
    assert "chưa tính điểm lần nào" in page
    assert "Tính điểm" in page


def quarters(factory: Factory, unit: Unit, points: list[str], *, n: int = 400) -> None:
    """The same unit over the quarters that end with 2026-Q2, the last one open."""
    names = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"][-len(points) :]
    for name, given in zip(names, points, strict=True):
        factory.score(factory.score_set(name, closed=name != "2026-Q2"), unit, given, n)


@pytest.mark.parametrize(
    ("before", "now", "words", "arrow"),
    [
        ("25.00", "26.38", "Tăng có ý nghĩa thống kê.", "▲"),
        ("27.50", "26.38", "Giảm có ý nghĩa thống kê.", "▼"),
        ("26.00", "26.38", "Chưa đủ căn cứ để nói tăng hay giảm.", None),
    ],
)
def test_an_arrow_stands_only_where_the_change_is_significant(
    client: FlaskClient, factory: Factory, before: str, now: str, words: str, arrow: str | None
) -> None:
    unit = factory.unit()
    quarters(factory, unit, [before, now])
    enter(client, factory, unit)
    page = read(client)
    assert words in page
    assert f"So với kỳ trước ({before.replace('.', ',')})" in page
    assert [sign for sign in "▲▼" if sign in page] == ([arrow] if arrow else [])


def test_a_change_has_the_interval_of_two_independent_quarters(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit()
    quarters(factory, unit, ["25.74", "26.38"])
    enter(client, factory, unit)
    # 0.64 ± t(798) · 30 · sqrt(2) · 0.01
    assert "Khoảng của mức thay đổi: −0,19 đến +1,47." in read(client)


def test_the_change_skips_no_quarter(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit()
    factory.score(factory.score_set("2025-Q4", closed=True), unit, "25.00", 400)
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    enter(client, factory, unit)
    page = read(client)
    assert "So với kỳ trước" not in page
    assert "Chưa có kỳ trước" in page


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (["24.00", "24.50", "25.10"], "Cần từ năm kỳ có điểm mới xét được xu hướng."),
        (["24.00", "24.50", "25.10", "25.60", "26.38"], "Có xu hướng tăng (p = 0,02)."),
        (["24.00", "25.50", "25.10", "24.60", "26.38"], "Chưa đủ căn cứ để nói có xu hướng (p = 0,48)."),
    ],
)
def test_a_trend_needs_five_quarters_and_evidence(
    client: FlaskClient, factory: Factory, points: list[str], words: str
) -> None:
    unit = factory.unit()
    quarters(factory, unit, points)
    enter(client, factory, unit)
    page = client.get(HOME).text
    assert words in html.unescape(page)
    figure = re.search(r'<figure class="chart trend".*?</figure>', page, re.DOTALL)
    assert figure
    assert re.findall(r'data-value="([\d.]+)"', figure[0]) == points


def test_before_a_merger_the_old_units_are_added_up(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit(name="Phường Tân Hoà")
    old = [factory.unit(name=name, successor_id=unit.id) for name in ("Phường Cũ Một", "Phường Cũ Hai")]
    before = factory.score_set("2026-Q1", closed=True)
    for one, points in zip(old, ("24.00", "26.00"), strict=True):
        factory.score(before, one, points, 200)
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    enter(client, factory, unit)
    page = read(client)
    assert "Vòng rỗng" in page
    assert "(Phường Cũ Một + Phường Cũ Hai)" in page
    assert "So với kỳ trước (25,00)" in page


def test_a_target_is_judged_by_the_whole_interval(client: FlaskClient, factory: Factory, session: Session) -> None:
    top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    unit = factory.unit(parent=top)
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    enter(client, factory, unit)
    assert "Chưa đặt mục tiêu năm 2026." in read(client)
    for points, words in (
        ("26.70", "chưa đủ căn cứ để nói đạt hay chưa đạt"),
        ("25.00", ": đạt."),
        ("28.00", ": chưa đạt."),
    ):
        set_target(session, top, 2026, Decimal(points), now=NOW, actor="test")
        page = read(client)
        assert words in page
        assert f"So với mục tiêu {points.replace('.', ',')} ( Tỉnh Bình Minh )" in page or "Tỉnh Bình Minh" in page


def test_the_nearest_target_above_holds(session: Session, factory: Factory) -> None:
    top = factory.unit(ranking_group=None)
    middle = factory.unit(parent=top)
    low = factory.unit(parent=middle)
    set_target(session, top, 2026, Decimal("26.70"), now=NOW, actor="test")
    assert target_of(session, low, 2026).points == Decimal("26.70")  # type: ignore[union-attr]
    set_target(session, middle, 2026, Decimal("25.00"), now=NOW, actor="test")
    assert target_of(session, low, 2026).points == Decimal("25.00")  # type: ignore[union-attr]
    set_target(session, middle, 2026, None, now=NOW, actor="test")
    assert target_of(session, low, 2026).points == Decimal("26.70")  # type: ignore[union-attr]
    assert target_of(session, low, 2027) is None


def test_targets_are_set_on_their_page(client: FlaskClient, factory: Factory, session: Session) -> None:
    unit = factory.unit(code="P01")
    stranger = factory.unit(code="P99")
    enter(client, factory, unit)
    token = csrf_token(client.get("/officer/targets"))

    def send(**values: str) -> int:
        return client.post("/officer/targets", data={"csrf_token": token, "year": "2026"} | values).status_code

    assert send(unit="P01", points="26,70") == 303
    assert session.get_one(ScoreTarget, (unit.id, 2026)).points == Decimal("26.70")
    assert session.query(AuditEvent).filter_by(action="target.set", subject="P01").count() == 1
    for wrong in ("31", "ba mươi", "-1", "26.705", "nan"):
        assert send(unit="P01", points=wrong) == 422
    assert send(unit=stranger.code, points="20") == 422
    assert send(unit="P01", points="") == 303
    session.rollback()
    assert session.get(ScoreTarget, (unit.id, 2026)) is None


def test_who_may_not_edit_rules_sets_no_target(client: FlaskClient, factory: Factory) -> None:
    enter(client, factory, factory.unit(), Role.LEADER)
    assert client.get("/officer/targets").status_code == 403


def test_a_province_is_its_units_weighted_by_dossiers(client: FlaskClient, factory: Factory) -> None:
    top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    score_set = factory.score_set("2026-Q2")
    factory.score(score_set, factory.unit(parent=top), "24.00", 400, dossier_count=1000)
    factory.score(score_set, factory.unit(parent=top), "27.00", 400, dossier_count=3000)
    factory.score(score_set, factory.unit(parent=top), None, 3, dossier_count=500)
    enter(client, factory, top)
    page = read(client)
    # (1,000 · 24 + 3,000 · 27) / 4,000
    assert "26,25 /30" in page
    assert "2 đơn vị Chưa có điểm 1 đơn vị" in page
    assert "800 phiếu / 4.000 hồ sơ" in page
    assert "1 trong 3 đơn vị chưa đủ cỡ mẫu tối thiểu." in page


def test_results_of_an_older_program_are_still_shown(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit()
    factory.score(factory.score_set("2026-Q2", closed=True), unit, "26.38", 400)
    enter(client, factory, unit)
    page = read(client)
    assert "26,38 /30" in page
    assert "Tính lại để xem." in page


def test_an_officer_opens_no_other_unit(client: FlaskClient, factory: Factory) -> None:
    own, other = factory.unit(code="P01"), factory.unit(code="P02", name="Phường Khác")
    score_set = factory.score_set("2026-Q2")
    factory.score(score_set, own, "26.38", 400)
    factory.score(score_set, other, "22.22", 400)
    enter(client, factory, own)
    assert "Phường Khác" not in read(client)
    for address in (
        "/officer/quarter/2026-Q2/P02",
        "/officer/compare?left_unit=P01&right_unit=P02",
        "/officer/compare?left_unit=P02",
    ):
        assert client.get(address).status_code == 403, address
    assert client.get("/officer/quarter/2026-Q2/P03").status_code == 404
    assert client.get("/officer/quarter/2019-Q1/P01").status_code == 404
    chosen = client.get("/officer/quarter", query_string={"period": "2026-Q2", "unit": "P01"})
    assert (chosen.status_code, chosen.location) == (303, "/officer/quarter/2026-Q2/P01")


def test_a_counter_with_few_responses_is_not_told_apart(
    client: FlaskClient, factory: Factory, session: Session
) -> None:
    unit = factory.unit()
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    for name, opened, sent in (("Quầy Đông", 96, 54), ("Quầy Vắng", 60, 29)):
        code = factory.qr_code(unit, factory.counter(unit, name=name))
        session.add(QrOpening(code=code.code, local_date=date(2026, 5, 4), opened=opened, sent=sent))
    link = factory.qr_code(unit)
    session.add(QrOpening(code=link.code, local_date=date(2026, 5, 5), opened=105, sent=42))
    session.add(QrOpening(code=link.code, local_date=date(2026, 3, 31), opened=1000, sent=1000))
    session.commit()
    enter(client, factory, unit)
    page = read(client)
    assert "Quầy Đông 96 → 54 56%" in page
    assert "Liên kết trực tuyến 105 → 42 40%" in page
    assert "Quầy Vắng" not in page


def case(session: Session, unit: Unit, reader: Reader = Reader.UNIT, **values: Any) -> None:
    defaults: dict[str, Any] = {
        "key": secrets.token_bytes(32),
        "about_unit_id": unit.id,
        "reader_unit_id": unit.id,
        "reader": reader,
        "topic": Topic.SUGGESTION,
        "state": CaseState.NEW,
        "trial": False,
        "received_on": datetime.now(UTC).date() - timedelta(days=3),
    }
    session.add(FeedbackCase(**(defaults | values)))
    session.commit()


def test_feedback_is_counted_by_who_may_read_it(client: FlaskClient, factory: Factory, session: Session) -> None:
    top = factory.unit(ranking_group=None)
    unit = factory.unit(parent=top)
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    case(session, unit)
    case(session, unit, state=CaseState.CLOSED)
    case(session, unit, Reader.LEADER, topic=Topic.CONDUCT)
    case(session, unit, Reader.ABOVE, topic=Topic.EXTRA_FEES, reader_unit_id=top.id)
    case(session, unit, trial=True, state=CaseState.CLOSED)
    other = client.application.test_client()
    enter(client, factory, unit, Role.ONE_STOP)
    page = read(client)
    assert "Góp ý đang mở (1)" in page
    assert "2 góp ý trong 6 tháng gần nhất." in page
    assert "Thái độ" not in page
    assert "đưa thêm tiền" not in page
    enter(other, factory, unit, Role.LEADER)
    page = read(other)
    assert "Góp ý đang mở (2)" in page
    assert "đưa thêm tiền" not in page


def test_open_feedback_is_what_the_inbox_counts(client: FlaskClient, factory: Factory, session: Session) -> None:
    top = factory.unit(ranking_group=None)
    unit, neighbour = factory.unit(code="P01", parent=top), factory.unit(parent=top)
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    today = datetime.now(TIME_ZONE).date()
    case(session, unit, due_on=today - timedelta(days=1))
    case(session, unit, due_on=today)
    case(session, unit, trial=True)
    case(session, unit, topic=Topic.PRAISE)
    case(session, unit, topic=Topic.CONDUCT, category=Category.PRAISE)
    case(session, unit, category=Category.COMPLAINT)
    case(session, unit, state=CaseState.CLOSED)
    case(session, neighbour, due_on=today - timedelta(days=1))
    other = client.application.test_client()
    enter(client, factory, unit, Role.ONE_STOP)
    page = read(client)
    assert "Góp ý đang mở (3) ? Góp ý có mã" in page
    assert "Quá hạn 1 Hạn hôm nay 1 Mở danh sách góp ý" in page
    assert "Góp ý, phản ánh (3)" in page
    assert "3 đang mở" in read(client, "/officer/feedback")
    # the unit alone, for who sees others too: the inbox filtered by it counts the same, restricted ones included
    enter(other, factory, top, Role.LEADER)
    page = other.get("/officer/quarter/2026-Q2/P01").text
    assert "(4)" in re.search(r"<h2>Góp ý đang mở.*?</h2>", page)[0]  # type: ignore[index]
    links = re.findall(rf'href="(/officer/feedback\?unit={unit.id}[^"]*)"', page)
    assert len(links) == 2
    overdue, all_open = (
        len(re.findall(r'<th scope="row"><a href', other.get(html.unescape(link)).text)) for link in links
    )
    assert (overdue, all_open) == (1, 4)


def test_feedback_by_month_follows_what_officers_found(
    client: FlaskClient, factory: Factory, session: Session
) -> None:
    unit = factory.unit()
    factory.score(factory.score_set("2026-Q2"), unit, "26.38", 400)
    case(session, unit, topic=Topic.SUGGESTION, category=Category.PETITION)
    case(session, unit, topic=Topic.EXTRA_FEES, category=Category.PETITION)
    case(session, unit, topic=Topic.REPORT, category=Category.UNRELATED)
    case(session, unit, topic=Topic.REPORT, category=Category.PRAISE)
    enter(client, factory, unit, Role.ONE_STOP)
    page = client.get(HOME).text
    card = page[page.index("Góp ý nhận được theo tháng") :]
    assert re.findall(r'<tr data-label="([^"]+)"', card) == [
        "Phản ánh, kiến nghị về việc giải quyết hồ sơ",
        "Khen ngợi",
        "Bị gợi ý hoặc phải đưa thêm tiền, quà",
        "Không liên quan, tin rác",
    ]


def test_two_periods_stand_side_by_side(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit(code="P01")
    quarters(factory, unit, ["25.00", "26.38"])
    enter(client, factory, unit)
    page = read(client, "/officer/compare?left=2026-Q1&right=2026-Q2")
    assert "Chênh lệch (bên phải trừ bên trái): +1,38 điểm. Khoảng của mức chênh: +0,55 đến +2,21." in page
    assert "Bên phải cao hơn, có ý nghĩa thống kê." in page
    same = read(client, "/officer/compare?left=2026-Q2&right=2026-Q2")
    assert "Hai bên đang giống nhau." in same


def test_every_figure_says_what_it_is(client: FlaskClient, session: Session, factory: Factory, ward: Unit) -> None:
    score.refresh(session, QUARTER, now=NOW, actor="test")
    enter(client, factory, ward)
    page = client.get(HOME).text
    cards = re.findall(r'<section class="cd.*?</section>', page, re.DOTALL)
    without = [card for card in cards if '<details class="help">' not in card]
    # only the list of remarks, which is words itself
    assert [re.search(r"<h2>([^<]+)", card)[1] for card in without] == ["Lưu ý khi đọc điểm này"]  # type: ignore[index]
    assert page.count('<details class="help">') >= 11


def test_the_open_quarter_is_computed_anew_when_responses_came(
    app: Flask, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 400})
    answer(factory, unit, {"555552": 40})
    first = score.refresh_open(session, now=NOW, actor="test")
    assert first == ["2026-Q2"]
    assert score.refresh_open(session, now=NOW + timedelta(minutes=30), actor="test") == []
    answer(factory, unit, {"111112": 10})
    assert score.refresh_open(session, now=NOW + timedelta(minutes=60), actor="test") == ["2026-Q2"]
    # dossiers may have been imported again
    assert score.refresh_open(session, now=NOW + timedelta(hours=26), actor="test") == ["2026-Q2"]
    score.close(session, QUARTER, now=NOW, actor="test")
    answer(factory, unit, {"111112": 10})
    assert score.refresh_open(session, now=NOW + timedelta(days=9), actor="test") == []


def test_the_worker_does_it_by_itself(app: Flask, session: Session, factory: Factory) -> None:
    unit = factory.unit()
    factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 400})
    answer(factory, unit, {"555552": 40})
    work.plan(session, now=NOW)
    work_all(app, now=NOW)
    session.expire_all()
    assert session.query(Score).count() == 1
