"""Published results: what everybody sees, and that nothing in it tells about a few persons."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from analysis.suppression import computable
from survey.config import TIME_ZONE
from survey.models import (
    CaseState,
    EntryKind,
    FeedbackCase,
    FeedbackEntry,
    PublishedUnit,
    Reader,
    ScoreSet,
    Topic,
    Trust,
    Unit,
)
from survey.reports.quarter_columns import mean_index
from survey.reports.wording import collected
from survey.services import publication, score
from survey.services.export import quarter_report

from factories import Factory

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=TIME_ZONE)
Q2, Q3, BOTH = (parse_period(text) for text in ("2026-Q2", "2026-Q3", "2026-04-01..2026-09-30"))
WAYS = ("dossier", "counter", "assisted")


@pytest.fixture
def province(factory: Factory) -> dict[str, Unit]:
    """A province with four wards; in the second quarter one of them has four responses only."""
    top = factory.unit(code="TINH", name="Tỉnh Bình Minh", ranking_group=None, start_date=None)
    wards = {code: factory.unit(code=code, name=f"Phường {code}", parent=top) for code in ("AH", "HK", "TL", "XL")}
    for ward in wards.values():
        for period in (Q2, Q3, BOTH):
            factory.dossiers(ward, period.text, {("dat-dai", "direct", "on_time"): 300})
    return {"TINH": top, **wards}


def answer(factory: Factory, unit: Unit, period: Period, **ways: int) -> None:
    """So many responses by each way in, each fifth of them less content."""
    for way, number in ways.items():
        for place in range(number):
            said = "233322" if place % 5 == 4 else "555552"
            factory.responses(unit, said, local_date=period.first, trust=Trust(way))


def publish(session: Session, period: Period, *, of: int | None = None, reason: str = "") -> ScoreSet:
    session.rollback()
    score.close(session, period, now=NOW, actor="test", revision_of=of, reason=reason)
    return publication.publish(session, period, now=NOW + timedelta(days=of or 0), actor="test")


def lines(session: Session, score_set: ScoreSet) -> dict[str, dict[str, Any]]:
    found = session.scalars(select(PublishedUnit).where(PublishedUnit.score_set_id == score_set.id))
    return {line.code: line.content for line in found}


@pytest.fixture
def second(session: Session, factory: Factory, province: dict[str, Unit]) -> ScoreSet:
    """The second quarter, published."""
    answer(factory, province["AH"], Q2, dossier=20, counter=60, assisted=2)
    answer(factory, province["HK"], Q2, dossier=10, counter=30, assisted=9)
    answer(factory, province["TL"], Q2, counter=4)
    answer(factory, province["XL"], Q2, dossier=30, counter=40, assisted=30)
    return publish(session, Q2)


def text(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    assert "Set-Cookie" not in page.headers
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_what_is_published_has_the_names_and_groups_of_the_files_of_the_closed_period(
    session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    answer(factory, province["AH"], Q2, counter=40)
    group = province["AH"].ranking_group
    session.rollback()
    score.close(session, Q2, now=NOW, actor="test")
    for code, name in (("AH", "Phường An Hải"), ("TINH", "Tỉnh Bình Minh Mới")):
        session.get_one(Unit, province[code].id).name = name
    session.get_one(Unit, province["AH"].id).ranking_group = "Nhóm khác"
    session.commit()
    published = lines(session, publication.publish(session, Q2, now=NOW, actor="test"))
    assert {code: published[code]["name"] for code in ("AH", "TINH")} == {
        "AH": "Phường AH",
        "TINH": "Tỉnh Bình Minh",
    }
    assert published["AH"]["group"] == group


def test_only_what_is_published_is_there(
    client: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    answer(factory, province["AH"], Q2, counter=40)
    assert "Chưa có kỳ nào được công bố." in text(client, "/results")
    paths = ("/results/2026-Q2", "/results/2026-Q2/AH", "/api/v1/periods/2026-Q2", "/results/nonsense")
    assert {client.get(path).status_code for path in paths} == {404}
    score.close(session, Q2, now=NOW, actor="test")
    assert {client.get(path).status_code for path in paths} == {404}
    publication.publish(session, Q2, now=NOW, actor="test")
    assert "Quý II/2026" in text(client, "/results")
    assert [client.get(path).status_code for path in paths] == [200, 200, 200, 404]
    assert client.get("/results/2026-Q2/NOBODY").status_code == 404
    assert client.get("/results/2026-Q2?revision=2").status_code == 404


def test_the_line_of_the_province_says_what_the_report_says(
    session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    """A unit with dossiers and no response, and one with too few, leave both: in the answer and in the paper."""
    answer(factory, province["AH"], Q2, counter=60)
    answer(factory, province["HK"], Q2, counter=31, assisted=9)
    answer(factory, province["TL"], Q2, counter=4)
    published = publish(session, Q2)
    line = lines(session, published)["TINH"]
    report = quarter_report(session, Q2)
    together = report.together
    assert together is not None
    assert (together.responses, together.dossiers) == (line["responses"], line["dossiers"]) == (100, 600)
    assert together.index_share == line["index_share"] == pytest.approx(mean_index(report.units))
    assert (together.unit_count, together.missing_count) == (line["unit_count"], 2)
    with force_locale("vi"):
        told = collected(report)
    assert "Có 100 phiếu hợp lệ trong 600 hồ sơ của 2 đơn vị có điểm, bằng 16,67% số hồ sơ" in told
    assert "2 đơn vị chưa có điểm không nằm trong các số này" in told


def test_the_first_screen_of_a_citizen(client: FlaskClient, second: ScoreSet) -> None:
    page = text(client, "/results/2026-Q2/XL?lang=vi")
    assert "100 người trả lời trong 300 hồ sơ (33,3%)" in re.sub(r" +", " ", page).replace(" )", ")")
    assert re.search(r"Nếu mọi người có hồ sơ đều trả lời, .* với điều kiện người không trả lời", page)
    assert "Có người hỗ trợ 30 (30%)" in page
    assert re.search(r"Điểm nếu chỉ tính mã trên giấy hẹn, kết quả \d\d,\d\d", page)
    assert re.search(r"Điểm nếu bỏ phiếu có người hỗ trợ \d\d,\d\d", page)
    assert "Phiếu bị để riêng, hai người duyệt 0" in page
    assert "Bị gợi ý hoặc phải đưa thêm tiền, quà trong 0" not in page
    assert "Góp ý, phản ánh nhận được 0 Trả lời đúng hạn 0" in page
    assert "Các lần đính chính (0)" in page
    english = text(client, "/results/2026-Q2/XL?lang=en")
    assert "100 people answered, of 300 dossiers" in english


def test_a_small_unit_does_not_follow_from_its_parent_and_siblings(
    client: FlaskClient, session: Session, second: ScoreSet
) -> None:
    found = lines(session, second)
    small = found["TL"]
    assert small["status"] == "suppressed"
    assert {small[name] for name in ("responses", "dossiers", "points", "ways", "factors", "extra_fees")} == {None}
    assert "4 người" not in text(client, "/results/2026-Q2/TL")
    shown = [found[code] for code in ("AH", "HK", "XL")]
    assert found["TINH"]["responses"] == sum(line["responses"] for line in shown)
    assert found["TINH"]["dossiers"] == sum(line["dossiers"] for line in shown)
    # Two assisted responses of a ward: neither its row nor the row of the province gives them away.
    withheld = {
        (code, way) for code, line in found.items() for way in WAYS if line["ways"] and line["ways"][way] is None
    }
    assert ("AH", "assisted") in withheld
    sums: list[set[tuple[str, str]]] = [{(code, way) for way in WAYS} for code in ("TINH", "AH", "HK", "XL")]
    sums += [{(code, way) for code in ("TINH", "AH", "HK", "XL")} for way in WAYS]
    assert ("AH", "assisted") not in computable(withheld, sums)


def test_a_correction_shows_both_revisions_and_not_what_a_few_changed(
    client: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit], second: ScoreSet
) -> None:
    answer(factory, province["AH"], Q2, counter=3)
    answer(factory, province["TL"], Q2, counter=2)
    answer(factory, province["XL"], Q2, counter=40)
    corrected = publish(session, Q2, of=1, reason="Nhập thêm phiếu giấy đến muộn")
    before, after = lines(session, second), lines(session, corrected)
    # 4 and then 6: the second number would tell the first one.
    assert (after["TL"]["status"], after["TL"]["responses"], after["TL"]["points"]) == ("held", None, None)
    assert after["TINH"]["responses"] == sum(after[code]["responses"] for code in ("AH", "HK", "XL"))
    # 3 more of 82: the points are corrected, but nothing that shows what these three said.
    assert after["AH"]["points"] is not None
    assert {after["AH"][name] for name in ("factors", "other_ways", "extra_fees")} == {None}
    assert set(after["AH"]["ways"].values()) == {None}
    assert after["HK"] == before["HK"] | {"ways": after["HK"]["ways"]}
    assert {way for way, count in before["HK"]["ways"].items() if count is None} <= {
        way for way, count in after["HK"]["ways"].items() if count is None
    }

    page = text(client, "/results/2026-Q2/XL")
    assert "Bản 2, thay bản 1." in page
    assert "Lý do: Nhập thêm phiếu giấy đến muộn" in page
    assert "Các lần đính chính (1)" in page
    assert "140 người trả lời" in page
    old = text(client, "/results/2026-Q2/XL?revision=1")
    assert "Bản 1 đã được đính chính." in old
    assert "100 người trả lời" in old
    assert lines(session, second) == before


def test_two_published_periods_do_not_tell_a_small_one(
    session: Session, factory: Factory, province: dict[str, Unit], second: ScoreSet
) -> None:
    for code in ("AH", "HK", "XL"):
        answer(factory, province[code], Q3, counter=50)
    answer(factory, province["TL"], Q3, counter=12)
    third = publish(session, Q3)
    assert lines(session, third)["TL"]["responses"] == 12
    half = lines(session, publish(session, BOTH))
    assert (half["TL"]["status"], half["TL"]["responses"]) == ("held", None)
    # 50 of 132 by the counter's code in the third quarter would leave the two of the second.
    assert half["AH"]["ways"]["assisted"] is None
    assert half["HK"]["responses"] == 49 + 50


def test_feedback_is_counted_where_it_is_read(
    client: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    answer(factory, province["AH"], Q2, counter=40)
    day = Q2.first
    for reader, due, answered in (
        (Reader.UNIT, day + timedelta(days=9), day + timedelta(days=3)),
        (Reader.UNIT, day + timedelta(days=9), day + timedelta(days=30)),
        (Reader.UNIT, day + timedelta(days=9), None),
        (Reader.UNIT, date(2027, 1, 1), None),
        (Reader.LEADER, day + timedelta(days=9), day + timedelta(days=3)),
    ):
        session.add(case(province["AH"], reader, due, answered))
    session.add(case(province["TINH"], Reader.ABOVE, None, None))
    session.commit()
    found = lines(session, publish(session, Q2))
    assert found["AH"]["feedback"] == {"received": 4, "on_time": 1, "late": 2, "open": 1}
    assert found["TINH"]["feedback"] == {"received": 6, "on_time": 2, "late": 2, "open": 2}
    assert "Trả lời trễ hạn, hoặc quá hạn chưa trả lời 2" in text(client, "/results/2026-Q2/AH")


def case(unit: Unit, reader: Reader, due: date | None, answered: date | None) -> FeedbackCase:
    return FeedbackCase(
        key=secrets.token_bytes(32),
        about_unit_id=unit.id,
        reader_unit_id=unit.id,
        reader=reader,
        topic=Topic.REPORT,
        state=CaseState.NEW if answered is None else CaseState.ANSWERED,
        trial=False,
        received_on=Q2.first,
        settled_on=answered,
        due_on=due,
        entries=[]
        if answered is None
        else [FeedbackEntry(position=0, on_date=answered, kind=EntryKind.REPLY, text="Đã xem.")],
    )


def test_extra_fees_are_told_from_thirty_answers_on(
    client: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    for code, asked in (("AH", 6), ("HK", 3), ("TL", 0), ("XL", 8)):
        factory.responses(province[code], "555551", asked, local_date=Q2.first)
    for code, others in (("AH", 44), ("HK", 60), ("TL", 50), ("XL", 12)):
        factory.responses(province[code], "555552", others, local_date=Q2.first)
    found = {code: line["extra_fees"] for code, line in lines(session, publish(session, Q2)).items()}
    assert (found["AH"]["yes"], found["AH"]["asked"], found["AH"]["share"]) == (6, 50, 0.12)
    assert (found["HK"]["yes"], found["HK"]["share"], found["HK"]["few"]) == (None, None, True)
    assert (found["TL"]["yes"], found["TL"]["share"]) == (0, 0.0)
    assert found["XL"] is None
    # With the province's number the three of one ward would be what is left.
    assert found["TINH"] is None
    assert "trong 63 người trả lời câu này 1-4 người" in text(client, "/results/2026-Q2/HK")
