"""Closing, rules and "Điểm này từ đâu ra" in a real browser: no fault for axe, no overflow, one printed page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from analysis.periods import previous, quarter_of
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Role, ScoreDraft
from survey.services import objection, score, score_draft, score_rule_draft

from accessibility import violations
from factories import Factory
from signing_in import sign_in_by_hand
from working import work_all

NOW = datetime.now(TIME_ZONE)
OPEN = previous(quarter_of(NOW.date()))
CLOSED = previous(OPEN)
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL = "chau@binhminh.example.vn"


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """One quarter closed, the next sent as a draft with an objection; a draft of a rule."""
    with live_app.app_context():
        session, factory = db.session, Factory(db.session)
        top = factory.unit(code="TINH", name="Tỉnh Bình Minh", ranking_group=None, start_date=None)
        ward = factory.unit(code="AH", name="Phường An Hoà", parent=top)
        for period in (CLOSED, OPEN):
            factory.dossiers(
                ward,
                period.text,
                {
                    (field, channel, "on_time"): count
                    for field, channel, count in (
                        ("dat-dai", "direct", 500),
                        ("dat-dai", "online", 200),
                        ("xay-dung", "direct", 300),
                        ("xay-dung", "online", 100),
                    )
                },
            )
            for channel, number in (("direct", 40), ("online", 12)):
                factory.responses(ward, "555552", number, local_date=period.first, channel=channel)
                factory.responses(ward, "24354-", 9, local_date=period.first, channel=channel, field="xay-dung")
        factory.officer(top, Role.REFORM, email=EMAIL, name="Lê Thị Minh Châu")
        score.close(session, CLOSED, now=NOW, actor=EMAIL)
        score_draft.send_draft(session, OPEN, days=5, now=NOW, actor=EMAIL)
        objection.write_objection(session, OPEN.text, ward, "Thiếu hồ sơ đất đai.", now=NOW, actor="a@example.vn")
        score_rule_draft.begin(session, "score-top2-factors", now=NOW, actor=EMAIL)
    return live_server


def enter(page: Page, server: str) -> None:
    page.goto(f"{server}/officer/")
    sign_in_by_hand(page, EMAIL)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    live_app: Flask, server: str, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    enter(page, server)
    page.goto(f"{server}/officer/rules/what-if?period={CLOSED.text}")
    page.locator("#rule-score-mean5-factors").check()
    page.get_by_role("button", name="So sánh").click()
    work_all(live_app)
    pages = [
        f"closing/{CLOSED.text}",
        f"closing/{OPEN.text}",
        f"scores/{CLOSED.text}",
        f"scores/{CLOSED.text}/AH",
        f"scores/{OPEN.text}/AH",
        "rules",
        "rules/score-top2-factors",
        f"rules/what-if?period={CLOSED.text}",
    ]
    faults = {}
    for path in pages:
        page.goto(f"{server}/officer/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        faults[path] = violations(page) + (["scrolls sideways"] if overflow else [])
    page.goto(f"{server}/officer/rules")
    page.get_by_role("link", name="score-top2-factors-b1").click()
    faults["draft"] = violations(page)
    assert {path: found for path, found in faults.items() if found} == {}


def test_a_score_is_pressed_and_explained_on_one_printed_page(
    server: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    page.goto(f"{server}/officer/scores/{CLOSED.text}")
    page.locator("tr", has_text="Phường An Hoà").locator(".points a").click()
    expect(page.locator("h1")).to_have_text("Điểm này từ đâu ra")
    page.pdf(path=tmp_path / "score.pdf", format="A4", prefer_css_page_size=True)
    with closing(pypdfium2.PdfDocument(tmp_path / "score.pdf")) as document:
        assert len(document) == 1
        text = document[0].get_textpage().get_text_range()
    for step in ("1. Hồ sơ và phiếu", "2. Trọng số", "3. Từng câu", "4. Chỉ số", "5. Quy ra điểm", "6. Căn cứ"):
        assert step in text
    assert "Đăng xuất" not in text


def test_an_answer_a_closing_and_a_check_by_keyboard_and_mouse(
    live_app: Flask, server: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    page.goto(f"{server}/officer/closing/{OPEN.text}")
    page.get_by_label("Trả lời Phường An Hoà").fill("Đã đối chiếu: đủ hồ sơ.")
    page.get_by_role("button", name="Giữ nguyên và giải trình").click()
    expect(page.locator("#objections")).to_contain_text("Giải trình")
    with live_app.app_context():
        db.session.query(ScoreDraft).update({"until": NOW.date() - timedelta(days=1)})
        db.session.commit()
    page.reload()
    page.get_by_label("Tôi đã xem danh sách kiểm tra và bảng điểm.").check()
    page.get_by_role("button", name="Chốt Quý").click()
    expect(page.locator("progress")).to_be_visible()
    work_all(live_app)
    expect(page.locator(".tag.ok").first).to_have_text("Đã chốt bản 1, chưa công bố", timeout=20_000)
    page.get_by_role("button", name="Tính lại để kiểm").click()
    expect(page.locator("progress")).to_be_visible()
    work_all(live_app)
    expect(page.locator("#revisions")).to_contain_text("khớp", timeout=20_000)
