"""The one script of the citizens' pages: optional, kept by the browser for good, and sent as small as can be."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from hashlib import sha256
from string import ascii_letters

from flask import Blueprint, Response, abort, request

from survey.config import PROJECT_FOLDER

blueprint = Blueprint("script", __name__)

# In the address of the script's own requests: it is answered with an address instead of being sent there.
MARK = "x"
_FILE = PROJECT_FOLDER / "static" / "js" / "citizen.js"
# Single letters but `d`, `e` and `w`, which the script uses itself.
_SHORT = [letter for letter in ascii_letters + "_$" if letter not in "dew"]
_A_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Script:
    """The script as it is sent; another text has another address."""

    plain: bytes
    gzipped: bytes
    name: str

    @property
    def address(self) -> str:
        return f"/js/{self.name}.js"


def read_script() -> Script:
    """Read the script and pack it once."""
    plain = minify(_FILE.read_text(encoding="utf-8")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return Script(plain, packer.compress(plain) + packer.flush(), sha256(plain).hexdigest()[:8])


def minify(source: str) -> str:
    """Drop comments that fill whole lines, indents, and the spaces around signs; shorten the script's own names.

    Made for one file: a text in quotes may hold no sign beside a space, and no name of the script may also be the
    key of an object written out.

    >>> minify("// why\\n  var total = one.total && f(2);\\n  if (total) {\\n    go(total);\\n  }\\n")
    'var a=one.total&&f(2);if(a){go(a)}'
    """
    lines = [line.strip() for line in source.splitlines()]
    text = " ".join(line for line in lines if line and not line.startswith("//"))
    text = re.sub(r" ?([{}()\[\];:,?=<>|&!+*/]) ?", r"\1", text).replace(";}", "}")
    short = dict(zip(_own_names(text), _SHORT, strict=False))
    # Every second part is a text in quotes; a name after a dot belongs to the browser.
    parts = re.split(r'("[^"]*")', text)
    parts[::2] = [
        re.sub(r"(?<![.\w])[A-Za-z]\w*", lambda name: short.get(name[0], name[0]), part) for part in parts[::2]
    ]
    return "".join(parts)


def _own_names(text: str) -> list[str]:
    """Names of variables, functions and parameters longer than a letter, those used most first."""
    found = re.findall(r"\bfunction (\w+)", text)
    for declared in re.findall(r"\bfunction\b[^(]*\(([\w,]*)\)", text) + re.findall(r"\bvar ([^;]*);", text):
        found += re.findall(r"(?:^|,)(\w+)(?==|,|$)", declared)
    names = {name for name in found if len(name) > 1}
    return sorted(names, key=lambda name: (-len(re.findall(rf"(?<![.\w]){name}\b", text)), name))


SCRIPT = read_script()


@blueprint.get("/js/<name>.js")
def script(name: str) -> Response:
    """Send the script; an address of an earlier version leads nowhere, as the page works without."""
    if name != SCRIPT.name:
        abort(404)
    takes_gzip = request.accept_encodings["gzip"] > 0
    response = Response(SCRIPT.gzipped if takes_gzip else SCRIPT.plain, content_type="text/javascript")
    # Private: kept by the browser that asked, in the encoding it takes.
    response.headers["Cache-Control"] = f"private, max-age={_A_YEAR}, immutable"
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    return response
