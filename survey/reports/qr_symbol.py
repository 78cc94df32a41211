"""A QR symbol as a matrix, as SVG and as PNG: plain text in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from itertools import groupby

import png as png_file
import qrcode
from qrcode.exceptions import DataOverflowError

QUIET_ZONE = 4  # modules of white on every side, as ISO/IEC 18004 asks
PIXELS_PER_MODULE = 20


def modules(text: str) -> list[list[bool]]:
    """Return the symbol of `text` with its quiet zone, True for dark.

    Error correction is Q (a quarter may be scratched, or shine under lamination), and H where that makes the
    symbol no larger: larger modules are read from further away.
    """
    symbol = _symbol(text, qrcode.ERROR_CORRECT_Q)
    with suppress(DataOverflowError):
        symbol = _symbol(text, qrcode.ERROR_CORRECT_H, version=symbol.version)
    matrix: list[list[bool]] = symbol.get_matrix()
    return matrix


def svg(text: str, *, title: str = "") -> bytes:
    """Draw the symbol as SVG, one unit per module; `title` is read aloud instead of the picture."""
    matrix = modules(text)
    size = len(matrix)
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(matrix) for start, length in _dark_runs(row)
    )
    named = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}mm" height="{size}mm" '
        f'shape-rendering="crispEdges" {named}>'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>\n'
    ).encode()


def png(text: str) -> bytes:
    """Draw the symbol as a black and white PNG."""
    rows = [
        [not dark for dark in row for _ in range(PIXELS_PER_MODULE)]
        for row in modules(text)
        for _ in range(PIXELS_PER_MODULE)
    ]
    file = io.BytesIO()
    png_file.Writer(len(rows), len(rows), greyscale=True, bitdepth=1).write(file, rows)
    return file.getvalue()


def _symbol(text: str, correction: int, version: int | None = None) -> qrcode.QRCode:
    symbol = qrcode.QRCode(version=version, error_correction=correction, border=QUIET_ZONE)
    symbol.add_data(text)
    symbol.make(fit=version is None)
    return symbol


def _dark_runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            yield start, length
        start += length
