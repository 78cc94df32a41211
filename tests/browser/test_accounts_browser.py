"""Officers and their accounts in a real browser: invitation, app, recovery codes, single sign-on."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from survey.config import Provider
from survey.models import Role

from accessibility import violations
from commands import hailong
from factories import PASSWORD, Factory
from providers import running_provider
from signing_in import sign_in_by_hand

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
EMAIL = "ha@tanhoa.example.vn"
NEW = "bốn từ không liên quan"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider({"sub": "ha", "email": EMAIL, "email_verified": True, "amr": ["mfa"]}) as running:
        yield running


@pytest.fixture
def live_app(make_app: Callable[..., Flask], sqlite_url: str, live_port: int, provider: Provider) -> Flask:
    """Production: in the example nobody must have a second factor."""
    base_url = f"http://127.0.0.1:{live_port}"
    return make_app(sqlite_url, base_url=base_url, environment="production", provider=provider)


@pytest.fixture
def session(live_app: Flask) -> Iterator[Session]:
    with live_app.extensions["hailong_database"][1]() as opened:
        yield opened


@pytest.fixture
def factory(session: Session) -> Factory:
    return Factory(session)


def check(page: Page) -> None:
    """What holds for every page: nothing that axe finds, and nothing to scroll sideways."""
    assert violations(page) == []
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def sign_in(page: Page, server: str, email: str, password: str) -> None:
    page.goto(f"{server}/officer/sign-in")
    sign_in_by_hand(page, email, password)


def scanned(page: Page) -> pyotp.TOTP:
    """Read the picture as the camera of a phone does."""
    picture = Image.open(io.BytesIO(page.locator("img.qr").screenshot()))
    (symbol,) = zxingcpp.read_barcodes(picture)
    address = urlsplit(symbol.text)
    query = parse_qs(address.query)
    assert (address.scheme, address.netloc, query["issuer"]) == ("otpauth", "totp", ["Hài Lòng"])
    return pyotp.TOTP(query["secret"][0])


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_the_invitation_to_the_recovery_code(
    live_app: Flask,
    live_server: str,
    factory: Factory,
    open_page: Callable[..., Page],
    viewport: dict[str, int],
    scripts: bool,
) -> None:
    unit = factory.unit(name="Phường Tân Hoà")
    printed = hailong(live_app, "officers", "add", EMAIL, "--role", "leader", "--unit", unit.code).stdout
    page = open_page(viewport=viewport, java_script_enabled=scripts)
    visited: Callable[[Page], None] = check if scripts else lambda _page: None
    page.goto(printed.split()[-1])
    visited(page)
    page.get_by_label("Họ và tên").fill("Phạm Thu Hà")
    page.get_by_label("Mật khẩu mới", exact=True).fill(NEW)
    page.get_by_label("Nhập lại mật khẩu mới").fill("khác")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("alert")).to_contain_text("chưa giống nhau")
    visited(page)
    page.get_by_label("Mật khẩu mới", exact=True).fill(NEW)
    page.get_by_label("Nhập lại mật khẩu mới").fill(NEW)
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đặt mật khẩu")

    sign_in(page, live_server, EMAIL, NEW)
    expect(page.locator("h1")).to_have_text("Bật xác thực hai lớp")
    visited(page)
    app = scanned(page)
    page.get_by_label("Mã gồm 6 chữ số").fill(app.now())
    page.get_by_role("button", name="Bật xác thực hai lớp").click()
    expect(page.locator("h1")).to_have_text("Mã khôi phục")
    visited(page)
    codes = page.locator(".codes span").all_inner_texts()
    assert len(codes) == 10
    assert page.pdf().startswith(b"%PDF")
    page.get_by_role("link", name="Tôi đã cất mã, đi tiếp").click()
    expect(page.locator("h1")).to_have_text("Chưa có kỳ nào")

    page.get_by_role("link", name="Phạm Thu Hà").click()
    expect(page.locator("h1")).to_have_text("Tài khoản của tôi")
    visited(page)
    page.get_by_role("link", name="Đổi điện thoại").click()
    visited(page)
    page.get_by_role("button", name="Đăng xuất").click()
    sign_in(page, live_server, EMAIL, NEW)
    expect(page.locator("h1")).to_have_text("Mã xác thực")
    visited(page)
    page.get_by_label("Mã gồm 6 chữ số").fill("000000")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("Mã không đúng")
    visited(page)
    page.get_by_role("link", name="dùng mã khôi phục").click()
    visited(page)
    page.get_by_label("Mã khôi phục").fill(codes[9])
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("h1")).to_have_text("Chưa có kỳ nào")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_an_administrator_invites_and_hands_over(
    live_server: str, factory: Factory, open_page: Callable[..., Page], viewport: dict[str, int]
) -> None:
    province = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
    ward = factory.unit(name="Phường Tân Hoà", parent=province)
    administrator = factory.officer(province, Role.ADMINISTRATOR, name="Nguyễn Quốc Anh")
    factory.officer(ward, Role.REFORM, name="Lê Thị Minh Châu")
    page = open_page(viewport=viewport)
    sign_in(page, live_server, administrator.email, PASSWORD)
    page.get_by_label("Mã gồm 6 chữ số").fill(scanned(page).now())
    page.get_by_role("button", name="Bật xác thực hai lớp").click()
    page.get_by_role("link", name="Tôi đã cất mã, đi tiếp").click()
    page.locator("main").get_by_role("link", name="Tài khoản").click()
    check(page)
    page.get_by_role("button", name="Mời và lấy liên kết").click()
    expect(page.get_by_role("alert")).to_contain_text("Xin chọn vai trò.")
    check(page)
    page.get_by_label("Địa chỉ e-mail").fill(EMAIL)
    page.get_by_label("Họ và tên").fill("Phạm Thu Hà")
    page.get_by_label("Vai trò").select_option("reform")
    page.get_by_label("Đơn vị").select_option(ward.code)
    page.get_by_role("button", name="Mời và lấy liên kết").click()
    expect(page.locator("h1")).to_have_text("Phạm Thu Hà")
    expect(page.locator(".new-link")).to_contain_text(f"{live_server}/officer/invitation/")
    check(page)

    page.get_by_role("link", name="Về danh sách tài khoản").click()
    expect(page.locator("tr", has_text="Phạm Thu Hà")).to_contain_text("Đã mời")
    page.get_by_role("link", name="Lê Thị Minh Châu").click()
    page.get_by_label("Người nhận", exact=True).select_option(label=f"Phạm Thu Hà ({EMAIL})")
    page.get_by_role("button", name="Bàn giao").click()
    expect(page.get_by_role("status")).to_contain_text("Đã bàn giao cho Phạm Thu Hà")
    expect(page.locator(".facts .tag").first).to_have_text("Đã khoá")
    check(page)


def test_single_sign_on_comes_back_past_our_content_policy(
    live_server: str, factory: Factory, chromium: Browser
) -> None:
    factory.officer(factory.unit(), Role.LEADER, email=EMAIL, name="Phạm Thu Hà")
    # Not `open_page`: the provider's own page looks for its style elsewhere, which is not our fault.
    with chromium.new_context(viewport=DESK) as context:
        context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{live_server}/officer/account")
        check(page)
        page.get_by_role("link", name="Đăng nhập qua Cổng cán bộ tỉnh").click()
        page.get_by_role("button", name="ha", exact=True).click()
        expect(page.locator("h1")).to_have_text("Tài khoản của tôi")
        assert page.url == f"{live_server}/officer/account"
