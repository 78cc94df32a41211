"""What a kiosk keeps: its page, the script that serves it without a network, and its description."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import url_for
from flask_babel import gettext

from survey.config import PROJECT_FOLDER
from survey.language import choose_language
from survey.views import public_page
from survey.views.stylesheet import read_stylesheet

STYLE = read_stylesheet("citizen.css", "error.css", "page.css", "../kiosk/kiosk.css")
STATIC = PROJECT_FOLDER / "static"
SCRIPTS = ("seal.js", "outbox.js", "device.js", "answering.js", "setup.js", "screens.js")
ICONS = (("kiosk-192.png", "192x192", "any"), ("kiosk-512.png", "512x512", "any maskable"))
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def page() -> str:
    """The page in the language asked for."""
    return public_page.render("kiosk/page.html", style=STYLE, scripts=_script_urls())


def worker() -> str:
    """The service worker, which keeps exactly the files of this version of the program."""
    return (_TEMPLATES / "kiosk" / "worker.js").read_text(encoding="utf-8").replace("KEPT", _kept())


def manifest() -> str:
    """The web app manifest."""
    name = gettext("Phiếu lấy ý kiến")
    return json.dumps(
        {
            "name": name,
            "short_name": name,
            "lang": choose_language(),
            "start_url": url_for("kiosk.page"),
            "scope": url_for("kiosk.page"),
            "id": url_for("kiosk.page"),
            "display": "fullscreen",
            "orientation": "any",
            "background_color": "#ffffff",
            "theme_color": "#ffffff",
            "icons": [
                {
                    "src": url_for("static", filename=f"icons/{file}"),
                    "sizes": sizes,
                    "type": "image/png",
                    "purpose": use,
                }
                for file, sizes, use in ICONS
            ],
        },
        ensure_ascii=False,
    )


def _kept() -> str:
    """The addresses of the files to keep, and one name for their content: a change of any makes another."""
    icons = [url_for("static", filename=f"icons/{file}") for file, _sizes, _use in ICONS]
    files = [url_for("kiosk.page"), *_script_urls(), url_for("kiosk.manifest"), *icons]
    return json.dumps({"name": f"hailong-kiosk-{_digest(public_page.is_example())}", "files": files})


@cache
def _digest(example: bool) -> str:
    sources = [_TEMPLATES / "kiosk" / "page.html", _TEMPLATES / "citizen" / "drawings.html"]
    sources += [STATIC / "js" / "kiosk" / name for name in SCRIPTS]
    content = [path.read_bytes() for path in sources] + [STYLE.text.encode(), bytes([example])]
    return sha256(b"\0".join(content)).hexdigest()[:16]


def _script_urls() -> list[str]:
    return [url_for("static", filename=f"js/kiosk/{name}") for name in SCRIPTS]
