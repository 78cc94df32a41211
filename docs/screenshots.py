"""Take pictures: `make screenshots`.

The pictures of README and guides are of the example that `make run` is serving. Those of every public page in
every state are for people to look at, in build/screenshots with an index; they come from a server of this
script's own. `python docs/screenshots.py guides` takes those of the guides only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from survey import create_app
from survey.config import Settings
from survey.database import make_engine
from survey.extensions import db
from survey.services import presets, schema

import guide_pictures
from public_pages import SIZES, STATES, Site, make_site
from serving import free_port, serving

PICTURES = ROOT / "docs" / "pictures"
GALLERY = ROOT / "build" / "screenshots"
EXAMPLE = ROOT / "instance" / "example.txt"
CHROMIUM = "/usr/bin/chromium"
TODAY = date(2026, 8, 14)
# How a page may look besides its size: what to set in the browser, and which of its switches to press.
LOOKS: dict[str, tuple[dict[str, str], str]] = {
    "": ({}, ""),
    "large": ({}, "to"),
    "dark": ({"color_scheme": "dark"}, ""),
    "forced": ({"forced_colors": "active"}, ""),
}


def main() -> None:
    """Shoot every public page, and the README's pictures if the example is there."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        if sys.argv[1:] != ["guides"]:
            shoot_gallery(browser)
        if EXAMPLE.exists():
            shoot_for_readme(browser, EXAMPLE.read_text(encoding="utf-8"))
            guide_pictures.shoot(browser, EXAMPLE.read_text(encoding="utf-8"))
        else:
            print("The pictures of README and guides stay: they need the example that `make run` serves.")
        browser.close()


def shoot_for_readme(browser: Browser, printed: str) -> None:
    """Shoot the form as a phone shows it and the score page as a desk does."""
    link = re.search(r"http\S+/q/\w{8}", printed)
    account = re.search(r"(cchc@\S+)\s+mật khẩu (\S+)", printed)
    if link is None or account is None:
        sys.exit("instance/example.txt names no link or account; run: make demo-data")
    address = link[0].rsplit("/q/", 1)[0]
    PICTURES.mkdir(exist_ok=True)
    phone = browser.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=1.5, locale="vi-VN")
    phone.goto(link[0])
    phone.screenshot(path=PICTURES / "form.png")
    desk = browser.new_page(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    desk.goto(f"{address}/officer/sign-in")
    desk.fill("[name=email]", account[1])
    desk.fill("[name=password]", account[2])
    desk.press("[name=password]", "Enter")
    desk.wait_for_url("**/officer/")
    desk.goto(f"{address}/officer/scores")
    desk.screenshot(path=PICTURES / "scores.png")


def shoot_gallery(browser: Browser) -> None:
    """Shoot every public page in every state, language and size, and each look of it on a phone."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()
    with served_site() as site:
        for state in STATES:
            for language in ("vi", "en"):
                for look, (options, switch) in LOOKS.items():
                    page = browser.new_page(locale="vi-VN", viewport={"width": 360, "height": 740}, **options)
                    shoot_state(page, site, state, language, look, switch)
                    page.close()
            print(f"{state}: done", flush=True)
    write_index()


def shoot_state(page: Page, site: Site, state: str, language: str, look: str, switch: str) -> None:
    """Bring a page into a state once and shoot it in every size; other looks only as wide as a phone."""
    STATES[state](page, site, language)
    if switch:
        page.locator(f"label[for={switch}]").click()
    for size, (width, height) in SIZES.items():
        if look and size != "360":
            continue
        page.set_viewport_size({"width": width, "height": height})
        name = "-".join(part for part in (state, language, size, look) if part)
        page.screenshot(path=GALLERY / f"{name}.png", full_page=True)


@contextmanager
def served_site() -> Iterator[Site]:
    """Serve an empty database with one of everything, as production does, without the example's marks."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/screenshots.sqlite3"
        engine = make_engine(url)
        schema.upgrade_schema(engine, today=TODAY)
        with Session(engine) as session:
            presets.load(session, today=TODAY)
        engine.dispose()
        app = create_app(Settings("production", url, url, "only-for-pictures-and-long-enough", "http://127.0.0.1"))
        with serving(app, free_port()) as address:
            yield make_site(app, address)
        db.engine(app).dispose()


def write_index() -> None:
    """Write a page that shows all pictures side by side."""
    names = sorted(path.name for path in GALLERY.glob("*.png"))
    figures = "".join(
        f'<figure><img src="{name}" height="600" alt=""><figcaption>{name}</figcaption></figure>' for name in names
    )
    style = "body{font:14px sans-serif;background:#ddd}figure{display:inline-block;margin:8px;vertical-align:top}"
    page = f'<!doctype html><meta charset="utf-8"><title>Pictures</title><style>{style}</style>{figures}'
    (GALLERY / "index.html").write_text(page, encoding="utf-8")
    print(f"{len(names)} pictures: {GALLERY / 'index.html'}")


if __name__ == "__main__":
    main()
