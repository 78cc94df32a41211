"""Compare Vietnamese text as people do: whatever the key presses, spacing or place of the tone mark."""

from __future__ import annotations

import re
import unicodedata

# Zero-width characters and byte-order marks come along when text is copied from web pages.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def clean(text: str) -> str:
    """Return text in composed form (NFC), without invisible characters, with single spaces.

    >>> clean("  Phươ\u0300ng\u00a0 Tân Hoà\u200b ")
    'Phường Tân Hoà'
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return the bare letters and digits of a text, for headers and search: no case, marks or punctuation.

    >>> fold("Đã giải quyết – Trước hạn (%)"), fold("one_stop name")
    ('da giai quyet truoc han', 'one stop name')
    """
    lowered = clean(text).lower().replace("đ", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return _NOT_A_WORD.sub(" ", bare).strip()


def name_key(text: str) -> str:
    """Return what is the same for two spellings of one name, yet differs between two names.

    Both ways to place a tone mark are in use, so the mark is moved to the end of its word.

    >>> name_key("Phường Tân Hoà") == name_key("phường  Tân Hòa"), name_key("Hoà") == name_key("Hoá")
    (True, False)
    """
    words = []
    for word in unicodedata.normalize("NFD", clean(text).lower()).split():
        tones = "".join(c for c in word if c in _TONES)
        words.append("".join(c for c in word if c not in _TONES) + tones)
    return " ".join(words)
