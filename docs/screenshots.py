"""Take the README's pictures of a running example: `make screenshots`, while `make run` serves."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "instance" / "example.txt"
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Shoot the form as a phone shows it and the score page as a desk does."""
    printed = EXAMPLE.read_text(encoding="utf-8")
    link = re.search(r"http\S+/q/\w{8}", printed)
    account = re.search(r"(cchc@\S+)\s+mật khẩu (\S+)", printed)
    if link is None or account is None:
        sys.exit("instance/example.txt names no link or account; run: make demo-data")
    address = link[0].rsplit("/q/", 1)[0]
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        phone = browser.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=1.5)
        phone.goto(link[0])
        phone.screenshot(path=PICTURES / "form.png")
        desk = browser.new_page(viewport={"width": 1280, "height": 800})
        desk.goto(f"{address}/officer/sign-in")
        desk.fill("[name=email]", account[1])
        desk.fill("[name=password]", account[2])
        desk.press("[name=password]", "Enter")
        desk.wait_for_url("**/officer/scores/**")
        desk.screenshot(path=PICTURES / "scores.png")
        browser.close()


if __name__ == "__main__":
    main()
