"""The signed, single-use nonce that a citizen's form carries, and the number made from it.

It binds the form to its code, its questionnaire version and the moment it was opened, and makes a double tap, a
refresh, a retry and "Back" count once, because the response number is a keyed hash of it. It is no protection from
bots: whoever can open the form can have one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(days=7)
RECEIPT_LIFETIME = timedelta(minutes=30)
# Nobody reads and answers the form in less; a flag to look at, never a reason to refuse.
FASTEST = timedelta(seconds=8)
NUMBER_BYTES = 10
_RANDOM_BYTES = 12
_TIME_BYTES = 4
_MAC_BYTES = 16


class NonceError(ValueError):
    """A nonce or receipt was not issued by us for this code, or not in this form."""


@dataclass(frozen=True)
class Nonce:
    """An opened form."""

    version: str
    issued_at: datetime
    random: bytes

    @property
    def hash(self) -> bytes:
        """What is stored to spend the nonce; the response number cannot be found from it."""
        return hashlib.sha256(self.random).digest()

    def hash_with(self, content: bytes) -> bytes:
        """Return what spends the nonce for one content: sent again it counts once, changed it is new."""
        return hashlib.sha256(self.random + content).digest()

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the form was opened too long ago to be sent without asking again."""
        return now - self.issued_at > LIFETIME

    def is_too_fast(self, now: datetime) -> bool:
        """Tell whether the form was filled in faster than it can be read."""
        return now - self.issued_at < FASTEST


@dataclass(frozen=True)
class Receipt:
    """What the thank-you page needs to know of a response: never its answers."""

    version: str
    issued_at: datetime
    number: bytes
    trial: bool

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the page may no longer show the number and take more answers."""
        return now - self.issued_at > RECEIPT_LIFETIME


class Signer:
    """Issues and reads nonces and receipts with a key that serves nothing else."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, *, code: str, version: str, now: datetime) -> str:
        """Write a nonce for the form of `code`; equal versions give texts of equal length."""
        return self._write("nonce", code, version, _seconds(now) + secrets.token_bytes(_RANDOM_BYTES))

    def read(self, text: str, *, code: str) -> Nonce:
        """Read a nonce that was issued for `code`, expired or not; raise NonceError for any other text."""
        version, payload = self._read("nonce", code, text, _TIME_BYTES + _RANDOM_BYTES)
        return Nonce(version, _moment(payload), payload[_TIME_BYTES:])

    def number(self, nonce: Nonce) -> bytes:
        """Return the number of the response sent with `nonce`: 80 bits, the same at every try."""
        return self._mac("number", nonce.random)[:NUMBER_BYTES]

    def number_with(self, nonce: Nonce, content: bytes) -> bytes:
        """Return 80 bits that are the same whenever the same content is sent with `nonce`."""
        return self._mac("number with content", nonce.random, content)[:NUMBER_BYTES]

    def issue_receipt(self, *, code: str, version: str, number: bytes, trial: bool, now: datetime) -> str:
        """Write what the thank-you page is opened with."""
        return self._write("receipt", code, version, _seconds(now) + number + bytes([trial]))

    def read_receipt(self, text: str, *, code: str) -> Receipt:
        """Read a receipt that was issued for `code`, expired or not; raise NonceError for any other text."""
        version, payload = self._read("receipt", code, text, _TIME_BYTES + NUMBER_BYTES + 1)
        return Receipt(version, _moment(payload), payload[_TIME_BYTES:-1], bool(payload[-1]))

    def _write(self, purpose: str, code: str, version: str, payload: bytes) -> str:
        mac = self._mac(purpose, code.encode(), version.encode(), payload)[:_MAC_BYTES]
        return f"{version}.{urlsafe_b64encode(payload + mac).rstrip(b'=').decode()}"

    def _read(self, purpose: str, code: str, text: str, size: int) -> tuple[str, bytes]:
        version, _, encoded = text.partition(".")
        try:
            data = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError:
            raise NonceError("not in the alphabet of a nonce") from None
        payload, mac = data[:size], data[size:]
        expected = self._mac(purpose, code.encode(), version.encode(), payload)[:_MAC_BYTES]
        if len(payload) != size or not hmac.compare_digest(mac, expected):
            raise NonceError("not signed for this code")
        return version, payload

    def _mac(self, *parts: str | bytes) -> bytes:
        # Each part with its length, so that no two lists of parts give the same message.
        encoded = [part.encode() if isinstance(part, str) else part for part in parts]
        message = b"".join(len(part).to_bytes(4) + part for part in encoded)
        return hmac.digest(self._key, message, "sha256")


def _seconds(now: datetime) -> bytes:
    return int(now.timestamp()).to_bytes(_TIME_BYTES)


def _moment(payload: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(payload[:_TIME_BYTES]), UTC)
