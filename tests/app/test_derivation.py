"""Where a unit's score comes from: every printed step can be followed with a pocket calculator."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.models import Role, Trust, Unit
from survey.services import score, score_rule
from survey.services.derivation import derive

from factories import Factory
from signing_in import sign_in

PERIOD = parse_period("2026-Q2")
NOW = datetime(2026, 7, 5, 2, 0, tzinfo=UTC)
PAGE = f"/officer/scores/{PERIOD.text}/AH"
RULES = (
    "score-top2-factors",
    "score-top2-pooled",
    "score-mean5-factors",
    "score-mean5-pooled",
    "score-mean04-factors",
)


@pytest.fixture
def unit(factory: Factory) -> Unit:
    """A ward whose answers differ by field and channel, so that weights move the score."""
    unit = factory.unit(code="AH", name="Phường An Hoà")
    factory.dossiers(
        unit,
        PERIOD.text,
        {
            ("dat-dai", "direct", "on_time"): 300,
            ("dat-dai", "online", "on_time"): 120,
            ("xay-dung", "direct", "early"): 400,
            ("xay-dung", "online", "early"): 180,
        },
    )
    day = {"local_date": date(2026, 4, 1)}
    factory.responses(unit, "555552", 37, **day)
    factory.responses(unit, "54x3x-", 21, channel="online", **day)
    factory.responses(unit, "42444-", 33, field="xay-dung", trust=Trust.DOSSIER, **day)
    factory.responses(unit, "2534x-", 11, field="xay-dung", channel="online", flags="f", **day)
    factory.responses(unit, "3-1x2-", 6, trust=Trust.ASSISTED, **day)
    return unit


def enter(client: FlaskClient, factory: Factory, unit: Unit, role: Role = Role.REFORM) -> None:
    assert sign_in(client, factory.officer(unit, role).email).status_code == 303


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"<[^>]+>", "", text).strip().replace(".", "").replace(",", ".").replace("%", ""))


def cells(row: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)


def rounded(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def test_the_unweighted_column_follows_from_the_printed_counts(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    """Only what stands on the page goes in: counts by rating; out come every share, the index and the points."""
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    page = client.get(PAGE).text
    shares = []
    for row in re.findall(r"<tr data-item=.*?</tr>", page, re.DOTALL):
        one, two, three, four, five, _missing, ratio, printed, *_rest = cells(row)
        counts = [int(number(each)) for each in (one, two, three, four, five)]
        share = Fraction(counts[3] + counts[4], sum(counts))
        assert ratio == f"{counts[3] + counts[4]}/{sum(counts)}"
        assert number(printed) == rounded(share * 100, 2)
        shares.append(share)
    assert len(shares) == 5
    index = sum(shares, Fraction(0)) / 5
    assert number(re.findall(r"data-unweighted-index>([^<]+)", page)[0]) == rounded(index * 100, 2)
    calculation, points = cells(re.findall(r"<tr data-unweighted>.*?</tr>", page, re.DOTALL)[0])
    maximum, quantised, product = re.findall(r"(\d+) × ([\d,]+) = ([\d,]+)", calculation)[0]
    assert number(quantised) == rounded(index, 10)
    assert number(product) == (int(maximum) * rounded(index, 10)).quantize(Decimal("0.000001"))
    assert number(points) == rounded(Fraction(int(maximum)) * Fraction(rounded(index, 10)), 2)
    assert "kiểm được bằng máy tính bỏ túi" in page


def test_the_weighted_steps_add_up_as_printed(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    page = client.get(PAGE).text
    table = page.partition("<h2>2. ")[2].partition("</table>")[0]
    fields = [cells(row) for row in table.split("<tr>") if 'row">Đất' in row or 'row">Xây' in row]
    assert [number(row[0]) for row in fields] == [580, 420], "the dossiers of each field, most first"
    assert sum(number(row[1]) for row in fields) == 108
    # Persons times weight give each field its share of the dossiers.
    for row, dossiers in zip(fields, (580, 420), strict=True):
        weighted = number(row[2]) * number(row[3]) + number(row[4]) * number(row[5])
        assert abs(weighted - Decimal(108) * dossiers / 1000) < Decimal("0.5")
    stored = score.scores_of(session, score.closed_set(session, PERIOD.text))[0]  # type: ignore[arg-type]
    assert f"{stored.points}".replace(".", ",") + " / 30" in page
    for words in ("1.000 hồ sơ trong kỳ", "108 phiếu hợp lệ", "= 286", "còn thiếu 178", "33 mã hồ sơ"):
        assert words in page
    assert "Bỏ 11 phiếu có dấu hiệu" in page
    assert "Bỏ 6 phiếu có người hỗ trợ" in page
    assert "Chỉ 33 phiếu mã hồ sơ" in page


def test_a_cell_of_few_shows_neither_persons_nor_weight(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    """Weighted and unweighted share of an answer differ by what few of a known weight said."""
    other = factory.unit(code="TL", parent=unit)
    factory.dossiers(
        other,
        PERIOD.text,
        {
            ("dat-dai", "direct", "on_time"): 300,
            ("dat-dai", "online", "on_time"): 200,
            ("xay-dung", "direct", "early"): 400,
            ("xay-dung", "online", "early"): 100,
        },
    )
    day = {"local_date": PERIOD.first}
    factory.responses(other, "555552", 37, **day)
    factory.responses(other, "54x3x-", 26, channel="online", **day)
    factory.responses(other, "42444-", 33, field="xay-dung", **day)
    factory.responses(other, "11111-", 2, field="xay-dung", channel="online", **day)
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    whole = client.get(PAGE).text
    assert "“ẩn”" not in whole
    assert re.search(r"Giới hạn cho phép [\d,]+ đến [\d,]+; trong kỳ", whole)
    page = client.get(f"/officer/scores/{PERIOD.text}/TL").text
    table = page.partition("<h2>2. ")[2].partition("</table>")[0]
    rows = [cells(row) for row in table.split("<tr")[2:]]
    assert [row[1] for row in rows] == ["63", "35", "98"], "rows, columns and the whole are many enough"
    assert [rows[-1][2], rows[-1][4]] == ["70", "28"]
    assert [row[2:] for row in rows[:-1]] == [["ẩn", "–", "ẩn", "–"]] * 2, "any one shown would tell of the two"
    assert "ô có dưới 5 phiếu" in page
    assert re.search(r"Giới hạn cho phép [\d,]+ đến [\d,]+\.", page), "the largest weight may be that of the two"
    for row in re.findall(r"<tr data-item=.*?</tr>", page, re.DOTALL):
        assert sum(int(number(each)) for each in cells(row)[:5]) >= 35, "what a pocket calculator needs stays"
    assert "kiểm được bằng máy tính bỏ túi" in page


@pytest.mark.parametrize("rule_id", RULES)
def test_every_formula_can_be_followed_by_hand(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit, rule_id: str
) -> None:
    score_rule.choose(session, PERIOD, rule_id, now=NOW, actor="test")
    closed = score.close(session, PERIOD, now=NOW, actor="test")
    found = derive(session, closed, unit)
    assert found is not None
    assert found.by_hand is not None
    assert abs(float(found.by_hand) - found.score.unweighted_share) < 1e-12  # type: ignore[operator]
    enter(client, factory, unit)
    assert client.get(PAGE).status_code == 200


def test_where_single_answers_are_needed_the_page_says_so(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    score_rule.choose(session, PERIOD, "score-allsat", now=NOW, actor="test")
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    page = client.get(PAGE).text
    assert "không kiểm được chỉ từ bảng 3" in page
    assert "tỷ lệ người hài lòng ở mọi câu đã trả lời" in page


def test_below_five_responses_nothing_is_explained(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    small = factory.unit(code="NC", name="Xã Núi Cao", parent=unit)
    factory.dossiers(small, PERIOD.text, {("dat-dai", "direct", "on_time"): 77})
    factory.responses(small, "11111-", 4, local_date=PERIOD.first)
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    page = client.get(f"/officer/scores/{PERIOD.text}/NC").text
    assert "Đơn vị không có điểm để giải thích" in page
    assert "77" not in page
    assert "<table" not in page


def test_a_variant_that_leaves_out_few_is_not_shown(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    """With and without three responses, the difference would tell what the three said."""
    other = factory.unit(code="TL", parent=unit)
    factory.dossiers(other, PERIOD.text, {("dat-dai", "direct", "on_time"): 300})
    factory.responses(other, "55555-", 40, local_date=PERIOD.first)
    factory.responses(other, "11111-", 3, local_date=PERIOD.first, flags="f")
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    page = client.get(f"/officer/scores/{PERIOD.text}/TL").text
    row = re.findall(r"<tr><th scope=\"row\">Bỏ 3 phiếu.*?</tr>", page, re.DOTALL)[0]
    assert "quá ít phiếu" in row
    assert "30,00" not in row


def test_who_may_not_see_the_unit_sees_nothing(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, factory.unit(code="TL"))
    assert client.get(PAGE).status_code == 403
    assert client.get(f"/officer/scores/{PERIOD.text}/KHONG-CO").status_code == 404
    assert client.get("/officer/scores/2019-Q1/TL").status_code == 404
    assert client.get(f"/officer/scores/{PERIOD.text}/TL?revision=9").status_code == 404


def test_the_scores_lead_to_it_and_english_is_whole(
    app: Flask, client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    score.close(session, PERIOD, now=NOW, actor="test")
    enter(client, factory, unit)
    assert f'href="{PAGE}"' in client.get(f"/officer/scores/{PERIOD.text}").text
    page = client.get(PAGE + "?lang=en").text
    assert "Where this score comes from" in page
    assert "Unweighted" in page
