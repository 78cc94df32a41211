"""What points at a person is taken out of free text before it leaves: numbers and addresses by pattern, names on
an officer's word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import takewhile

_DOSSIER = re.compile(r"\b[A-Z0-9]+(?:\.[A-Z0-9]+)+-\d{6}-\d{4,6}\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = re.compile(r"(?<![\w/.,-])[+(]?\d(?:[ .\-()]{0,2}\d){8,13}(?!\w|[-/]\d)")
_MONEY = re.compile(r"\s*(?:đ|đồng|vnđ|vnd|triệu|tỷ)\b", re.IGNORECASE)
_TITLES = (
    "phó chủ tịch", "chủ tịch", "trưởng phòng", "giám đốc", "lãnh đạo", "đồng chí", "cán bộ", "công chức",
    "viên chức", "nhân viên", "ông", "bà", "anh", "chị", "cô", "chú", "bác", "thầy", "dì", "cậu",
)  # fmt: skip
_TITLED = re.compile(rf"\b(?:{'|'.join(_TITLES)})((?:[ \t]+[^\W\d_]+){{1,4}})", re.IGNORECASE)
# "cán bộ Một cửa", "anh ở Quầy 2": capitalised, yet nobody's name.
_NOT_NAMES = frozenset({"Ông", "Bà", "Anh", "Chị", "Một", "Bộ", "Sở", "Phòng", "Trung", "Quầy", "Tư"})

PHONE, IDENTITY, EMAIL, DOSSIER, NAME = "[số điện thoại]", "[số giấy tờ]", "[e-mail]", "[mã hồ sơ]", "[tên]"


def redact(text: str, names: Iterable[str] = ()) -> str:
    """Replace phone numbers, identity numbers, e-mail addresses, dossier numbers and the given names.

    >>> redact("Gọi 0912 345 678 hoặc an@example.vn, hồ sơ H10.25.3-250701-0001, CCCD 079123456789")
    'Gọi [số điện thoại] hoặc [e-mail], hồ sơ [mã hồ sơ], CCCD [số giấy tờ]'
    >>> redact("Cán bộ Trần Văn Mẫu hẹn ngày 20-11-2026, thu 150.000.000 đồng", ["Trần Văn Mẫu"])
    'Cán bộ [tên] hẹn ngày 20-11-2026, thu 150.000.000 đồng'
    """
    text = _EMAIL.sub(EMAIL, _DOSSIER.sub(DOSSIER, text))
    text = _DIGITS.sub(_number, text)
    for name in sorted(set(names), key=lambda name: (-len(name), name)):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, text)
    return text


def suggested_names(texts: Iterable[str]) -> list[str]:
    """Suggest what may be names of persons: capitalised words after a form of address, for an officer to confirm.

    >>> suggested_names(["Xin hỏi ông Nguyễn Văn Mẫu và chị Lan. Kính gửi Ông/Bà. Anh ở Quầy 2."])
    ['Lan', 'Nguyễn Văn Mẫu']
    """
    found = {_name(match[1].split()) for text in texts for match in _TITLED.finditer(text)}
    return sorted(found - {""})


def redact_suggested(text: str, known: Collection[str] = ()) -> str:
    """Redact a text with every name that is suggested in it: for the screen, before anybody has confirmed it."""
    return redact(text, {*suggested_names([text]), *known})


def _name(words: list[str]) -> str:
    """Take the capitalised words at the beginning."""
    named = list(takewhile(lambda word: word[0].isupper(), words))
    return "" if not named or named[0] in _NOT_NAMES else " ".join(named)


def _number(match: re.Match[str]) -> str:
    written = match[0]
    digits = re.sub(r"\D", "", written)
    if _MONEY.match(match.string, match.end()):
        return written
    if written.startswith("+") or (len(digits) in (10, 11) and digits.startswith(("0", "84"))):
        return PHONE
    if len(digits) in (9, 12):
        return IDENTITY
    return PHONE if digits.startswith("0") else written
