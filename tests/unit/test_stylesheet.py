"""The citizen's style: whole after minifying, and nothing in it that Chrome 60 (Android 6) does not know."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from survey.views.public_page import FEEDBACK_STYLE, FORM_STYLE, PAGE_STYLE
from survey.views.stylesheet import minify

# What came after Chrome 60, and how it is recognised in minified text.
NEWER = {
    "flex gap": r"[;{](?:row-|column-)?gap:",
    ":has": r":has\(",
    ":is and :where": r":(?:is|where)\(",
    ":focus-visible": r":focus-visible",
    "nesting": r"[{;]&|\{[^{}]*\{",
    "dynamic viewport": r"\d(?:d|s|l)v[hw]\b",
    "inset": r"[;{]inset:",
    "min(), max(), clamp()": r"[:\s(](?:min|max|clamp)\(",
    "aspect-ratio": r"aspect-ratio:",
    "layers and containers": r"@(?:layer|container|property)",
    "new colours": r"(?:oklch|oklab|lab|lch|color-mix)\(",
    "logical properties": r"(?:margin|padding|border)-(?:inline|block)",
    "grid": r"display:(?:inline-)?grid",
    "8-digit colours": r"#[0-9a-f]{8}\b",
}


@pytest.mark.parametrize("name", NEWER)
def test_nothing_newer_than_chrome_60(name: str) -> None:
    # Nesting is judged outside of media queries, which are the only blocks that hold blocks.
    text = re.sub(r"@media[^{]+\{((?:[^{}]*\{[^{}]*\})*)\}", r"\1", FEEDBACK_STYLE.text)
    assert re.search(NEWER[name], text) is None


def test_braces_match_and_no_comment_is_left() -> None:
    for style in (PAGE_STYLE, FEEDBACK_STYLE):
        assert style.text.count("{") == style.text.count("}") > 50
        assert "/*" not in style.text
        assert "</" not in style.text


def test_the_policy_names_exactly_the_text_that_is_sent() -> None:
    for style in (FORM_STYLE, PAGE_STYLE, FEEDBACK_STYLE):
        assert style.source == f"'sha256-{b64encode(sha256(style.text.encode()).digest()).decode()}'"


def test_minifying_keeps_what_has_meaning() -> None:
    css = """/* why */ #to:checked ~ .p .c > b { font: 18px/1.4 "Noto Sans", Arial; margin: 0 -2px; }

    @media (max-width: 9px) { a { top: 0 } }"""
    assert minify(css) == (
        '#to:checked~.p .c>b{font:18px/1.4 "Noto Sans",Arial;margin:0 -2px}@media (max-width:9px){a{top:0}}'
    )
