"""Tell the province's own gateway that something happened: signed, and without what it is about."""

from __future__ import annotations

import hmac
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from survey.config import Webhook
from survey.errors import ElsewhereError, HailongError

PATIENCE = 10.0  # seconds
EVENT_ID = "Hailong-Event-Id"
TIMESTAMP = "Hailong-Timestamp"
SIGNATURE = "Hailong-Signature"
# A request older or newer than this is refused by whoever checks a signature, so that a copy is of no use later.
FRESH = 300  # seconds


@dataclass(frozen=True)
class Event:
    """What is told: a name, and plain facts; `mark` stays the same when it is sent again."""

    name: str
    mark: str
    facts: Mapping[str, str | int | None]


def send(webhook: Webhook, event: Event, *, now: datetime) -> None:
    """Send an event.

    Raises ElsewhereError `gateway_away` where later may help and HailongError `gateway_refused` where it will not.
    """
    body = json.dumps({"id": event.mark, "event": event.name, **event.facts}, ensure_ascii=False).encode()
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "hailong",
        EVENT_ID: event.mark,
        TIMESTAMP: timestamp,
        SIGNATURE: sign(webhook.secret, timestamp, body),
    }
    try:
        # A redirect would carry the event to an address that nobody has checked; proxies of the environment
        # would too.
        with httpx.Client(
            timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=ssl.create_default_context()
        ) as client:
            status = client.post(webhook.url, content=body, headers=headers).status_code
    except httpx.HTTPError:
        raise ElsewhereError("gateway_away", status="") from None
    if status == 429 or status >= 500:
        raise ElsewhereError("gateway_away", status=status)
    if not 200 <= status < 300:
        raise HailongError("gateway_refused", status=status)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body with its time: `sha256=` and HMAC-SHA256 over timestamp, full stop, body, in hexadecimal."""
    return "sha256=" + hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


def is_signed(secret: str, timestamp: str, body: bytes, signature: str, *, now: datetime) -> bool:
    """Tell whether a body was signed with the secret a short while ago."""
    is_recent = timestamp.isascii() and timestamp.isdigit() and abs(int(timestamp) - now.timestamp()) <= FRESH
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode()) and is_recent
