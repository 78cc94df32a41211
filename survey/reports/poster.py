"""Posters with a QR code for the counters of one-stop shops, as a tagged PDF with vector codes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typst

from survey.codes import grouped
from survey.reports import qr_symbol

TEMPLATE = Path(__file__).with_name("poster.typ")
FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
SIZES = ("a5", "a4")


@dataclass(frozen=True)
class Poster:
    """What one poster says: whose counter it hangs at, and the address that its code opens."""

    one_stop_name: str
    counter_name: str
    code: str
    address: str
    note: str = ""


def posters_pdf(posters: Sequence[Poster], *, size: str, dated: date) -> bytes:
    """Print one page per poster in `size` (a5 or a4); the same input gives the same bytes."""
    data = {
        "size": size,
        "dated": {"year": dated.year, "month": dated.month, "day": dated.day},
        "posters": [_page(poster) for poster in posters],
    }
    # Names travel as data, never as source: whatever a unit is called, it is printed and not run.
    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        format="pdf",
    )


def _page(poster: Poster) -> dict[str, str]:
    return {
        "one_stop_name": unicodedata.normalize("NFC", poster.one_stop_name),
        "counter_name": unicodedata.normalize("NFC", poster.counter_name),
        "typed_address": poster.address.partition("://")[2].rpartition("/")[0],
        "code": grouped(poster.code),
        "address": poster.address,
        "note": unicodedata.normalize("NFC", poster.note),
        "symbol": qr_symbol.svg(poster.address).decode(),
    }
