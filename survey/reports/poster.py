"""Posters with a QR code for one-stop shops, as a tagged PDF with vector codes and drawings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from survey.codes import grouped
from survey.reports import qr_symbol
from survey.reports.pdf import compile_pdf

# Which papers a design can be printed on, the usual one first. The stand is a sheet of A5 that is folded to A6.
DESIGNS = {"stand": ("a5",), "a5": ("a5",), "wall": ("a4",), "exit": ("a4", "a5")}


@dataclass(frozen=True)
class Layout:
    """How posters look: `logo` is a picture as SVG text, `paper` whether paper forms are mentioned."""

    design: str = "a5"
    size: str = "a5"
    english: bool = True
    paper: bool = False
    logo: str | None = None


@dataclass(frozen=True)
class Poster:
    """What one poster says: whose counter it hangs at, and the address that its code opens."""

    one_stop_name: str
    counter_name: str
    code: str
    address: str
    note: str = ""

    # Drawn as the poster is made, which is half of all the work: a progress bar over posters shows it.
    symbol: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbol", qr_symbol.svg(self.address).decode())


def posters_pdf(posters: Sequence[Poster], layout: Layout, *, dated: date) -> bytes:
    """Print one page per poster; the same input gives the same bytes."""
    data = {
        "design": layout.design,
        "size": layout.size,
        "english": layout.english,
        "paper": layout.paper,
        "logo": layout.logo,
        "posters": [_page(poster) for poster in posters],
    }
    return compile_pdf("poster.typ", data, dated=dated)


def _page(poster: Poster) -> dict[str, str]:
    return {
        "one_stop_name": unicodedata.normalize("NFC", poster.one_stop_name),
        "counter_name": unicodedata.normalize("NFC", poster.counter_name),
        "typed_address": poster.address.partition("://")[2].rpartition("/")[0],
        "code": grouped(poster.code),
        "address": poster.address,
        "note": unicodedata.normalize("NFC", poster.note),
        "symbol": poster.symbol,
    }
