"""Sign an officer in and out, as a browser without JavaScript does."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories import PASSWORD

SIGN_IN = "/officer/sign-in"


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


def sign_out(client: FlaskClient) -> TestResponse:
    return client.post(
        "/officer/sign-out", data={"csrf_token": csrf_token(client.get("/officer/", follow_redirects=True))}
    )
