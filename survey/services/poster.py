"""Print codes: posters of a unit's counters, and single symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.errors import HailongError
from survey.models import QrCode, Unit
from survey.reports import qr_symbol
from survey.reports.poster import Poster, posters_pdf
from survey.services.destination import resolve
from survey.services.example import EXAMPLE_WORDS, is_example
from survey.services.qrcode import ensure_codes, newest_codes
from survey.services.unit_tree import unit_by_code, units_in_force

# Wraps the units to be gone through; a command shows its progress with it.
Progress = Callable[[list[Unit]], Iterable[Unit]]
IMAGES = {"svg": qr_symbol.svg, "png": qr_symbol.png}


def address(base_url: str, code: str) -> str:
    """The address in a printed code. It hangs on walls for years, so its form never changes."""
    return f"{base_url}/q/{code}"


def image(session: Session, code: str, *, kind: str, base_url: str, today: date) -> bytes:
    """Draw the symbol of a working code as `svg` or `png`."""
    destination = resolve(session.connection(), code, today=today)
    return IMAGES[kind](address(base_url, destination.code))


def posters(
    session: Session,
    unit_code: str,
    *,
    below: bool,
    size: str,
    base_url: str,
    today: date,
    now: datetime,
    actor: str,
    progress: Progress = iter,
) -> tuple[bytes, int]:
    """Print one page for every counter of a unit, and of the units `below` it; return the PDF and its pages.

    Missing codes are made first, the online links too. Raises HailongError `unknown_unit`, or `no_counters`.
    """
    unit = unit_by_code(session, unit_code)
    shown: list[QrCode] = []
    for printed in progress(units_in_force(session, unit, below=below, today=today)):
        ensure_codes(session, printed, today=today, now=now, actor=actor)
        # The online link has no place on a wall.
        shown += [code for code in newest_codes(session, printed, today=today) if code.counter is not None]
    if not shown:
        raise HailongError("no_counters", unit=unit.name, unit_code=unit.code)
    note = EXAMPLE_WORDS if is_example(session) else ""
    pages = [
        Poster(
            one_stop_name=qr_code.unit.one_stop_name,
            counter_name=qr_code.counter.name,
            code=qr_code.code,
            address=address(base_url, qr_code.code),
            note=note,
        )
        for qr_code in shown
        if qr_code.counter is not None
    ]
    # The day of the newest code, not of printing: printed again, the same posters are the same file.
    dated = max(qr_code.created_on for qr_code in shown)
    return posters_pdf(pages, size=size, dated=dated), len(pages)
