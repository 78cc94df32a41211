"""A file with codes or personal links: only its owner may read it, and it is never left half written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from survey.cli.imports import reason_of
from survey.errors import HailongError


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that only its owner may read; it takes its name when all went well.

    Opened before any code is made: a disk that cannot be written to must not leave codes that nobody has.
    """
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise HailongError("file_not_written", path=str(path), reason=reason_of(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
