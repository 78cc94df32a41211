"""LibreOffice, to see whether other programs read what we write."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def convert(path: Path, target: str) -> Path:
    """Let a LibreOffice with a profile of its own convert the file; return the folder of the results."""
    soffice = shutil.which("soffice")
    assert soffice is not None, (
        "LibreOffice is missing: apt-get install libreoffice-calc-nogui libreoffice-writer-nogui"
    )
    out = path.parent / "converted"
    profile = (path.parent / "profile").as_uri()
    command = [
        soffice,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        out,
        path,
    ]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=120)
    return out
