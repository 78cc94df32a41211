"""Which language a page is shown in."""

from __future__ import annotations

from flask import has_request_context, request

LANGUAGES = ("vi", "en")


def choose_language() -> str:
    """Return the language asked for with `?lang=`, else Vietnamese; commands speak Vietnamese."""
    asked = request.args.get("lang", "") if has_request_context() else ""
    return asked if asked in LANGUAGES else LANGUAGES[0]
