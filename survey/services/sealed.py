"""What a kiosk keeps while it has no network: sealed so that only this server can read it.

A tablet stands at a counter, and whoever holds it can read its storage. So the tablet encrypts each form for the
server as soon as it is finished, and itself keeps nothing that opens it: an ephemeral P-256 key agreed with the
server's (ECDH), HKDF-SHA256, AES-256-GCM, all of which browsers have built in.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PURPOSE = b"hailong kiosk"
POINT_BYTES = 65
KEY_BYTES = 32
# The key serves one message, so the nonce need not differ.
NONCE = bytes(12)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SealError(ValueError):
    """A text was not sealed for this server, or was changed."""


class Seal:
    """The server's key for one purpose, made from a secret."""

    def __init__(self, secret: bytes) -> None:
        wide = hmac.digest(secret, b"hailong seal", "sha512")
        self._private = derive_private_key(int.from_bytes(wide) % (_ORDER - 1) + 1, SECP256R1())
        self._public = _bytes(self._private.public_key())

    @property
    def public(self) -> str:
        """The key to seal with: a point, uncompressed, in base64url."""
        return urlsafe_b64encode(self._public).rstrip(b"=").decode()

    def open(self, text: str) -> bytes:
        """Read a sealed text; raise SealError for any other."""
        try:
            data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            ephemeral = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data[:POINT_BYTES])
            shared = self._private.exchange(ECDH(), ephemeral)
            return AESGCM(self._key(shared, data[:POINT_BYTES])).decrypt(NONCE, data[POINT_BYTES:], None)
        except (ValueError, InvalidTag) as error:
            raise SealError("not sealed for this server") from error

    def _key(self, shared: bytes, ephemeral: bytes) -> bytes:
        info = PURPOSE + ephemeral + self._public
        return HKDF(SHA256(), KEY_BYTES, salt=bytes(32), info=info).derive(shared)


def _bytes(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
