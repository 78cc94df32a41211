"""The nonce of a form: bound to its code and version, readable after expiry, worthless when changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from forms.nonce import LIFETIME, NonceError, Signer

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
CODE = "4K7M2XQ3"
SIGNER = Signer(b"one key of thirty-two bytes here")


def issue(now: datetime = NOW) -> str:
    return SIGNER.issue(code=CODE, version="short-v1", now=now)


def test_a_nonce_tells_its_version_and_when_the_form_was_opened() -> None:
    text = issue()
    nonce = SIGNER.read(text, code=CODE)
    assert (nonce.version, nonce.issued_at) == ("short-v1", NOW)


def test_no_two_forms_have_the_same_nonce_or_number() -> None:
    nonces = [SIGNER.read(issue(), code=CODE) for _ in range(200)]
    assert len({nonce.hash for nonce in nonces}) == 200
    assert len({SIGNER.number(nonce) for nonce in nonces}) == 200


def test_the_number_is_the_same_at_every_try_and_needs_the_key() -> None:
    nonce = SIGNER.read(issue(), code=CODE)
    assert SIGNER.number(nonce) == SIGNER.number(nonce)
    assert len(SIGNER.number(nonce)) == 10
    assert Signer(b"another key").number(nonce) != SIGNER.number(nonce)
    assert SIGNER.number(nonce) not in nonce.hash


def test_a_nonce_is_good_for_one_code_and_one_key() -> None:
    with pytest.raises(NonceError):
        SIGNER.read(issue(), code="4K7M2XQ4")
    with pytest.raises(NonceError):
        Signer(b"another key").read(issue(), code=CODE)


@pytest.mark.parametrize("place", range(len(issue()) - 1))
def test_a_change_anywhere_is_found(place: int) -> None:
    text = issue()
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(NonceError):
        SIGNER.read(changed, code=CODE)


@pytest.mark.parametrize(
    "text", ["", ".", "short-v1", "short-v1.", "short-v1.é", "x" * 5000, "short-v1.AAAA", "\x00"]
)
def test_what_is_no_nonce_is_refused(text: str) -> None:
    with pytest.raises(NonceError):
        SIGNER.read(text, code=CODE)


def test_a_nonce_expires_after_seven_days_but_stays_readable() -> None:
    nonce = SIGNER.read(issue(NOW - LIFETIME - timedelta(seconds=1)), code=CODE)
    assert nonce.is_expired(NOW)
    assert not SIGNER.read(issue(NOW - timedelta(days=7)), code=CODE).is_expired(NOW)


def test_only_haste_is_noticed_never_slowness() -> None:
    assert SIGNER.read(issue(NOW - timedelta(seconds=7)), code=CODE).is_too_fast(NOW)
    assert not SIGNER.read(issue(NOW - timedelta(seconds=8)), code=CODE).is_too_fast(NOW)
    assert not SIGNER.read(issue(NOW - timedelta(days=6)), code=CODE).is_too_fast(NOW)


def test_a_receipt_is_no_nonce_and_a_nonce_no_receipt() -> None:
    receipt = SIGNER.issue_receipt(code=CODE, version="short-v1", number=b"0123456789", trial=True, now=NOW)
    read = SIGNER.read_receipt(receipt, code=CODE)
    assert (read.number, read.trial, read.issued_at) == (b"0123456789", True, NOW)
    assert read.is_expired(NOW + timedelta(minutes=31))
    assert not read.is_expired(NOW + timedelta(minutes=30))
    with pytest.raises(NonceError):
        SIGNER.read(receipt, code=CODE)
    with pytest.raises(NonceError):
        SIGNER.read_receipt(issue(), code=CODE)
    with pytest.raises(NonceError):
        SIGNER.read_receipt(receipt, code="4K7M2XQ4")
