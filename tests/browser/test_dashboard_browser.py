"""The quarter at a glance on a desk, on a phone, on paper and by keyboard."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from analysis.periods import previous, quarter_of
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import CaseState, FeedbackCase, Reader, Role, Topic, Unit
from survey.services.target import set_target

from accessibility import violations
from commands import hailong
from factories import Factory
from signing_in import sign_in_by_hand

OVER = previous(quarter_of(datetime.now(TIME_ZONE).date()))
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL, PROVINCE = "chau@tanhoa.example.vn", "tinh@binhminh.example.vn"
ANSWERS = {"555452": 90, "545552": 40, "424242": 30, "535142": 25, "222222": 15}


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """Two wards of a province over two closed quarters, with a target and feedback."""
    now = datetime.now(TIME_ZONE)
    with live_app.app_context():
        factory = Factory(db.session)
        province = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
        wards = [factory.unit(name=name, parent=province) for name in ("Phường Tân Hoà", "Phường An Hoà")]
        for period in (previous(OVER), OVER):
            for ward in wards:
                fill(factory, ward, period.text, period.first)
        set_target(db.session, province, OVER.first.year, Decimal("26.70"), now=now, actor="test")
        for topic in (Topic.SUGGESTION, Topic.REPORT, Topic.REPORT):
            db.session.add(feedback(wards[0], topic, now.date()))
        db.session.commit()
        factory.officer(wards[0], Role.REFORM, email=EMAIL, name="Lê Thị Minh Châu")
        factory.officer(province, Role.REFORM, email=PROVINCE, name="Trần Văn Nam")
    for period in (previous(OVER), OVER):
        hailong(live_app, "close", period.text)
    return live_server


def fill(factory: Factory, ward: Unit, period: str, day: date) -> None:
    factory.dossiers(
        ward,
        period,
        {("dat-dai", "direct", "on_time"): 900, ("dat-dai", "online", "on_time"): 300,
         ("chung-thuc", "direct", "on_time"): 900},
    )  # fmt: skip
    for answers, number in ANSWERS.items():
        factory.responses(ward, answers, number // 2, local_date=day)
        factory.responses(ward, answers, number // 4, local_date=day, channel="online", flags="f")
        factory.responses(ward, answers, number // 4, local_date=day, field="chung-thuc")


def feedback(ward: Unit, topic: Topic, day: date) -> FeedbackCase:
    return FeedbackCase(
        key=secrets.token_bytes(32),
        about_unit_id=ward.id,
        reader_unit_id=ward.id,
        reader=Reader.UNIT,
        topic=topic,
        state=CaseState.NEW,
        trial=False,
        received_on=day,
    )


def enter(page: Page, server: str, email: str = EMAIL) -> None:
    page.goto(f"{server}/officer/")
    sign_in_by_hand(page, email)
    expect(page.locator(".big").first).to_be_visible()


def test_from_sign_in_to_the_number_without_a_click_and_without_scrolling(
    server: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    bottom = page.locator(".g").first.evaluate("grid => grid.getBoundingClientRect().bottom")
    assert bottom <= DESK["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == DESK["width"]
    expect(page.locator(".hero")).to_contain_text("Phường Tân Hoà")


def test_on_a_phone_the_figure_comes_first_and_feedback_second(server: str, browser_page: Page) -> None:
    enter(browser_page, server)
    browser_page.wait_for_load_state("load")
    assert browser_page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    cards = browser_page.locator(".g").first.locator("section.cd")
    tops = cards.evaluate_all("cards => cards.map(card => [card.getBoundingClientRect().top, card.className])")
    first, second, *_ = sorted(tops)
    assert "hero" in first[1]
    assert "first" in second[1]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(server: str, open_page: Callable[..., Page], viewport: dict[str, int]) -> None:
    page = open_page(viewport=viewport)
    enter(page, server, PROVINCE)
    for address in (
        "/officer/",
        f"/officer/quarter/{OVER.text}/P002",
        f"/officer/ranking/{OVER.text}",
        "/officer/compare",
        "/officer/targets",
    ):
        page.goto(server + address)
        for summary in page.locator("details.data > summary").all():
            summary.click()
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"], address


def test_every_chart_is_drawn_from_the_table_below_it(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    page.wait_for_load_state("networkidle")
    figures = page.locator("figure[data-chart]")
    assert figures.evaluate_all("all => all.map(one => one.dataset.chart)") == [
        "trend", "parts", "quadrant", "months",
    ]  # fmt: skip
    drawn = page.evaluate(
        """() => [...document.querySelectorAll('.trend canvas, .parts canvas')]
            .map(canvas => Chart.getChart(canvas).data.datasets)
            .map(sets => sets.filter(set => set.values).map(set => set.values))"""
    )
    for chart, kind in zip(drawn, ("trend", "parts"), strict=True):
        cells = page.locator(f".{kind} tbody [data-value]")
        known = sorted(value for series in chart for value in series if value is not None)
        assert known == sorted(
            float(value) for value in cells.evaluate_all("all => all.map(c => c.dataset.value)")
        )
        assert len(known) >= 2
    for number in range(figures.count()):
        figure = figures.nth(number)
        canvas = figure.locator("canvas")
        expect(canvas).to_be_visible()
        assert re.search(r"\w", canvas.get_attribute("aria-label") or "")
        figure.locator("summary").click()
        expect(figure.locator("table")).to_be_visible()


def test_the_arrow_keys_walk_through_a_chart_and_say_it(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    figure = page.locator("figure[data-chart=trend]")
    expect(figure.locator("canvas")).to_be_visible()
    figure.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    first = figure.locator("tbody tr").first
    live = figure.locator("[aria-live]")
    expect(live).to_contain_text(str(first.get_attribute("data-words")))
    page.keyboard.press("ArrowRight")
    expect(live).to_contain_text(str(figure.locator("tbody tr").nth(1).get_attribute("data-words")))


def test_help_opens_by_keyboard_and_without_a_script(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESK, java_script_enabled=False)
    enter(page, server)
    summary = page.locator(".hero .help summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hero .help p")).to_be_visible()
    # without the script there are no empty pictures, and the tables are there
    assert page.locator("canvas:visible").count() == 0
    page.locator("figure[data-chart=trend] summary").click()
    expect(page.locator("figure[data-chart=trend] table")).to_be_visible()


def test_on_paper_the_cards_stay_and_the_buttons_go(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    page.emulate_media(media="print")
    expect(page.locator(".hero .big")).to_be_visible()
    expect(page.locator("figure[data-chart=trend] canvas")).to_be_visible()
    for hidden in ("header.top", ".hd .btn >> nth=0", ".help >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
