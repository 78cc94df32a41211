"""Questionnaires in a real browser: every version on a phone, and a new one from the editor to the poster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from forms.questionnaire import packaged_questionnaires
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import QuestionnaireUse, Response, Role, Unit
from survey.services import leader_survey
from survey.services.scoring import score_period

from accessibility import violations
from factories import PASSWORD, Factory

WIDE = {"width": 1280, "height": 800}
OVERFLOWS = "document.documentElement.scrollWidth > innerWidth"
VERSIONS = [questionnaire.id for questionnaire in packaged_questionnaires()]


@pytest.fixture
def live_session(live_app: Flask) -> Iterator[Session]:
    with live_app.app_context():
        yield db.session


@pytest.fixture
def live_factory(live_session: Session) -> Factory:
    return Factory(live_session)


def opened(session: Session, factory: Factory, version: str) -> str:
    """An address whose form is `version`, without the last day that its law gives it."""
    unit = factory.unit()
    if version == leader_survey.DEFAULT_VERSION:
        (code,) = leader_survey.invite(
            session,
            [unit],
            round_name="2026",
            version=version,
            expires_on=datetime.now(TIME_ZONE).date(),
            now=datetime.now(UTC),
            actor="test",
        )
        return f"/q/{code}"
    copy = factory.released(version, version.replace("-v1", "-v9"))
    session.add(QuestionnaireUse(unit_id=unit.id, version=copy.id, valid_from=datetime.now(TIME_ZONE).date()))
    session.commit()
    return f"/q/{factory.qr_code(unit, factory.counter(unit)).code}"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_fits_a_phone_and_reads_aloud(
    live_session: Session,
    live_factory: Factory,
    live_server: str,
    open_page: Callable[..., Page],
    version: str,
) -> None:
    address = live_server + opened(live_session, live_factory, version)
    for width in (320, 360):
        page = open_page(viewport={"width": width, "height": 740})
        for language in ("vi", "en"):
            page.goto(f"{address}?lang={language}")
            assert not page.evaluate(OVERFLOWS), f"{version} {language} {width}"
            assert violations(page) == [], f"{version} {language} {width}"
            small = page.evaluate(
                "[...document.querySelectorAll('fieldset label')]"
                ".filter(l => l.getBoundingClientRect().height < 48).map(l => l.textContent)"
            )
            assert small == [], "every answer can be hit with a thumb"
        page.click("label[for=to]")
        assert not page.evaluate(OVERFLOWS), f"{version} large text {width}"
        page.click("main button")
        page.locator(".es").wait_for()  # nothing ticked comes back with what is missing
        assert violations(page) == []


def sign_in(page: Page, server: str, email: str) -> None:
    page.goto(f"{server}/officer/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main button")


def test_a_new_version_goes_from_the_editor_to_the_poster(
    live_session: Session, live_factory: Factory, live_server: str, open_page: Callable[..., Page]
) -> None:
    """Copy, change a wording, look, release, give it to a unit, answer it; the old answers still count."""
    province = live_factory.unit(code="T", name="Tỉnh")
    ward = live_factory.unit(code="AH", name="Phường An Hoà", parent=province)
    today = datetime.now(TIME_ZONE).date()
    period = parse_period(f"{today.year}-Q{(today.month + 2) // 3}")
    live_factory.dossiers(ward, period.text, {("dat-dai", "direct", "on_time"): 1000})
    live_factory.responses(ward, "55555-", 40, local_date=today)
    code = live_factory.qr_code(ward, live_factory.counter(ward)).code

    officer = open_page(viewport=WIDE)
    sign_in(officer, live_server, live_factory.officer(province, Role.REFORM).email)
    officer.click("nav summary >> text=Thu thập")
    officer.click("nav >> text=Bộ câu hỏi")
    assert violations(officer) == []
    officer.click("h3 a >> text=Phiếu lấy ý kiến")
    assert violations(officer) == []
    officer.click("text=Tạo bản mới từ bản này")
    phone = officer.frame_locator("iframe[name=preview]")
    officer.fill('[id="question.0.text.vi"]', "Chỗ ngồi chờ rộng rãi")
    phone.locator("text=Chỗ ngồi chờ rộng rãi").wait_for()
    officer.fill('[id="question.0.text.en"]', "")
    officer.click("text=Lưu và xem lại")
    assert officer.locator(".problem a").inner_text() == "Q1: Thiếu câu chữ tiếng Anh."
    assert violations(officer) == []
    officer.fill('[id="question.0.text.en"]', "Roomy waiting area")
    phone.locator("text=English").click()
    phone.locator("text=Roomy waiting area").wait_for()
    officer.check("#confirm")
    officer.click("button[value=release]")
    assert officer.locator(".flash").inner_text() == "Đã phát hành short-b1. Từ giờ không ai sửa được bản này."
    assert officer.locator("main textarea, main input[type=text]").count() == 0, "nothing to alter"
    officer.select_option("#unit", "AH")
    officer.click("text=Giao >> nth=-1")
    assert "Đã giao short-b1 cho Phường An Hoà" in officer.locator(".flash").inner_text()

    citizen = open_page(java_script_enabled=False)
    citizen.goto(f"{live_server}/q/{code}")
    assert citizen.locator("#Q1 legend").inner_text() == "1. Chỗ ngồi chờ rộng rãi"
    for question in ("Q1", "Q2", "Q3"):
        citizen.click(f"#{question} label >> nth=4")
    citizen.click("main button")
    assert "Trân trọng cảm ơn" in citizen.inner_text("h1")

    live_session.rollback()
    versions = live_session.scalars(select(Response.version).distinct().order_by(Response.version)).all()
    assert versions == ["short-b1", "short-v1"]
    live_session.rollback()
    (score,) = score_period(live_session, period, now=datetime.now(UTC)).table.units
    assert (score.n, score.index_share) == (41, pytest.approx(1.0))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_editor_works_without_javascript(
    live_session: Session, live_factory: Factory, live_server: str, open_page: Callable[..., Page], width: int
) -> None:
    province: Unit = live_factory.unit(code="T")
    page = open_page(viewport={"width": width, "height": 800}, java_script_enabled=False)
    sign_in(page, live_server, live_factory.officer(province, Role.REFORM).email)
    page.goto(f"{live_server}/officer/questionnaires/sipas-2640-v1")
    page.click("text=Tạo bản mới từ bản này")
    page.fill('[id="question.5.text.vi"]', "Chỗ ngồi chờ đủ cho mọi người")
    page.click("button[value='down:question:5']")
    moved = page.locator('[id="question.6.text.vi"]').input_value()
    assert moved == "Chỗ ngồi chờ đủ cho mọi người"
    phone = page.frame_locator("iframe[name=preview]")
    assert phone.locator("#T1 legend").inner_text() == "7. Chỗ ngồi chờ đủ cho mọi người"


def test_the_editor_is_readable_on_a_phone(
    live_session: Session, live_factory: Factory, live_server: str, open_page: Callable[..., Page]
) -> None:
    province = live_factory.unit(code="T")
    page = open_page()
    sign_in(page, live_server, live_factory.officer(province, Role.REFORM).email)
    for address in ("questionnaires", "questionnaires/sipas-1001-v1"):
        page.goto(f"{live_server}/officer/{address}")
        assert not page.evaluate(OVERFLOWS)
        assert violations(page) == []
    page.click("text=Tạo bản mới từ bản này")
    page.wait_for_load_state("load")  # before its style has come, a page is as wide as it likes
    assert not page.evaluate(OVERFLOWS)
    assert violations(page) == []
