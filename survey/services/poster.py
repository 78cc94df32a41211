"""Print codes: posters of a unit's counters, and single symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.errors import HailongError
from survey.models import QrCode, Unit
from survey.reports import qr_symbol
from survey.reports.poster import DESIGNS, Layout, Poster, posters_pdf
from survey.services.destination import resolve
from survey.services.example import EXAMPLE_WORDS, is_example
from survey.services.qrcode import ensure_codes, newest_codes
from survey.services.unit_tree import unit_by_code, units_in_force

# Wraps the units to be gone through; a command shows its progress with it.
Progress = Callable[[list[Unit]], Iterable[Unit]]
__all__ = ["DESIGNS", "IMAGES", "Layout", "address", "image", "posters"]
IMAGES = {"svg": qr_symbol.svg, "png": qr_symbol.png}


def address(base_url: str, code: str) -> str:
    """The address in a printed code. It hangs on walls for years, so its form never changes."""
    return f"{base_url}/q/{code}"


def image(session: Session, code: str, *, kind: str, base_url: str, today: date) -> bytes:
    """Draw the symbol of a working code as `svg` or `png`."""
    destination = resolve(session.connection(), code, today=today)
    return IMAGES[kind](address(base_url, destination.code))


def symbol(base_url: str, code: str, *, kind: str) -> bytes:
    """Draw the symbol of any code as `svg` or `png`, also of one that works only later."""
    return IMAGES[kind](address(base_url, code))


def unit_posters(session: Session, unit: Unit, *, layout: Layout, base_url: str, today: date) -> bytes | None:
    """Print the posters of a unit's working codes, for each counter or for the exit; None where there is none."""
    note = EXAMPLE_WORDS if is_example(session) else ""
    hung = _hung(newest_codes(session, unit, today=today), layout)
    if not hung:
        return None
    pages = [_poster(code, base_url, note) for code in hung]
    return posters_pdf(pages, layout, dated=max(code.created_on for code in hung))


def posters(
    session: Session,
    unit_code: str | None,
    *,
    below: bool,
    layout: Layout,
    base_url: str,
    today: date,
    now: datetime,
    actor: str,
    progress: Progress = iter,
) -> tuple[bytes, int]:
    """Print one page for every counter of a unit, or for its exit; return the PDF and its pages.

    Also of the units `below` it; of all units without `unit_code`. Missing codes are made first, the online links
    too. Raises HailongError `unknown_unit`, or `no_counters`.
    """
    at_exit = layout.design == "exit"
    unit = None if unit_code is None else unit_by_code(session, unit_code)
    note = EXAMPLE_WORDS if is_example(session) else ""
    shown: list[QrCode] = []
    pages: list[Poster] = []
    for printed in progress(units_in_force(session, unit, below=below, today=today)):
        ensure_codes(session, printed, today=today, now=now, actor=actor, at_exit=at_exit)
        hung = _hung(newest_codes(session, printed, today=today), layout)
        shown += hung
        pages += [_poster(code, base_url, note) for code in hung]
    if not shown:
        raise (
            HailongError("no_counters", unit=unit.name, unit_code=unit.code) if unit else HailongError("no_units")
        )
    # The day of the newest code, not of printing: printed again, the same posters are the same file.
    dated = max(qr_code.created_on for qr_code in shown)
    return posters_pdf(pages, layout, dated=dated), len(pages)


def _hung(codes: Iterable[QrCode], layout: Layout) -> list[QrCode]:
    """Take the codes that a design is for: the online link has no place on a wall, nor has an ended counter."""
    if layout.design == "exit":
        return [code for code in codes if code.is_exit]
    return [code for code in codes if code.counter is not None and code.counter.ended_on is None]


def _poster(qr_code: QrCode, base_url: str, note: str) -> Poster:
    return Poster(
        one_stop_name=qr_code.unit.one_stop_name,
        counter_name="" if qr_code.counter is None else qr_code.counter.name,
        code=qr_code.code,
        address=address(base_url, qr_code.code),
        note=note,
    )
