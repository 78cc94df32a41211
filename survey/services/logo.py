"""A unit's logo for printing: a PNG or SVG file, checked, and brought to one form that cannot break a page."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from xml.etree import ElementTree

import png

from survey.errors import HailongError
from survey.reports.pdf import can_draw

LARGEST_BYTES = 512 * 1024
MOST_PIXELS = 2_000  # a side
_PNG_START = b"\x89PNG\r\n\x1a\n"
# What runs, loads from elsewhere, or needs a font that is not there.
_FORBIDDEN_ELEMENTS = {"script", "foreignObject", "text", "animate", "set"}
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg);")
_LINK = re.compile(r"@import|url\((?!\s*['\"]?#)", re.IGNORECASE)


def read_logo(data: bytes) -> str:
    """Return the picture as SVG text.

    Raises HailongError `logo_too_large`, `logo_too_many_pixels`, `logo_unsafe` or `logo_unreadable`.
    """
    if len(data) > LARGEST_BYTES:
        raise HailongError("logo_too_large", largest=LARGEST_BYTES // 1024)
    svg = _wrapped(data) if data.startswith(_PNG_START) else _checked(data)
    if not can_draw(svg):
        raise HailongError("logo_unreadable")
    return svg


def _wrapped(data: bytes) -> str:
    try:
        width, height, rows, _ = png.Reader(file=io.BytesIO(data)).read()
        if max(width, height) > MOST_PIXELS:
            raise HailongError("logo_too_many_pixels", most=MOST_PIXELS)
        for _ in rows:
            pass  # a file that was cut off is found only by reading it all
    except (png.Error, EOFError, ValueError) as error:
        raise HailongError("logo_unreadable") from error
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{b64encode(data).decode()}"/></svg>'
    )


def _checked(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            # Old drawing programs write a harmless one; expanding a harmful one could take for ever.
            text = re.sub(r"<!DOCTYPE[^\[>]*>", "", text, count=1)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise HailongError("logo_unsafe")
        root = ElementTree.fromstring(text)  # noqa: S314  it declares no entities, see above
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError) as error:
        raise HailongError("logo_unreadable") from error
    if _local(root.tag) != "svg":
        raise HailongError("logo_unreadable")
    for element in root.iter():
        if _local(element.tag) in _FORBIDDEN_ELEMENTS or _LINK.search(element.text or ""):
            raise HailongError("logo_unsafe")
        for name, value in element.attrib.items():
            if (_local(name) == "href" and not _INSIDE.match(value)) or _LINK.search(value):
                raise HailongError("logo_unsafe")
    return text


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]
