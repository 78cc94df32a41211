"""The periods page: what there is of each, what comes next, and no two that share a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.periods import parse_period, previous, quarter_of, reporting_quarter
from survey.errors import HailongError
from survey.models import Role, Unit
from survey.services import period as periods

from factories import Factory
from signing_in import csrf_token, sign_in

PAGE = "/officer/periods"
TODAY = date(2026, 8, 14)
LAND = {("dat-dai", "direct", "on_time"): 9}


@pytest.fixture
def ward(factory: Factory) -> Unit:
    return factory.unit(code="P1", name="Phường Tân Hoà")


def test_the_page_says_what_there_is_of_each_period(
    client: FlaskClient, factory: Factory, session: Session, ward: Unit
) -> None:
    for period in ("2026-Q1", "2026-Q2"):
        factory.dossiers(ward, period, LAND)
    factory.dossiers(factory.unit(), "2026-Q2", LAND)
    factory.score_set("2026-Q1", closed=True)
    factory.responses(ward, "555552", 3, local_date=date(2026, 5, 3))
    factory.responses(ward, "555552", 1, local_date=date(2026, 5, 3), trial=True)
    sign_in(client, factory.officer(ward).email)
    page = client.get(PAGE).text
    assert page.index("Quý II/2026") < page.index("Quý I/2026")
    assert "Đã chốt" in page
    assert "Chưa tính" in page
    (second, first) = periods.overview(session, [ward.id])
    assert (second.unit_count, second.response_count, second.state) == (1, 3, None)
    assert (first.period.text, first.response_count) == ("2026-Q1", 0)


def test_the_periods_that_come_next_are_offered_with_what_stands_in_their_way(
    session: Session, factory: Factory, ward: Unit
) -> None:
    factory.dossiers(ward, "2026-Q2", LAND)
    offered = {one.period.text: one for one in periods.suggestions(session, today=TODAY)}
    assert set(offered) == {
        "2026-Q3",
        "2026-06-15..2026-09-14",
        "2026-03-15..2026-06-14",
        "2025-10-01..2026-09-30",
        "2024-10-01..2025-09-30",
    }
    assert offered["2026-Q3"].taken_by is None
    assert offered["2026-06-15..2026-09-14"].taken_by == parse_period("2026-Q2")
    assert offered["2025-10-01..2026-09-30"].taken_by is None, "a year stands beside its quarters"


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 14), date(2026, 12, 15), date(2027, 1, 1)])
def test_the_reporting_quarter_on_offer_has_begun(session: Session, factory: Factory, day: date) -> None:
    offered = [one.period for one in periods.suggestions(session, today=day) if one.preset == "reporting"]
    assert day in offered[0]
    assert offered[1] == previous(offered[0])


def test_a_year_of_quarters_never_overlaps_itself() -> None:
    quarters = [reporting_quarter(2026, number) for number in (1, 2, 3, 4)]
    for number, quarter in enumerate(quarters):
        assert periods.overlapping(quarter, quarters[:number] + quarters[number + 1 :]) is None


def test_an_own_period_leads_to_its_import_or_names_the_one_in_its_way(
    client: FlaskClient, factory: Factory, ward: Unit
) -> None:
    today = date.today()  # noqa: DTZ011  a day of the past, on whichever side of midnight
    quarter = previous(previous(quarter_of(today)))
    factory.dossiers(ward, quarter.text, LAND)
    sign_in(client, factory.officer(ward).email)
    token = csrf_token(client.get(PAGE))

    def post(first: date, last: date) -> object:
        return client.post(PAGE, data={"csrf_token": token, "first": first.isoformat(), "last": last.isoformat()})

    clash = post(quarter.last, quarter.last + timedelta(days=30))
    assert clash.status_code == 422
    assert f"có ngày trùng với kỳ {quarter.text}" in clash.text
    assert post(quarter.last, quarter.first).status_code == 422
    free = post(quarter.last + timedelta(days=1), quarter.last + timedelta(days=30))
    assert free.status_code == 303
    assert "Kiểm tra tệp" in client.get(free.location).text
    assert f'value="{quarter.last + timedelta(days=1)}..' in client.get(free.location).text


def test_a_period_that_has_not_begun_is_refused(session: Session) -> None:
    with pytest.raises(HailongError, match="period_not_started"):
        periods.opened(session, date(2026, 9, 1), date(2026, 9, 30), today=TODAY)


def test_who_only_reads_cannot_open_one(client: FlaskClient, factory: Factory, ward: Unit) -> None:
    sign_in(client, factory.officer(ward, Role.LEADER).email)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Mở kỳ tiếp theo" not in page.text
    data = {"csrf_token": csrf_token(page), "first": "2026-01-01", "last": "2026-01-31"}
    assert client.post(PAGE, data=data).status_code == 403
