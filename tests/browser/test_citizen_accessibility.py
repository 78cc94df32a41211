"""Every public page for people who see, hear, hold or read differently: WCAG 2.2 AA, and what axe cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey.extensions import db
from survey.models import Response

from accessibility import violations
from public_pages import SIZES, STATES, Site, answer, form, form_answered, form_refused, make_site, send

SMALLEST_TARGET = 48
# Every control and the area that a finger may hit; a link inside a sentence is exempt (WCAG 2.5.8).
TARGETS = """() => [...document.querySelectorAll('label:not(.l), a, button, .i')]
    .filter(e => e.getClientRects().length)
    .map(e => { const r = e.getBoundingClientRect(); return [e.textContent.trim() || e.id, r.width, r.height] })"""
# Words that leave their box, or a page that scrolls sideways.
CUT = """() => [...document.querySelectorAll('.c, .o, button, .t label, .t a, h1, legend, .k b')]
    .filter(e => e.getClientRects().length)
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    .map(e => e.textContent)"""
SIDEWAYS = """() => { const e = document.documentElement, by = e.scrollWidth - e.clientWidth;
    return by ? [`${by} px sideways`] : [] }"""
FOCUS = "(() => { const e = document.activeElement; return e.name || e.textContent.trim() })()"


@pytest.fixture
def site(live_app: Flask, live_server: str) -> Site:
    """A server with codes of every kind."""
    return make_site(live_app, live_server)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_on_any_page_in_any_state(
    open_page: Callable[..., Page], site: Site, state: str, language: str
) -> None:
    page = open_page()
    STATES[state](page, site, language)
    found = {}
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found[name] = judge(page)
    # The switches work on the page as it is, so each is tried without asking the server again.
    page.set_viewport_size({"width": 320, "height": 640})
    for switch in ("to", "td"):
        page.locator(f"label[for={switch}]").click()
        found[f"320 {switch}"] = judge(page)
    # A phone of 360 px at 200% has 180: there, too, no word is cut and nothing scrolls sideways.
    page.locator("label[for=to]").click()
    page.set_viewport_size({"width": 180, "height": 370})
    found["200%"] = [*page.evaluate(CUT), *page.evaluate(SIDEWAYS)]
    assert {name: faults for name, faults in found.items() if faults} == {}


def judge(page: Page) -> list[Any]:
    small = [target for target in page.evaluate(TARGETS) if min(target[1], target[2]) < SMALLEST_TARGET - 0.01]
    return [*violations(page), *page.evaluate(CUT), *small, *page.evaluate(SIDEWAYS)]


def test_the_keyboard_goes_through_the_form_in_reading_order_and_one_always_sees_where(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page()
    form_answered(page, site, "vi")
    page.locator("h1").click()  # from the start of the page again
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    page.locator("#to").focus()
    seen, positions = [], []
    for _ in range(13):
        seen.append(page.evaluate(FOCUS))
        positions.append(
            page.evaluate("(document.activeElement.labels || [])[0]?.getBoundingClientRect().top + scrollY")
        )
        assert focus_is_visible(page), seen[-1]
        page.keyboard.press("Tab")
    assert seen[:11] == ["to", "td", "English", "L", "Q1", "Q2", "Q3", "Q4", "Q5", "Q7", "Gửi ý kiến"]
    assert seen[11:] == ["Ý kiến được giữ thế nào?", "Nhập mã khác"]
    assert positions[3:10] == sorted(positions[3:10])


def focus_is_visible(page: Page) -> bool:
    """Whether what has the focus, or the label that stands for it, is outlined."""
    visible: bool = page.evaluate(
        """() => { const e = document.activeElement, label = e.id && document.querySelector(`[for=${e.id}]`);
        const shown = e.type === 'radio' ? e.nextElementSibling : label || e, style = getComputedStyle(shown);
        return style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 3 }"""
    )
    return visible


def test_the_form_is_filled_in_and_sent_without_a_pointer(
    open_page: Callable[..., Page], site: Site, live_app: Flask
) -> None:
    page = open_page()
    form(page, site, "vi")
    page.locator("#to").focus()
    page.keyboard.press("Space")
    expect(page.locator("#to")).to_be_checked()
    for _ in range(2):
        page.keyboard.press("Tab")
    for presses in (4, 0, 5, 2, 1):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")  # sends, from any question
    page.wait_for_url("**/thanks?**")
    with live_app.app_context():
        # The site has responses of its own, all of them alike.
        sent = [answers for answers in db.session.scalars(select(Response.answers)) if answers != "555552"]
        assert sent == ["51x32-"]


def test_a_screen_reader_hears_questions_choices_and_what_is_missing(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page()
    form(page, site, "vi")
    assert page.get_by_role("group").count() == 6
    third = page.get_by_role("group", name="3. Thái độ và sự hướng dẫn của người tiếp nhận, giải quyết hồ sơ")
    names = [radio.evaluate("e => e.labels[0].textContent") for radio in third.get_by_role("radio").all()]
    assert [name.replace("\u00a0", " ") for name in names] == [
        "Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng", "Không biết / chưa gặp",
    ]  # fmt: skip
    assert third.get_by_role("radio", name="Rất hài lòng", exact=True).count() == 1
    assert page.get_by_role("checkbox", name="Chữ to").count() == 1
    # Drawn faces say nothing, and one heading names the page.
    assert page.get_by_role("img").count() == 0
    assert page.get_by_role("heading").all_inner_texts() == ["Phiếu lấy ý kiến"]
    assert page.get_by_role("main").count() == 1
    form_refused(page, site, "vi")
    expect(page.get_by_role("alert").get_by_role("heading", name="Chưa gửi được")).to_be_visible()
    expect(page.get_by_role("group", name="3. Thái độ")).to_have_accessible_description("▲ Chưa chọn")
    assert page.title().startswith("Chưa gửi được")


def test_without_javascript_the_summary_leads_to_the_questions(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url(f"/q/{site.one_field}", "vi"))
    send(page)
    page.wait_for_url("**send=1**")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="4. Kết quả nhận được").click()
    expect(page.locator("#Q4")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "Q4"


@pytest.mark.parametrize("forced", ["none", "active"])
def test_a_chosen_answer_differs_by_more_than_colour(
    open_page: Callable[..., Page], site: Site, forced: str
) -> None:
    """It has a tick, bold words and a thicker face; also where a theme replaces every colour."""
    page = open_page(forced_colors=forced)
    form(page, site, "vi")
    answer(page, Q1="5", Q2="x")
    looks = """name => {
        const box = document.querySelector(`input[name=${name}]:checked + *`), s = getComputedStyle(box);
        const face = box.querySelector('svg'), mark = box.classList.contains('c') ? ':after' : ':before';
        const line = face && parseFloat(getComputedStyle(face).strokeWidth);
        return [s.fontWeight, getComputedStyle(box, mark).content, line] }"""
    assert page.evaluate(looks, "Q1") == ["700", '"✓"', 2.6]
    assert page.evaluate(looks, "Q2") == ["700", '"✓"', None]
    assert violations(page) == []
    if forced == "active":
        chosen, other = (
            page.evaluate("s => getComputedStyle(document.querySelector(s)).backgroundColor", selector)
            for selector in ("input[name=Q1]:checked + .c", "input[name=Q1]:not(:checked) + .c")
        )
        assert chosen != other


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_leaves_no_grey(open_page: Callable[..., Page], site: Site, scheme: str) -> None:
    page = open_page(contrast="more", color_scheme=scheme)
    form(page, site, "vi")
    ink, hint, line = page.evaluate(
        """() => [['.p', 'color'], ['.s', 'color'], ['.c', 'borderTopColor']]
            .map(([where, what]) => getComputedStyle(document.querySelector(where))[what])"""
    )
    assert ink == hint == line
    assert violations(page) == []
