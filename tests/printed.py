"""Read back what was printed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pypdfium2
import zxingcpp


def links_in(pdf: Path) -> list[str]:
    """The links of all QR symbols of a PDF, read from its rendered pages as a phone's camera would."""
    links = []
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for page in document:
            with closing(page):
                links += [found.text for found in zxingcpp.read_barcodes(page.render(scale=2).to_pil())]
    return links
