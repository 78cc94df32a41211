"""The same content gives the same bytes: office files are ZIP archives that note the time of writing."""

from __future__ import annotations

import io
import zipfile

# The earliest moment that a ZIP archive can note.
EPOCH = (1980, 1, 1, 0, 0, 0)


def stable(data: bytes) -> bytes:
    """Write an archive anew with its entries in their order and one fixed time for all."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            written = zipfile.ZipInfo(entry.filename, EPOCH)
            written.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(written, source.read(entry))
    return buffer.getvalue()
