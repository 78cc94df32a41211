"""A page that is rendered and compressed once, with one place in it filled for each request."""

from __future__ import annotations

import struct
import zlib

SLOT = "\x02slot\x03"
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_RAW = -zlib.MAX_WBITS


class SlottedPage:
    """`html` holds SLOT once; every text put there has `size` ASCII characters.

    Compressing a whole page costs more than all the rest of answering a request, so both sides of the slot are
    compressed in advance. What is put in travels as a stored block of the deflate format (RFC 1951, 3.2.4), and
    the second side may still refer back to the first.
    """

    def __init__(self, html: str, size: int) -> None:
        before, after = (part.encode() for part in html.split(SLOT))
        self._before = before
        self._after = after
        self._size = size
        self._check_before = zlib.crc32(before)
        head = zlib.compressobj(9, zlib.DEFLATED, _RAW)
        self._head = _GZIP_HEADER + head.compress(before) + head.flush(zlib.Z_SYNC_FLUSH)
        # Zero bytes stand for the slot, so that nothing after it refers to what was not known yet.
        tail = zlib.compressobj(9, zlib.DEFLATED, _RAW, zdict=before + bytes(size))
        self._tail = tail.compress(after) + tail.flush()

    def plain(self, text: str) -> bytes:
        """The page as it is."""
        return self._before + self._checked(text) + self._after

    def gzipped(self, text: str) -> bytes:
        """The page in the gzip format (RFC 1952)."""
        slot = self._checked(text)
        stored = struct.pack("<BHH", 0, len(slot), len(slot) ^ 0xFFFF) + slot
        check = zlib.crc32(self._after, zlib.crc32(slot, self._check_before))
        length = len(self._before) + len(slot) + len(self._after)
        return self._head + stored + self._tail + struct.pack("<II", check, length)

    def _checked(self, text: str) -> bytes:
        slot = text.encode("ascii")
        if len(slot) != self._size:
            raise ValueError(f"a slot of {self._size} characters cannot take {len(slot)}")
        return slot
