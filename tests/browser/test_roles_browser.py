"""Every role in a real Chromium: signs in, sees its own first page, and opens all that its menu offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from survey.extensions import db
from survey.models import Role

from accessibility import violations
from factories import Factory
from signing_in import sign_in_by_hand

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
PERIOD = "2026-Q2"
QUARTER, CARE = "Quý II/2026", "Tài khoản quản trị"
ASIDE = "Phiếu không tính"
# What each role sees first, and words of its menu: the first that it must have, the second that it must not.
SEES: dict[Role, tuple[str, set[str], set[str]]] = {
    Role.ONE_STOP: (
        QUARTER,
        {"Góp ý, phản ánh", "Nhập phiếu giấy"},
        {"Số hồ sơ", ASIDE, "Tài khoản"},
    ),
    Role.REFORM: (QUARTER, {"Góp ý, phản ánh", "Số hồ sơ", "Chốt kỳ", ASIDE}, {"Tài khoản"}),
    Role.SATISFACTION: (QUARTER, {"Chốt kỳ", ASIDE, "Bộ câu hỏi"}, {"Góp ý, phản ánh", "Số hồ sơ"}),
    Role.DOSSIERS: (QUARTER, {"Góp ý, phản ánh", "Số hồ sơ"}, {"Chốt kỳ", ASIDE, "Tài khoản"}),
    Role.LEADER: (
        QUARTER,
        {"Góp ý, phản ánh", ASIDE, "Xếp hạng"},
        {"Chốt kỳ", "Số hồ sơ", "Tài khoản"},
    ),
    Role.INSPECTOR: (QUARTER, {"Góp ý, phản ánh", "Xếp hạng"}, {"Chốt kỳ", ASIDE, "Nhập phiếu giấy"}),
    Role.ADMINISTRATOR: (CARE, {"Tài khoản", "Máy tính bảng"}, {"Quý này", "Góp ý, phản ánh", "Điểm hài lòng"}),
}


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """A province with a ward that has a result, and an account of each role."""
    with live_app.app_context():
        factory = Factory(db.session)
        top = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
        ward = factory.unit(name="Phường Tân Hoà", parent=top)
        factory.dossiers(ward, PERIOD, {("dat-dai", "direct", "on_time"): 900})
        factory.score(factory.score_set(PERIOD), ward, "26.38", 400)
        for role in SEES:
            factory.officer(top, role, email=email_of(role))
    return live_server


def email_of(role: Role) -> str:
    return f"{role.value}@binhminh.example.vn"


def enter(page: Page, server: str, role: Role) -> None:
    page.goto(f"{server}/officer/")
    sign_in_by_hand(page, email_of(role))
    page.wait_for_load_state("networkidle")


def menu(page: Page) -> dict[str, str]:
    """The words of the menu, those behind a group too, and where each leads."""
    lines = page.locator("header nav a")
    return dict(
        lines.evaluate_all("all => all.map(a => [a.firstChild.textContent.trim(), a.getAttribute('href')])")
    )


@pytest.mark.parametrize("role", SEES, ids=lambda role: role.value)
def test_a_role_sees_its_first_page_and_opens_all_of_its_menu(
    server: str, open_page: Callable[..., Page], role: Role
) -> None:
    first, offered, kept_away = SEES[role]
    page = open_page(viewport=PHONE)
    enter(page, server, role)
    expect(page.locator("h1")).to_contain_text(first)
    assert violations(page) == []
    lines = menu(page)
    assert offered <= set(lines)
    assert not kept_away & set(lines)
    for words, address in lines.items():
        answer = page.goto(server + address, wait_until="networkidle")
        assert answer is not None
        assert (words, answer.status) == (words, 200)
        assert (words, page.locator("h1").count()) == (words, 1)
        assert (words, page.evaluate("document.documentElement.scrollWidth")) == (words, PHONE["width"])
    desk = open_page(viewport=DESK)
    enter(desk, server, role)
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") == DESK["width"]
