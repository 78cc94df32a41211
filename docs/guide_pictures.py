"""The pictures of docs/guides: pages of the example that `make run` serves, as each role sees them."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).resolve().parent / "pictures"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
COLOURS = 128
LARGEST_BYTES = 120_000
# A browser without Vietnamese writes dates the American way; who reads a guide has one with it.
WRITE_DAYS = """all => all.forEach(each => {
    const [year, month, day] = each.value.split("-");
    each.type = "text";
    each.value = day ? `${day}/${month}/${year}` : "";
})"""


@dataclass(frozen=True)
class Picture:
    """One page: who opens it, where it is, and how to get there from that address."""

    name: str
    account: str
    path: str
    size: dict[str, int]
    go_on: Callable[[Page], None] = lambda page: None


def follow(selector: str) -> Callable[[Page], None]:
    """Click on the first of what a selector finds."""
    return lambda page: page.locator(selector).first.click()


def choose_unit(page: Page) -> None:
    """Press the button beside the unit and period that stand in the fields."""
    page.get_by_role("button", name="Chọn").first.click()


def posters(page: Page) -> None:
    """Go from the list of units to the posters of one."""
    page.locator("main tbody tr:nth-child(3) a").first.click()
    page.get_by_role("link", name="In áp phích").first.click()


GUIDES = (
    Picture("mot-cua-dau-tien", "mot.cua", "/officer/", DESK),
    Picture("gop-y", "mot.cua", "/officer/feedback", DESK),
    Picture("tra-loi", "mot.cua", "/officer/feedback", DESK, follow("main tbody a")),
    Picture("phieu-giay", "mot.cua", "/officer/paper", DESK),
    Picture("don-vi", "cchc", "/officer/units", DESK, follow("main tbody tr:nth-child(3) a")),
    Picture("ap-phich", "cchc", "/officer/units", DESK, posters),
    Picture("so-ho-so", "van.phong", "/officer/dossiers", DESK, follow("main tbody a")),
    Picture("chot-ky", "cchc", "/officer/closing", DESK),
    Picture("de-nghi-loai-phieu", "cchc", "/officer/set-aside/new", DESK, choose_unit),
    Picture("lanh-dao-dien-thoai", "lanh.dao", "/officer/", PHONE),
    Picture("lanh-dao-gop-y", "lanh.dao", "/officer/feedback", PHONE),
    Picture(
        "duyet-loai-phieu", "lanh.dao", "/officer/set-aside", DESK, follow("main a[href*='/set-aside/']:not(.btn)")
    ),
    Picture("xep-hang", "kiem.tra", "/officer/ranking", DESK),
    Picture("diem-tu-dau-ra", "kiem.tra", "/officer/scores", DESK, follow("main td a")),
    Picture("tai-khoan", "quan.tri", "/officer/officers", DESK),
)


def shoot(browser: Browser, printed: str) -> None:
    """Shoot every picture; `printed` is what `hailong demo` said of addresses and accounts."""
    address = re.search(r"(http\S+)/officer/sign-in", printed)
    found = re.findall(r"(([\w.]+)@\S+)\s+mật khẩu (\S+)", printed)
    accounts = {name: (email, password) for email, name, password in found}
    if address is None or {each.account for each in GUIDES} - set(accounts):
        sys.exit("instance/example.txt names too few accounts; run: make demo-data")
    for account in dict.fromkeys(each.account for each in GUIDES):
        page = browser.new_page(viewport=DESK, locale="vi-VN")
        page.goto(address[0])
        page.fill("[name=email]", accounts[account][0])
        page.fill("[name=password]", accounts[account][1])
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/officer/")
        for picture in (each for each in GUIDES if each.account == account):
            page.set_viewport_size(picture.size)
            page.goto(address[1] + picture.path, wait_until="networkidle")
            picture.go_on(page)
            page.wait_for_load_state("networkidle")
            page.locator("input[type=date]").evaluate_all(WRITE_DAYS)
            keep(picture.name, page.screenshot(animations="disabled"))
        page.close()


def keep(name: str, shot: bytes) -> None:
    """Store a picture with few colours, so that the repository stays small."""
    path = PICTURES / f"guide-{name}.png"
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS).save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        sys.exit(f"{path.name} has {path.stat().st_size} bytes, more than {LARGEST_BYTES}")
