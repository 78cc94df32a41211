"""What a citizen's browser without JavaScript does: open a form, send it, read the number."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.nonce import Signer

ANSWERS = {"Q1": "5", "Q2": "4", "Q3": "3", "Q4": "x", "Q7": "2"}
NUMBER = re.compile(r"<b>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</b>")


def nonce_in(page: TestResponse) -> str:
    found = re.search(r'name="n" value="([^"]+)"', page.text)
    assert found
    return found[1]


def send(
    client: FlaskClient, address: str, answers: Mapping[str, str | list[str]] | None = None, **more: str
) -> TestResponse:
    nonce = nonce_in(client.get(address))
    return client.post(address, data={"n": nonce} | dict(ANSWERS if answers is None else answers) | more)


def signer(app: Flask) -> Signer:
    return Signer(app.config["SETTINGS"].key_for("citizen's form"))


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


FEEDBACK = {"topic": "report", "text": "Phải đi lại hai lần vì thiếu giấy."}
CONTACT = {"consent": "1", "adult": "1", "phone": "0912 345 678", "name": "Nguyễn Thị Hoà"}


def send_feedback(client: FlaskClient, address: str, sent: dict[str, str] | None = None) -> TestResponse:
    """Open the feedback form at `address` and send it; the answer is the redirect, or the form again."""
    nonce = nonce_in(client.get(address))
    return client.post(address, data={"n": nonce} | (FEEDBACK if sent is None else sent))


def tracking_address(sent: TestResponse) -> str:
    """The address of the case that was sent."""
    assert sent.status_code == 303, sent.text
    return sent.headers["Location"].partition("?")[0]


def tracking_code(address: str) -> str:
    """The normalised code in the address of a case."""
    return address.rpartition("/")[2].replace("-", "")


def do(client: FlaskClient, address: str, action: str, **more: str) -> TestResponse:
    """Press a button on the page of a case."""
    page = client.get(address, query_string={"ask": action})
    return client.post(address, data={"n": nonce_in(page), "do": action} | more)
