"""Free text as it is kept: composed, and without what cannot be seen or turns the text around."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Letters and signs that look like nothing at all, and two that no XML file (a workbook) can hold.
_BLANKS = str.maketrans(dict.fromkeys("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffe\uffff"))
_JOINER = "\u200d"
_SPACES = re.compile("[^\\S\n]+")
_EMPTY_LINES = re.compile("\n{3,}")
# Vietnamese needs two marks on a letter; towers of them would cover the lines above.
_TOWERS = re.compile("([\u0300-\u036f]{4})[\u0300-\u036f]+")


def clean_text(text: str) -> str:
    """Return `text` in NFC without control, zero-width and direction characters, and without needless space.

    Line breaks stay, also the invisible joiner within an emoji.

    >>> clean_text("  Ca\\u0301m\\u200b \\u202eơn \\r\\n\\r\\n\\r\\n\\r\\nnhiều\\x00")
    'Cám ơn\\n\\nnhiều'
    """
    text = _LINE_ENDS.sub("\n", text).translate(_BLANKS)
    kept = "".join(char for before, char in zip("\n" + text, text, strict=False) if _is_kept(char, before))
    composed = _TOWERS.sub(r"\1", unicodedata.normalize("NFC", kept))
    lines = (_SPACES.sub(" ", line).strip() for line in composed.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def clean_line(text: str) -> str:
    """Clean a text that stands on one line."""
    return clean_text(text).replace("\n", " ")


def _is_kept(char: str, before: str) -> bool:
    if char in "\n\t":
        return True
    if char == _JOINER:
        return unicodedata.category(before) in ("So", "Sk", "Mn")
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
