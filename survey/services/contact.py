"""Contact details under lock: encrypted in the database, readable only with the installation's key."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_NONCE_BYTES = 12
# Every sealed text is filled up to a multiple of this, so that its length tells little about what is in it.
_BLOCK = 256


@dataclass(frozen=True)
class Contact:
    """How somebody wishes to be reached; at least one of phone and e-mail is there."""

    name: str
    phone: str
    email: str


def seal(key: bytes, case_key: bytes, contact: Contact) -> bytes:
    """Encrypt with AES-256-GCM, bound to its case: moved to another case it cannot be opened."""
    plain = json.dumps(asdict(contact), ensure_ascii=False).encode()
    plain += b" " * (-len(plain) % _BLOCK)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, case_key)


def unseal(key: bytes, case_key: bytes, sealed: bytes) -> Contact:
    """Read what `seal` wrote; raises cryptography's InvalidTag for another key or case."""
    nonce, encrypted = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    return Contact(**json.loads(AESGCM(key).decrypt(nonce, encrypted, case_key)))
