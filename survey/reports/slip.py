"""Slips with a one-time code, eight on a sheet of A4 to be cut, as a tagged PDF with vector codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from survey.codes import grouped
from survey.reports import qr_symbol
from survey.reports.pdf import compile_pdf

ON_A_PAGE = 8


@dataclass(frozen=True)
class Slip:
    """What a slip says, and on the stub that is torn off, for whom it is: the dossier, or the list's row."""

    one_stop_name: str
    code: str
    address: str
    expires_on: date
    dossier: str
    appointed_on: date | None
    row: int


# Wraps the slips while their symbols are drawn, which takes most of the time.
Progress = Callable[[Sequence[Slip]], Iterable[Slip]]


def slips_pdf(
    slips: Sequence[Slip], *, dated: date, note: str = "", progress: Progress = iter
) -> tuple[bytes, int]:
    """Print the slips in their order; return the PDF and its number of pages."""
    data = {
        "note": unicodedata.normalize("NFC", note),
        "slips": [_printed(slip) for slip in progress(slips)],
    }
    return compile_pdf("slip.typ", data, dated=dated), -(-len(slips) // ON_A_PAGE)


def _printed(slip: Slip) -> dict[str, str]:
    last = slip.expires_on
    whom = slip.dossier or f"dòng {slip.row} của danh sách"
    if slip.appointed_on is not None:
        whom += f" · hẹn trả {slip.appointed_on:%d/%m/%Y}"
    return {
        "one_stop_name": unicodedata.normalize("NFC", slip.one_stop_name),
        "typed_address": slip.address.partition("://")[2].rpartition("/")[0],
        "code": grouped(slip.code),
        "address": slip.address,
        "expires": f"ngày {last.day} tháng {last.month} năm {last.year}",
        "whom": whom,
        "symbol": qr_symbol.svg(slip.address).decode(),
    }
