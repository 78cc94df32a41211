"""Leaders rate a unit through links that are good once; this fills the 10-point component and nothing else."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from analysis.rules import load_score_rule
from survey.errors import HailongError
from survey.messages import sentence
from survey.models import IndexEntry, IndexRound, LeaderResponse, LeaderSurvey, Response, Unit
from survey.services import leader_survey, reform_index
from survey.services.tally import count_responses

from citizens import count, nonce_in, send, signer
from commands import hailong
from factories import Factory

NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
UNTIL = date(2099, 12, 31)
GOOD = {"LD1": "4", "LD2": "4", "LD3": "4", "LD4": "4", "LD5": "4"}


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit(code="AH", name="Phường An Hoà")


def invited(session: Session, unit: Unit, leaders: int, **values: str) -> list[str]:
    return leader_survey.invite(
        session,
        [unit] * leaders,
        round_name="2026",
        version=values.get("version", "leaders-v1"),
        expires_on=UNTIL,
        now=NOW,
        actor="test",
    )


def result_of(session: Session) -> leader_survey.LeaderResult:
    session.rollback()
    (result,) = leader_survey.results(session, round_name="2026")
    return result


def test_three_leaders_make_the_points_of_hoai_nhon(client: FlaskClient, session: Session, unit: Unit) -> None:
    """ "Fair, good, good" by three leaders are 5, 7.5 and 7.5 of 10: the 6.67 that Hoài Nhơn printed in 2022."""
    links = invited(session, unit, 3)
    for link, rating in zip(links, "344", strict=True):
        assert result_of(session).points is None, "two answers would give each leader the other's"
        sent = send(client, f"/q/{link}", dict.fromkeys(GOOD, rating))
        assert sent.status_code == 303
        assert "Trân trọng cảm ơn" in client.get(sent.headers["Location"]).text
    result = result_of(session)
    assert (result.points, result.asked, result.answered) == (Decimal("6.67"), 3, 3)
    assert result.items == {}, "single questions are not shown below five answers"


def test_five_answers_show_single_questions_too(client: FlaskClient, session: Session, unit: Unit) -> None:
    for link in invited(session, unit, 5):
        send(client, f"/q/{link}", {"LD1": "5", "LD2": "3", "LD3": "x", "LD4": "x"})
    result = result_of(session)
    assert result.points == Decimal("7.50"), "what a leader could not tell is left out of that leader's mean"
    assert result.items == {"LD1": Decimal("10.00"), "LD2": Decimal("5.00")}


def test_a_link_is_good_once_and_says_how_few_are_asked(client: FlaskClient, session: Session, unit: Unit) -> None:
    link = invited(session, unit, 3)[0]
    page = client.get(f"/q/{link}")
    assert "Phiếu đánh giá của lãnh đạo" in page.text
    assert "Phường An Hoà" in page.text
    assert "Trung tâm Phục vụ" not in page.text, "leaders rate the unit, not its counter"
    assert "Chỉ 3 lãnh đạo được mời đánh giá đơn vị này." in page.text
    assert "Hồ sơ của Ông/Bà về việc gì?" not in page.text
    data = {"n": nonce_in(page)} | GOOD
    for _try in range(2):  # a double tap is one response
        assert client.post(f"/q/{link}", data=data).status_code == 303
    assert count(session, LeaderResponse) == 1
    assert client.get(f"/q/{link}").status_code == 410
    assert client.post(f"/q/{link}", data={"n": "leaders-v1.x"} | GOOD).status_code == 410


def test_leaders_never_enter_the_citizens_score(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    for link in invited(session, unit, 3):
        send(client, f"/q/{link}", GOOD)
    assert count(session, Response) == 0
    factory.responses(unit, "11111", 9, version="leaders-v1")  # even if they stood in the wrong table
    counted = count_responses(session, parse_period("2026"), rule=load_score_rule())
    assert counted.tally.response_count == 0


def test_a_leaders_form_is_not_taken_through_a_poster(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    """A forged nonce that names the leaders' version comes back as the citizens' form, and stores nothing."""
    code = factory.qr_code(unit, factory.counter(unit)).code
    returned = client.post(f"/q/{code}", data={"n": "leaders-v1.forged"} | GOOD)
    found = re.search(r'name="n" value="([^"]+)"', returned.text)
    assert found
    assert found[1].startswith("short-v1.")
    assert client.post(f"/q/{code}", data={"n": found[1]} | GOOD).status_code == 422
    assert (count(session, Response), count(session, LeaderResponse)) == (0, 0)


def test_a_leaders_link_leads_to_no_feedback_of_citizens(
    app: Flask, client: FlaskClient, session: Session, unit: Unit
) -> None:
    (code,) = invited(session, unit, 1)
    refused = client.get(f"/q/{code}/feedback")
    assert refused.status_code == 404
    assert client.post(f"/q/{code}/feedback", data={"topic": "praise", "text": "x"}).status_code == 404
    late = signer(app).issue_receipt(
        code=code, version="leaders-v1", number=bytes(10), trial=False, now=datetime.now(UTC) - timedelta(hours=1)
    )
    thanks = client.get(f"/q/{code}/thanks", query_string={"t": late})
    assert "Trân trọng cảm ơn" in thanks.text
    assert "/feedback" not in thanks.text


def test_a_used_link_does_not_send_a_leader_to_the_citizens_poster(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    (link,) = invited(session, unit, 1)
    send(client, f"/q/{link}", GOOD)
    again = client.get(f"/q/{link}")
    assert again.status_code == 410
    assert "xin báo nơi đã gửi liên kết" in again.text
    assert "áp phích" not in again.text


def test_nothing_stored_names_a_leader_or_a_link(
    app: Flask, client: FlaskClient, session: Session, unit: Unit, tmp_path: Path
) -> None:
    file, out = tmp_path / "leaders.csv", tmp_path / "links.csv"
    file.write_text(f"Mã đơn vị,Người nhận\n{unit.code},Bà Nguyễn Thị A\n{unit.code},=b@example.vn\n", "utf-8")
    told = hailong(app, "leaders", "invite", file, "--round", "2026", "--until", "2099-12-31", "--out", out)
    assert "mới mời 2 lãnh đạo; từ 3 phiếu mới tính điểm" in told.output
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [row["Người nhận"] for row in rows] == ["Bà Nguyễn Thị A", "'=b@example.vn"]
    address = rows[0]["Địa chỉ"].removeprefix("http://127.0.0.1:8000")
    assert send(client, address, GOOD).status_code == 303
    engine = session.get_bind()
    session.rollback()
    with engine.connect() as connection:
        tables = LeaderSurvey.metadata.sorted_tables
        everything = repr([connection.execute(select(table)).all() for table in tables])
    assert "Nguyễn" not in everything
    assert "b@example.vn" not in everything
    assert address.rsplit("/", 1)[1] not in everything


def test_the_results_fill_the_index_where_nothing_was_entered(
    app: Flask, client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    other = factory.unit(code="BH")
    index_round = IndexRound(name="2026", kind="par", rules="index-60-10-30")
    session.add(index_round)
    session.flush()
    for one in (unit, other):
        session.add(IndexEntry(round_id=index_round.id, unit_id=one.id, component="ket-qua", points=Decimal(50)))
    session.add(IndexEntry(round_id=index_round.id, unit_id=other.id, component="lanh-dao", points=Decimal(8)))
    session.commit()
    for one in (unit, other):
        for link in invited(session, one, 3):
            send(client, f"/q/{link}", GOOD)
    session.rollback()
    table = reform_index.compute(session, year=2026)
    found = {
        row.unit.code: (next(part.points for part in row.result.components if part.code == "lanh-dao"),
                        row.sources["lanh-dao"])
        for row in table.rows
    }  # fmt: skip
    assert found == {"AH": (Decimal("7.50"), "leaders"), "BH": (Decimal(8), "entered")}
    printed = json.loads(hailong(app, "leaders", "results", "--round", "2026", "--json").output)
    assert {one["unit"]: one["points"] for one in printed["units"]} == {"AH": "7.50", "BH": "7.50"}
    assert "7,50/10" in hailong(app, "leaders", "results", "--round", "2026").output


def test_what_cannot_be_asked_is_said_in_words(session: Session, unit: Unit) -> None:
    with pytest.raises(HailongError) as refused:
        invited(session, unit, 1, version="short-v1")
    assert "phiếu của người dân" in sentence(refused.value)
    with pytest.raises(HailongError) as refused:
        leader_survey.results(session, round_name="2031")
    assert "hailong leaders invite" in sentence(refused.value)
