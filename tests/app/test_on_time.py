"""On-time statistics beside the score: the numbers of real reports, through files and through the pages."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.errors import ImportRefused
from survey.models import Role, Unit, UnitKind
from survey.services import dossier, on_time
from survey.services.scoring import score_period

from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

NOW = datetime(2026, 10, 5, 9, tzinfo=TIME_ZONE)
TAGS = re.compile(r"<[^>]+>")
# domain: Tuy Hoà 2023 prints 99,47% for 47,563 of 47,590; its 7,697 received are 4,302 + 308 + 3,087;
# Đức Nghĩa prints 98,32% for 1,878 of 1,910 in eight months.
TUY_HOA = """Mã đơn vị;\
Tiếp nhận: tổng số;Tiếp nhận: trực tuyến;Tiếp nhận: trực tiếp, bưu chính;Tiếp nhận: từ kỳ trước
TH;7.697;4.302;3.087;308
"""
TUY_HOA_SETTLED = """Mã đơn vị;Đã giải quyết: tổng số;Đúng hạn;Quá hạn;Tỷ lệ đúng hạn (%)
TH;47.590;47.563;27;99,47
"""
DUC_NGHIA = "Mã đơn vị;Đã giải quyết: tổng số;Đúng hạn;Quá hạn;Tỷ lệ đúng hạn (%)\nDN;1.910;1.878;32;98,32\n"


@pytest.fixture
def city(factory: Factory) -> Unit:
    return factory.unit(
        code="TH", name="Thành phố Tuy Hoà", kind=UnitKind.CITY, valid_from=date(2005, 1, 5), start_date=None
    )


@pytest.fixture
def ward(factory: Factory) -> Unit:
    return factory.unit(code="DN", name="Phường Đức Nghĩa", valid_from=date(2001, 1, 1), start_date=None)


def run(session: Session, content: str, period: str) -> dossier.DossierSummary:
    return dossier.import_dossiers(
        session, content.encode(), parse_period(period), now=NOW, actor="test", file_name="so.csv"
    )


def through_the_pages(app: Flask, client: FlaskClient, officer: str, content: str, period: str) -> str:
    """Send the file, confirm, and read the period's page."""
    sign_in(client, officer)
    address = f"/officer/dossiers?period={period}"
    data = {
        "csrf_token": csrf_token(client.get(address)),
        "period": period,
        "file": (io.BytesIO(content.encode()), "so.csv"),
    }
    sent = client.post(address, data=data, content_type="multipart/form-data")
    token = csrf_token(client.get(sent.location))
    client.post(f"{sent.location}/confirm", data={"csrf_token": token})
    work_all(app)
    return re.sub(r"\s+", " ", TAGS.sub(" ", client.get(f"/officer/dossiers/{period}").text))


def test_a_printed_rate_that_its_own_numbers_contradict_is_named(
    app: Flask, client: FlaskClient, session: Session, factory: Factory, city: Unit
) -> None:
    page = through_the_pages(app, client, factory.officer(city).email, TUY_HOA_SETTLED, "2023")
    assert "Thành phố Tuy Hoà: bảng ghi 99,47%, tính lại được 99,94% (lệch −0,47)." in page
    assert "47.590" in page
    assert "99,94%" in page
    session.rollback()
    (misprint,) = on_time.dossiers_of(session, parse_period("2023"), [city.id]).misprints
    assert misprint.check.difference == Decimal("-0.47")


def test_received_online_is_told_with_and_without_what_was_carried_over(
    app: Flask, client: FlaskClient, factory: Factory, city: Unit
) -> None:
    page = through_the_pages(app, client, factory.officer(city).email, TUY_HOA, "2023")
    assert "7.697 4.302 55,89%; 58,22% số tiếp nhận trong kỳ 308" in page


def test_parts_that_do_not_add_up_to_the_printed_total_are_refused(session: Session, city: Unit) -> None:
    with pytest.raises(ImportRefused) as refused:
        run(session, TUY_HOA.replace("7.697", "7.967"), "2023")
    (fault,) = refused.value.faults
    assert (fault.code, fault.params["computed"]) == ("parts_do_not_add_up", 7697)


def test_a_rate_that_agrees_is_not_remarked_on_and_eight_months_are_a_period(
    app: Flask, client: FlaskClient, factory: Factory, ward: Unit
) -> None:
    page = through_the_pages(app, client, factory.officer(ward).email, DUC_NGHIA, "2022-10-01..2023-05-29")
    assert "không khớp" not in page
    assert "98,32%" in page
    assert "01/10/2022–29/05/2023" in page
    assert "32" in page


def test_importing_again_forgets_what_was_printed_before(session: Session, city: Unit) -> None:
    run(session, TUY_HOA_SETTLED, "2023")
    run(session, TUY_HOA_SETTLED.replace("99,47", "99,94"), "2023")
    assert on_time.dossiers_of(session, parse_period("2023"), [city.id]).misprints == ()


RATES = """Mã đơn vị;Lĩnh vực;Đã giải quyết: tổng số;Đúng hạn;Quá hạn;PAKN thuộc thẩm quyền;PAKN xử lý đúng hạn;\
PAKN không hài lòng hoặc quá hạn;Hồ sơ không hài lòng, có PAKN hoặc quá hạn
DN;Đất đai;910;880;30;40;38;4;32
DN;Chứng thực;1000;998;2;;;;
"""


def test_the_three_rates_of_766_stand_apart_and_never_reach_the_score(
    app: Flask, client: FlaskClient, session: Session, factory: Factory
) -> None:
    ward = factory.unit(code="DN", name="Phường Đức Nghĩa")
    factory.responses(ward, "555552", 40, local_date=date(2026, 5, 3))
    run(session, RATES, "2026-Q2")
    with_rates = score_period(session, parse_period("2026-Q2"), now=NOW)
    found = on_time.dossiers_of(session, parse_period("2026-Q2"), [ward.id])
    rates = found.units[0].rates
    assert rates.feedback_on_time_percent == Decimal("95.00")
    assert rates.feedback_satisfied_percent == Decimal("90.00")
    assert rates.dossiers_satisfied_percent == Decimal("98.32")
    sign_in(client, factory.officer(ward, Role.LEADER).email)
    page = TAGS.sub(" ", client.get("/officer/dossiers/2026-Q2").text)
    assert "Đứng riêng, không cộng vào điểm hài lòng" in page
    assert "1.878/1.910" in page
    without = "\n".join(";".join(line.split(";")[:5]) for line in RATES.splitlines())
    run(session, without, "2026-Q2")
    plain = score_period(session, parse_period("2026-Q2"), now=NOW)
    assert [unit.points for unit in plain.table.units] == [unit.points for unit in with_rates.table.units]
    assert not on_time.dossiers_of(session, parse_period("2026-Q2"), [ward.id]).units[0].rates.is_stated


def test_a_part_above_its_whole_is_refused(session: Session, ward: Unit) -> None:
    with pytest.raises(ImportRefused) as refused:
        run(session, RATES.replace(";40;38;4;", ";40;41;4;"), "2023")
    assert [(fault.code, fault.row) for fault in refused.value.faults] == [("part_above_whole", 2)]


def test_only_own_units_are_shown(client: FlaskClient, session: Session, factory: Factory) -> None:
    mine, other = factory.unit(code="P1"), factory.unit(code="P2", name="Phường Khác")
    for unit in (mine, other):
        factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 9, ("dat-dai", "online", "early"): 1})
    sign_in(client, factory.officer(mine).email)
    page = client.get("/officer/dossiers/2026-Q2")
    assert "Phường Khác" not in page.text
    assert client.get("/officer/dossiers/2020-Q1").status_code == 404
    sign_in(client, factory.officer(mine, Role.ADMINISTRATOR).email)
    assert client.get("/officer/dossiers/2026-Q2").status_code == 403
