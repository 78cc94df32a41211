"""Free text is kept as people mean it, and nothing invisible travels along."""

from __future__ import annotations

import doctest
import unicodedata

import pytest

import forms.text
from forms.text import clean_line, clean_text


def test_examples_of_the_module_hold() -> None:
    assert doctest.testmod(forms.text).failed == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Đề nghị giải quyết sớm"), "Đề nghị giải quyết sớm"),
        ("a\u200b\u0301", "á"),
        ("\u202eđảo ngược\u202c \u2066x\u2069\ufeff", "đảo ngược x"),
        ("một\u0000hai\u0007", "mộthai"),
        ("tab\tvà\u00a0dấu   cách", "tab và dấu cách"),
        ("dòng\r\nmột\rhai\u2028ba", "dòng\nmột\nhai\nba"),
        ("cách\n\n\n\n\nxa", "cách\n\nxa"),
        ("👍🏽 👨‍👩‍👧 🇻🇳 ❤️", "👍🏽 👨‍👩‍👧 🇻🇳 ❤️"),
        ("gia\u200dđình", "giađình"),
        ("\u200b\u200d\u3164\u2800 \n", ""),
        ('=HYPERLINK("http://x";"y")', '=HYPERLINK("http://x";"y")'),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a" + "\u0300" * 50, "à" + "\u0300" * 4),
        ("\ufffe\uffff\ue000x", "x"),
        ("مرحبا ខ្មែរ", "مرحبا ខ្មែរ"),
    ],
)
def test_text_is_kept_visible_and_composed(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept
    assert clean_text(kept) == kept


def test_a_line_stays_one_line() -> None:
    assert clean_line(" Nguyễn\nThị\r\nHoà ") == "Nguyễn Thị Hoà"
