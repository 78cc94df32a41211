"""Codes that people read, type and hear: Crockford base 32, with a check character on printed ones.

The alphabet has no I, L, O, U; what is typed is forgiven (lower case, spaces, hyphens, O for 0, I or L for 1).
The check character follows the hybrid system MOD 33,32 in the manner of ISO/IEC 7064, which finds every single
wrong character without leaving the alphabet (Crockford's own mod 37 would print `*`, `~`, `$`, `=`).

The check character is the last one and carries nothing else: 8 characters are 35 random bits (a poster's code is
public), 16 are 75, 26 are 125.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u00a0": None})
_SIZE = len(ALPHABET)
QR_CODE_LENGTH = 8
NUMBER_LENGTH = 16
SLIP_CODE_LENGTH = 16
LINK_CODE_LENGTH = 26


def normalise(text: str) -> str:
    """Undo what people do to a code when they type it.

    >>> normalise(" 4k7m-2xqO ")
    '4K7M2XQ0'
    """
    return text.upper().translate(_FORGIVEN)


def check_character(payload: str) -> str:
    """Return the check character of `payload` (hybrid MOD 33,32).

    >>> check_character("4K7M2XQ")
    '3'
    """
    product = _SIZE
    for character in payload:
        total = (product + _VALUE[character]) % _SIZE or _SIZE
        product = total * 2 % (_SIZE + 1)
    return ALPHABET[(_SIZE + 1 - product) % _SIZE]


def new_qr_code() -> str:
    """Draw a random code for a counter or an online link."""
    return new_code(QR_CODE_LENGTH)


def new_code(length: int) -> str:
    """Draw a random code of `length` characters, the last of which is the check character."""
    payload = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return payload + check_character(payload)


def is_qr_code(code: str) -> bool:
    """Tell whether a normalised text can be a counter's or link's code; a mistyped one cannot."""
    return len(code) == QR_CODE_LENGTH and _is_checked(code)


def is_one_time_code(code: str) -> bool:
    """Tell whether a normalised text can be a code that is good for one response: of a slip or a personal link."""
    return len(code) in (SLIP_CODE_LENGTH, LINK_CODE_LENGTH) and _is_checked(code)


def _is_checked(code: str) -> bool:
    return all(character in _VALUE for character in code) and check_character(code[:-1]) == code[-1]


def encode_bits(data: bytes) -> str:
    """Write whole bytes (a multiple of 5 bytes) as base 32 characters."""
    if len(data) % 5:
        raise ValueError(f"encode_bits: {len(data)} bytes is not a multiple of 5")
    number = int.from_bytes(data)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(len(data) * 8 - 5, -1, -5))


def decode_bits(code: str) -> bytes:
    """Read base 32 characters back into the bytes they were written from.

    >>> decode_bits(encode_bits(b"hello"))
    b'hello'
    """
    number = sum(_VALUE[character] << 5 * place for place, character in enumerate(reversed(code)))
    return number.to_bytes(len(code) * 5 // 8)


def is_number(code: str) -> bool:
    """Tell whether a normalised text can be a response number or a tracking code."""
    return len(code) == NUMBER_LENGTH and all(character in _VALUE for character in code)


def grouped(code: str) -> str:
    """Show a code in groups of four, as it is printed and read aloud.

    >>> grouped("4K7M2XQ3")
    '4K7M-2XQ3'
    """
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
