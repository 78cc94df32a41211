"""One-time codes that make a browser an enrolled tablet, and what everybody may fetch of the kiosk."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.extensions import limiter
from survey.models import Unit
from survey.services import device as devices

from factories import Factory
from kiosks import OFFICER, TODAY, Tablet, now, registered


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit()


def test_a_code_enrols_one_tablet_and_a_lost_answer_can_be_asked_for_again(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    made = registered(session, unit)
    typed = f" {made.code[:8].lower()}-{made.code[8:]} "
    first, second = Tablet(client), Tablet(client)
    assert first.enrol(typed).get_json() == {"name": "Máy ở lối ra"}
    assert first.enrol(typed).status_code == 200
    refused = second.enrol(made.code)
    assert (refused.status_code, refused.get_json()["error"]) == (422, "enrolment_unusable")
    second.token = "short"
    assert second.enrol(registered(session, unit).code).status_code == 422
    device = made.device
    session.refresh(device)
    assert (device.enrolled_on, device.last_seen_on) == (TODAY, TODAY)
    assert device.token_hash == hashlib.sha256(first.token.encode()).digest()


def test_a_code_ends_by_time_by_another_code_and_by_revoking(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    old = registered(session, unit, now=now() - timedelta(minutes=31))
    assert Tablet(client).enrol(old.code).status_code == 422
    renewed = devices.renew_code(session, old.device, now=now(), actor=OFFICER)
    assert Tablet(client).enrol(old.code).status_code == 422
    assert Tablet(client).enrol(renewed.code).status_code == 200
    gone = registered(session, unit)
    devices.revoke(session, gone.device, now=now(), actor=OFFICER)
    assert Tablet(client).enrol(gone.code).status_code == 422


@pytest.mark.parametrize("part", ["code", "token"])
def test_half_a_character_is_an_unusable_code(
    client: FlaskClient, session: Session, unit: Unit, part: str
) -> None:
    sent = {"code": registered(session, unit).code, "token": "A" * 43} | {part: "\ud800"}
    refused = client.post("/kiosk/devices", json=sent)
    assert (refused.status_code, refused.get_json()["error"]) == (422, "enrolment_unusable")


def test_guessing_codes_is_slowed_down(client: FlaskClient) -> None:
    answers = [Tablet(client).enrol(secrets.token_hex(8)).status_code for _ in range(22)]
    assert answers == [422] * 20 + [429] * 2


def test_the_limit_keeps_no_address(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    app.test_client().post("/kiosk/devices", json={"code": "0" * 16, "token": "x" * 43})
    kept = " ".join(limiter.storage.storage)
    assert "kiosk" in kept
    assert "127.0.0.1" not in kept


def test_no_page_of_the_kiosk_sets_a_cookie_and_the_scripts_stay_within_the_policy(client: FlaskClient) -> None:
    for address in ("/kiosk/", "/kiosk/worker.js", "/kiosk/app.webmanifest"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    policy = client.get("/kiosk/").headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    assert "unsafe" not in policy
    manifest = client.get("/kiosk/app.webmanifest").get_json()
    assert (manifest["display"], manifest["scope"], manifest["start_url"]) == ("fullscreen", "/kiosk/", "/kiosk/")
    for icon in manifest["icons"]:
        assert client.get(icon["src"], buffered=True).data.startswith(b"\x89PNG")


def test_the_worker_keeps_files_that_exist_and_nothing_of_an_officer(client: FlaskClient) -> None:
    worker = client.get("/kiosk/worker.js").text
    assert "/officer" not in worker
    for address in ("/kiosk/", "/static/js/kiosk/seal.js", "/static/js/kiosk/screens.js"):
        assert f'"{address}"' in worker
        assert client.get(address, buffered=True).status_code == 200
