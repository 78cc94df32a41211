"""Every screen of the kiosk can be read, hit with a finger, and holds nothing of the person before."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from accessibility import violations
from signing_in import sign_in_by_hand
from tablets import LYING, OFFICER, PHONE, TABLET, all_sent, answer, enrol, stored, tap

SMALLEST_TARGET = 48
TARGETS = """() => [...document.querySelectorAll('label:not(.l), a:not(p > a), button, input[type=text]')]
    .filter(e => e.getClientRects().length && !e.closest('[hidden]'))
    .map(e => { const r = e.getBoundingClientRect(); return [e.textContent.trim() || e.id, r.width, r.height] })
    .filter(([_, width, height]) => Math.min(width, height) < %s)"""
OVERLAPS = """() => [...document.querySelectorAll('.c')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    .map(e => e.textContent)"""
# Everything that a page of this address can keep: what somebody with the tablet in hand could read.
STORES = """async () => {
    const names = await caches.keys();
    const kept = [];
    for (const name of names) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) kept.push(await (await cache.match(request)).text());
    }
    const bases = await indexedDB.databases();
    return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, bases, kept.join(''),
        document.documentElement.outerHTML, history.state, location.href,
        [...document.querySelectorAll('input')].filter(e => e.checked).map(e => e.name + e.value)]);
}"""


@pytest.mark.parametrize("offline", [True, False], ids=["offline", "online"])
def test_nothing_of_the_last_answers_can_be_found(
    tablet: Page, live_server: str, live_app: Flask, offline: bool
) -> None:
    blank, nothing = _kept(tablet)
    assert nothing == []
    tablet.context.set_offline(offline)
    answer(tablet, ("L", "xay-dung"), ("Q1", "1"), ("Q2", "1"), ("Q3", "1"), ("Q7", "1"))
    if not offline:
        all_sent(tablet)
    tablet.get_by_role("button", name="Xong").tap()
    after, sealed = _kept(tablet)
    assert after == blank
    assert len(sealed) == (1 if offline else 0)
    if offline:
        # What waits is of the same length whatever was answered, and reads like noise.
        answer(tablet, ("Q1", "5"), ("Q2", "5"), ("Q5", "x"))
        tablet.get_by_role("button", name="Xong").tap()
        _, both = _kept(tablet)
        assert len({len(text) for text in both}) == 1
        assert not any(b'"answers"' in b64decode(text + "==", "-_") for text in both)
    if offline:
        return
    tablet.go_back()
    tablet.go_forward()
    expect(tablet.get_by_role("button", name="Bắt đầu")).to_be_visible()
    assert tablet.locator("input[type=radio]:checked").count() == 0
    tablet.reload()
    expect(tablet.get_by_role("button", name="Bắt đầu")).to_be_visible()
    assert len(stored(live_app)) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_screen_is_accessible_fits_and_can_be_hit(
    open_page: Callable[..., Page], live_server: str, enrolment_code: str, language: str
) -> None:
    page = open_page(viewport=TABLET, has_touch=True)
    page.goto(f"{live_server}/kiosk/?lang={language}#{enrolment_code}")
    _judge(page)
    page.locator("#enrol").tap()
    expect(page.locator("#offline-ready")).to_be_visible()
    _judge(page)
    page.locator("#begin").tap()
    if language == "en":
        page.locator("#language").tap()
    _judge(page)
    for way in ("answer-helped", "answer"):
        page.locator(f"[data-do={way}]").tap()
        _judge(page)
        page.locator("[data-do=send]").tap()
        _judge(page)
        if way == "answer-helped":
            page.locator("[data-question=Q3] [data-do=unveil]").tap()
            tap(page, "Q3", "3")
            page.locator("[data-question=Q3] [data-do=cover]").tap()
            _judge(page)
            page.locator("[data-do=leave]").tap()
            if language == "en":
                page.locator("#language").tap()
    for large in (False, True):
        if large:
            page.locator("label[for=to]").tap()
        for name, value in (("Q1", "1"), ("Q2", "2"), ("Q3", "5")):
            page.locator(f"input[name={name}][value='{value}']").check(force=True)
        _judge(page)
    page.locator("[data-do=send]").tap()
    expect(page.locator("[data-number]")).not_to_be_empty()
    _judge(page)


def test_the_warning_is_accessible_fits_and_can_be_hit(
    open_page: Callable[..., Page], live_server: str, enrolment_code: str
) -> None:
    page = open_page(viewport=TABLET, has_touch=True)
    page.clock.install()
    enrol(page, live_server, enrolment_code)
    page.get_by_role("button", name="Bắt đầu").tap()
    page.clock.run_for(30_500)
    # The calendar stops and the timers go on, which axe needs: the warning stays however long that takes.
    page.clock.set_fixed_time(page.evaluate("Date.now() / 1000"))
    expect(page.get_by_role("alertdialog")).to_be_visible()
    _judge(page)


def test_the_officers_pages_are_accessible(
    open_page: Callable[..., Page], live_server: str, enrolment_code: str
) -> None:
    page = open_page(viewport=TABLET)
    page.goto(f"{live_server}/officer/sign-in?next=/officer/devices")
    sign_in_by_hand(page, OFFICER)
    page.get_by_role("button", name="Thêm máy").click()
    expect(page.get_by_role("alert")).to_be_visible()
    for _step in range(3):
        assert violations(page) == []
        for viewport in (LYING, PHONE, TABLET):
            page.set_viewport_size(viewport)
            assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        if page.locator("#name").count():
            page.get_by_label("Tên máy").fill("Máy ở cửa")
            page.get_by_role("button", name="Thêm máy").click()
            expect(page.locator(".code")).to_be_visible()
        else:
            page.get_by_role("link", name="Về danh sách máy").click()


def _judge(page: Page) -> None:
    """Judge a screen standing, lying and on a phone, without leaving it."""
    for viewport in (LYING, PHONE, TABLET):
        page.set_viewport_size(viewport)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert page.evaluate(OVERLAPS) == [], viewport
        assert page.evaluate(TARGETS % (SMALLEST_TARGET - 0.01)) == [], viewport
    assert violations(page) == []


def _kept(page: Page) -> tuple[list[Any], list[str]]:
    """Everything kept on the tablet, and apart from it the sealed forms that wait for the network.

    How many wait is left out: the start may show it.
    """
    stores = json.loads(re.sub(r"<p [^>]*data-waiting.*?</p>", "", page.evaluate(STORES)))
    names = [name for name in stores[0] if name.startswith("hailong-kiosk:out:")]
    return stores, [stores[0].pop(name) for name in names]
