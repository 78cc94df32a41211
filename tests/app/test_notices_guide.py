"""The programs printed in the guide for the province's gateway work: they are run here as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from survey.config import TIME_ZONE, Webhook
from survey.errors import HailongError
from survey.extensions import db
from survey.services import contact_handle, webhook
from survey.services.contact import Contact
from survey.services.webhook import Event

from factories import Factory
from gateways import SECRET
from noticing import send_case
from serving import free_port, serving, wait_until_listening

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "notices.md"
RECEIVER, FETCHER = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@contextmanager
def running(program: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run a receiver as a process of its own until the block ends."""
    environment = os.environ | {"HAILONG_WEBHOOK_SECRET": SECRET, "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_the_receiver_is_short_enough_to_be_read() -> None:
    assert len([line for line in RECEIVER.splitlines() if line.strip()]) <= 20


def test_the_receiver_takes_what_is_signed_once_and_refuses_the_rest() -> None:
    port = free_port()
    now = datetime.now(TIME_ZONE)
    event = Event("case.new", "ab" * 16, {"reference": "0123456789abcdef", "unit": "P01", "due_on": "2026-11-25"})
    address = f"http://127.0.0.1:{port}/"
    with running(RECEIVER, port) as process:
        wait_until_listening(port, process)
        for _ in range(2):
            webhook.send(Webhook(address, SECRET), event, now=now)
        with pytest.raises(HailongError, match="gateway_refused"):
            webhook.send(Webhook(address, "another secret that is long enough"), event, now=now)
        with pytest.raises(HailongError, match="gateway_refused"):
            webhook.send(Webhook(address, SECRET), event, now=now.replace(year=2000))
        webhook.send(Webhook(address, SECRET), Event("case.due", "cd" * 16, {"unit": "P02"}), now=now)
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(2)]
    assert printed == ["case.new P01 2026-11-25\n", "case.due P02 None\n"]


def test_the_second_program_fetches_a_number(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    port = free_port()
    app = make_app(sqlite_url, webhook=Webhook("https://gateway.example.vn/", SECRET, offers_phones=True))
    now = datetime.now(TIME_ZONE)
    with app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(parent=factory.unit())
        contact = Contact("Hoà", "+84 912 345 678", "")
        key = app.config["SETTINGS"].key_for("feedback contact")
        case = send_case(db.session, unit, today=now.date(), sealing_key=key, contact=contact)
        handle = contact_handle.issue(db.session, case, now=now)
    with serving(app, port):
        environment = os.environ | {
            "HAILONG_WEBHOOK_SECRET": SECRET,
            "HAILONG_BASE_URL": f"http://127.0.0.1:{port}",
            "PYTHONIOENCODING": "utf-8",
            "no_proxy": "127.0.0.1",
        }
        fetched = subprocess.run(
            [sys.executable, "-c", FETCHER, handle],
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
    assert fetched.stdout.startswith("+84912345678 Góp ý, phản ánh của Ông/Bà đã có câu trả lời.")
