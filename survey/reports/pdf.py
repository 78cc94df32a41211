"""Compile the pages in `*.typ` with data to tagged PDF, with our own fonts and nothing from the system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).parent
FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
_TRIAL = b'#image(bytes(sys.inputs.svg), format: "svg", width: 10mm, height: 10mm, fit: "contain")'


def compile_pdf(template: str, data: Mapping[str, Any], *, dated: date) -> bytes:
    """Print `template` with `data`; the same input gives the same bytes."""
    whole = {"dated": {"year": dated.year, "month": dated.month, "day": dated.day}, **data}
    # Names travel as data, never as source: whatever a unit is called, it is printed and not run.
    pdf: bytes = typst.compile(
        FOLDER / template,
        root=FOLDER,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(whole, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        format="pdf",
    )
    return pdf


def draw_chart(bars: Sequence[Any]) -> bytes:
    """Draw the bars of a report as PNG for programs that show no vector picture; the same bars, the same bytes."""
    png: bytes = typst.compile(
        FOLDER / "quarter_picture.typ",
        root=FOLDER,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({"bars": [asdict(bar) for bar in bars]}, ensure_ascii=False)},
        format="png",
        ppi=200,
    )
    return png


def can_draw(svg: str) -> bool:
    """Tell whether a picture can be printed at all."""
    try:
        typst.compile(_TRIAL, ignore_system_fonts=True, sys_inputs={"svg": svg}, format="pdf")
    except typst.TypstError:
        return False
    return True
