"""Published results in a real browser: on a phone and on a desk, in both languages, without a cookie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.services import publication, score

from accessibility import violations
from factories import Factory

PERIOD = parse_period("2026-Q2")
NOW = datetime(2026, 10, 20, 9, 0, tzinfo=TIME_ZONE)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PATHS = (
    "/results",
    "/results/2026-Q2",
    "/results/2026-Q2/AH",
    "/results/2026-Q2/HK",
    "/results/2026-Q2/AH?revision=1",
)


@pytest.fixture
def published(live_app: Flask, live_server: str) -> str:
    """A province with a ward that answered and one that hardly did, corrected once."""
    with live_app.app_context():
        factory = Factory(db.session)
        top = factory.unit(code="TINH", name="Tỉnh Bình Minh", ranking_group=None, start_date=None)
        for code, number in (("AH", 60), ("HK", 3)):
            ward = factory.unit(code=code, name=f"Phường {code}", parent=top)
            factory.dossiers(ward, PERIOD.text, {("dat-dai", "direct", "on_time"): 300})
            factory.responses(ward, "354452", number, local_date=PERIOD.first)
        for revision, reason in ((None, ""), (1, "Sửa số hồ sơ")):
            score.close(db.session, PERIOD, now=NOW, actor="test", revision_of=revision, reason=reason)
            publication.publish(db.session, PERIOD, now=NOW, actor="test")
            if revision is None:
                factory.dossiers(ward, PERIOD.text, {("tu-phap-ho-tich", "direct", "on_time"): 50})
    return live_server


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_everybody_can_read_the_results(
    open_page: Callable[..., Page], published: str, language: str, width: int, height: int
) -> None:
    page = open_page()
    page.set_viewport_size({"width": width, "height": height})
    found = {}
    for path in PATHS:
        page.goto(f"{published}{path}{'&' if '?' in path else '?'}lang={language}", wait_until="networkidle")
        sideways = page.evaluate(SIDEWAYS)
        found[path] = [*violations(page), *([f"{sideways} px sideways"] if sideways else [])]
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert page.context.cookies() == []


def test_from_the_start_page_to_a_unit_and_its_first_revision(
    open_page: Callable[..., Page], published: str
) -> None:
    page = open_page()
    page.goto(f"{published}/?lang=vi")
    page.get_by_role("link", name="Kết quả đã công bố").click()
    page.get_by_role("link", name="Quý II/2026").click()
    page.get_by_label("Tìm đơn vị").fill("phuong ah")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name="Phường AH").click()
    expect(page.get_by_text("60 người trả lời trong 300 hồ sơ")).to_be_visible()
    expect(page.get_by_text("Lý do: Sửa số hồ sơ")).to_be_visible()
    page.get_by_role("link", name="Bản 1").click()
    expect(page.get_by_text("Bản 1 đã được đính chính.")).to_be_visible()
    page.get_by_role("link", name="Xem bản mới nhất").click()
    expect(page.get_by_text("Bản 2, thay bản 1.")).to_be_visible()
