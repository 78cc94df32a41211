"""Passwords of officers: how they are hashed, and which ones are taken."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from survey.codes import encode_bits, grouped
from survey.errors import HailongError

# Argon2id with the smallest parameters of the OWASP Password Storage Cheat Sheet that a small machine can
# afford eight times at once: 19 MiB, two passes. Stored hashes are renewed at sign-in when these change.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
FEWEST_CHARACTERS = 5


def draw() -> str:
    """Draw a random password that people can type."""
    return grouped(encode_bits(secrets.token_bytes(10)))


def hash_of(password: str, *, email: str) -> str:
    """Hash a new password of the officer; raise HailongError `password_length` or `password_guessable`.

    What is asked for is length, as NIST SP 800-63B has it: no mixture of signs, no change without a reason.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise HailongError("password_length", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    folded = password.casefold()
    if folded in (email, email.partition("@")[0] * 2) or len(set(folded)) < FEWEST_CHARACTERS:
        raise HailongError("password_guessable")
    return HASHER.hash(password)


def matches(stored: str, password: str) -> bool:
    """Tell whether `password` belongs to a stored hash; without one ("") it takes as long and is never right."""
    try:
        return HASHER.verify(stored or _hash_of_nobody(), password[: LONGEST_PASSWORD + 1]) and bool(stored)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return HASHER.hash(secrets.token_hex(16))
