"""A running server and a real Chromium for the browser tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from survey.extensions import db
from survey.models import Role

from factories import Factory
from serving import free_port, serving
from tablets import OFFICER, SHOP, TABLET, enrol, register

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# Not faults: a page with status 404 or 422, and a network that a test has cut. Chromium writes a line for each.
EXPECTED = ("the server responded with a status of", "Failed to load resource: net::ERR_")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
PATIENCE_MILLISECONDS = 15_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all browser tests; each test opens contexts of its own."""
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing; run: sudo apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def freezing_chromium(chromium: Browser) -> Iterator[Browser]:
    """A Chromium that keeps pages as they were left, for "Back"; Playwright switches that off elsewhere."""
    ignored = ["--disable-back-forward-cache"]
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=FLAGS, ignore_default_args=ignored)
    yield browser
    browser.close()


@pytest.fixture
def live_app(make_app: Callable[..., Flask], sqlite_url: str, live_port: int) -> Flask:
    """The application that `live_server` serves; its codes and links lead to that server."""
    return make_app(sqlite_url, base_url=f"http://127.0.0.1:{live_port}")


@pytest.fixture
def live_port() -> int:
    """A free port of this machine."""
    return free_port()


@pytest.fixture
def live_server(live_app: Flask, live_port: int) -> Iterator[str]:
    """The address of a server with several threads on an SQLite file; ends with the test."""
    with serving(live_app, live_port) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of a phone; options as of a playwright context (`viewport`, `java_script_enabled`, …).

    At the end the test fails if a page threw, broke its content policy, or asked another machine for anything.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_with(**options: Any) -> Page:
        context = chromium.new_context(**({"viewport": PHONE, "locale": "vi-VN"} | options))
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        page.on("console", lambda message: _note_console(faults, message))
        page.on("request", lambda request: _note_request(faults, request.url))
        return page

    yield open_with
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def browser_page(open_page: Callable[..., Page]) -> Page:
    """A page of a phone, 360 × 740."""
    return open_page()


@pytest.fixture
def enrolment_code(live_app: Flask, live_server: str) -> str:
    """The one-time code of a tablet at a counter with two fields."""
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(name="Phường Tân Hoà", one_stop_name=SHOP)
        counter = factory.counter(unit, ("dat-dai", "xay-dung"), name="Quầy số 1")
        factory.officer(unit, Role.LEADER, email=OFFICER)
        return register(unit, counter)


@pytest.fixture
def tablet(open_page: Callable[..., Page], live_server: str, enrolment_code: str) -> Page:
    """An enrolled tablet that shows its start."""
    page = open_page(viewport=TABLET, has_touch=True)
    enrol(page, live_server, enrolment_code)
    return page


def _note_console(faults: list[str], message: Any) -> None:
    if message.type == "error" and not any(words in message.text for words in EXPECTED):
        faults.append(f"console: {message.text}")


def _note_request(faults: list[str], url: str) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
        faults.append(f"request to another machine: {url}")
