"""The citizen pages' style: read once, minified, put into the page, and allowed by its hash."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "templates" / "citizen"


@dataclass(frozen=True)
class Stylesheet:
    """The text between `<style>` and `</style>`, and the source that a Content-Security-Policy names for it."""

    text: str
    source: str


def read_stylesheet(*names: str) -> Stylesheet:
    """Put the named files of the citizen's templates together."""
    text = minify("".join((_FOLDER / name).read_text(encoding="utf-8") for name in names))
    return Stylesheet(text, f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")


def minify(css: str) -> str:
    """Drop comments and the space that has no meaning; texts in quotes must not hold `/*` or double spaces.

    >>> minify("a > b { margin: 0 auto;\\n  color: red }")
    'a>b{margin:0 auto;color:red}'
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};:,>~+]) ?", r"\1", css).replace(";}", "}").strip()
