"""Which version a citizen is asked, and what several versions in one period make of the score."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from analysis.scores import UnitScore
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.messages import sentence
from survey.models import AuditEvent, QuestionnaireUse, Response, Unit
from survey.services import questionnaire_use
from survey.services.scoring import score_period

from citizens import send
from conftest import TODAY
from factories import Factory

NOW = datetime(2026, 8, 14, 2, 0, tzinfo=UTC)
PERIOD = parse_period("2026-Q3")
LONG = "sipas-2640-v1"


def assigned(session: Session, unit: Unit, version: str, first: date, last: date | None = None) -> None:
    questionnaire_use.assign(
        session, version, unit=unit, valid_from=first, valid_to=last, now=NOW, actor="a@example.vn"
    )


def asked(session: Session, unit: Unit, day: date = TODAY) -> str:
    return questionnaire_use.for_citizens(session.connection(), unit.id, today=day).id


def test_everybody_gets_the_short_form_unless_told_otherwise(session: Session, factory: Factory) -> None:
    province = factory.unit(code="T")
    commune, other = factory.unit(parent=province), factory.unit(parent=province)
    assert asked(session, commune) == "short-v1"
    assigned(session, province, LONG, TODAY)
    assert (asked(session, commune), asked(session, other)) == (LONG, LONG)
    assigned(session, commune, "short-v1", TODAY)
    assert (asked(session, commune), asked(session, other)) == ("short-v1", LONG), "the nearest assignment holds"
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "questionnaire.assign")).first()
    assert event is not None
    assert (event.actor, event.subject, event.detail["unit"]) == ("a@example.vn", LONG, "T")


def test_an_assignment_has_a_first_and_a_last_day(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    assigned(session, unit, LONG, first, last)
    days = [asked(session, unit, TODAY + timedelta(days=ahead)) for ahead in range(1, 6)]
    assert days == ["short-v1", LONG, LONG, LONG, "short-v1"]


def test_a_version_out_of_force_is_passed_over(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    assigned(session, unit, "sipas-1001-v1", TODAY)
    assert asked(session, unit, date(2026, 12, 31)) == "sipas-1001-v1"
    assert asked(session, unit, date(2027, 1, 1)) == "short-v1", "QĐ 1001 ends with 2026"


@pytest.mark.parametrize(
    ("version", "first", "last", "words"),
    [
        ("short-v9", TODAY, None, "Không có bộ câu hỏi short-v9"),
        ("leaders-v1", TODAY, None, "phiếu của lãnh đạo"),
        (LONG, TODAY, TODAY - timedelta(days=1), "đứng trước ngày bắt đầu"),
        (LONG, TODAY - timedelta(days=1), None, "Ngày bắt đầu đã qua"),
        ("sipas-1001-v1", TODAY, date(2027, 1, 1), "nằm ngoài thời gian hiệu lực"),
    ],
)
def test_what_cannot_be_assigned_is_said_in_words(
    session: Session, factory: Factory, version: str, first: date, last: date | None, words: str
) -> None:
    with pytest.raises(HailongError) as refused:
        assigned(session, factory.unit(), version, first, last)
    assert words in sentence(refused.value)


def test_a_long_form_is_asked_and_stored_with_its_several_answers(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    code = factory.qr_code(unit, factory.counter(unit)).code
    today = datetime.now(TIME_ZONE).date()
    use = QuestionnaireUse(unit_id=unit.id, version=LONG, valid_from=today)
    session.add(use)
    session.commit()
    page = client.get(f"/q/{code}").text
    assert "Thông tin về người trả lời" in page
    assert page.count('type="radio"') == 3 + 5 + 8 + 5 + 2 + 22 * 6
    few = send(client, f"/q/{code}", {f"T{number}": "4" for number in range(1, 11)})
    assert few.status_code == 422
    assert few.text.count("▲ Chưa chọn") == 12
    assert "#T11" in few.text
    assert "16. Chú ý lắng nghe ý kiến của Ông/Bà" in few.text, "numbered as on the form"
    sent = send(client, f"/q/{code}", {"B1": "2"} | {f"T{number}": "4" for number in range(1, 23)})
    assert sent.status_code == 303
    assert 'type="radio"' not in client.get(sent.headers["Location"]).text, "nothing more is asked than a remark"
    session.rollback()
    stored = session.scalars(select(Response)).one()
    assert (stored.version, stored.answers) == (LONG, "2----" + "4" * 22)


def test_boxes_that_were_ticked_come_back_ticked(client: FlaskClient, session: Session, factory: Factory) -> None:
    unit = factory.unit()
    code = factory.qr_code(unit, factory.counter(unit)).code
    form = factory.released("sipas-1001-v1", "sipas-1001-v2")  # without the last day of QĐ 1001
    session.add(QuestionnaireUse(unit_id=unit.id, version=form.id, valid_from=datetime.now(TIME_ZONE).date()))
    session.commit()
    ratings = {f"N{number}": "5" for number in range(1, 8)}
    back = send(client, f"/q/{code}", {"C2": ["3", "1"], "N1": "5"})
    assert back.status_code == 422
    assert back.text.count(" checked>") == 3
    sent = send(client, f"/q/{code}", {"C2": ["3", "1"]} | ratings)
    assert sent.status_code == 303
    session.rollback()
    stored = session.scalars(select(Response)).one()
    at = form.positions["C2"]
    assert stored.answers[at : at + 8] == "10100000"
    refused = send(client, f"/q/{code}", {"C2": ["3", "9"]} | ratings)
    assert refused.status_code == 422
    assert "Xin chọn lại câu trả lời cho:" in refused.text


def score_of(session: Session, unit: Unit) -> UnitScore:
    session.rollback()
    (found,) = score_period(session, PERIOD, now=NOW).table.units
    assert found.unit_id == unit.code
    return found


def test_a_mixed_period_counts_each_person_once_in_a_factor(session: Session, factory: Factory) -> None:
    """300 satisfied short forms and 30 dissatisfied long ones are 300/330 in every factor, not 1/5 or 1/7."""
    unit = factory.unit(code="AH")
    factory.dossiers(unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 1000})
    factory.responses(unit, "55555-", 300)
    factory.responses(unit, "-----" + "1" * 22, 30, version=LONG)
    score = score_of(session, unit)
    assert {factor.code: round(factor.top2.share, 4) for factor in score.factors} == dict.fromkeys(
        ("access", "procedures", "officials", "result", "feedback"), round(300 / 330, 4)
    )
    assert score.n == 330
    assert score.index_share == pytest.approx(300 / 330)


def test_a_long_form_alone_is_scored_by_the_mean_of_its_items(session: Session, factory: Factory) -> None:
    unit = factory.unit(code="AH")
    factory.dossiers(unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 1000})
    factory.responses(unit, "-----" + "5111" + "5" * 18, 40, version=LONG)
    score = score_of(session, unit)
    assert {factor.code: round(factor.top2.share, 4) for factor in score.factors}["access"] == 0.25
    assert score.index_share == pytest.approx(0.85)


def test_a_new_wording_with_the_same_code_is_the_same_item(session: Session, factory: Factory) -> None:
    unit = factory.unit(code="AH")
    factory.dossiers(unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 1000})
    factory.responses(unit, "55555-", 40)
    before = score_of(session, unit)
    factory.released("short-v1", "short-v2", {"question.0.text.vi": "Chỗ ngồi chờ rộng rãi"})
    factory.responses(unit, "55555-", 40, version="short-v2")
    after = score_of(session, unit)
    assert [factor.code for factor in after.factors] == [factor.code for factor in before.factors]
    assert after.n == 80


@pytest.mark.parametrize("forged", ["sipas-2640-v1", "leaders-v1", "sipas-1001-v1"])
def test_a_forged_form_gets_the_assigned_questionnaire_and_no_other(
    client: FlaskClient, session: Session, factory: Factory, forged: str
) -> None:
    address = f"/q/{factory.qr_code(factory.unit()).code}"
    page = client.post(address, data={"n": f"{forged}.{'A' * 42}", "T1": "1"})
    assert page.status_code == 400
    nonce = re.search(r'name="n" value="([^"]+)"', page.text)
    assert nonce
    assert nonce[1].startswith("short-v1.")
    assert 'name="Q1"' in page.text
