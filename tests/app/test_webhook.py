"""The webhook reaches a real server, signed so that anyone with the secret can check it, and goes nowhere else."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

import pytest

from survey.config import TIME_ZONE
from survey.errors import ElsewhereError, HailongError
from survey.services.webhook import FRESH, Event, is_signed, send, sign

from gateways import SECRET, gateway
from serving import free_port

NOW = datetime(2026, 8, 14, 9, 30, tzinfo=TIME_ZONE)
EVENT = Event("case.new", "ab" * 16, {"reference": "0123456789abcdef", "unit": "P01", "due_on": "2026-08-28"})


def test_the_signature_is_hmac_sha256_over_time_and_body() -> None:
    with gateway() as kept:
        send(kept.settings(), EVENT, now=NOW)
    (request,) = kept.received
    assert request.facts == {"id": "ab" * 16, "event": "case.new", **EVENT.facts}
    assert request.headers["Hailong-Event-Id"] == "ab" * 16
    timestamp = request.headers["Hailong-Timestamp"]
    assert timestamp == str(int(NOW.timestamp()))
    # Written anew from RFC 2104, not with the program's own function.
    block = SECRET.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + timestamp.encode() + b"." + request.body).digest()
    expected = hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).hexdigest()
    assert request.headers["Hailong-Signature"] == f"sha256={expected}"
    assert hmac.new(SECRET.encode(), f"{timestamp}.".encode() + request.body, "sha256").hexdigest() == expected


def test_the_same_event_sent_again_has_the_same_id_and_a_new_time() -> None:
    with gateway() as kept:
        send(kept.settings(), EVENT, now=NOW)
        send(kept.settings(), EVENT, now=NOW + timedelta(minutes=5))
    first, second = kept.received
    assert first.headers["Hailong-Event-Id"] == second.headers["Hailong-Event-Id"]
    assert first.headers["Hailong-Signature"] != second.headers["Hailong-Signature"]


def test_a_redirect_is_not_followed() -> None:
    with gateway() as elsewhere, gateway() as kept:
        kept.status, kept.location = 307, f"http://127.0.0.1:{elsewhere.port}/"
        with pytest.raises(HailongError, match="gateway_refused"):
            send(kept.settings(), EVENT, now=NOW)
    assert elsewhere.received == []


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (400, False), (410, False)])
def test_what_the_gateway_answers_decides_whether_to_try_again(status: int, again: bool) -> None:
    with gateway() as kept:
        kept.status = status
        with pytest.raises(HailongError) as refused:
            send(kept.settings(), EVENT, now=NOW)
    assert isinstance(refused.value, ElsewhereError) is again
    assert refused.value.params["status"] == status


def test_a_gateway_that_is_away_is_tried_again() -> None:
    with gateway() as kept:
        settings = kept.settings()
    object.__setattr__(settings, "url", f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(ElsewhereError, match="gateway_away"):
        send(settings, EVENT, now=NOW)


def test_an_old_altered_or_foreign_signature_is_refused() -> None:
    stamp, body = str(int(NOW.timestamp())), b'{"handle": "x"}'
    good = sign(SECRET, stamp, body)
    assert is_signed(SECRET, stamp, body, good, now=NOW)
    assert not is_signed(SECRET, stamp, body + b" ", good, now=NOW)
    assert not is_signed("another secret that is long enough!!", stamp, body, good, now=NOW)
    assert not is_signed(SECRET, stamp, body, good, now=NOW + timedelta(seconds=FRESH + 1))
    assert not is_signed(SECRET, "", body, sign(SECRET, "", body), now=NOW)
    assert not is_signed(SECRET, stamp, body, "sha256=đ", now=NOW)
