"""What the script of an enrolled tablet does, without a browser: enrol, seal an entry, send it."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.config import TIME_ZONE
from survey.models import Unit
from survey.services import device as devices

OFFICER = "chau@tanhoa.example.vn"
TODAY = datetime.now(TIME_ZONE).date()
ANSWERS = {"Q1": "5", "Q2": "4", "Q3": "1", "Q4": "x", "Q7": "2"}


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def seal(server_key: str, message: bytes) -> str:
    """Seal a message as static/js/kiosk/seal.js does."""
    server = urlsafe_b64decode(server_key + "=" * (-len(server_key) % 4))
    own = generate_private_key(SECP256R1())
    ephemeral = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), server))
    key = HKDF(SHA256(), 32, salt=bytes(32), info=b"hailong kiosk" + ephemeral + server).derive(shared)
    return text(ephemeral + AESGCM(key).encrypt(bytes(12), message, None))


class Tablet:
    """A tablet with a token of its own; `enrol` before anything else."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = text(secrets.token_bytes(32))
        self.form: dict[str, Any] = {}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def enrol(self, code: str) -> TestResponse:
        done = self.client.post("/kiosk/devices", json={"code": code, "token": self.token})
        if done.status_code == 200:
            self.form = self.open().get_json()
        return done

    def open(self) -> TestResponse:
        return self.client.get("/kiosk/form", headers=self.headers)

    def entry(self, **changes: Any) -> str:
        """A sealed entry with a new id."""
        values: dict[str, Any] = {
            "id": secrets.token_hex(16),
            "device": self.form["device"],
            "version": self.form["version"],
            "on": None,
            "fast": False,
            "field": None,
            "answers": ANSWERS,
        }
        return self.sealed(values | changes)

    def sealed(self, values: Mapping[str, Any]) -> str:
        return seal(self.form["key"], json.dumps(values).encode().ljust(2048))

    def send(self, *entries: object) -> TestResponse:
        return self.client.post("/kiosk/responses", headers=self.headers, json={"entries": list(entries)})

    def results(self, *entries: object) -> list[str]:
        sent = self.send(*entries)
        assert sent.status_code == 200
        results: list[str] = sent.get_json()["results"]
        return results


def now() -> datetime:
    return datetime.now(TIME_ZONE)


def registered(session: Session, unit: Unit, **values: Any) -> devices.Registered:
    wanted: dict[str, Any] = {"counter": None, "name": "Máy ở lối ra", "now": now(), "actor": OFFICER}
    return devices.register(session, unit=unit, **(wanted | values))


def enrolled(client: FlaskClient, session: Session, unit: Unit, *, since: date = TODAY, **values: Any) -> Tablet:
    made = registered(session, unit, **values)
    tablet = Tablet(client)
    assert tablet.enrol(made.code).status_code == 200
    session.refresh(made.device)
    made.device.enrolled_on = since
    session.commit()
    return tablet
