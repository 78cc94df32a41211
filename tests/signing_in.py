"""Sign an officer in and out, as a browser without JavaScript does, or in a real one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIGN_IN = "/officer/sign-in"
CODE = "/officer/sign-in/code"
ENROL = "/officer/account/second-factor"


def csrf_token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert found
    return found[1]


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, *, following: str = "", address: str = "127.0.0.1"
) -> TestResponse:
    place = {"REMOTE_ADDR": address}
    token = csrf_token(client.get(SIGN_IN, environ_base=place))
    data = {"email": email, "password": password, "csrf_token": token}
    return client.post(SIGN_IN + following, data=data, environ_base=place)


def sign_in_by_hand(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in and send the sign-in that a real browser shows."""
    page.get_by_label("Địa chỉ e-mail").fill(email)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def sign_out(client: FlaskClient) -> TestResponse:
    return client.post(
        "/officer/sign-out", data={"csrf_token": csrf_token(client.get("/officer/", follow_redirects=True))}
    )


def post(client: FlaskClient, address: str, page_address: str | None = None, **data: str) -> TestResponse:
    """Send a form of the page at `page_address`, or at the address itself."""
    token = csrf_token(client.get(page_address or address))
    return client.post(address, data=data | {"csrf_token": token})


def turn_on_second_factor(client: FlaskClient) -> tuple[str, list[str]]:
    """Set an app up for whoever is signed in; return its secret and the recovery codes."""
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', client.get(ENROL).text)
    assert found
    secret = found[1].replace(" ", "")
    done = post(client, ENROL, code=code_of(secret))
    assert (done.status_code, done.location) == (303, "/officer/account/recovery-codes")
    codes = re.findall(r"<span>(\w{4}-\w{4}-\w{4})</span>", client.get(done.location).text)
    assert len(set(codes)) == 10
    return secret, codes


def code_of(secret: str, *, later: int = 0) -> str:
    """What the app shows now, or so many steps later."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=later)
