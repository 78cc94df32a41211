"""Score rules: listed with their source, copied, changed as drafts, released for good, chosen, compared."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.periods import parse_period
from survey.errors import HailongError
from survey.models import DossierCount, Role, Score, ScoreRuleDraft, ScoreRuleVersion, ScoreSet, Unit
from survey.services import score, score_rule, score_rule_draft, what_if
from survey.services.score_report import report_period

from commands import hailong
from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

PERIOD = parse_period("2026-Q2")
NOW = datetime(2026, 7, 5, 2, 0, tzinfo=UTC)
BASE = "score-top2-factors"
TYPED = {
    "id": "tinh-binh-minh-2026",
    "version": "2026-1",
    "title.vi": "Quy tắc của tỉnh 2026",
    "title.en": "The province's rule 2026",
    "source.vi": "Quyết định số 1/QĐ-UBND ngày 02/01/2026",
    "source.en": "Decision 1/QĐ-UBND of 02/01/2026",
    "formula": "TOP2",
    "aggregation": "factors",
    "within_factor": "items",
    "factor_answers": "10",
    "suppress_below": "5",
    "mark_below": "30",
    "maximum": "20",
    "steps": "90 = 20\n80% = 15,5\n0 = 5",
    "trust_levels": ["dossier", "counter"],
    "weight.access": "2",
    "weight.procedures": "1",
    "weight.officials": "1",
    "weight.results": "1",
    "weight.feedback": "0,5",
}


@pytest.fixture
def unit(factory: Factory) -> Unit:
    unit = factory.unit(code="AH", name="Phường An Hoà")
    factory.dossiers(unit, PERIOD.text, {("dat-dai", "direct", "on_time"): 300})
    factory.responses(unit, "555552", 40, local_date=PERIOD.first)
    factory.responses(unit, "5345x-", 20, local_date=PERIOD.first)
    return unit


@pytest.fixture
def officer(client: FlaskClient, factory: Factory, unit: Unit) -> FlaskClient:
    sign_in(client, factory.officer(unit, Role.REFORM).email)
    return client


def post(client: FlaskClient, page: str, address: str, **data: object) -> TestResponse:
    token = csrf_token(client.get(page))
    return client.post(address, data={"csrf_token": token, **data})


def begun(officer: FlaskClient) -> str:
    return post(officer, f"/officer/rules/{BASE}", f"/officer/rules/{BASE}/copy").location


def shown_in(page: TestResponse) -> str:
    return page.text.partition('name="shown" value="')[2].partition('"')[0]


def send(officer: FlaskClient, place: str, changes: dict[str, object], **more: object) -> TestResponse:
    page = officer.get(place)
    data = {"csrf_token": csrf_token(page), "shown": shown_in(page), **TYPED, **changes, **more}
    return officer.post(place, data=data)


def factor_codes(officer: FlaskClient, place: str) -> list[str]:
    page = officer.get(place).text
    return [part.partition('"')[0] for part in page.split('name="weight.')[1:]]


def weights(officer: FlaskClient, place: str) -> dict[str, object]:
    return {f"weight.{code}": "1" for code in factor_codes(officer, place)}


def test_every_rule_is_listed_with_its_source(officer: FlaskClient) -> None:
    page = officer.get("/officer/rules").text
    for rule_id in score_rule.packaged_rules():
        assert rule_id in page
        single = officer.get(f"/officer/rules/{rule_id}")
        assert single.status_code == 200
        assert "Căn cứ" in single.text
        assert "Mẫu tham khảo" in single.text
    assert officer.get("/officer/rules/nothing").status_code == 404


def test_a_rule_is_copied_changed_released_and_then_stays(
    app: Flask, officer: FlaskClient, session: Session, unit: Unit
) -> None:
    place = begun(officer)
    saved = send(officer, place, weights(officer, place), do="save")
    assert saved.status_code == 303
    again = officer.get(place).text
    assert 'value="tinh-binh-minh-2026"' in again
    assert "80 = 15,5" in again
    untold = send(officer, place, weights(officer, place), do="release")
    assert untold.status_code == 422
    assert "không sửa được nữa" in untold.text
    released = send(officer, place, weights(officer, place), do="release", confirm="1")
    assert released.status_code == 303
    page = officer.get(released.location).text
    assert "Quyết định số 1/QĐ-UBND ngày 02/01/2026" in page
    assert "từ 80%: 15,50" in page
    session.rollback()
    rule = score_rule.find_rule(session, "tinh-binh-minh-2026")
    assert (rule.maximum_points, rule.trust_levels, rule.head.reference) == (
        Decimal(20),
        ("dossier", "counter"),
        False,
    )
    assert rule.conversion.steps[1].from_share == Decimal("0.8")
    assert officer.get(place).status_code == 404
    # Another draft of the same name is refused, and the released rule has no form.
    other = begun(officer)
    refused = send(officer, other, weights(officer, other), do="release", confirm="1")
    assert refused.status_code == 422
    assert "đã có rồi" in refused.text
    session.rollback()
    session.execute(update(ScoreRuleVersion).values(definition=ScoreRuleVersion.definition + " "))
    session.commit()
    score_rule.find_rule(session, "tinh-binh-minh-2026")
    stored = session.scalars(select(ScoreRuleVersion)).one()
    session.execute(
        update(ScoreRuleVersion).values(definition=stored.definition.replace('"maximum": 20', '"maximum": 25'))
    )
    session.commit()
    session.expire_all()
    with pytest.raises(HailongError, match="rule_changed"):
        score_rule.find_rule(session, "tinh-binh-minh-2026")
    broken = officer.get("/officer/rules")
    assert broken.status_code == 409
    assert "tinh-binh-minh-2026 đã phát hành nhưng nội dung lưu trong cơ sở dữ liệu bị sửa" in broken.text


@pytest.mark.parametrize(
    ("field", "value", "target"),
    [
        ("maximum", "ba mươi", "maximum"),
        ("maximum", "-1", "maximum"),
        ("steps", "90 30", "steps"),
        ("steps", "90 = 10\n80 = 20", "steps"),
        ("steps", "190 = 10", "steps"),
        ("suppress_below", "2", "suppress_below"),
        ("suppress_below", "40", "suppress_below"),
        ("mark_below", "1,5", "mark_below"),
        ("factor_answers", "0", "factor_answers"),
        ("trust_levels", [], "trust_levels"),
        ("id", "Có dấu", "id"),
        ("id", "score-top2-factors", "id"),
        ("title.vi", "", "title.vi"),
        ("source.en", "", "source.en"),
        ("formula", "TOP3", "formula"),
    ],
)
def test_what_cannot_be_used_is_named_beside_its_field(
    officer: FlaskClient, session: Session, field: str, value: object, target: str
) -> None:
    place = begun(officer)
    refused = send(officer, place, weights(officer, place) | {field: value}, do="release", confirm="1")
    assert refused.status_code == 422
    assert f'href="#{target}"' in refused.text
    assert f'id="{target}' in refused.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ScoreRuleVersion)) == 0
    assert session.scalar(select(func.count()).select_from(ScoreRuleDraft)) == 1, "what was typed is kept"


def test_two_officers_do_not_overwrite_each_other(officer: FlaskClient, session: Session) -> None:
    place = begun(officer)
    old = officer.get(place)
    assert send(officer, place, {"maximum": "25"}, do="save").status_code == 303
    data = {"csrf_token": csrf_token(old), "shown": shown_in(old), **TYPED, "maximum": "28", "do": "save"}
    conflict = officer.post(place, data=data)
    assert conflict.status_code == 409
    assert 'value="28"' in conflict.text, "what was typed is not lost"
    session.rollback()
    assert '"maximum": 25' in session.scalars(select(ScoreRuleDraft)).one().definition


def test_only_the_top_changes_rules(
    app: Flask, client: FlaskClient, factory: Factory, unit: Unit, session: Session
) -> None:
    ward = factory.unit(code="TL", parent=unit)
    sign_in(client, factory.officer(ward, Role.REFORM).email)
    assert client.get("/officer/rules").status_code == 200
    assert "Tạo bản mới" not in client.get(f"/officer/rules/{BASE}").text
    page = "/officer/rules"
    assert post(client, page, f"/officer/rules/{BASE}/copy").status_code == 403
    assert post(client, page, "/officer/rules/use", period=PERIOD.text, rule=BASE).status_code == 403
    assert client.get("/officer/rules/what-if").status_code == 403
    draft = score_rule_draft.begin(session, BASE, now=NOW, actor="test")
    assert client.get(f"/officer/rule-drafts/{draft.id}").status_code == 403


def test_a_period_follows_the_rule_chosen_for_it(officer: FlaskClient, session: Session, unit: Unit) -> None:
    by_default = score.close(session, PERIOD, now=NOW, actor="test")
    assert by_default.rule == BASE
    chosen = post(officer, "/officer/rules", "/officer/rules/use", period=PERIOD.text, rule="score-mean5-pooled")
    assert "trừ khi lập bản đính chính" in officer.get(chosen.location).text
    session.rollback()
    assert score.close(session, PERIOD, now=NOW, actor="t", revision_of=1, reason="x").rule == "score-mean5-pooled"
    unknown = post(officer, "/officer/rules", "/officer/rules/use", period=PERIOD.text, rule="nothing")
    assert "Không có quy tắc" in officer.get(unknown.location).text


def test_a_comparison_changes_nothing(app: Flask, officer: FlaskClient, session: Session, unit: Unit) -> None:
    closed = score.close(session, PERIOD, now=NOW, actor="test")
    before = {one.unit_id: one.points for one in score.scores_of(session, closed)}
    page = f"/officer/rules/what-if?period={PERIOD.text}"
    nothing = post(officer, page, "/officer/rules/what-if", period=PERIOD.text)
    assert "Xin chọn ít nhất một quy tắc" in officer.get(nothing.location).text
    asked = post(
        officer,
        page,
        "/officer/rules/what-if",
        period=PERIOD.text,
        rule=["score-mean5-factors", "score-top2-pooled"],
    )
    work_all(app)
    shown = officer.get(asked.location, follow_redirects=True).text
    session.rollback()
    rows = shown.partition("<tbody>")[2]
    own = str(before[unit.id]).replace(".", ",")
    assert own in rows
    for rule_id in ("score-mean5-factors", "score-top2-pooled"):
        rule = score_rule.find_rule(session, rule_id)
        under = score.score_period(session, PERIOD, now=NOW, rule=rule).table.by_unit()["AH"].points
        assert under != before[unit.id]
        assert str(under).replace(".", ",") in rows
    assert session.scalar(select(func.count()).select_from(ScoreSet)) == 1
    assert session.scalar(select(func.count()).select_from(Score)) == 1
    assert score_rule.rule_for(session, PERIOD.text).id == BASE


def test_a_comparison_on_a_closed_period_rests_on_what_it_was_closed_with(
    session: Session, factory: Factory, unit: Unit
) -> None:
    other = factory.unit(code="TL", ranking_group=unit.ranking_group)
    factory.dossiers(other, PERIOD.text, {("dat-dai", "direct", "on_time"): 500})
    factory.responses(other, "555552", 40, local_date=PERIOD.first)
    factory.dossiers(unit, PERIOD.text, {("xay-dung", "direct", "on_time"): 300})
    factory.responses(unit, "222222", 20, field="xay-dung", local_date=PERIOD.first)
    closed = score.close(session, PERIOD, now=NOW, actor="test")
    ranks = {"AH": 2, "TL": 1}
    stored = {one.unit.code: str(one.points) for one in score.scores_of(session, closed)}
    # later dossiers, a later group and a later choice of rule change no closed result
    for dossiers in session.scalars(select(DossierCount)):
        dossiers.count *= 3 if dossiers.field == "dat-dai" else 1
    other.ranking_group = "Nhóm khác"
    session.commit()
    score_rule.choose(session, PERIOD, "score-mean5-pooled", now=NOW, actor="test")
    compared = what_if.compare(session, PERIOD, ["score-top2-pooled"], now=NOW, progress=lambda _share: None)
    assert compared["rules"] == [BASE, "score-top2-pooled"]
    assert {one["code"]: one["by_rule"][BASE]["points"] for one in compared["units"]} == stored
    assert {one["code"]: one["by_rule"][BASE]["rank"] for one in compared["units"]} == ranks
    assert {one["group"] for one in compared["units"]} == {unit.ranking_group}


def test_the_year_shows_what_its_stored_quarters_combine(
    app: Flask, session: Session, factory: Factory, unit: Unit
) -> None:
    first = parse_period("2026-Q1")
    factory.dossiers(unit, first.text, {("dat-dai", "direct", "on_time"): 900})
    factory.responses(unit, "45444-", 35, local_date=first.first)
    factory.responses(unit, "24252-", 25, local_date=first.first)
    for period in (first, PERIOD):
        score.close(session, period, now=NOW, actor="test")
    parts = []
    for period in (first, PERIOD):
        found = score.closed_set(session, period.text)
        assert found is not None
        parts += [(one.dossier_count, one.index_share) for one in score.scores_of(session, found)]
    by_hand = sum(n * share for n, share in parts) / sum(n for n, _ in parts)  # type: ignore[operator,misc]
    (year,) = report_period(session, parse_period("2026"), now=NOW).units()
    assert year["index_share"] == pytest.approx(by_hand, abs=1e-12)
    said = hailong(app, "score", "2026").output
    assert f"Điểm {year['points']}".replace(".", ",") in said
    assert "Quý không có điểm, không tính vào năm: 2026-Q3, 2026-Q4" in said


def test_the_year_may_have_a_rule_of_its_own(
    app: Flask, officer: FlaskClient, session: Session, unit: Unit
) -> None:
    score.close(session, PERIOD, now=NOW, actor="test")
    place = begun(officer)
    assert send(officer, place, weights(officer, place), do="release", confirm="1").status_code == 303
    chosen = post(officer, "/officer/rules", "/officer/rules/use", period="2026", rule=TYPED["id"])
    assert chosen.status_code == 303
    assert post(officer, "/officer/rules", "/officer/rules/use", period="2031", rule=BASE).status_code == 404
    session.rollback()
    session.expire_all()
    (year,) = report_period(session, parse_period("2026"), now=NOW).units()
    quarter = score.scores_of(session, score.closed_set(session, PERIOD.text))[0]  # type: ignore[arg-type]
    assert year["index_share"] == pytest.approx(quarter.index_share)
    assert year["points"] == "20.00", "the highest step of the year's rule"


def test_quarters_that_measure_different_things_make_no_year(
    app: Flask, session: Session, factory: Factory, unit: Unit
) -> None:
    first = parse_period("2026-Q1")
    factory.dossiers(unit, first.text, {("dat-dai", "direct", "on_time"): 900})
    factory.responses(unit, "45444-", 35, local_date=first.first)
    score_rule.choose(session, first, "score-mean5-factors", now=NOW, actor="test")
    for period in (first, PERIOD):
        score.close(session, period, now=NOW, actor="test")
    said = hailong(app, "score", "2026", expect=1).output
    assert "2026-Q1: score-mean5-factors; 2026-Q2: score-top2-factors" in said
