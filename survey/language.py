"""Which language a page is shown in."""

from __future__ import annotations

from flask import request

LANGUAGES = ("vi", "en")


def choose_language() -> str:
    """Return the language asked for with `?lang=`, else Vietnamese."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]
