"""Rounds and sheets of the reform index in a real browser: no fault for axe, no overflow, the way by mouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from analysis.criteria import load_criteria
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Role, UnitKind
from survey.services import index_round, index_sheet, index_step
from survey.services.index_sheet import Given
from survey.services.index_step import Step
from survey.services.reform_index_import import import_index

from accessibility import violations
from factories import Factory
from signing_in import sign_in_by_hand

NOW = datetime.now(TIME_ZONE)
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL = "chau@binhminh.example.vn"
CRITERIA = load_criteria("criteria-commune-8")


@pytest.fixture
def server(live_app: Flask, live_server: str) -> str:
    """A round with three wards: one appraised with all components, one submitted, one not begun."""
    with live_app.app_context():
        session, factory = db.session, Factory(db.session)
        top = factory.unit(code="TINH", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE, ranking_group=None)
        wards = [
            factory.unit(code=code, name=name, parent=top)
            for code, name in (("AH", "Phường An Hoà"), ("TL", "Phường Tân Lập"), ("VH", "Phường Vĩnh Hải"))
        ]
        factory.officer(top, Role.REFORM, email=EMAIL, name="Lê Thị Minh Châu")
        made = index_round.begin(
            session,
            year=2026,
            kind="par",
            level="commune",
            rules_id="index-65-25-10",
            criteria_id=CRITERIA.id,
            now=NOW,
            actor=EMAIL,
        )
        given = {
            leaf.code: Given(leaf.maximum, note="KH 01/KH-UBND")
            for field in CRITERIA.fields
            for leaf in field.leaves
        }
        for ward in wards[:2]:
            index_sheet.save_own(session, made, ward, given, now=NOW, actor="a@example.vn")
            index_step.take(session, made, ward, Step.SUBMIT, now=NOW, actor="a@example.vn")
        index_sheet.save_appraisal(session, made, wards[0], given, now=NOW, actor="b@example.vn")
        index_step.take(session, made, wards[0], Step.APPRAISE, now=NOW, actor="b@example.vn")
        import_index(
            session,
            b"unit,lanh-dao,hai-long\nAH,8.5,21.9\n",
            year=2026,
            level="commune",
            now=NOW,
            actor="a@example.vn",
            file_name="x.csv",
        )
    return live_server


def enter(page: Page, server: str) -> None:
    page.goto(f"{server}/officer/")
    sign_in_by_hand(page, EMAIL)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    server: str, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    enter(page, server)
    faults = {}
    for path in (
        "index",
        "index/1",
        "index/1/AH",
        "index/1/TL",
        "index/1/VH",
        "index/1/VH?lang=en",
        "index/units/AH",
        "index/structures",
        "index/structures/criteria-commune-8",
        "index/structures/index-60-10-30",
        "index/structures/new/criteria",
        "index/structures/new/index",
    ):
        page.goto(f"{server}/officer/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        faults[path] = violations(page) + (["scrolls sideways"] if overflow else [])
    page.goto(f"{server}/officer/index/1")
    page.get_by_text("Sửa các bậc cho đợt này").click()
    faults["bands"] = violations(page)
    assert {path: found for path, found in faults.items() if found} == {}


def test_a_sheet_is_appraised_and_approved_by_mouse(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESK)
    enter(page, server)
    page.locator("summary", has_text="Kết quả").click()
    page.get_by_role("link", name="Chỉ số CCHC").click()
    page.get_by_role("link", name="Chỉ số cải cách hành chính 2026").click()
    expect(page.locator("tr", has_text="Phường An Hoà")).to_contain_text("01/01")
    page.get_by_role("button", name="Phê duyệt mọi bảng đã thẩm định").click()
    expect(page.locator(".flash")).to_have_text("Đã phê duyệt 1 bảng điểm.")
    page.get_by_role("link", name="Phường Tân Lập").click()
    page.get_by_label("Điểm 1.1.1").fill("hai")
    page.get_by_role("button", name="Lưu điểm thẩm định").click()
    expect(page.locator(".problem")).to_contain_text("“hai” không phải số")
    page.get_by_label("Điểm 1.1.1").fill("0,75")
    page.get_by_label("Ý kiến thẩm định 1.1.1").fill("Ban hành chậm")
    page.get_by_role("button", name="Lưu điểm thẩm định").click()
    expect(page.locator(".flash")).to_have_text("Đã lưu bảng điểm.")
    expect(page.get_by_label("Điểm 1.1.1")).to_have_value("0,75")


def test_a_round_is_published_and_corrected_by_mouse(
    server: str, live_app: Flask, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=PHONE)
    enter(page, server)
    page.goto(f"{server}/officer/index/1")
    page.get_by_role("button", name="Phê duyệt mọi bảng đã thẩm định").click()
    page.get_by_role("button", name="Công bố kết quả cả đợt").click()
    expect(page.locator(".flash.good")).to_have_text("Đã công bố bản 1.")
    expect(page.locator("main")).not_to_contain_text("thay đổi từ khi công bố")
    with live_app.app_context():
        import_index(
            db.session,
            b"unit,lanh-dao,hai-long\nAH,9.5,21.9\n",
            year=2026,
            level="commune",
            now=NOW,
            actor="a@example.vn",
            file_name="y.csv",
        )
    page.reload()
    expect(page.locator("#publish")).to_contain_text("Số liệu đầu vào đã thay đổi từ khi công bố.")
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_label("Công bố bản đính chính, lý do").fill("Điểm lãnh đạo nhập nhầm")
    page.get_by_role("button", name="Công bố bản đính chính").click()
    expect(page.locator("main")).to_contain_text("thay bản 1. Lý do: Điểm lãnh đạo nhập nhầm")
    page.get_by_role("link", name="Bản 1").click()
    expect(page.locator("main")).to_contain_text("Đây là bản cũ, đã được thay.")
    assert violations(page) == []
